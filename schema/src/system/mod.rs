//! System collections: the server's own, counted apart from the 30 of the API.
//!
//! They hold the data that scale and safety need beyond the facts. Endpoints choose the parts to show of
//! them; where a user may read a document as it is, it names its readers like any other.

mod account;
mod broadcast;
mod channel_post;
mod community;
mod consumer_cursor;
mod contact_book;
mod contact_request;
mod conversation_ban;
mod conversation_folder;
mod conversation_invitation;
mod conversation_join_request;
mod conversation_list;
mod conversation_member;
mod discoverable;
mod error_group;
mod error_link;
mod event;
mod fan_out;
mod gif_tag;
mod idempotency_key;
mod job_run;
mod linked_group;
mod list_change;
mod media_entry;
mod mention_entry;
mod message_draft;
mod message_expiry;
mod message_mark;
mod message_opening;
mod message_pin;
mod message_reaction;
mod message_reference;
mod message_remains;
mod message_thread;
mod message_version;
mod name;
mod notification_settings;
mod poll_ballot;
mod poll_choice;
mod poll_closing;
mod poll_tally;
mod post_hashtag;
mod progress;
mod progress_day;
mod progress_week;
mod public_conversation;
mod push;
mod push_subscription;
mod rate_limit;
mod receipt_trail;
mod reputation_grant;
mod scheduled_message;
mod search_entry;
mod session;
mod signing_key;
mod sticker_tag;
mod story_reaction;

pub use account::{Account, AccountStatus};
pub use broadcast::{Broadcast, BroadcastChange, BroadcastCopy, BroadcastRecipient};
pub use channel_post::{ChannelPost, PostViewer};
pub use community::{CommunityDeparture, CommunityGroup};
pub use consumer_cursor::ConsumerCursor;
pub use contact_book::ContactBook;
pub use contact_request::{ContactRequest, ContactRequestStatus};
pub use conversation_ban::ConversationBan;
pub use conversation_folder::{
    ConversationFolder, ConversationFolderExclusion, ConversationFolderKind,
};
pub use conversation_invitation::ConversationInvitation;
pub use conversation_join_request::{ConversationJoinRequest, JoinRequestStatus};
pub use conversation_list::ConversationList;
pub use conversation_member::{
    ConversationMember, ConversationMemberRole, ConversationMemberStatus,
};
pub use discoverable::{Discoverable, DiscoverableKind};
pub use error_group::{ErrorGroup, ErrorGroupStatus, ErrorSource};
pub use error_link::ErrorLink;
pub use event::Event;
pub use fan_out::FanOut;
pub use gif_tag::GifTag;
pub use idempotency_key::IdempotencyKey;
pub use job_run::JobRun;
pub use linked_group::LinkedGroup;
pub use list_change::ListChange;
pub use media_entry::{MediaEntry, MediaKind};
pub use mention_entry::MentionEntry;
pub use message_draft::MessageDraft;
pub use message_expiry::MessageExpiry;
pub use message_mark::{MessageMark, MessageMarkKind};
pub use message_opening::{MessageOpening, OpenedMessage};
pub use message_pin::MessagePin;
pub use message_reaction::{MessageReaction, MessageReactionCount};
pub use message_reference::{MessageReference, MessageReferenceKind};
pub use message_remains::MessageRemains;
pub use message_thread::MessageThread;
pub use message_version::MessageVersion;
pub use name::{DisplayName, RestingName};
pub use notification_settings::NotificationSettings;
pub use poll_ballot::PollBallot;
pub use poll_choice::PollChoice;
pub use poll_closing::PollClosing;
pub use poll_tally::PollTally;
pub use post_hashtag::PostHashtag;
pub use progress::Progress;
pub use progress_day::ProgressDay;
pub use progress_week::ProgressWeek;
pub use public_conversation::{PublicConversation, PublicConversationTag};
pub use push::{Push, PushStatus};
pub use push_subscription::PushSubscription;
pub use rate_limit::RateLimit;
pub use receipt_trail::ReceiptTrail;
pub use reputation_grant::ReputationGrant;
pub use scheduled_message::{
    ScheduledBook, ScheduledMessage, ScheduledMessageFailure, ScheduledMessageStatus,
};
pub use search_entry::SearchEntry;
pub use session::Session;
pub use signing_key::{SigningKey, SigningKeyPurpose};
pub use sticker_tag::StickerTag;
pub use story_reaction::StoryReaction;
