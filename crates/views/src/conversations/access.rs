//! A user, and whether they belong to a conversation.

use whisper_kit::error::{Code, Error, OptionExt, Result};
use whisper_messages::{is_active, is_in_sight};
use whisper_people::ids::member_id;
use whisper_schema::prelude::{
    Conversation, ConversationKind, ConversationMember, ConversationMemberStatus,
    ConversationRight, Message,
};
use whisper_store::{Doc, Filter, Get};

/// A conversation, and a user's membership of it.
#[derive(Debug)]
pub struct Access {
    /// The conversation.
    pub conversation: Doc<Conversation>,
    /// Their membership, which is active.
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

/// The answers to a [`Door`].
type Found = (Option<Doc<Conversation>>, Option<Doc<ConversationMember>>);

/// Lets active members in. Everybody else gets the answer for a conversation that doesn't exist.
///
/// # Errors
/// `not_found`.
pub fn admit(found: Found) -> Result<Access> {
    admitted(found).or_not_found()
}

/// Lets active members in; gives none for everybody else.
pub(crate) fn admitted((conversation, me): Found) -> Option<Access> {
    let access = Access {
        conversation: conversation?,
        me: me?,
    };
    is_active(&access.me).then_some(access)
}

impl Access {
    /// Whether they have a right here, by their role and the settings.
    pub fn has(&self, right: ConversationRight) -> bool {
        self.conversation.lets(self.me.role, right)
    }

    /// Whether a message is one of the conversation, and theirs to see.
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

/// Holds for active memberships.
pub fn active() -> Filter<ConversationMember> {
    Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active)
}
