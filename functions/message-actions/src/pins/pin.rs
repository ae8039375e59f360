//! `PUT …/messages/{messageId}/pin`: pins a message; again, and nothing changes.

use serde_json::json;
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::{Attempt, Ctx, Endpoint, Method, Reply, Request, events};
use whisper_messages::{Access, Told};
use whisper_schema::Timestamp;
use whisper_schema::main_db::{ConversationRight, Message, SystemMessage};
use whisper_schema::system::MessagePin;
use whisper_store::{Batch, Doc, Filter, Get, Patch, Query};

use super::{MOST, MessagePinView, told};
use crate::limits::PINS;
use crate::opened::{Named, Opened};

/// The endpoint.
pub fn endpoint() -> Endpoint {
    let summary =
        "Pins a message for all members, up to 100 in a conversation; a system message tells them.";
    Endpoint::new(Method::PUT, super::PIN, "pinMessage", summary, put)
        .for_bots()
        .reply::<MessagePinView>(200, "The message is pinned now.")
        .codes(&[
            Code::NotFound,
            Code::Forbidden,
            Code::TooManyPins,
            Code::RateLimited,
        ])
}

async fn put(ctx: Ctx, request: Request) -> Result<Reply> {
    let named = Named::of(&request)?;
    let pin = ctx.retry(async || attempt(&ctx, named).await).await?;
    Reply::ok(&MessagePinView::from(pin))
}

async fn attempt(ctx: &Ctx, named: Named<'_>) -> Result<Attempt<MessagePin>> {
    let pinned = Query::<MessagePin>::new()
        .filter(Filter::eq(MessagePin::CONVERSATION_ID, named.conversation))
        .limit(MOST);
    let known = Get::<MessagePin>::id(named.message);
    let (opened, (pinned, known)) = named.open(ctx, (pinned, known)).await?;
    opened.refuse_blocked()?;
    opened.refuse_without(ConversationRight::PinMessages)?;
    if let Some(known) = known {
        return Ok(Attempt::Done(known.into_inner()));
    }
    let by = &opened.access.member.user_id;
    let mut pin = MessagePin {
        id: opened.message.id.clone(),
        conversation_id: opened.access.conversation.id.clone(),
        place: free_place(&pinned)?,
        pinned_by: by.clone(),
        pinned_at: Timestamp::AT_COMMIT,
    };
    let shown = Patch::new()
        .set(Message::IS_PINNED, true)
        .set(Message::PINNED_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new()
        .expect_some(opened.may_still())
        .insert(&pin)
        .update_if(&pin.id, shown, Filter::stands(Timestamp::AT_COMMIT));
    let payload = told(&opened);
    let batch = events::append(ctx, batch, "message.pinned", &pin.id, Some(by), &payload)?;
    let batch = tell(ctx, batch, &opened)?;
    let rate = PINS.of_caller(ctx).await?;
    let Some(committed) = rate.try_commit(ctx, batch).await? else {
        return Ok(Attempt::Retry);
    };
    pin.pinned_at = committed.at;
    Ok(Attempt::Done(pin))
}

/// Tells it in the history, but for a broadcast, whose messages are read by nobody else.
fn tell(ctx: &Ctx, batch: Batch, opened: &Opened) -> Result<Batch> {
    let Access {
        member,
        conversation,
    } = &opened.access;
    let (id, by) = (conversation.id.as_str(), member.user_id.as_str());
    let message_id = opened.message.id.clone();
    let told = Told::of(
        ctx,
        conversation,
        by,
        [SystemMessage::MessagePinned { message_id }],
    )?;
    // The name of a message that ends goes with it.
    let told = told.ending(opened.message.expires_at);
    if told.newest().is_none() {
        return Ok(batch);
    }
    let batch = told
        .insert_in(batch)
        .update(id, told.summarised(Patch::new()));
    let what = json!({"fields": [], "messageIds": told.ids()});
    events::append(ctx, batch, "conversation.updated", id, Some(by), &what)
}

/// The first place that the pinned messages leave. The commit refuses the second of two that are pinned at once and take the
/// same one.
fn free_place(pinned: &[Doc<MessagePin>]) -> Result<i64> {
    let is_free = |place: &i64| pinned.iter().all(|pin| pin.place != *place);
    let place = (0..i64::from(MOST)).find(is_free);
    place.ok_or_else(|| {
        let detail = format!("At most {MOST} messages are pinned. Unpin one first.");
        Error::new(Code::TooManyPins, detail)
    })
}
