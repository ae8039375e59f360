//! Names in the commits that change them: names that people are found by, and names that rest.

use whisper_kit::ids::derived_id;
use whisper_kit::{Ctx, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Column, DisplayName, Profile, RestingName};
use whisper_schema::text::folded;
use whisper_store::{Batch, Doc, Filter};

/// For how long only its former owner may take a user name that was given up, in milliseconds: 30 days.
const REST: i64 = 30 * 24 * 60 * 60 * 1000;
/// Label of the condition that a user name doesn't rest.
pub const RESTS: &str = "user name rests";

/// Demands that somebody may take a user name: it doesn't rest, or it was theirs.
pub fn take(batch: Batch, user_id: &str, username: &str, now: Timestamp) -> Batch {
    let rests = Filter::and([
        Filter::eq(Column::<RestingName>::id(), id(username)),
        Filter::ne(RestingName::USER_ID, user_id),
        Filter::gt(RestingName::RESTS_UNTIL, now),
        // One that rests for longer was given up by a clock that was wrong.
        Filter::le(RestingName::RESTS_UNTIL, now.plus(REST)),
    ]);
    batch.expect_none(rests).label(RESTS)
}

/// Lays a user name to rest.
pub fn give_up(batch: Batch, user_id: &str, username: &str, now: Timestamp) -> Batch {
    let row = RestingName {
        id: id(username),
        username: username.to_owned(),
        user_id: user_id.to_owned(),
        rests_until: now.plus(REST),
    };
    batch.upsert(&row)
}

/// Keeps the display name by which a user is found; without a name the entry is deleted.
pub fn show(batch: Batch, user_id: &str, name: Option<&str>) -> Batch {
    match name {
        Some(name) => batch.upsert(&DisplayName {
            id: user_id.to_owned(),
            name: folded(name),
        }),
        None => batch.delete_where(Filter::<DisplayName>::eq(Column::id(), user_id), 1),
    }
}

/// Writes the display name by which a user is found as it is folded today, if another one was read: one that was folded
/// by an earlier rule, or by a migration, which put only letters of ASCII into lower case. The user's next edit does the
/// same.
///
/// # Errors
/// The store's.
pub async fn show_anew(
    ctx: &Ctx,
    profile: &Doc<Profile>,
    shown: Option<&Doc<DisplayName>>,
) -> Result<()> {
    let name = profile.display_name.as_deref();
    let wanted = name.map(folded);
    if wanted.as_deref() == shown.map(|shown| shown.name.as_str()) {
        return Ok(());
    }
    let as_read = Filter::and([
        Filter::eq(Column::<Profile>::id(), profile.id.as_str()),
        Filter::revision(profile.revision),
    ]);
    let batch = show(Batch::new().expect_some(as_read), &profile.id, name);
    // A profile that changed in the meantime needs nothing: its edit wrote the name.
    ctx.try_commit(batch).await.map(drop)
}

fn id(username: &str) -> String {
    derived_id(&["user name", username])
}
