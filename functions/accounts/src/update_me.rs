//! `PATCH /v1/me`: changes the caller's own profile.

use serde_json::{Map, Value, json};
use whisper_kit::precondition::{IfMatch, failed, if_match};
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, OptionExt, Reply, Request, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Profile, UserActivityType};
use whisper_store::{Batch, Doc, Filter, Get, Patch};

use crate::documents::{OwnProfile, ProfileChanges, fields};
use crate::founding::taken;
use crate::me::{answer, edit, mine};
use crate::rules::profile;
use crate::trail;

/// How often a change of whatever is there (`If-Match: *`) is tried while others change it too.
const TRIES: usize = 5;
/// Label of the operation that changes the profile.
const PROFILE: &str = "profile as read";

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        "/v1/me",
        "updateMyProfile",
        "Changes the caller's profile, provided that If-Match names its present ETag",
        update,
    )
    .body::<ProfileChanges>()
    .headers(&["if-match"])
    .reply::<OwnProfile>(200, "The changed profile, with its new ETag.")
    .codes(&[
        Code::PreconditionRequired,
        Code::PreconditionFailed,
        Code::UsernameTaken,
    ])
}

async fn update(ctx: Ctx, request: Request) -> Result<Reply> {
    let mut profile = mine(&ctx).await?;
    let id = profile.id.clone();
    let precondition = if_match(&request)?;
    let changes = profile::changes(request.json()?).map_err(Error::fields)?;
    for _ in 0..TRIES {
        precondition.check(edit(&profile))?;
        match attempt(&ctx, &request, profile, &changes).await? {
            Some(changed) => return answer(&changed),
            None if precondition == IfMatch::Any => {}
            None => break,
        }
        profile = ctx.read(Get::id(&id)).await?.or_not_found()?;
    }
    Err(failed())
}

/// Commits the changes to the profile as it was read; None when it changed in the meantime.
async fn attempt(
    ctx: &Ctx,
    request: &Request,
    profile: Doc<Profile>,
    changes: &Map<String, Value>,
) -> Result<Option<Doc<Profile>>> {
    let mut document = fields(&profile)?;
    let (mut patch, mut changed) = (Patch::new(), Vec::new());
    for (key, value) in changes {
        let same = document.get(key).unwrap_or(&Value::Null) == value;
        if let (false, Some(column)) = (same, profile::settable(key)) {
            patch = patch.set(column, value.clone());
            document.insert(key.clone(), value.clone());
            changed.push(key.as_str());
        }
    }
    if changed.is_empty() {
        return Ok(Some(profile));
    }
    let patch = patch.set(Profile::UPDATED_AT, Timestamp::AT_COMMIT);
    let as_read = match profile.updated_at {
        Some(at) => Filter::eq(Profile::UPDATED_AT, at),
        None => Filter::is_null(Profile::UPDATED_AT),
    };
    let batch = Batch::new()
        .update_if(&profile.id, patch, as_read)
        .label(PROFILE);
    let batch = trail::activity(
        ctx,
        request,
        batch,
        &profile.id,
        UserActivityType::ProfileUpdate,
    )?;
    let what = json!({"fields": changed});
    let batch = trail::event(ctx, batch, "profile.updated", &profile.id, &what)?;
    let committed = match ctx.store().await?.commit(batch).await {
        Ok(committed) => committed,
        Err(error) if error.failed_at(PROFILE) => return Ok(None),
        Err(error) => return Err(taken(error)),
    };
    let mut value: Profile =
        serde_json::from_value(Value::Object(document)).map_err(Error::internal)?;
    value.updated_at = Some(committed.at);
    Ok(Some(Doc {
        value,
        revision: profile.revision + 1,
        seq: profile.seq,
    }))
}
