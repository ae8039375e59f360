//! The operator resolves a group, or opens it again.

use whisper_kit::{
    Attempt, Auth, Code, Ctx, Endpoint, Method, OptionExt, OptionalJson, Reply, Request, Result,
};
use whisper_schema::analytics_db::ErrorLog;
use whisper_schema::system::{ErrorGroup, ErrorGroupStatus, ErrorLink};
use whisper_schema::{Body, Column, Timestamp};
use whisper_store::{Batch, Doc, Filter, Get, Patch, Query};

use crate::groups::ErrorGroupView;
use crate::keep::KEPT;

/// The most errors of a group that are looked at: so many may be kept for a moment.
const MOST: u32 = 10 * KEPT as u32;

/// The words that go with a resolution.
#[derive(Clone, Debug, Default, Body)]
#[body(of = ErrorGroup, example = r#"{"note": "Fixed in 1.4.3"}"#)]
pub struct Resolution {
    /// The remedy.
    note: Option<String>,
}

/// Resolves a group.
pub fn resolve_endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/internal/errors/{groupId}/resolve",
        "resolveErrorGroup",
        "Says that a group is dealt with; the next error of it opens it again.",
        resolve,
    )
    .auth(Auth::Operator)
    .reply::<ErrorGroupView>(200, "The group.")
    .codes(&[Code::NotFound])
}

/// Opens a group again.
pub fn reopen_endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/internal/errors/{groupId}/reopen",
        "reopenErrorGroup",
        "Opens a group again.",
        reopen,
    )
    .auth(Auth::Operator)
    .reply::<ErrorGroupView>(200, "The group.")
    .codes(&[Code::NotFound])
}

/// Again changes nothing but the note.
async fn resolve(
    ctx: Ctx,
    request: Request,
    OptionalJson(body): OptionalJson<Resolution>,
) -> Result<Reply> {
    change(&ctx, &request, ErrorGroupStatus::Resolved, body.note).await
}

async fn reopen(ctx: Ctx, request: Request) -> Result<Reply> {
    change(&ctx, &request, ErrorGroupStatus::Open, None).await
}

async fn change(
    ctx: &Ctx,
    request: &Request,
    status: ErrorGroupStatus,
    note: Option<String>,
) -> Result<Reply> {
    let id = request.id("groupId")?;
    let group = ctx
        .retry(async || attempt(ctx, id, status, note.clone()).await)
        .await?;
    Reply::ok(&ErrorGroupView::from(group))
}

async fn attempt(
    ctx: &Ctx,
    id: &str,
    status: ErrorGroupStatus,
    note: Option<String>,
) -> Result<Attempt<ErrorGroup>> {
    let links = Query::<ErrorLink>::new()
        .filter(Filter::eq(ErrorLink::GROUP_ID, id))
        .limit(MOST);
    let (group, links) = ctx.read((Get::<ErrorGroup>::id(id), links)).await?;
    let mut group = group.or_not_found()?;
    let resolved = status == ErrorGroupStatus::Resolved;
    let since = group.resolved_at.unwrap_or(Timestamp::AT_COMMIT);
    group.value.resolved_at = resolved.then_some(since);
    group.value.status = status;
    group.value.note = note.or(group.value.note);
    // Kept errors may leave at any time; the revision says whether one did.
    let mark = |batch: Batch, link: &Doc<ErrorLink>| {
        let patch = Patch::<ErrorLog>::new().set(ErrorLog::RESOLVED, resolved);
        batch.update(&link.id, patch)
    };
    // Where not all of them go into one commit, the last one is the group's: until then nothing is resolved.
    let portion = ctx.store().await?.portion(links.len() + 1);
    let at_once = portion.saturating_sub(1);
    let (before, last) = links.split_at(links.len() - at_once.min(links.len()));
    for some in before.chunks(at_once.max(1)) {
        let as_read = Filter::and([
            Filter::eq(Column::<ErrorGroup>::id(), id),
            Filter::revision(group.revision),
        ]);
        let batch = some.iter().fold(Batch::new().expect_some(as_read), mark);
        if ctx.try_commit(batch).await?.is_none() {
            return Ok(Attempt::Retry);
        }
    }
    let batch = last.iter().fold(changed(&group), mark);
    let Some(committed) = ctx.try_commit(batch).await? else {
        return Ok(Attempt::Retry);
    };
    let at = group.value.resolved_at;
    group.value.resolved_at = at.map(|at| if at.is_at_commit() { committed.at } else { at });
    Ok(Attempt::Done(group.into_inner()))
}

/// The change of the group, provided that it is as it was read.
fn changed(group: &Doc<ErrorGroup>) -> Batch {
    let patch = Patch::new()
        .set(ErrorGroup::STATUS, group.status)
        .set(ErrorGroup::RESOLVED_AT, group.resolved_at)
        .set(ErrorGroup::NOTE, group.note.clone());
    Batch::new().update_if(&group.id, patch, Filter::revision(group.revision))
}
