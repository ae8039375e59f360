//! `POST /v1/conversations/{conversationId}/typing`: says that the caller is writing there.

use whisper_kit::rate_limit::Limit;
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, Method, OptionExt, OptionalJson, Reply, Request, Result,
    ResultExt,
};
use whisper_messages::{first_members, member_of, refuse_sender};
use whisper_people::ids::member_id;
use whisper_schema::Body;
use whisper_schema::prelude::{
    Conversation, ConversationKind, ConversationMember, Signal, Timestamp, TypingIndicator,
};
use whisper_store::{Batch, Doc, Filter, Get, Patch};

use super::sign::{LIFETIME, TypingView, Word, said_at, sign_id, signal, signal_of};
use super::{SIGNS, TYPING, TypingKind, is_mutual, is_shared, waiting};

/// The shortest time between two writes of a sign, in milliseconds.
const PAUSE: i64 = 3_000;
/// The members of a direct conversation.
const PAIR: u32 = 2;

/// The caller's doing.
#[derive(Clone, Copy, Debug, Body)]
#[body(example = r#"{"kind": "recording"}"#)]
pub struct TypingWord {
    /// Their doing: `text` unless it says otherwise; `none` when they stopped.
    pub kind: Option<TypingKind>,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        TYPING,
        "sayTyping",
        "Says that the caller is writing in a conversation, recording or uploading, or stopped. It holds for six seconds: a client says it \
         again every four or five. Within three seconds of the last one nothing is written: the same isn't said twice, and a change waits until they \
         are over. Nobody is told in channels and lists for broadcasts, nor between two of whom one hasn't accepted the other.",
        say,
    )
    .reply_empty(204, "The others hear of it.")
    .codes(&[Code::NotFound, Code::Forbidden, Code::RateLimited])
}

async fn say(
    ctx: Ctx,
    request: Request,
    OptionalJson(typing): OptionalJson<TypingWord>,
) -> Result<Reply> {
    let word = Said {
        by: ctx.caller()?.user_id,
        conversation: request.id("conversationId")?.to_owned(),
        limit: None,
    };
    let kind = typing.kind.unwrap_or(TypingKind::Text);
    let now = ctx.now();
    word.say(&ctx, (kind, now), now).await?;
    Ok(Reply::no_content())
}

/// A sign that is given.
#[derive(Clone)]
struct Said {
    by: String,
    conversation: String,
    /// The limit of its writer; none while they are the request's caller.
    limit: Option<Limit>,
}

/// Whether a sign was written.
enum Outcome {
    /// It was, or needn't be.
    Done,
    /// Another one was written just now: it may be at this time.
    TooSoon(Timestamp),
}

impl Said {
    /// Says it at a time. What may not be written yet is written later, if nothing else is said by then.
    async fn say(mut self, ctx: &Ctx, word: Word, now: Timestamp) -> Result<()> {
        let outcome = ctx
            .retry(async || self.attempt(ctx, word, now).await)
            .await?;
        let Outcome::TooSoon(due) = outcome else {
            return Ok(());
        };
        let sign = sign_id(&self.conversation, &self.by);
        let limit = self.limit(ctx).await?;
        if waiting::wait(&sign, word) {
            return Ok(());
        }
        self.limit = Some(limit);
        let own = ctx.clone();
        ctx.after_answer("realtime", "sayTyping", async move {
            own.wait_until(due).await;
            let Some(word) = waiting::over(&sign) else {
                return Ok(());
            };
            let ctx = own.anew()?;
            let now = ctx.now().max(due);
            Box::pin(self.say(&ctx, word, now)).await.or_else(refused)
        });
        Ok(())
    }

    async fn limit(&self, ctx: &Ctx) -> Result<Limit> {
        match &self.limit {
            Some(limit) => Ok(limit.clone()),
            None => SIGNS.of_caller(ctx).await,
        }
    }

