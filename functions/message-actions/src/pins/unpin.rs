//! `DELETE …/messages/{messageId}/pin`: unpins a message; nothing happens to one that isn't pinned.

use whisper_kit::error::{Code, Result};
use whisper_kit::{Attempt, Ctx, Endpoint, Method, Reply, Request, events};
use whisper_schema::main_db::{ConversationRight, Message};
use whisper_schema::system::MessagePin;
use whisper_store::{Batch, Get, Patch};

use super::told;
use crate::limits::PINS;
use crate::opened::Named;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    let summary = "Unpins a message.";
    Endpoint::new(Method::DELETE, super::PIN, "unpinMessage", summary, delete)
        .for_bots()
        .reply_empty(204, "The message isn't pinned.")
        .codes(&[Code::NotFound, Code::Forbidden, Code::RateLimited])
}

async fn delete(ctx: Ctx, request: Request) -> Result<Reply> {
    let named = Named::of(&request)?;
    ctx.retry(async || attempt(&ctx, named).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, named: Named<'_>) -> Result<Attempt<()>> {
    let (opened, pin) = named
        .open(ctx, Get::<MessagePin>::id(named.message))
        .await?;
    opened.refuse_blocked()?;
    opened.refuse_without(ConversationRight::PinMessages)?;
    let Some(pin) = pin else {
        return Ok(Attempt::Done(()));
    };
    let shown = Patch::new()
        .set(Message::IS_PINNED, false)
        .unset(Message::PINNED_AT);
    let batch = Batch::new()
        .expect_some(opened.may_still())
        .delete::<MessagePin>(&pin.id)
        .update(&pin.id, shown);
    let by = Some(opened.access.member.user_id.as_str());
    let batch = events::append(ctx, batch, "message.unpinned", &pin.id, by, &told(&opened))?;
    let rate = PINS.of_caller(ctx).await?;
    let committed = rate.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
