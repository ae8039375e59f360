//! `PUT …/reactions/{reaction}`: reacts to a message; again, and nothing changes.

use whisper_kit::error::{Code, Error, Result, Rule};
use whisper_kit::{Attempt, Ctx, Endpoint, Method, Reply, Request, events};
use whisper_messages::{Mirror, is_mirrored, reaction_count_id, reaction_id};
use whisper_schema::Timestamp;
use whisper_schema::content_db::Sticker;
use whisper_schema::main_db::Message;
use whisper_schema::system::{MessageReaction, MessageReactionCount};
use whisper_store::{Batch, Doc, Filter, Get, Patch, Query};

use super::{Kind, MUST_BE, MessageReactionView, told};
use crate::limits::{REACTIONS, REACTIONS_PER_USER};
use crate::opened::{Named, Opened};

/// The endpoint.
pub fn endpoint() -> Endpoint {
    let summary = "Reacts to a message with an emoji, or with a sticker by its id.";
    Endpoint::new(Method::PUT, super::REACTION, "reactToMessage", summary, put)
        .for_bots()
        .reply::<MessageReactionView>(200, "The caller has this reaction now.")
        .codes(&[
            Code::NotFound,
            Code::Forbidden,
            Code::TooManyReactions,
            Code::ValidationFailed,
            Code::RateLimited,
        ])
}

async fn put(ctx: Ctx, request: Request) -> Result<Reply> {
    let (named, kind) = (Named::of(&request)?, Kind::of(&request)?);
    let reaction = ctx.retry(async || attempt(&ctx, named, &kind).await);
    Reply::ok(&MessageReactionView::from(reaction.await?))
}

/// One statement and one commit, at any size of the conversation and number of reactions.
async fn attempt(ctx: &Ctx, named: Named<'_>, kind: &Kind) -> Result<Attempt<MessageReaction>> {
    let me = ctx.caller()?.user_id;
    let mine = Query::<MessageReaction>::new()
        .filter(Filter::eq(MessageReaction::MESSAGE_ID, named.message))
        .filter(Filter::eq(MessageReaction::USER_ID, me.as_str()));
    let sticker = match kind {
        Kind::Sticker(id) => Some(Get::<Sticker>::id(id.as_str())),
        Kind::Emoji(_) => None,
    };
    let (opened, (mine, sticker)) = named.open(ctx, (mine, sticker)).await?;
    let known = mine.iter().find(|own| own.reaction == kind.as_str());
    if let Some(known) = known {
        return Ok(Attempt::Done(known.value.clone()));
    }
    opened.refuse_blocked()?;
    check_sticker(kind, sticker.flatten(), &me)?;
    let mut reaction = MessageReaction {
        id: reaction_id(&opened.message.id, &me, kind.as_str()),
        message_id: opened.message.id.clone(),
        conversation_id: opened.access.conversation.id.clone(),
        user_id: me,
        reaction: kind.as_str().to_owned(),
        place: free_place(ctx, &mine)?,
        created_at: Timestamp::AT_COMMIT,
    };
    let batch = batch(&opened, &reaction);
    let payload = told(&opened, kind);
    let (message, by) = (&opened.message.id, Some(reaction.user_id.as_str()));
    let batch = events::append(ctx, batch, "reaction.set", message, by, &payload)?;
    let rate = REACTIONS.of_caller(ctx).await?;
    let Some(committed) = rate.try_commit(ctx, batch).await? else {
        return Ok(Attempt::Retry);
    };
    reaction.created_at = committed.at;
    Ok(Attempt::Done(reaction))
}

/// Refuses stickers that aren't there, and others' own ones.
fn check_sticker(kind: &Kind, sticker: Option<Doc<Sticker>>, me: &str) -> Result<()> {
    let may_use = |sticker: &Doc<Sticker>| {
        sticker.is_public || sticker.creator_id.as_deref().is_some_and(|who| who == me)
    };
    match (kind, sticker) {
        (Kind::Sticker(_), found) if !found.as_ref().is_some_and(may_use) => {
            Err(Error::field("reaction", Rule::Reference, MUST_BE))
        }
        _ => Ok(()),
    }
}

/// The first place that the caller's reactions to the message leave. The commit refuses the second of
/// two requests at once that take the same one.
fn free_place(ctx: &Ctx, mine: &[Doc<MessageReaction>]) -> Result<i64> {
    let most = i64::try_from(ctx.config().get(&REACTIONS_PER_USER)).unwrap_or(i64::MAX);
    let is_free = |place: &i64| mine.iter().all(|own| own.place != *place);
    let place = (0..most).find(is_free);
    place.ok_or_else(|| {
        let detail = format!("At most {most} reactions to a message. Take one back first.");
        Error::new(Code::TooManyReactions, detail)
    })
}

/// The reaction, its count, and the message's mirror of small conversations.
fn batch(opened: &Opened, reaction: &MessageReaction) -> Batch {
    let message = &opened.message;
    let first = MessageReactionCount {
        id: reaction_count_id(&message.id, &reaction.reaction),
        message_id: message.id.clone(),
        reaction: reaction.reaction.clone(),
        count: 1,
    };
    let one_more = Patch::new().add(MessageReactionCount::COUNT, 1);
    let batch = Batch::new()
        .expect_some(opened.may_still())
        .insert(reaction)
        .insert_or_update(&first, one_more);
    let mirror = Mirror::of(message);
    let more = mirror.with(&reaction.reaction, &reaction.user_id);
    match is_mirrored(&opened.access.conversation) && more != mirror {
        true => mirrored(batch, opened, &more),
        false => batch.expect_some(opened.stands()),
    }
}

/// Has the message carry this mirror, if it carries the one that was read and stands.
pub fn mirrored(batch: Batch, opened: &Opened, mirror: &Mirror) -> Batch {
    let read = match opened.message.reactions.as_deref() {
        Some(text) => Filter::eq(Message::REACTIONS, text),
        None => Filter::is_null(Message::REACTIONS),
    };
    let patch = Patch::new().set(Message::REACTIONS, mirror.text());
    let condition = Filter::and([read, Filter::stands(Timestamp::AT_COMMIT)]);
    batch.update_if(&opened.message.id, patch, condition)
}