    async fn attempt(
        &self,
        ctx: &Ctx,
        (kind, said): Word,
        now: Timestamp,
    ) -> Result<Attempt<Outcome>> {
        let (me, conversation) = (self.by.as_str(), self.conversation.as_str());
        let sign = sign_id(conversation, me);
        let asked = (
            Get::<ConversationMember>::id(member_id(conversation, me)),
            Get::<Conversation>::id(conversation),
            // Any two members of a group, at the same small cost.
            first_members(conversation, PAIR),
            Get::<TypingIndicator>::id(sign.as_str()),
        );
        let (member, found, pair, before) = ctx.read(asked).await?;
        let member = member_of(member)?;
        let found = found.or_not_found()?;
        refuse_sender(&found, &member, false)?;
        if !is_heard(&found, &member, &pair) {
            return Ok(Attempt::Done(Outcome::Done));
        }
        let last = before.as_ref();
        if now > said && is_older(ctx, last, said).await? {
            // A newer word of theirs was written, by another instance, while this one waited.
            return Ok(Attempt::Done(Outcome::Done));
        }
        if let Some(due) = too_soon(last, now) {
            if !waiting::is_waiting(&sign) && is_said(ctx, last, kind).await? {
                return Ok(Attempt::Done(Outcome::Done));
            }
            // On Appwrite an instance may be stopped as soon as it has answered, and nothing waits.
            if cfg!(feature = "spin") {
                return Ok(Attempt::Done(Outcome::TooSoon(due)));
            }
        } else if kind == TypingKind::None && !last.is_some_and(|sign| stands(sign, now)) {
            return Ok(Attempt::Done(Outcome::Done));
        }
        let after = TypingIndicator {
            id: sign,
            conversation_id: conversation.to_owned(),
            user_id: me.to_owned(),
            is_typing: kind != TypingKind::None,
            expires_at: match kind {
                TypingKind::None => now,
                _ => now.plus(LIFETIME),
            },
        };
        let batch = written(before.as_ref(), &after, (kind, said), now);
        let limit = self.limit(ctx).await?;
        let batch = limit.count_in(batch, now);
        let outcome = ctx.relaxed().await?.commit(batch).await;
        let attempt = Attempt::of(outcome.on_reached(&limit, now))?;
        Ok(match attempt {
            Attempt::Done(_) => Attempt::Done(Outcome::Done),
            Attempt::Retry => Attempt::Retry,
        })
    }
}

/// A refusal of a sign that has waited is nobody's fault: its writer was sent away meanwhile, or gave too many signs.
fn refused(error: Error) -> Result<()> {
    match error.code() {
        Code::NotFound | Code::Forbidden | Code::RateLimited => Ok(()),
        _ => Err(error),
    }
}

/// Whether anybody hears of a member's writing.
fn is_heard(
    conversation: &Conversation,
    member: &ConversationMember,
    pair: &[Doc<ConversationMember>],
) -> bool {
    match conversation.kind {
        ConversationKind::Direct => pair
            .iter()
            .find(|other| other.user_id != member.user_id)
            .is_some_and(|peer| is_mutual(member, peer)),
        _ => is_shared(conversation),
    }
}

/// Whether a sign tells the others that somebody writes.
fn stands(sign: &TypingIndicator, now: Timestamp) -> bool {
    sign.is_typing && sign.expires_at > now
}

/// When a sign was written.
fn written_at(sign: &TypingIndicator) -> Timestamp {
    match sign.is_typing {
        true => sign.expires_at.plus(-LIFETIME),
        false => sign.expires_at,
    }
}

/// When the next sign may be written, if the last one was written just now.
fn too_soon(before: Option<&Doc<TypingIndicator>>, now: Timestamp) -> Option<Timestamp> {
    let written = written_at(before?);
    // A sign of a clock that was far ahead doesn't count; hosts' clocks differ by little.
    let is_fresh = written <= now.plus(PAUSE) && now < written.plus(PAUSE);
    is_fresh.then(|| written.plus(PAUSE))
}

/// Whether a word was said before the one that the last sign is of.
async fn is_older(ctx: &Ctx, last: Option<&Doc<TypingIndicator>>, said: Timestamp) -> Result<bool> {
    let Some(last) = last else {
        return Ok(false);
    };
    let signal = ctx.read(Get::<Signal>::id(signal_of(last))).await?;
    Ok(signal.is_some_and(|signal| said_at(&signal) > Some(said)))
}

/// Whether the last sign said the same.
async fn is_said(
    ctx: &Ctx,
    before: Option<&Doc<TypingIndicator>>,
    kind: TypingKind,
) -> Result<bool> {
    let Some(sign) = before.filter(|sign| sign.is_typing) else {
        return Ok(kind == TypingKind::None);
    };
    let signal = ctx.read(Get::<Signal>::id(signal_of(sign))).await?;
    let said = signal.and_then(|signal| TypingView::of(&signal));
    Ok(said.is_some_and(|said| said.kind == kind))
}

/// The sign in the place of the one before, with a signal of it; provided that no other one was written meanwhile.
fn written(
    before: Option<&Doc<TypingIndicator>>,
    after: &TypingIndicator,
    word: Word,
    now: Timestamp,
) -> Batch {
    let (batch, revision) = match before {
        None => (Batch::new().insert(after), 1),
        Some(before) => {
            let patch = Patch::new()
                .set(TypingIndicator::IS_TYPING, after.is_typing)
                .set(TypingIndicator::EXPIRES_AT, after.expires_at);
            let same = Filter::revision(before.revision);
            let batch = Batch::new().update_if(&after.id, patch, same);
            (batch, before.revision + 1)
        }
    };
    batch.insert(&signal(after, revision, word, now))
}
