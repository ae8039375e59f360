//! The parts of events, by their types.

use serde::Serialize;
use serde_json::{Map, Value};
use whisper_messages::{MessageView, ScheduledMessageView};
use whisper_people::{ContactView, UsersView};
use whisper_views::conversations::{ConversationView, OneConversationView};
use whisper_views::drafts::DraftView;
use whisper_views::folders::FolderView;
use whisper_views::members::MemberView;
use whisper_views::notifications::NotificationView;
use whisper_views::stories::StoryPostView;

use super::{Departure, ReceiptKind, StreamEnd};
use crate::presence::PresenceView;
use crate::typing::TypingView;

macro_rules! view {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize)]
        #[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $kind,)*
        }
    };
}

/// Nothing more than that it happened.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[cfg_attr(
    not(target_family = "wasm"),
    schemars(extend("properties" = serde_json::json!({})))
)]
pub struct NothingMore {}

view! {
    /// The reason for which a stream starts anew, or ends.
    StreamView {
        /// The reason.
        reason: StreamEnd,
    }
}

view! {
    /// A new message.
    MessageCreatedView {
        /// Conversation it was sent in.
        conversation_id: String,
        /// The message, as its history shows it to the user.
        message: MessageView,
        /// The message that it answers, with as many answers as it has by now; absent where it answers none that the user sees.
        #[serde(skip_serializing_if = "Option::is_none")]
        answered: Option<AnsweredView>,
        /// The people whom it names.
        #[serde(flatten)]
        users: UsersView,
    }
}

view! {
    /// The parts of a message that are other now.
    MessageChangedView {
        /// Conversation of the message.
        conversation_id: String,
        /// The message.
        message_id: String,
        /// User who did it; absent where the user may not learn who, and where a block parts the two.
        #[serde(skip_serializing_if = "Option::is_none")]
        by_user_id: Option<String>,
        /// Fields of the message with the values that they have now, as its history shows them to the user. Fields that are absent from a message, such
        /// as `pinnedAt` of one that is no longer pinned, are null here.
        changes: Map<String, Value>,
        /// The message that it answered before it was deleted, with as many answers as that has by now.
        #[serde(skip_serializing_if = "Option::is_none")]
        answered: Option<AnsweredView>,
        /// The people whom these name.
        #[serde(flatten)]
        users: UsersView,
    }
}

view! {
    /// A message that is gone.
    MessageRemovedView {
        /// Its conversation.
        conversation_id: String,
        /// The message.
        message_id: String,
        /// The message that it answered, with as many answers as that has by now.
        #[serde(skip_serializing_if = "Option::is_none")]
        answered: Option<AnsweredView>,
    }
}

view! {
    /// A message that others answer.
    AnsweredView {
        /// The message.
        message_id: String,
        /// How many answer it.
        reply_count: i64,
    }
}

view! {
    /// Up to where a member received or read.
    ReceiptMovedView {
        /// The conversation.
        conversation_id: String,
        /// The member.
        user_id: String,
        /// Whether they received or read.
        kind: ReceiptKind,
        /// The newest message that they received or read.
        message_id: String,
        /// The member.
        #[serde(flatten)]
        users: UsersView,
    }
}

view! {
    /// A conversation as the user sees it.
    ConversationPartView {
        /// The conversation, as `GET` shows it to the user.
        conversation: ConversationView,
        /// The people whom it names.
        #[serde(flatten)]
        users: UsersView,
    }
}

view! {
    /// A conversation whose history begins anew for the user.
    ConversationClearedView {
        /// The newest of the messages that are gone.
        message_id: String,
        /// The conversation, as `GET` shows it to the user.
        conversation: ConversationView,
        /// The people whom it names.
        #[serde(flatten)]
        users: UsersView,
    }
}

impl From<OneConversationView> for ConversationPartView {
    fn from(of: OneConversationView) -> Self {
        ConversationPartView {
            conversation: of.conversation,
            users: of.users,
        }
    }
}

view! {
    /// A conversation that changed for all.
    ConversationChangedView {
        /// The conversation.
        conversation_id: String,
        /// Its fields with the values that they have now, as `GET` shows them to the user, but for the user's own side of it and its newest message.
        changes: Map<String, Value>,
        /// The messages of the server's that tell of the change, in their order.
        messages: Vec<MessageView>,
        /// The members who are new, or have another role; where the user may see the members.
        members: Vec<MemberView>,
        /// Users who are members no longer.
        left_user_ids: Vec<String>,
        /// The people whom all that names.
        #[serde(flatten)]
        users: UsersView,
    }
}

