//! The operator resolves a group, or opens it again.

use serde::Deserialize;
use whisper_kit::{Ctx, Error, OptionExt, Reply, Request, Result, Rule};
use whisper_schema::analytics_db::ErrorLog;
use whisper_schema::system::{ErrorGroup, ErrorGroupStatus, ErrorLink};
use whisper_schema::{Column, Timestamp};
use whisper_store::{Batch, Doc, Filter, Get, Patch, Query};

use crate::groups::ShownGroup;
use crate::keep::KEPT;

/// How often it is tried while errors come in.
const ATTEMPTS: usize = 5;
const LABEL: &str = "group as read";
/// Characters of a note.
const NOTE: usize = 1000;

/// What goes with a resolution.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Resolution {
    /// What was done about it; at most 1,000 characters.
    note: Option<String>,
}

/// Resolves; again changes nothing but the note.
pub async fn resolve(ctx: Ctx, request: Request) -> Result<Reply> {
    let note = request.json_or_default::<Resolution>()?.note;
    let length = note.as_deref().map_or(0, |note| note.chars().count());
    if length > NOTE {
        let detail = format!("must be at most {NOTE} characters (has {length})");
        return Err(Error::field("note", Rule::Size, detail));
    }
    settle(&ctx, &request, ErrorGroupStatus::Resolved, note).await
}

/// Opens again.
pub async fn reopen(ctx: Ctx, request: Request) -> Result<Reply> {
    settle(&ctx, &request, ErrorGroupStatus::Open, None).await
}

async fn settle(
    ctx: &Ctx,
    request: &Request,
    status: ErrorGroupStatus,
    note: Option<String>,
) -> Result<Reply> {
    let id = request.id("id")?;
    'attempts: for _ in 0..ATTEMPTS {
        let links = Query::<ErrorLink>::new()
            .filter(Filter::eq(ErrorLink::GROUP_ID, id))
            .limit(10 * KEPT as u32);
        let (group, links) = ctx.read((Get::<ErrorGroup>::id(id), links)).await?;
        let mut group = group.or_not_found()?;
        let resolved = status == ErrorGroupStatus::Resolved;
        let since = group.resolved_at.unwrap_or(Timestamp::AT_COMMIT);
        group.value.resolved_at = resolved.then_some(since);
        group.value.status = status;
        group.value.note = note.clone().or(group.value.note);
        let patch = Patch::new()
            .set(ErrorGroup::STATUS, group.status)
            .set(ErrorGroup::RESOLVED_AT, group.resolved_at)
            .set(ErrorGroup::NOTE, group.note.clone());
        let as_read = Filter::revision(group.revision);
        let batch = Batch::new().update_if(id, patch, as_read).label(LABEL);
        // Kept errors may leave at any time; the revision says whether one did.
        let mark = |batch: Batch, link: &Doc<ErrorLink>| {
            let patch = Patch::<ErrorLog>::new().set(ErrorLog::RESOLVED, resolved);
            batch.update(&link.id, patch)
        };
        // Where not all of them go into one commit, the last one is the group's: until then nothing is settled.
        let at_once = ctx
            .store()
            .await?
            .portion(links.len() + 1)
            .saturating_sub(1);
        let (before, last) = links.split_at(links.len() - at_once.min(links.len()));
        for some in before.chunks(at_once.max(1)) {
            let as_read = Filter::and([
                Filter::eq(Column::<ErrorGroup>::id(), id),
                Filter::revision(group.revision),
            ]);
            let start = Batch::new().expect_some(as_read).label(LABEL);
            match ctx
                .store()
                .await?
                .commit(some.iter().fold(start, mark))
                .await
            {
                Ok(_) => {}
                Err(error) if is_gone(&error) => continue 'attempts,
                Err(error) => return Err(error.into()),
            }
        }
        match ctx
            .store()
            .await?
            .commit(last.iter().fold(batch, mark))
            .await
        {
            Ok(committed) => {
                let at = group.value.resolved_at;
                group.value.resolved_at =
                    at.map(|at| if at.is_at_commit() { committed.at } else { at });
                return Reply::ok(&ShownGroup::from(group.into_inner()));
            }
            Err(error) if error.failed_at(LABEL) => {}
            Err(error) if is_gone(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(whisper_store::StoreError::Busy.into())
}

/// Whether a kept error left between reading and writing.
fn is_gone(error: &whisper_store::StoreError) -> bool {
    matches!(error, whisper_store::StoreError::ConditionFailed { .. })
}
