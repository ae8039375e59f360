//! Signs that somebody is writing in a conversation: they live for six seconds, and cost no sync of the disk.

mod list;
mod say;
mod sign;
mod waiting;

use whisper_kit::Api;
use whisper_kit::rate_limit::Rate;
use whisper_schema::prelude::{
    Conversation, ConversationKind, ConversationMember, ConversationMemberRole, ConversationRight,
};

pub use sign::{TypingKind, TypingView};

/// Where the signs of a conversation are.
const TYPING: &str = "/v1/conversations/{conversationId}/typing";

/// How many signs one user may write per minute: of each conversation, one in three seconds is written at most.
pub const SIGNS: Rate = Rate::per_minute("typing", "typing_rate_per_minute", 120);

/// Adds the endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(say::endpoint()).endpoint(list::endpoint())
}

/// Whether members of a conversation hear of each other's writing. It would name authors to a channel's readers, and members to each other where
/// ordinary members don't see the list of members; a list for broadcasts has one member.
fn is_shared(conversation: &Conversation) -> bool {
    let is_of_one = matches!(
        conversation.kind,
        ConversationKind::Channel | ConversationKind::Broadcast
    );
    !is_of_one
        && conversation.lets(
            ConversationMemberRole::Member,
            ConversationRight::SeeMembers,
        )
}

/// Whether two people, these members of a direct conversation, hear of each other's writing: both have said that they want the
/// conversation, and neither blocked the other.
fn is_mutual(me: &ConversationMember, peer: &ConversationMember) -> bool {
    [me, peer]
        .iter()
        .all(|member| !member.is_request && !member.is_blocked)
}
