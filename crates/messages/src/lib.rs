#![doc = include_str!("../README.md")]

/// The path of something of a message, such as `message_path!("/poll")`.
#[macro_export]
macro_rules! message_path {
    ($rest:literal) => {
        concat!(
            "/v1/conversations/{conversationId}/messages/{messageId}",
            $rest
        )
    };
}

mod access;
mod broadcast;
mod channel;
mod direct;
pub mod ids;
mod link_preview;
mod marks;
mod media;
mod mentioned;
mod named;
mod once;
mod open;
mod poll;
mod reactions;
mod receipts;
mod scheduled;
mod show;
mod sight;
mod system;
#[cfg(feature = "testing")]
pub mod testing;
mod trail;
mod view;
mod viewing;
mod webhook;
mod words;

pub use access::{
    Access, check_member, first_members, is_active, may_still_send, member_of, refuse_sender,
};
pub use broadcast::{BroadcastView, MOST_RECIPIENTS, broadcast_copy_id, delivery_of, recipient_id};
pub use channel::{CommentsView, is_reader, is_voice, post_of, refuse_others, viewer_id, voice};
pub use direct::{begin_direct, membership};
pub use link_preview::{LINK_PREVIEW, LinkPreviewView, NewLinkPreview, takes_link_preview};
pub use marks::{Marking, Marks, ReactionCountView, marks};
pub use media::{file_ids, keeps_files};
pub use mentioned::{ADMINS, ALL, is_admin, is_group, is_mentioned, refuse_groups};
pub use once::{
    OPENING, VIEW_ONCE_LIFETIME, ViewOnceView, is_spent, is_view_once, opening_id, spent_metadata,
};
pub use open::open_to;
pub use poll::{
    MOST_OPTIONS, PollOptionView, PollView, Polling, Polls, ballot_id, is_closed, options_of,
    places, polls_of, tally_id,
};
pub use reactions::{
    Mirror, is_mirrored, message_reaction_notice_id, reaction_count_id, reaction_id,
};
pub use receipts::{MOST_FOR_STATUS, MOST_LISTED, Receipts, Receiving, receipts, recipients};
pub use scheduled::{ScheduledMessageView, is_scheduled_by, scheduled_by};
pub use show::{Rights, Shown, show, show_all, show_history};
pub use sight::{deletion, in_sight_of, is_in_sight, is_visible};
pub use system::{Told, summarised};
pub use trail::Trail;
pub use view::{MessageView, ORIGINAL_CONTENT_TYPE, SingleMessageView, sent_view};
pub use viewing::Viewing;
pub use webhook::WebhookSenderView;
pub use words::{MENTIONS, Words, plain_text};

/// Where messages of a conversation are.
pub const MESSAGES: &str = "/v1/conversations/{conversationId}/messages";
/// Where one of them is.
pub const MESSAGE: &str = message_path!("");
/// Where the metadata of a copy has the metadata of the message it was made of.
pub const ORIGINAL: &str = "original";
