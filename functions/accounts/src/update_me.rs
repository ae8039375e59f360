//! `PATCH /v1/me`: changes the caller's own profile.

use serde_json::json;
use whisper_files::GONE;
use whisper_kit::precondition::{IfMatch, if_match_or_any};
use whisper_kit::rate_limit::{Limit, Rate};
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Json, Method, Reply, Request, Result, ResultExt};
use whisper_people::{
    Swap, Swapped, names, presence_settings_changed, swaps, taken, unverified, username,
};
use whisper_schema::Timestamp;
use whisper_schema::body::Changes;
use whisper_schema::prelude::{DiscoverableKind, Profile, UserActivityType};
use whisper_store::{Batch, Filter, Patch};

use crate::documents::OwnProfileView;
use crate::edit::edit;
use crate::me::{answer, mine};
use crate::rules::profile::ProfileChange;
use crate::trail;

/// How often one user may give up a user name: each rests for a month.
pub const RENAMES: Rate = Rate::per_day("rename", "rename_rate_per_day", 5);
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
    .reply::<OwnProfileView>(200, "The changed profile, with its new ETag.")
    .codes(&[
        Code::PreconditionFailed,
        Code::UsernameTaken,
        Code::RateLimited,
    ])
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
    wanted.check(edit(&before)?)?;
    let mut after = before.value.clone();
    let changed = change.apply(&mut after);
    if changed.is_empty() {
        return answer(ctx, &before).await.map(Attempt::Done);
    }
    let fields: Vec<&str> = changed.iter().map(|(column, _)| column.key()).collect();
    let what = json!({"fields": fields});
    let patch = Patch::of(changed).set(Profile::UPDATED_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new()
        .update_if(&before.id, patch, Filter::revision(before.revision))
        .label(PROFILE);
    let limit = RENAMES.of_caller(ctx).await?;
    let batch = renamed(batch, &before, &after, &limit, ctx.now());
    let batch = shown(batch, &before, &after);
    let batch = findable(batch, &before, &after);
    let batch = presence_settings_changed(ctx, batch, &before, &after)?;
    let pictures = pictures(ctx, &before, &after).await?.into_iter();
    let batch = pictures.fold(batch, |batch, picture| picture.add_to(ctx, batch));
    let kind = UserActivityType::ProfileUpdate;
    let batch = trail::activity(ctx, request, batch, &before.id, kind)?;
    let batch = trail::event(ctx, batch, "profile.updated", &before.id, &what)?;
    let committed = match ctx.store().await?.commit(batch).await {
        Ok(committed) => committed,
        Err(error) if error.failed_at(PROFILE) || error.failed_at(GONE) => {
            return Ok(Attempt::Retry);
        }
        Err(error) => return Err(taken(error)).on_reached(&limit, ctx.now()),
    };
    after.updated_at = Some(committed.at);
    answer(ctx, &after).await.map(Attempt::Done)
}

/// The pictures that are other files now, or none any more.
async fn pictures<'a>(
    ctx: &Ctx,
    before: &'a Profile,
    after: &'a Profile,
) -> Result<Vec<Swapped<'a>>> {
    let avatar = |of: &'a Profile| of.avatar_file_id.as_deref();
    let cover = |of: &'a Profile| of.cover_image_file_id.as_deref();
    let changes = [
        Swap::avatar(&before.id, avatar(before), avatar(after)),
        Swap::cover(&before.id, cover(before), cover(after)),
    ];
    swaps(ctx, changes).await
}

/// With another user name: the new one must not rest, and the old one rests from now on, which is counted. A made-up
/// name is given up without rest: it says nothing about anybody.
fn renamed(
    batch: Batch,
    before: &Profile,
    after: &Profile,
    limit: &Limit,
    now: Timestamp,
) -> Batch {
    if before.username == after.username {
        return batch;
    }
    let id = &before.id;
    let batch = match &after.username {
        Some(new) => names::take(batch, id, new, now),
        None => batch,
    };
    match &before.username {
        Some(old) if !username::is_made_up(old) => {
            limit.count_in(names::give_up(batch, id, old, now), now)
        }
        _ => batch,
    }
}

/// Writes the entry by which the owner is found by their display name. It is written with every edit, because the
/// stored one may have been folded by an earlier rule.
fn shown(batch: Batch, before: &Profile, after: &Profile) -> Batch {
    match (&before.display_name, &after.display_name) {
        (None, None) => batch,
        (_, name) => names::show(batch, &before.id, name.as_deref()),
    }
}

/// Takes away the entry by which the owner is found by their phone number, if they changed it: the new one isn't
/// verified.
fn findable(batch: Batch, before: &Profile, after: &Profile) -> Batch {
    match before.phone == after.phone {
        true => batch,
        false => unverified(batch, &after.id, DiscoverableKind::Phone),
    }
}