view! {
    /// A conversation that is no longer the user's.
    ConversationRemovedView {
        /// The conversation.
        conversation_id: String,
        /// The reason.
        reason: Departure,
    }
}

view! {
    /// The conversations at the top of the user's list.
    PinsChangedView {
        /// Their ids, in their order.
        pinned_conversation_ids: Vec<String>,
    }
}

view! {
    /// A draft of the user's.
    DraftChangedView {
        /// Conversation that it is for.
        conversation_id: String,
        /// The draft, as `GET` shows it; absent where it was discarded.
        #[serde(skip_serializing_if = "Option::is_none")]
        draft: Option<DraftView>,
    }
}

view! {
    /// The user's folders.
    FoldersChangedView {
        /// All of them, in their order.
        folders: Vec<FolderView>,
    }
}

view! {
    /// Contacts of the user's.
    ContactsChangedView {
        /// The users whom it is about.
        user_ids: Vec<String>,
        /// The contacts, as `GET` shows them; without users who are no contacts any more.
        contacts: Vec<ContactView>,
        /// The users whom it is about.
        #[serde(flatten)]
        users: UsersView,
    }
}

view! {
    /// A new notification.
    NotificationCreatedView {
        /// The notification.
        notification: NotificationView,
        /// How many the user hasn't seen.
        unread_count: u64,
        /// The people whom it names.
        #[serde(flatten)]
        users: UsersView,
    }
}

view! {
    /// The user's inbox.
    NotificationsChangedView {
        /// How many notifications the user hasn't seen.
        unread_count: u64,
    }
}

view! {
    /// A new story.
    StoryPostedView {
        /// The story.
        story: StoryPostView,
        /// The people whom it names.
        #[serde(flatten)]
        users: UsersView,
    }
}

view! {
    /// A story.
    StoryPlaceView {
        /// The story.
        story_id: String,
        /// Its author.
        user_id: String,
        /// Its author.
        #[serde(flatten)]
        users: UsersView,
    }
}

view! {
    /// A reaction to a story of the user's.
    StoryReactedView {
        /// The story as it is now.
        story: StoryPostView,
        /// User who reacted.
        by_user_id: String,
        /// The people whom these name.
        #[serde(flatten)]
        users: UsersView,
    }
}

view! {
    /// Somebody who follows somebody from now on, or no longer.
    FollowChangedView {
        /// The follower.
        follower_id: String,
        /// The one who is followed.
        following_id: String,
        /// Both.
        #[serde(flatten)]
        users: UsersView,
    }
}

/// The state of a request to be contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContactRequestState {
    /// It waits for an answer.
    Sent,
    /// The one who sent it took it back.
    Withdrawn,
    /// Both are contacts.
    Accepted,
    /// The user declined it; the one who sent it isn't told.
    Declined,
}

view! {
    /// A request to be contacts.
    ContactRequestChangedView {
        /// The other one.
        user_id: String,
        /// Its state.
        state: ContactRequestState,
        /// The other one.
        #[serde(flatten)]
        users: UsersView,
    }
}

view! {
    /// Some people.
    PeopleView {
        /// Their ids.
        user_ids: Vec<String>,
        /// And as the user sees them.
        #[serde(flatten)]
        users: UsersView,
    }
}

view! {
    /// A block of the user's.
    BlockChangedView {
        /// The other one.
        user_id: String,
        /// Whether the user blocks them now.
        is_blocked: bool,
        /// The other one, as the user's list of blocked people names them.
        #[serde(flatten)]
        users: UsersView,
    }
}

view! {
    /// A scheduled message of the user's.
    ScheduledMessageChangedView {
        /// The scheduled message.
        scheduled_message_id: String,
        /// Conversation that it is for.
        conversation_id: String,
        /// It, as `GET` shows it; absent where it was sent or cancelled.
        #[serde(skip_serializing_if = "Option::is_none")]
        scheduled_message: Option<ScheduledMessageView>,
    }
}

view! {
    /// Points of the user's.
    XpEarnedView {
        /// All points.
        xp: i64,
        /// The level that they make.
        level: i64,
        /// Points that were just earned.
        earned: i64,
    }
}

view! {
    /// Somebody who writes in a conversation, or no longer.
    TypingToldView {
        /// The sign.
        #[serde(flatten)]
        sign: TypingView,
        /// The one who writes.
        #[serde(flatten)]
        users: UsersView,
    }
}

view! {
    /// Somebody who is there, or no longer.
    PresenceToldView {
        /// Their presence.
        #[serde(flatten)]
        presence: PresenceView,
        /// The one whom it is about.
        #[serde(flatten)]
        users: UsersView,
    }
}
