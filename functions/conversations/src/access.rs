//! The caller's access to a conversation, and the conditions of commits that it is as it was read.

use whisper_schema::prelude::{Column, Conversation, ConversationMember};
use whisper_store::Filter;

pub use whisper_views::conversations::{Access, Door, active, admit, door};

/// Holds for a membership that is active and in the role that it was read in.
pub fn same_role(member: &ConversationMember) -> Filter<ConversationMember> {
    Filter::and([active(), Filter::eq(ConversationMember::ROLE, member.role)])
}

/// Holds for one active membership in the role that it was read in, of somebody whom the other one of a direct
/// conversation didn't block; for a commit to expect.
pub fn this_unblocked_one(member: &ConversationMember) -> Filter<ConversationMember> {
    Filter::and([
        this_one(member),
        Filter::eq(ConversationMember::IS_BLOCKED, false),
    ])
}

/// Holds for a conversation whose settings are as they were read; for a commit to expect.
pub fn same_settings(conversation: &Conversation) -> Filter<Conversation> {
    match &conversation.settings {
        Some(settings) => Filter::eq(Conversation::SETTINGS, settings.as_str()),
        None => Filter::is_null(Conversation::SETTINGS),
    }
}

/// Holds for one active membership in the role that it was read in; for a commit to expect.
pub fn this_one(member: &ConversationMember) -> Filter<ConversationMember> {
    Filter::and([
        Filter::eq(Column::id(), member.id.as_str()),
        same_role(member),
    ])
}
