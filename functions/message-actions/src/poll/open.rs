//! The way to the poll of a message: members of its conversation may see it.

use whisper_kit::error::OptionExt;
use whisper_kit::{Ctx, Result};
use whisper_messages::ballot_id;
use whisper_messages::ids::poll_id;
use whisper_schema::content_db::Poll;
use whisper_schema::main_db::Message;
use whisper_schema::system::{ConversationMember, PollBallot};
use whisper_store::{Doc, Get};

use crate::opened::Named;

/// A poll that the caller may see.
pub struct Opened {
    pub member: ConversationMember,
    pub message: Doc<Message>,
    pub poll: Doc<Poll>,
    pub ballot: Option<Doc<PollBallot>>,
}

/// Reads the poll of a message and the caller's part in it, in one statement.
///
/// # Errors
/// The same 404 for a stranger, for a message that isn't there any more, and for one without a poll.
pub async fn open(ctx: &Ctx, named: &Named<'_>) -> Result<Opened> {
    let me = ctx.caller()?.user_id;
    let poll = poll_id(named.message);
    let ballot = Get::<PollBallot>::id(ballot_id(&poll, &me));
    let (opened, (poll, ballot)) = named.open(ctx, (Get::<Poll>::id(poll), ballot)).await?;
    Ok(Opened {
        member: opened.access.member,
        message: opened.message,
        poll: poll.or_not_found()?,
        ballot,
    })
}
