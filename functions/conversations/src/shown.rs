//! Whose ids a view shows.

use whisper_schema::prelude::{ConversationMember, ConversationMemberRole};
use whisper_store::{Doc, Filter, Order, Query};

use crate::access::active;
use crate::rules::MANAGERS;

/// Most ids in `participantIds`, `adminIds` and `moderatorIds`; the members' list has them all.
pub const SHOWN_MEMBERS: u32 = 100;

type Members = Query<ConversationMember>;
type Found = Vec<Doc<ConversationMember>>;

/// The query for the ids that the view of a direct conversation shows: nobody stands out there.
pub fn shown_pair(conversation: &str) -> Members {
    Query::new()
        .filter(Filter::eq(
            ConversationMember::CONVERSATION_ID,
            conversation,
        ))
        .filter(active())
        .order(Order::asc(ConversationMember::JOINED_AT))
        .limit(SHOWN_MEMBERS)
}

/// The queries for the ids that the view of a group shows: participants, managers, moderators.
pub fn shown_members(conversation: &str) -> (Members, Members, Members) {
    let with_role = |role| {
        Query::new()
            .filter(Filter::eq(
                ConversationMember::CONVERSATION_ID,
                conversation,
            ))
            .filter(active())
            .filter(role)
            .limit(SHOWN_MEMBERS)
    };
    (
        shown_pair(conversation),
        with_role(Filter::is_in(ConversationMember::ROLE, MANAGERS)),
        with_role(Filter::eq(
            ConversationMember::ROLE,
            ConversationMemberRole::Moderator,
        )),
    )
}

/// The members whose ids a view shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShownMembers {
    /// In the order they joined.
    pub participants: Vec<String>,
    /// Owner and admins.
    pub admins: Vec<String>,
    /// Moderators.
    pub moderators: Vec<String>,
}

impl ShownMembers {
    /// From what [`shown_pair`] or [`shown_members`] gave.
    pub fn of(pair: Option<Found>, group: Option<(Found, Found, Found)>) -> Self {
        let (participants, admins, moderators) = group.unwrap_or_default();
        ShownMembers {
            participants: ids(pair.unwrap_or(participants)),
            admins: ids(admins),
            moderators: ids(moderators),
        }
    }
}

impl From<(Found, Found, Found)> for ShownMembers {
    fn from(group: (Found, Found, Found)) -> Self {
        ShownMembers::of(None, Some(group))
    }
}

impl ShownMembers {
    /// The other one of a direct conversation.
    pub fn peer_of(&self, user: &str) -> Option<&str> {
        let mut others = self.participants.iter();
        others.find(|id| *id != user).map(String::as_str)
    }

    /// Everybody.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        let lists = [&self.participants, &self.admins, &self.moderators];
        lists.into_iter().flatten().map(String::as_str)
    }
}

fn ids(found: Found) -> Vec<String> {
    found
        .into_iter()
        .map(|member| member.value.user_id)
        .collect()
}
