//! `POST /v1/conversations/{conversationId}/scheduled-messages`: schedules a message.

use whisper_kit::error::{Code, Error, Result};
use whisper_kit::rate_limit::Uses;
use whisper_kit::{Attempt, Ctx, Endpoint, Json, Method, Reply, Request};
use whisper_messages::may_still_send;
use whisper_schema::system::ScheduledMessage;
use whisper_schema::{Body, Timestamp};
use whisper_store::{Batch, Get};

use super::{book, own, terms};
use crate::attached::Source;
use crate::context::Context;
use crate::draft::SendMessage;
use crate::keyed::{Keyed, name_by_key};
use crate::limits::SCHEDULING;
use whisper_messages::{ScheduledMessageView, is_scheduled_by};

/// A message to be sent at a later time.
#[derive(Clone, Debug, PartialEq, Body)]
#[body(
    example = r#"{"sendAt": "2027-01-01T00:00:00Z", "message": {"content": "Happy new year!"}}"#
)]
pub struct ScheduleMessage {
    /// When it is to be sent: from 10 seconds to 366 days ahead. It is sent within a minute.
    pub send_at: Timestamp,
    /// The message, as a send takes it. Its `id` is that of the scheduled message as well.
    pub message: SendMessage,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/scheduled-messages",
        "scheduleMessage",
        "Schedules a message: it is sent at its time, if its sender may send it then",
        create,
    )
    .headers(&["idempotency-key"])
    .answers(&["location"])
    .reply::<ScheduledMessageView>(201, "It waits for its time.")
    .reply::<ScheduledMessageView>(
        200,
        "It had been scheduled before, with the same id and the same body.",
    )
    .codes(&[
        Code::NotFound,
        Code::Forbidden,
        Code::AlreadySent,
        Code::MessageIdTaken,
        Code::IdempotencyKeyReused,
        Code::TooManyScheduled,
        Code::RateLimited,
    ])
}

async fn create(
    ctx: Ctx,
    request: Request,
    Json(mut body): Json<ScheduleMessage>,
) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let conversation = request.id("conversationId")?;
    let keyed = Keyed {
        operation: "scheduleMessage",
        parts: &["scheduled message", &me, conversation],
    };
    let is_keyed = name_by_key(&mut body.message, &request, &me, &keyed)?;
    let id = body.message.id.clone().map_or_else(|| ctx.new_id(), Ok)?;
    body.message.id = Some(id.clone());
    let scheduling = Scheduling {
        ctx: &ctx,
        me: &me,
        conversation,
        id: &id,
        is_keyed,
        body: &body,
    };
    let outcome = ctx.retry(async || scheduling.attempt().await).await;
    outcome.map_err(|error| match error.code() {
        Code::MessageIdTaken if is_keyed => {
            let detail = "This Idempotency-Key was used for another message.";
            Error::new(Code::IdempotencyKeyReused, detail)
        }
        _ => error,
    })
}

struct Scheduling<'a> {
    ctx: &'a Ctx,
    me: &'a str,
    conversation: &'a str,
    id: &'a str,
    /// Whether the id follows from an idempotency key.
    is_keyed: bool,
    body: &'a ScheduleMessage,
}

impl Scheduling<'_> {
    async fn attempt(&self) -> Result<Attempt<Reply>> {
        let (ctx, draft) = (self.ctx, &self.body.message);
        let (place, source) = (self.conversation, Source::Request);
        let context = Context::read(ctx, self.me, place, draft, source).await?;
        if let Some(known) = ctx.read(Get::<ScheduledMessage>::id(self.id)).await? {
            return self.replay(known.into_inner()).map(Attempt::Done);
        }
        if let Some(stored) = &context.stored {
            return Err(
                match self.is_keyed && context.is_replay(draft, stored, ctx.now()) {
                    true => sent(),
                    false => taken(),
                },
            );
        }
        terms::check_time(self.body.send_at, ctx.now())?;
        terms::check_message(&context, draft, self.body.send_at)?;
        let mut scheduled = self.document();
        let batch = Batch::new()
            .expect_some(may_still_send(&context.member))
            .insert(&scheduled);
        let batch = context
            .attached
            .schedule(batch, (self.id, self.me), draft, ctx.now());
        let batch = book::one_more(ctx, batch, self.me);
        let batch = own::tell(ctx, batch, &scheduled, "created")?;
        let uses = Uses::of(ctx, &[(SCHEDULING, 1)]).await?;
        let Some(committed) = book::try_commit(ctx, &uses, batch).await? else {
            return Ok(Attempt::Retry);
        };
        scheduled.created_at = committed.at;
        scheduled.updated_at = committed.at;
        let path = format!("{}/{}", super::MINE, scheduled.id);
        let view = ScheduledMessageView::from(scheduled);
        Ok(Attempt::Done(Reply::created(&view)?.location(&path)))
    }

    fn document(&self) -> ScheduledMessage {
        ScheduledMessage {
            id: self.id.to_owned(),
            user_id: self.me.to_owned(),
            conversation_id: self.conversation.to_owned(),
            message: self.body.message.to_text(),
            send_at: self.body.send_at,
            due_at: Some(self.body.send_at),
            created_at: Timestamp::AT_COMMIT,
            updated_at: Timestamp::AT_COMMIT,
            ..ScheduledMessage::default()
        }
    }

    /// Answers for one that has this id already.
    fn replay(&self, known: ScheduledMessage) -> Result<Reply> {
        let is_same = is_scheduled_by(&known, self.me, self.ctx)
            && known.conversation_id == self.conversation
            && known.send_at == self.body.send_at
            && known.message == self.body.message.to_text();
        if !is_same {
            return Err(taken());
        }
        let view = ScheduledMessageView::from(known);
        Ok(Reply::ok(&view)?.header("idempotency-replayed", "true"))
    }
}

/// The answer to a retry of one that was sent since: nothing is scheduled again.
fn sent() -> Error {
    let detail = "It was scheduled by an earlier request, and has been sent since.";
    Error::new(Code::AlreadySent, detail)
}

fn taken() -> Error {
    let detail = "Another message has this id. Use a new one for each message.";
    Error::new(Code::MessageIdTaken, detail)
}
