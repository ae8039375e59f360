//! `POST /v1/conversations/{conversationId}/typing`: says that the caller is writing there.

use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Method, OptionExt, OptionalJson, Reply, Request, Result,
    ResultExt,
};
use whisper_messages::{first_members, member_of, refuse_sender};
use whisper_people::ids::member_id;
use whisper_schema::Body;
use whisper_schema::prelude::{
    Conversation, ConversationKind, ConversationMember, Signal, TypingIndicator,
};
use whisper_store::{Batch, Doc, Filter, Get, Patch};

use super::sign::{LIFETIME, TypingView, sign_id, signal, signal_of};
use super::{SIGNS, TYPING, TypingKind, is_mutual, is_shared};

/// How long a sign that is repeated isn't written again, in milliseconds.
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
         again every four or five. Nobody is told in channels and lists for broadcasts, nor between two of whom one hasn't accepted the other.",
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
    let conversation = request.id("conversationId")?;
    let kind = typing.kind.unwrap_or(TypingKind::Text);
    ctx.retry(async || attempt(&ctx, conversation, kind).await)
        .await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, conversation: &str, kind: TypingKind) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let sign = sign_id(conversation, &me);
    let asked = (
        Get::<ConversationMember>::id(member_id(conversation, &me)),
        Get::<Conversation>::id(conversation),
        // Any two members of a group, at the same small cost.
        first_members(conversation, PAIR),
        Get::<TypingIndicator>::id(sign.as_str()),
    );
    let (member, found, pair, before) = ctx.read(asked).await?;
    let member = member_of(member)?;
    let found = found.or_not_found()?;
    refuse_sender(&found, &member, false)?;
    let is_heard = match found.kind {
        ConversationKind::Direct => pair
            .iter()
            .find(|other| other.user_id != me)
            .is_some_and(|peer| is_mutual(&member, peer)),
        _ => is_shared(&found),
    };
    if !is_heard || is_said(ctx, before.as_ref(), kind).await? {
        return Ok(Attempt::Done(()));
    }
    let now = ctx.now();
    let after = TypingIndicator {
        id: sign,
        conversation_id: conversation.to_owned(),
        user_id: me,
        is_typing: kind != TypingKind::None,
        expires_at: match kind {
            TypingKind::None => now,
            _ => now.plus(LIFETIME),
        },
    };
    let limit = SIGNS.of_caller(ctx).await?;
    let batch = limit.count_in(written(ctx, before.as_ref(), &after, kind), now);
    let outcome = ctx.relaxed().await?.commit(batch).await;
    let attempt = Attempt::of(outcome.on_reached(&limit, now))?;
    Ok(match attempt {
        Attempt::Done(_) => Attempt::Done(()),
        Attempt::Retry => Attempt::Retry,
    })
}

/// Whether the others know it already: the same was said just now, or nothing was said that would have to be taken back.
async fn is_said(
    ctx: &Ctx,
    before: Option<&Doc<TypingIndicator>>,
    kind: TypingKind,
) -> Result<bool> {
    let now = ctx.now();
    let stands = |sign: &&Doc<TypingIndicator>| sign.is_typing && sign.expires_at > now;
    let Some(sign) = before.filter(stands) else {
        return Ok(kind == TypingKind::None);
    };
    // A sign of a clock that was ahead doesn't count as said.
    let fresh = now.plus(LIFETIME - PAUSE)..=now.plus(LIFETIME);
    if !fresh.contains(&sign.expires_at) || sign.expires_at == *fresh.start() {
        return Ok(false);
    }
    let signal = ctx.read(Get::<Signal>::id(signal_of(sign))).await?;
    let said = signal.and_then(|signal| TypingView::of(&signal));
    Ok(said.is_some_and(|said| said.kind == kind))
}

/// The sign in the place of the one before, with a signal of it; provided that no other one was written meanwhile.
fn written(
    ctx: &Ctx,
    before: Option<&Doc<TypingIndicator>>,
    after: &TypingIndicator,
    kind: TypingKind,
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
    batch.insert(&signal(ctx, after, revision, kind))
}
