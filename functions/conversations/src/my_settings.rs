//! `PATCH /v1/conversations/{conversationId}/me`: mutes, pins, archives and marks as unread, for the caller alone.

use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, Json, Method, Reply, Request, Result, Rule,
};
use whisper_schema::Body;
use whisper_schema::body::{Changes, Fields};
use whisper_schema::prelude::{Column, ConversationList, ConversationMember, Timestamp};
use whisper_store::{Batch, Doc, Filter, Patch, Query};
use whisper_views::conversations::{MyMembershipView, Unread, unread};

use crate::access::{Access, active, admit, door};
use crate::limits::{LISTS, Uses};
use crate::mine;
use crate::own_list::{OwnList, own_list};

/// The longest time that a conversation is muted for, in seconds: a year.
const LONGEST_MUTE: i64 = 365 * 24 * 3600;
/// More pinned conversations than a user may have.
const PINNED: u32 = 100;

/// Changes; a field that is left out stays.
#[derive(Clone, Debug, Body)]
#[body(changes = ConversationMember, check = MySettingsChange::check, example = r#"{"muteSeconds": 28800}"#)]
pub struct MySettingsChange {
    /// Whether notifications are off: for good, if `muteSeconds` doesn't say for how long.
    pub is_muted: Option<bool>,
    /// Turns notifications off for so many seconds from now, 60 to 31,536,000 (a year); they come back by themselves.
    #[field(apart, range = 60..=LONGEST_MUTE)]
    pub mute_seconds: Option<i64>,
    /// Whether it stands at the top of the list: the one that was pinned last above the others.
    pub is_pinned: Option<bool>,
    /// Whether it is put away.
    pub is_archived: Option<bool>,
    /// Whether it is marked as unread; reading it takes the mark away.
    pub is_marked_unread: Option<bool>,
}

impl MySettingsChange {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if self.is_muted == Some(false) && self.mute_seconds.is_some() {
            let detail = "can't go with isMuted: false";
            fields.refuse("muteSeconds", Rule::Range, detail);
        }
    }

    /// Changes the membership; gives the columns that differ now.
    fn change(
        &self,
        member: &mut ConversationMember,
        now: Timestamp,
    ) -> Vec<(Column<ConversationMember>, serde_json::Value)> {
        let is_muted = self.mute_seconds.map(|_| true).or(self.is_muted);
        let whole = MySettingsChange {
            is_muted,
            ..self.clone()
        };
        let mut changed = whole.apply(member);
        let until = self.mute_seconds.map(|seconds| now.plus(seconds * 1000));
        if is_muted.is_some() && member.muted_until != until {
            member.muted_until = until;
            let column = ConversationMember::MUTED_UNTIL;
            changed.push((column, until.map_or(serde_json::Value::Null, Into::into)));
        }
        changed
    }
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        "/v1/conversations/{conversationId}/me",
        "updateMyConversationSettings",
        "Mutes, pins, archives and marks as unread, for the caller alone. At most 20 conversations are pinned.",
        change_my_settings,
    )
    .reply::<MyMembershipView>(200, "The caller's membership.")
    .codes(&[Code::TooManyPins, Code::RateLimited])
}

/// Answers 200 with the caller's membership.
async fn change_my_settings(
    ctx: Ctx,
    request: Request,
    Json(change): Json<MySettingsChange>,
) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let access = ctx.retry(async || attempt(&ctx, id, &change).await).await?;
    my_membership(&ctx, &access).await
}

/// The caller's membership with the unread messages counted.
pub async fn my_membership(ctx: &Ctx, access: &Access) -> Result<Reply> {
    let unread = unread::count(&access.conversation, &access.me, ctx.now());
    let unread = Unread::of(ctx.read(unread).await?);
    Reply::ok(&MyMembershipView::new(&access.me, unread, ctx.now()))
}

async fn attempt(ctx: &Ctx, id: &str, change: &MySettingsChange) -> Result<Attempt<Access>> {
    let user = ctx.caller()?.user_id;
    let order = change.is_pinned.map(|_| (own_list(&user), pinned(&user)));
    let (found, order) = ctx.read((door(id, &user), order)).await?;
    let mut access = admit(found)?;
    let was_pinned = access.me.is_pinned;
    let changed = change.change(&mut access.me.value, ctx.now());
    if changed.is_empty() {
        return Ok(Attempt::Done(access));
    }
    let patch = Patch::of(changed).set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT);
    let mut batch = Batch::new().update_if(&access.me.id, patch, active());
    if let Some((list, pinned)) = order.filter(|_| access.me.is_pinned != was_pinned) {
        let list = OwnList::of(list, &user);
        let ids = reordered(&list, &pinned, id, access.me.is_pinned)?;
        batch = list.with_pinned(ids).keep_in(batch);
    }
    let batch = mine::changed(ctx, batch, &user, id)?;
    let uses = Uses::of(ctx, &[(LISTS, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(access)))
}

/// Asks for the memberships of the conversations that a user pinned.
pub fn pinned(user: &str) -> Query<ConversationMember> {
    Query::new()
        .filter(Filter::eq(ConversationMember::USER_ID, user))
        .filter(active())
        .filter(Filter::is_in(ConversationMember::IS_HIDDEN, [false, true]))
        .filter(Filter::is_in(ConversationMember::IS_REQUEST, [false, true]))
        .filter(Filter::is_in(
            ConversationMember::IS_ARCHIVED,
            [false, true],
        ))
        .filter(Filter::eq(ConversationMember::IS_PINNED, true))
        .limit(PINNED)
}

/// The order with one more on top, or without it. Conversations that were left since are forgotten.
fn reordered(
    list: &OwnList,
    pinned: &[Doc<ConversationMember>],
    id: &str,
    is_pinned: bool,
) -> Result<Vec<String>> {
    let others = pinned.iter().filter(|one| one.conversation_id != id);
    let others: Vec<&str> = others.map(|one| one.conversation_id.as_str()).collect();
    if is_pinned && others.len() >= ConversationList::MOST_PINNED {
        let most = ConversationList::MOST_PINNED;
        let detail = format!("At most {most} conversations are pinned.");
        return Err(Error::new(Code::TooManyPins, detail));
    }
    let kept = list.pinned().iter().map(String::as_str);
    let kept = kept.filter(|kept| others.contains(kept));
    let ids = is_pinned.then_some(id).into_iter().chain(kept);
    Ok(ids.map(str::to_owned).collect())
}
