//! The way to the poll of a message: members of its conversation may see it.

use whisper_kit::error::OptionExt;
use whisper_kit::{Ctx, Result};
use whisper_messages::ids::poll_id;
use whisper_messages::{ballot_id, is_closed};
use whisper_schema::Timestamp;
use whisper_schema::content_db::Poll;
use whisper_schema::main_db::Message;
use whisper_schema::system::{ConversationMember, PollBallot, PollClosing};
use whisper_store::{Doc, Get};

use crate::opened::Named;

/// A poll that the caller may see.
pub struct Opened {
    pub member: ConversationMember,
    pub message: Doc<Message>,
    pub poll: Doc<Poll>,
    pub ballot: Option<Doc<PollBallot>>,
    closing: Option<Doc<PollClosing>>,
}

impl Opened {
    /// Whether voting has ended.
    pub fn is_closed(&self, now: Timestamp) -> bool {
        is_closed(&self.poll, self.closing.is_some(), now)
    }
}

/// Reads the poll of a message and the caller's part in it, in one statement.
///
/// # Errors
/// The same 404 for a stranger, for a message that isn't there any more, and for one without a poll.
pub async fn open(ctx: &Ctx, named: &Named<'_>) -> Result<Opened> {
    let me = ctx.caller()?.user_id;
    let poll = poll_id(named.message);
    let asked = (
        Get::<PollBallot>::id(ballot_id(&poll, &me)),
        Get::<PollClosing>::id(&poll),
        Get::<Poll>::id(&poll),
    );
    let (opened, (ballot, closing, poll)) = named.open(ctx, asked).await?;
    Ok(Opened {
        member: opened.access.member,
        message: opened.message,
        poll: poll.or_not_found()?,
        ballot,
        closing,
    })
}
