//! `PATCH /v1/me/scheduled-messages/{scheduledMessageId}`: another time, or another message. One that couldn't be sent waits
//! again.

use whisper_kit::error::{Code, Error, Result, Rule};
use whisper_kit::rate_limit::Uses;
use whisper_kit::{Attempt, Ctx, Endpoint, Json, Method, Reply, Request};
use whisper_messages::may_still_send;
use whisper_schema::body::Fields;
use whisper_schema::system::{ScheduledMessage, ScheduledMessageStatus};
use whisper_schema::{Body, Timestamp};
use whisper_store::{Batch, Doc, Filter, Patch};

use super::{book, own, terms};
use crate::attached::Source;
use crate::context::Context;
use crate::draft::SendMessage;
use crate::limits::SCHEDULING;
use whisper_messages::ScheduledMessageView;

/// A change of a scheduled message; a part that is left out stays.
#[derive(Clone, Debug, PartialEq, Body)]
#[body(check = ChangeScheduled::check, example = r#"{"sendAt": "2027-01-01T00:01:00Z"}"#)]
#[body(
    rule = r#"{"not": {"required": ["message"], "properties": {"message": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}}}}"#
)]
pub struct ChangeScheduled {
    /// When it is to be sent: from 10 seconds to 366 days ahead; needed for one that couldn't be sent.
    pub send_at: Option<Timestamp>,
    /// The message in the place of the former one, as a send takes it, without an id.
    pub message: Option<SendMessage>,
}

impl ChangeScheduled {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        let message = self.message.as_ref();
        if message.is_some_and(|message| message.id.is_some()) {
            fields.refuse("message.id", Rule::Unknown, "stays as it is");
        }
    }
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        super::ONE,
        "changeScheduledMessage",
        "Changes a scheduled message, or when it is sent; one that couldn't be sent waits again",
        edit,
    )
    .reply::<ScheduledMessageView>(200, "It waits for its time.")
    .codes(&[
        Code::NotFound,
        Code::Forbidden,
        Code::TooManyScheduled,
        Code::RateLimited,
    ])
}

async fn edit(ctx: Ctx, request: Request, Json(change): Json<ChangeScheduled>) -> Result<Reply> {
    let id = request.id("scheduledMessageId")?;
    let changed = ctx.retry(async || attempt(&ctx, id, &change).await).await?;
    Reply::ok(&ScheduledMessageView::from(changed))
}

async fn attempt(
    ctx: &Ctx,
    id: &str,
    change: &ChangeScheduled,
) -> Result<Attempt<ScheduledMessage>> {
    let before = own::read(ctx, id).await?;
    let has_failed = before.status == ScheduledMessageStatus::Failed;
    let send_at = time(change, &before, ctx.now())?;
    let draft = change.message.clone();
    let Some(mut draft) = draft.or_else(|| SendMessage::of_text(&before.message)) else {
        let detail = "is required: the former one can't be sent any more";
        return Err(Error::field("message", Rule::Required, detail));
    };
    draft.id = Some(id.to_owned());
    let me = before.user_id.as_str();
    let place = before.conversation_id.as_str();
    let context = Context::read(ctx, me, place, &draft, Source::Schedule(id)).await?;
    terms::check_message(&context, &draft, send_at)?;
    let text = draft.to_text();
    if !has_failed && send_at == before.send_at && text == before.message {
        return Ok(Attempt::Done(before.into_inner()));
    }
    let as_read = Filter::revision(before.revision);
    let batch = Batch::new()
        .expect_some(may_still_send(&context.member))
        .update_if(id, waiting(send_at, &text), as_read);
    let batch = context
        .attached
        .schedule(batch, (id, me), &draft, ctx.now());
    let batch = match has_failed {
        true => book::one_more(ctx, batch, me),
        false => batch,
    };
    let batch = own::tell(ctx, batch, &before, "changed")?;
    let uses = Uses::of(ctx, &[(SCHEDULING, 1)]).await?;
    let Some(committed) = book::try_commit(ctx, &uses, batch).await? else {
        return Ok(Attempt::Retry);
    };
    Ok(Attempt::Done(ScheduledMessage {
        message: text,
        send_at,
        status: ScheduledMessageStatus::Waiting,
        failure: None,
        failed_at: None,
        updated_at: committed.at,
        ..before.into_inner()
    }))
}

/// When it is sent after the change.
fn time(
    change: &ChangeScheduled,
    before: &Doc<ScheduledMessage>,
    now: Timestamp,
) -> Result<Timestamp> {
    match change.send_at {
        Some(send_at) => terms::check_time(send_at, now).map(|()| send_at),
        None if before.status == ScheduledMessageStatus::Failed => {
            let detail = "is required for one that couldn't be sent";
            Err(Error::field("sendAt", Rule::Required, detail))
        }
        None => Ok(before.send_at),
    }
}

fn waiting(send_at: Timestamp, text: &str) -> Patch<ScheduledMessage> {
    Patch::new()
        .set(ScheduledMessage::MESSAGE, text)
        .set(ScheduledMessage::SEND_AT, send_at)
        .set(ScheduledMessage::DUE_AT, send_at)
        .set(ScheduledMessage::STATUS, ScheduledMessageStatus::Waiting)
        .set(ScheduledMessage::ATTEMPTS, 0)
        .unset(ScheduledMessage::FAILURE)
        .unset(ScheduledMessage::FAILED_AT)
        .unset(ScheduledMessage::EXPIRES_AT)
        .set(ScheduledMessage::UPDATED_AT, Timestamp::AT_COMMIT)
}
