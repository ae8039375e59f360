//! `DELETE …/reactions/{reaction}`: takes a reaction back; without one nothing happens.

use whisper_kit::error::{Code, Result};
use whisper_kit::{Attempt, Ctx, Endpoint, Method, Reply, Request, events};
use whisper_messages::{Mirror, message_reaction_notice_id, reaction_count_id, reaction_id};
use whisper_schema::Column;
use whisper_schema::analytics_db::Notification;
use whisper_schema::system::{MessageReaction, MessageReactionCount};
use whisper_store::{Batch, Doc, Filter, Get, Patch, Query};

use super::set::mirrored;
use super::{Kind, told};
use crate::limits::REACTIONS;
use crate::opened::{Named, Opened};

/// The endpoint.
pub fn endpoint() -> Endpoint {
    let summary = "Takes a reaction of the caller's back.";
    Endpoint::new(
        Method::DELETE,
        super::REACTION,
        "unreactToMessage",
        summary,
        delete,
    )
    .for_bots()
    .reply_empty(204, "The caller doesn't have this reaction.")
    .codes(&[Code::NotFound, Code::ValidationFailed, Code::RateLimited])
}

async fn delete(ctx: Ctx, request: Request) -> Result<Reply> {
    let (named, kind) = (Named::of(&request)?, Kind::of(&request)?);
    ctx.retry(async || attempt(&ctx, named, &kind).await)
        .await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, named: Named<'_>, kind: &Kind) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let own = Get::<MessageReaction>::id(reaction_id(named.message, &me, kind.as_str()));
    let count = Get::<MessageReactionCount>::id(reaction_count_id(named.message, kind.as_str()));
    let all = Query::<MessageReaction>::new()
        .filter(Filter::eq(MessageReaction::MESSAGE_ID, named.message))
        .filter(Filter::eq(MessageReaction::USER_ID, me.as_str()))
        .limit(2);
    let (opened, (own, count, all)) = named.open(ctx, (own, count, all)).await?;
    let Some(own) = own else {
        return Ok(Attempt::Done(()));
    };
    let batch = Batch::new().delete::<MessageReaction>(&own.id);
    let batch = match all.len() {
        // The author heard of the user's reactions in one notification, which goes with the last of them.
        1 => {
            let notice = message_reaction_notice_id(&own.message_id, &me);
            batch.delete_where(Filter::<Notification>::eq(Column::id(), notice), 1)
        }
        _ => batch,
    };
    let batch = match count {
        Some(count) => one_less(batch, &count),
        None => batch,
    };
    let batch = unmirrored(batch, &opened, &own);
    let payload = told(&opened, kind);
    let message = &opened.message.id;
    let batch = events::append(ctx, batch, "reaction.removed", message, Some(&me), &payload)?;
    let rate = REACTIONS.of_caller(ctx).await?;
    let committed = rate.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}

/// Counts one less; the last one's row goes.
fn one_less(batch: Batch, count: &Doc<MessageReactionCount>) -> Batch {
    let is = |more: bool| match more {
        true => Filter::gt(MessageReactionCount::COUNT, 1),
        false => Filter::le(MessageReactionCount::COUNT, 1),
    };
    match count.count > 1 {
        true => {
            let patch = Patch::new().add(MessageReactionCount::COUNT, -1);
            batch.update_if(&count.id, patch, is(true))
        }
        false => batch.delete_if(&count.id, is(false)),
    }
}

/// Takes the user off the message's mirror, where they are in it.
fn unmirrored(batch: Batch, opened: &Opened, own: &MessageReaction) -> Batch {
    let mirror = Mirror::of(&opened.message);
    let less = mirror.without(&own.reaction, &own.user_id);
    match less == mirror {
        true => batch,
        false => mirrored(batch, opened, &less),
    }
}
