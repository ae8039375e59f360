//! A part of a user's list of conversations, as it is read.

use whisper_kit::{Ctx, Result};

use crate::activity::{Listed, Part, Shelf};
use crate::changes::{self, Place};
use crate::hidden;
use crate::my_settings::pinned;
use crate::own_list::{OwnList, own_list};

/// A page of a list, as it was found.
pub struct Found {
    /// The part of the list.
    pub listed: Listed,
    /// The ids of the pinned ones, in their order; none but on a first page.
    pub pinned: Vec<String>,
    /// The place from which to catch up; none but on a first page.
    pub place: Option<Place>,
}

/// Reads a part of a list.
///
/// # Errors
/// The store's.
pub async fn read_part(ctx: &Ctx, me: &str, part: &Part, shelf: &Shelf<'_>) -> Result<Found> {
    let lags = changes::lags(ctx)?;
    let newest = || part.is_top().then(|| changes::newest(lags));
    let pinned = part.is_top().then(|| pinned(me));
    let asked = (
        hidden::asleep(me),
        (own_list(me), pinned, part.questions(shelf)),
        newest(),
    );
    let (asleep, (list, pinned, mut found), mut place) = ctx.read(asked).await?;
    if hidden::wake(ctx, me, asleep).await? {
        (found, place) = ctx.read((part.questions(shelf), newest())).await?;
    }
    let list = OwnList::of(list, me);
    Ok(Found {
        listed: part.page(found, list.pinned()),
        place: place.map(|newest| Place::of(newest, ctx.now())),
        pinned: list.in_order(&pinned.unwrap_or_default()),
    })
}
