//! `PATCH /v1/me`: changes the caller's own profile.

use serde_json::json;
use whisper_kit::precondition::{IfMatch, if_match_or_any};
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_schema::Timestamp;
use whisper_schema::body::Changes;
use whisper_schema::prelude::{Profile, UserActivityType};
use whisper_store::{Batch, Doc, Filter, Patch};

use crate::documents::OwnProfile;
use crate::founding::taken;
use crate::me::{answer, edit, mine};
use crate::names;
use crate::rules::profile::ProfileChange;
use crate::trail;

/// Label of the operation that changes the profile.
const PROFILE: &str = "profile as read";

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        "/v1/me",
        "updateMyProfile",
        "Changes the caller's profile. With If-Match only if that names its present ETag",
        update,
    )
    .headers(&["if-match"])
    .reply::<OwnProfile>(200, "The changed profile, with its new ETag.")
    .codes(&[Code::PreconditionFailed, Code::UsernameTaken])
}

async fn update(ctx: Ctx, request: Request, Json(change): Json<ProfileChange>) -> Result<Reply> {
    let wanted = if_match_or_any(&request)?;
    ctx.retry(async || attempt(&ctx, &request, wanted, change.clone()).await)
        .await
}

/// Changes the profile as it is, provided that it is the wanted one.
async fn attempt(
    ctx: &Ctx,
    request: &Request,
    wanted: IfMatch,
    change: ProfileChange,
) -> Result<Attempt<Reply>> {
    let before = mine(ctx).await?;
    wanted.check(edit(&before))?;
    let mut after = before.value.clone();
    let changed = change.apply(&mut after);
    if changed.is_empty() {
        return answer(&before).map(Attempt::Done);
    }
    let fields: Vec<&str> = changed.iter().map(|(column, _)| column.key()).collect();
    let what = json!({"fields": fields});
    let patch = Patch::of(changed).set(Profile::UPDATED_AT, Timestamp::AT_COMMIT);
    let as_read = match before.updated_at {
        Some(at) => Filter::eq(Profile::UPDATED_AT, at),
        None => Filter::is_null(Profile::UPDATED_AT),
    };
    let batch = Batch::new()
        .update_if(&before.id, patch, as_read)
        .label(PROFILE);
    let batch = renamed(batch, &before, &after, ctx.now());
    let kind = UserActivityType::ProfileUpdate;
    let batch = trail::activity(ctx, request, batch, &before.id, kind)?;
    let batch = trail::event(ctx, batch, "profile.updated", &before.id, &what)?;
    let committed = match ctx.store().await?.commit(batch).await {
        Ok(committed) => committed,
        Err(error) if error.failed_at(PROFILE) => return Ok(Attempt::Retry),
        Err(error) => return Err(taken(error)),
    };
    after.updated_at = Some(committed.at);
    answer(&Doc {
        value: after,
        revision: before.revision + 1,
        seq: before.seq,
    })
    .map(Attempt::Done)
}

/// What goes with other names: the old user name rests, the new one mustn't, and people are found by the new ones.
fn renamed(batch: Batch, before: &Profile, after: &Profile, now: Timestamp) -> Batch {
    let id = &before.id;
    let batch = match (&before.username, &after.username) {
        (old, new) if old == new => batch,
        (old, new) => {
            let batch = new
                .iter()
                .fold(batch, |batch, new| names::take(batch, id, new, now));
            old.iter()
                .fold(batch, |batch, old| names::give_up(batch, id, old, now))
        }
    };
    match before.display_name == after.display_name {
        true => batch,
        false => names::show(batch, id, after.display_name.as_deref()),
    }
}
