//! `POST /v1/me/scheduled-messages/{scheduledMessageId}/send`: sends it now, before its time or after it has failed.

use whisper_files::Files;
use whisper_kit::error::{Code, OptionExt, Result};
use whisper_kit::{Attempt, Ctx, Endpoint, Method, Reply, Request};
use whisper_messages::{MessageView, is_scheduled_by, sent_view};
use whisper_schema::Ephemeral;
use whisper_schema::main_db::Message;
use whisper_schema::system::ScheduledMessage;
use whisper_store::Get;

use super::turn;
use crate::send::sent;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/me/scheduled-messages/{scheduledMessageId}/send",
        "sendScheduledMessage",
        "Sends a scheduled message now; also one that couldn't be sent before",
        send,
    )
    .answers(&["location"])
    .reply::<MessageView>(201, "The message was sent.")
    .reply::<MessageView>(200, "It has been sent already.")
    .codes(&[
        Code::NotFound,
        Code::Forbidden,
        Code::MessageIdTaken,
        Code::RateLimited,
        Code::ValidationFailed,
    ])
}

async fn send(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("scheduledMessageId")?;
    ctx.retry(async || attempt(&ctx, id).await).await
}

async fn attempt(ctx: &Ctx, id: &str) -> Result<Attempt<Reply>> {
    let me = ctx.caller()?.user_id;
    let asked = (Get::<ScheduledMessage>::id(id), Get::<Message>::id(id));
    let (scheduled, message) = ctx.read(asked).await?;
    let Some(scheduled) = scheduled.filter(|one| is_scheduled_by(one, &me, ctx)) else {
        // The job, or another device, was faster.
        let sent = message.filter(|message| message.sender_id == me && message.stands(ctx.now()));
        let message = sent.or_not_found()?.into_inner();
        let view = sent_view(ctx, &me, message, Files::default()).await?;
        return Reply::ok(&view).map(Attempt::Done);
    };
    let is_anonymous = ctx.is_anonymous().await?;
    let sending = turn::decide(ctx, &scheduled, is_anonymous).await?;
    Ok(match sending.try_commit(ctx).await? {
        Some(done) => Attempt::Done(sent(ctx, &me, done).await?),
        None => Attempt::Retry,
    })
}
