//! `PATCH /v1/conversations/{conversationId}/me`: mutes, pins and archives, for the caller alone.

use whisper_kit::{Attempt, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_schema::Body;
use whisper_schema::body::Changes;
use whisper_schema::prelude::{ConversationMember, Timestamp};
use whisper_store::{Batch, Patch};

use crate::access::{Access, active, admit, door};
use crate::unread::{self, Unread};
use crate::view::MyMembershipView;

/// Changes; a field that is left out stays.
#[derive(Clone, Debug, Body)]
#[body(changes = ConversationMember, example = r#"{"isMuted": true}"#)]
pub struct MySettingsChange {
    /// Whether notifications are off.
    pub is_muted: Option<bool>,
    /// Whether it stands at the top of the list.
    pub is_pinned: Option<bool>,
    /// Whether it is put away.
    pub is_archived: Option<bool>,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        "/v1/conversations/{conversationId}/me",
        "updateMyConversationSettings",
        "Mutes, pins and archives, for the caller alone.",
        change_my_settings,
    )
    .reply::<MyMembershipView>(200, "The caller's membership.")
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
    Reply::ok(&MyMembershipView::new(&access.me, unread))
}

async fn attempt(ctx: &Ctx, id: &str, change: &MySettingsChange) -> Result<Attempt<Access>> {
    let user = ctx.caller()?.user_id;
    let mut access = admit(ctx.read(door(id, &user)).await?)?;
    let changed = change.clone().apply(&mut access.me.value);
    if changed.is_empty() {
        return Ok(Attempt::Done(access));
    }
    let patch = Patch::of(changed).set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new().update_if(&access.me.id, patch, active());
    let committed = ctx.try_commit(batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(access)))
}
