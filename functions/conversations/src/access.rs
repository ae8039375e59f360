//! The caller, and whether they belong to the conversation.

use whisper_kit::error::{Code, Error, OptionExt, Result};
use whisper_messages::is_in_sight;
use whisper_people::ids::member_id;
use whisper_schema::prelude::{
    Column, Conversation, ConversationKind, ConversationMember, ConversationMemberStatus,
    ConversationRight, Message,
};
use whisper_store::{Doc, Filter, Get};

/// A conversation, and the caller's membership of it.
#[derive(Debug)]
pub struct Access {
    /// The conversation.
    pub conversation: Doc<Conversation>,
    /// The caller's membership, which is active.
    pub me: Doc<ConversationMember>,
}

/// The questions that [`admit`] decides by.
pub type Door = (Get<Conversation>, Get<ConversationMember>);

/// Asks for a conversation and somebody's membership of it, whether or not there are any: a stranger's 404 costs the same.
pub fn door(conversation: &str, user: &str) -> Door {
    (
        Get::id(conversation),
        Get::id(member_id(conversation, user)),
    )
}

/// Lets active members in. Everybody else gets the answer for a conversation that doesn't exist.
///
/// # Errors
/// `not_found`.
pub fn admit(
    found: (Option<Doc<Conversation>>, Option<Doc<ConversationMember>>),
) -> Result<Access> {
    let (conversation, me) = (found.0.or_not_found()?, found.1.or_not_found()?);
    if me.status != ConversationMemberStatus::Active {
        return Err(Error::not_found());
    }
    Ok(Access { conversation, me })
}

impl Access {
    /// Whether the caller has a right here, by their role and the settings.
    pub fn has(&self, right: ConversationRight) -> bool {
        self.conversation.lets(self.me.role, right)
    }

    /// Whether a message is one of the conversation, and the caller's to see.
    pub fn is_in_history(&self, message: &Doc<Message>) -> bool {
        is_in_sight(message, &self.conversation, &self.me, None)
    }

    /// Refuses operations that make no sense between two, or with a list of recipients.
    ///
    /// # Errors
    /// `direct_conversation`, `wrong_kind`.
    pub fn refuse_direct(&self) -> Result<()> {
        match self.conversation.kind {
            ConversationKind::Direct => {
                let detail =
                    "A direct conversation keeps its two members; archive it to put it away.";
                Err(Error::new(Code::DirectConversation, detail))
            }
            ConversationKind::Broadcast => {
                let detail = "A broadcast has recipients, and no members but its owner.";
                Err(Error::new(Code::WrongKind, detail))
            }
            _ => Ok(()),
        }
    }
}

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

/// Holds for active memberships.
pub fn active() -> Filter<ConversationMember> {
    Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active)
}

/// Holds for one active membership in the role that it was read in; for a commit to expect.
pub fn this_one(member: &ConversationMember) -> Filter<ConversationMember> {
    Filter::and([
        Filter::eq(Column::id(), member.id.as_str()),
        same_role(member),
    ])
}
