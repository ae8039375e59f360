//! The way to the poll of a message: members of its conversation may see it.

use whisper_kit::error::OptionExt;
use whisper_kit::ids::poll_id;
use whisper_kit::{Ctx, Request, Result};
use whisper_messages::{ballot_id, check_member, deletion};
use whisper_schema::content_db::Poll;
use whisper_schema::main_db::Message;
use whisper_schema::system::{ConversationMember, PollBallot};
use whisper_store::{Doc, Get};

/// A message's place in the path.
pub struct Place<'a> {
    pub conversation: &'a str,
    pub message: &'a str,
}

/// A poll that the caller may see.
pub struct Opened {
    pub member: ConversationMember,
    pub message: Doc<Message>,
    pub poll: Doc<Poll>,
    pub ballot: Option<Doc<PollBallot>>,
}

impl<'a> Place<'a> {
    /// The place that a request names.
    pub fn of(request: &'a Request) -> Result<Self> {
        Ok(Place {
            conversation: request.id("conversationId")?,
            message: request.id("messageId")?,
        })
    }

    /// Reads the poll and the caller's part in it, in two statements; one for a stranger.
    ///
    /// # Errors
    /// The same 404 for a stranger, for a message that isn't there any more, and for one without a poll.
    pub async fn open(&self, ctx: &Ctx) -> Result<Opened> {
        let me = ctx.caller()?.user_id;
        let access = check_member(ctx, self.conversation, &me).await?;
        let poll = poll_id(self.message);
        let (message, deleted, poll, ballot) = ctx
            .read((
                Get::<Message>::id(self.message),
                deletion(&me, self.message),
                Get::<Poll>::id(&poll),
                Get::<PollBallot>::id(ballot_id(&poll, &me)),
            ))
            .await?;
        let message = message
            .filter(|message| access.is_visible(message, deleted.as_ref(), ctx.now()))
            .or_not_found()?;
        Ok(Opened {
            member: access.member,
            message,
            poll: poll.or_not_found()?,
            ballot,
        })
    }
}
