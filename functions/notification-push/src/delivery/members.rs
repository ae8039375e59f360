//! The recipients of a message in a group, page by page in the order in which they came.

use whisper_schema::prelude::{
    Column, ConversationMember, ConversationMemberRole, ConversationMemberStatus,
};
use whisper_store::{Doc, Filter, Order, Query};

/// A page of members: a query for each role, as the index that leads with conversation, status and role
/// gives each of them in commit order whatever the size of the group.
pub fn page(conversation: &str, behind: i64, limit: u32) -> Vec<Query<ConversationMember>> {
    let of_role = |role: &ConversationMemberRole| {
        Query::new()
            .filter(Filter::eq(
                ConversationMember::CONVERSATION_ID,
                conversation,
            ))
            .filter(Filter::eq(
                ConversationMember::STATUS,
                ConversationMemberStatus::Active,
            ))
            .filter(Filter::eq(ConversationMember::ROLE, *role))
            .filter(Filter::gt(Column::seq(), behind))
            .order(Order::asc(Column::seq()))
            .limit(limit)
    };
    ConversationMemberRole::ALL.iter().map(of_role).collect()
}

/// Puts the roles' pages together: the first `limit` members, and whether there may be more.
pub fn merge(
    pages: Vec<Vec<Doc<ConversationMember>>>,
    limit: u32,
) -> (Vec<Doc<ConversationMember>>, bool) {
    let limit = limit as usize;
    let mut all: Vec<_> = pages.into_iter().flatten().collect();
    all.sort_by_key(|member| member.seq);
    let more = all.len() >= limit;
    all.truncate(limit);
    (all, more)
}

/// Whether a member is told of a message of this sender.
pub fn is_told(member: &ConversationMember, sender: &str) -> bool {
    member.user_id != sender && hears(member)
}

/// Whether a member is told of messages at all.
pub fn hears(member: &ConversationMember) -> bool {
    member.status == ConversationMemberStatus::Active && !member.is_muted && !member.is_blocked
}
