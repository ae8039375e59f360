//! The members whose ids a view shows.

use whisper_schema::prelude::{ConversationMember, ConversationMemberRole};
use whisper_store::{Answers, Doc, Filter, Order, Query, Questions, ReadSet, StoreError};

use crate::access::active;
use crate::rules::MANAGERS;

/// Most ids in `participantIds`, `adminIds` and `moderatorIds`; the members' list has them all.
pub const SHOWN_MEMBERS: u32 = 100;

type Members = Query<ConversationMember>;

/// The questions for the ids that a view shows; gives [`ShownMembers`].
pub enum Asking {
    /// Of a direct conversation: nobody stands out there.
    Pair(Members),
    /// Of a group: participants, managers, moderators.
    Group(Members, Members, Members),
}

/// Asks for the ids that the view of a direct conversation shows.
pub fn shown_pair(conversation: &str) -> Asking {
    Asking::Pair(participants(conversation))
}

/// Asks for the ids that the view of a group shows; of a direct conversation it gives the same as [`shown_pair`].
pub fn shown_members(conversation: &str) -> Asking {
    let with_role = |role| members(conversation).filter(role);
    let moderator = ConversationMemberRole::Moderator;
    Asking::Group(
        participants(conversation),
        with_role(Filter::is_in(ConversationMember::ROLE, MANAGERS)),
        with_role(Filter::eq(ConversationMember::ROLE, moderator)),
    )
}

fn participants(conversation: &str) -> Members {
    members(conversation).order(Order::asc(ConversationMember::JOINED_AT))
}

fn members(conversation: &str) -> Members {
    Query::new()
        .filter(Filter::eq(
            ConversationMember::CONVERSATION_ID,
            conversation,
        ))
        .filter(active())
        .limit(SHOWN_MEMBERS)
}

impl ReadSet for Asking {
    type Output = ShownMembers;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        match self {
            Asking::Pair(pair) => pair.ask(questions),
            Asking::Group(participants, admins, moderators) => {
                participants.ask(questions)?;
                admins.ask(questions)?;
                moderators.ask(questions)
            }
        }
    }

    fn take(self, answers: &mut Answers) -> Result<ShownMembers, StoreError> {
        Ok(match self {
            Asking::Pair(pair) => ShownMembers {
                participants: ids(pair.take(answers)?),
                ..ShownMembers::default()
            },
            Asking::Group(participants, admins, moderators) => ShownMembers {
                participants: ids(participants.take(answers)?),
                admins: ids(admins.take(answers)?),
                moderators: ids(moderators.take(answers)?),
            },
        })
    }
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

fn ids(found: Vec<Doc<ConversationMember>>) -> Vec<String> {
    found
        .into_iter()
        .map(|member| member.value.user_id)
        .collect()
}
