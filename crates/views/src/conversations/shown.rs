//! The members whose ids a view shows.

use whisper_schema::prelude::{
    CommunityGroup, Conversation, ConversationMember, ConversationMemberRole, ConversationRight,
    LinkedGroup, Message, SystemMessage,
};
use whisper_store::{Answers, Doc, Filter, Get, Order, Query, Questions, ReadSet, StoreError};

use whisper_messages::{is_reader, is_voice};

use super::access::active;

/// Roles that may change the conversation and its members.
pub const MANAGERS: [ConversationMemberRole; 2] =
    [ConversationMemberRole::Owner, ConversationMemberRole::Admin];

/// Most ids in `participantIds`, `adminIds` and `moderatorIds`; the members' list has them all.
pub const SHOWN_MEMBERS: u32 = 100;

/// Most users of whom a preview tells by name: as many as fit a line.
const TOLD: usize = 3;

type Members = Query<ConversationMember>;

/// The questions for the ids that a view shows; gives [`ShownMembers`].
pub struct Asking {
    participants: Members,
    /// Managers and moderators of a group; a direct conversation has neither.
    roles: Option<(Members, Members)>,
    /// The group that is linked to a channel, and the community of a group.
    ties: Option<(Get<LinkedGroup>, Get<CommunityGroup>)>,
}

/// Asks for the ids that the view of a direct conversation shows.
pub fn shown_pair(conversation: &str) -> Asking {
    Asking {
        participants: participants(conversation),
        roles: None,
        ties: None,
    }
}

/// Asks for the ids that the view of a group shows; of a direct conversation it gives the same as [`shown_pair`].
pub fn shown_members(conversation: &str) -> Asking {
    let with_role = |role| members(conversation).filter(role);
    let moderator = ConversationMemberRole::Moderator;
    Asking {
        participants: participants(conversation),
        roles: Some((
            with_role(Filter::is_in(ConversationMember::ROLE, MANAGERS)),
            with_role(Filter::eq(ConversationMember::ROLE, moderator)),
        )),
        ties: Some((Get::id(conversation), Get::id(conversation))),
    }
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
        self.participants.ask(questions)?;
        self.roles.ask(questions)?;
        self.ties.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<ShownMembers, StoreError> {
        let participants = self.participants.take(answers)?;
        let (admins, moderators) = self.roles.take(answers)?.unwrap_or_default();
        let (link, roof) = self.ties.take(answers)?.unwrap_or_default();
        Ok(ShownMembers {
            participants: ids(participants),
            admins: ids(admins),
            moderators: ids(moderators),
            linked_group: link.map(|link| link.into_inner().group_id),
            community: roof.map(|roof| roof.into_inner().community_id),
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
    /// Group in which the messages of a channel are talked about.
    pub linked_group: Option<String>,
    /// Community that a group belongs to.
    pub community: Option<String>,
}

impl ShownMembers {
    /// The other one of a direct conversation.
    pub fn peer_of(&self, user: &str) -> Option<&str> {
        let mut others = self.participants.iter();
        others.find(|id| *id != user).map(String::as_str)
    }

    /// The members whom this member may see: all, where the settings let the member see who belongs to the conversation; else
    /// the member and the members who run it. Others see themselves alone in a channel.
    pub fn seen_by(mut self, me: &ConversationMember, conversation: &Conversation) -> Self {
        if is_reader(conversation, me.role) {
            return ShownMembers {
                participants: vec![me.user_id.clone()],
                linked_group: self.linked_group,
                ..ShownMembers::default()
            };
        }
        if !conversation.lets(me.role, ConversationRight::SeeMembers) {
            let (admins, moderators) = (&self.admins, &self.moderators);
            self.participants
                .retain(|id| *id == me.user_id || admins.contains(id) || moderators.contains(id));
        }
        self
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

/// The maker of a conversation, where this member learns of them.
pub fn maker<'a>(conversation: &'a Conversation, me: &ConversationMember) -> Option<&'a str> {
    let is_told = !is_reader(conversation, me.role);
    is_told.then_some(conversation.creator_id.as_str())
}

/// The sender of a message, where that is a user; none where a channel is.
pub fn sender(newest: &Message) -> Option<&str> {
    (!is_voice(newest)).then_some(newest.sender_id.as_str())
}

/// The users whom the preview of a system message names beside its sender.
pub fn told_of(newest: &Message) -> Vec<String> {
    let told = SystemMessage::of(newest);
    let users = told.as_ref().map(SystemMessage::users).unwrap_or_default();
    users.iter().take(TOLD).cloned().collect()
}
