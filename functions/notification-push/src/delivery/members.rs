//! The recipients of a message in a group, page by page in the order in which they came.

use whisper_schema::prelude::{
    Column, ConversationMember, ConversationMemberRole, ConversationMemberStatus, PushSubscription,
};
use whisper_store::{Doc, Filter, Order, Query, Store};

/// A part of a group's members, in the order in which they came.
#[derive(Debug, Default)]
pub struct Page {
    /// The members.
    pub members: Vec<Doc<ConversationMember>>,
    /// Whether there may be more behind these.
    pub more: bool,
}

/// Holds for members who have a device: the others are skipped by the index of subscriptions. TablesDB would have to
/// read all subscriptions for that; there it holds for everybody.
pub fn with_device(store: &Store) -> Filter<ConversationMember> {
    if store.most_operations().is_some() {
        return Filter::and([]);
    }
    // Nothing else about the subscription is asked: so the index alone answers.
    let any = Filter::and([]);
    Filter::is_among(ConversationMember::USER_ID, PushSubscription::USER_ID, any)
}

/// A page of members: a query for each role, as the index that leads with conversation, status and role
/// gives each of them in commit order at any size of the group.
pub fn page(
    conversation: &str,
    behind: i64,
    only: &Filter<ConversationMember>,
    limit: u32,
) -> Vec<Query<ConversationMember>> {
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
            .filter(only.clone())
            .order(Order::asc(Column::seq()))
            .limit(limit)
    };
    ConversationMemberRole::ALL.iter().map(of_role).collect()
}

/// Puts the roles' pages together: the first `limit` members, and whether there may be more.
pub fn merge(pages: Vec<Vec<Doc<ConversationMember>>>, limit: u32) -> Page {
    let limit = limit as usize;
    let mut members: Vec<_> = pages.into_iter().flatten().collect();
    members.sort_by_key(|member| member.seq);
    let more = members.len() >= limit;
    members.truncate(limit);
    Page { members, more }
}
