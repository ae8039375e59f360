//! A message that a member does something to, with the conversation and their membership.

use whisper_kit::error::{Error, OptionExt, Result};
use whisper_kit::ids::member_id;
use whisper_kit::{Ctx, Request};
use whisper_messages::{Access, deletion, may_still_send, member_of};
use whisper_schema::main_db::{Conversation, ConversationRight, Message};
use whisper_schema::system::ConversationMember;
use whisper_schema::{Column, Ephemeral, Timestamp};
use whisper_store::{Doc, Filter, Get, ReadSet};

/// The message that a request names in its path.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The conversation.
    pub conversation: &'a str,
    /// The message.
    pub message: &'a str,
}

/// A message that the caller sees, and may do something to.
#[derive(Debug)]
pub struct Opened {
    /// Its conversation, with the caller's membership.
    pub access: Access,
    /// The message.
    pub message: Doc<Message>,
}

impl<'a> Named<'a> {
    /// Reads the path.
    ///
    /// # Errors
    /// `not_found` for parts that can't be ids.
    pub fn of(request: &'a Request) -> Result<Self> {
        Ok(Named {
            conversation: request.id("conversationId")?,
            message: request.id("messageId")?,
        })
    }

    /// Reads the message, and `more` beside it, in one statement, for every caller.
    ///
    /// # Errors
    /// The same 404 for a stranger, and for a message that isn't there, is deleted or has ended, or that nobody wrote.
    pub async fn open<R: ReadSet>(&self, ctx: &Ctx, more: R) -> Result<(Opened, R::Output)> {
        let (opened, more) = self.open_shown(ctx, more).await?;
        let stands = opened.message.stands(ctx.now()) && !opened.message.is_system_message;
        stands.then_some((opened, more)).or_not_found()
    }

    /// Reads a message that the caller sees: one that was deleted for all too, or that the server wrote.
    ///
    /// # Errors
    /// The same 404 for a stranger, and for a message that isn't there or has ended.
    pub async fn open_shown<R: ReadSet>(&self, ctx: &Ctx, more: R) -> Result<(Opened, R::Output)> {
        let me = ctx.caller()?.user_id;
        let membership = Get::<ConversationMember>::id(member_id(self.conversation, &me));
        let place = (membership, Get::<Conversation>::id(self.conversation));
        let message = (
            Get::<Message>::id(self.message),
            deletion(&me, self.message),
        );
        let ((member, conversation), message, more) = ctx.read((place, message, more)).await?;
        let (message, deleted) = message;
        let access = Access {
            member: member_of(member)?,
            conversation: conversation.or_not_found()?.into_inner(),
        };
        let message = message
            .filter(|message| access.is_in_history(message, deleted.as_ref()))
            .filter(|message| message.lasts(ctx.now()))
            .or_not_found()?;
        Ok((Opened { access, message }, more))
    }
}

impl Opened {
    /// Refuses somebody whom the other one of a direct conversation blocked: they do nothing there that the other sees.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn refuse_blocked(&self) -> Result<()> {
        match self.access.member.is_blocked {
            true => Err(Error::forbidden("You can't do this in this conversation.")),
            false => Ok(()),
        }
    }

    /// Refuses somebody whose role hasn't this right, by the settings of the conversation.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn refuse_without(&self, right: ConversationRight) -> Result<()> {
        match self.access.has(right) {
            true => Ok(()),
            false => {
                let detail = "The settings of this conversation don't let you do this.";
                Err(Error::forbidden(detail))
            }
        }
    }

    /// Holds while the caller may do something there; for a commit to expect.
    pub fn may_still(&self) -> Filter<ConversationMember> {
        may_still_send(&self.access.member)
    }

    /// Holds while the message stands, at the time of the commit.
    pub fn stands(&self) -> Filter<Message> {
        Filter::and([
            Filter::eq(Column::id(), self.message.id.as_str()),
            Filter::stands(Timestamp::AT_COMMIT),
        ])
    }
}
