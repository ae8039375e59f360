//! `PATCH /v1/conversations/{id}/me`: mutes, pins and archives, for the caller alone.

use serde::Serialize;
use serde_json::{Map, Value};
use whisper_kit::{Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_schema::prelude::{Column, ConversationMember, Document, Timestamp};
use whisper_store::{Batch, Get, Patch};

use crate::access::{active, admit, door};
use crate::commit::{commit, settle};
use crate::fields::examine;
use crate::unread::{self, Unread};
use crate::view::MyMembership;

/// What to change; what is left out stays.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MySettingsChange {
    /// Whether notifications are off.
    pub is_muted: Option<bool>,
    /// Whether it stands at the top of the list.
    pub is_pinned: Option<bool>,
    /// Whether it is put away.
    pub is_archived: Option<bool>,
}

const COLUMNS: [(&str, Column<ConversationMember>); 3] = [
    ("isMuted", ConversationMember::IS_MUTED),
    ("isPinned", ConversationMember::IS_PINNED),
    ("isArchived", ConversationMember::IS_ARCHIVED),
];

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        "/v1/conversations/{id}/me",
        "updateMyConversationSettings",
        "Mutes, pins and archives, for the caller alone.",
        change_my_settings,
    )
    .body::<MySettingsChange>()
    .reply::<MyMembership>(200, "The caller's membership.")
}

/// Answers 200 with the caller's membership.
async fn change_my_settings(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("id")?;
    let patch = read_change(request.json()?)?;
    let me = settle(async || attempt(&ctx, id, &patch).await).await?;
    let unread = Unread::of(ctx.read(unread::count(&me, ctx.now())).await?);
    Reply::ok(&MyMembership::new(&me, unread))
}

fn read_change(mut body: Map<String, Value>) -> Result<Patch<ConversationMember>> {
    let wrong = examine(
        ConversationMember::COLLECTION,
        &mut body,
        &COLUMNS.map(|(key, _)| key),
    );
    if !wrong.is_empty() {
        return Err(Error::fields(wrong));
    }
    let given = COLUMNS
        .into_iter()
        .filter_map(|(key, column)| Some((column, body.remove(key)?)));
    Ok(given.fold(Patch::new(), |patch, (column, value)| {
        patch.set(column, value)
    }))
}

async fn attempt(
    ctx: &Ctx,
    id: &str,
    patch: &Patch<ConversationMember>,
) -> Result<Option<ConversationMember>> {
    let user = ctx.caller()?.user_id;
    let me = admit(ctx.read(door(id, &user)).await?)?.me;
    if patch.is_empty() {
        return Ok(Some(me.into_inner()));
    }
    let patch = patch
        .clone()
        .set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT);
    let Some(_) = commit(ctx, Batch::new().update_if(&me.id, patch, active())).await? else {
        return Ok(None);
    };
    Ok(ctx
        .read(Get::<ConversationMember>::id(&me.id))
        .await?
        .map(|me| me.into_inner()))
}
