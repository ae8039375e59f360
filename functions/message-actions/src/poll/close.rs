//! `POST /v1/conversations/{conversationId}/messages/{messageId}/poll/close`: ends voting.

use serde_json::json;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Error, Method, Reply, Request, Result, events};
use whisper_messages::{PollView, may_still_send, message_path};
use whisper_schema::Timestamp;
use whisper_schema::content_db::Poll;
use whisper_schema::system::{ConversationMemberRole, PollClosing};
use whisper_store::{Batch, Patch};

use super::open::{Opened, open};
use super::results::answer;
use super::vote::still_open;
use crate::opened::Named;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        message_path!("/poll/close"),
        "closePoll",
        "Ends voting now; for the user who asks, and for the owner, admins and moderators of a group.",
        close,
    )
    .for_bots()
    .reply::<PollView>(200, "The results, which stay as they are.")
    .codes(&[Code::NotFound, Code::Forbidden])
}

async fn close(ctx: Ctx, request: Request) -> Result<Reply> {
    let named = Named::of(&request)?;
    let (opened, end) = ctx.retry(async || attempt(&ctx, &named).await).await?;
    answer(&ctx, &opened, None, end).await
}

/// The poll, and a moment at which it is closed: the commit may be later than the request.
async fn attempt(ctx: &Ctx, named: &Named<'_>) -> Result<Attempt<(Opened, Timestamp)>> {
    let opened = open(ctx, named).await?;
    let me = opened.member.user_id.as_str();
    let is_theirs = opened.poll.creator_id == me;
    if opened.member.is_blocked || !is_theirs && !watches(opened.member.role) {
        return Err(Error::forbidden(
            "Only its author, and those who run the group, may close a poll.",
        ));
    }
    if opened.is_closed(ctx.now()) {
        return Ok(Attempt::Done((opened, ctx.now())));
    }
    let end = Patch::new().set(Poll::EXPIRES_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new()
        .expect_some(may_still_send(&opened.member))
        .update_if(&opened.poll.id, end, still_open())
        .insert(&PollClosing {
            id: opened.poll.id.clone(),
            closed_by: me.to_owned(),
            closed_at: Timestamp::AT_COMMIT,
        });
    let what = json!({
        "conversationId": opened.message.conversation_id,
        "messageId": opened.message.id,
        "pollId": opened.poll.id,
    });
    let batch = events::append(
        ctx,
        batch,
        "poll.closed",
        &opened.message.id,
        Some(me),
        &what,
    )?;
    let committed = ctx.try_commit(batch).await?;
    Ok(committed.map_or(Attempt::Retry, |committed| {
        Attempt::Done((opened, committed.at))
    }))
}

/// Whether the role looks after other members' messages.
fn watches(role: ConversationMemberRole) -> bool {
    role != ConversationMemberRole::Member
}
