//! `PUT` and `DELETE …/messages/{messageId}/star`: keeps a message among the caller's own, and takes it out again.

use serde_json::json;
use whisper_kit::error::{Code, Result};
use whisper_kit::{Attempt, Ctx, Endpoint, Method, Reply, Request, events};
use whisper_messages::ids::mark_id;
use whisper_schema::Timestamp;
use whisper_schema::system::{MessageMark, MessageMarkKind};
use whisper_store::{Batch, Get};

use super::{STAR, StarredMessageView};
use crate::limits::STARS;
use crate::opened::Named;

/// The endpoint that stars.
pub fn put_endpoint() -> Endpoint {
    let summary = "Stars a message, for the caller alone.";
    Endpoint::new(Method::PUT, STAR, "starMessage", summary, put)
        .reply::<StarredMessageView>(200, "The caller starred it.")
        .codes(&[Code::NotFound, Code::RateLimited])
}

/// The endpoint that takes a star away.
pub fn delete_endpoint() -> Endpoint {
    let summary = "Takes the caller's star off a message.";
    Endpoint::new(Method::DELETE, STAR, "unstarMessage", summary, delete)
        .reply_empty(204, "It has no star of the caller's.")
        .codes(&[Code::NotFound, Code::RateLimited])
}

async fn put(ctx: Ctx, request: Request) -> Result<Reply> {
    let named = Named::of(&request)?;
    let star = ctx.retry(async || star(&ctx, named).await).await?;
    Reply::ok(&StarredMessageView {
        message_id: star.message_id,
        starred_at: star.created_at,
        message: None,
    })
}

async fn star(ctx: &Ctx, named: Named<'_>) -> Result<Attempt<MessageMark>> {
    let me = ctx.caller()?.user_id;
    let id = mark_id(MessageMarkKind::Starred, &me, named.message);
    let (opened, known) = named.open(ctx, Get::<MessageMark>::id(&id)).await?;
    if let Some(known) = known {
        return Ok(Attempt::Done(known.into_inner()));
    }
    let message = &opened.message;
    let mut star = MessageMark {
        id,
        user_id: me,
        message_id: message.id.clone(),
        conversation_id: message.conversation_id.clone(),
        kind: MessageMarkKind::Starred,
        position: message.seq,
        created_at: Timestamp::AT_COMMIT,
    };
    let batch = Batch::new().expect_some(opened.stands()).insert(&star);
    let (by, what) = (
        Some(star.user_id.as_str()),
        json!({"conversationId": message.conversation_id}),
    );
    let batch = events::append(ctx, batch, "message.starred", &message.id, by, &what)?;
    let rate = STARS.of_caller(ctx).await?;
    let Some(committed) = rate.try_commit(ctx, batch).await? else {
        return Ok(Attempt::Retry);
    };
    star.created_at = committed.at;
    Ok(Attempt::Done(star))
}

async fn delete(ctx: Ctx, request: Request) -> Result<Reply> {
    let named = Named::of(&request)?;
    ctx.retry(async || unstar(&ctx, named).await).await?;
    Ok(Reply::no_content())
}

async fn unstar(ctx: &Ctx, named: Named<'_>) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let id = mark_id(MessageMarkKind::Starred, &me, named.message);
    let (opened, known) = named.open(ctx, Get::<MessageMark>::id(&id)).await?;
    if known.is_none() {
        return Ok(Attempt::Done(()));
    }
    let message = &opened.message;
    let what = json!({"conversationId": message.conversation_id});
    let batch = Batch::new().delete::<MessageMark>(&id);
    let batch = events::append(
        ctx,
        batch,
        "message.unstarred",
        &message.id,
        Some(&me),
        &what,
    )?;
    let rate = STARS.of_caller(ctx).await?;
    let committed = rate.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
