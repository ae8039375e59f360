//! Fields that hold a file: another file takes the place of the one that was there, or none.

use whisper_files::{Files, Held, Holder, Named, files, held_by, hold, release};
use whisper_kit::{Ctx, Error, Result};
use whisper_schema::prelude::{FileBucket, FileHold, Story};
use whisper_store::Batch;

use crate::media::has_files;

/// The change of a field that holds a file.
#[derive(Clone, Copy, Debug)]
pub struct Swap<'a> {
    field: &'static str,
    buckets: &'static [FileBucket],
    holder: Holder<'a>,
    before: Option<&'a str>,
    after: Option<&'a str>,
}

impl<'a> Swap<'a> {
    /// The picture of a user's own profile, before and after.
    pub fn avatar(user: &'a str, before: Option<&'a str>, after: Option<&'a str>) -> Self {
        Self {
            field: "avatarFileId",
            buckets: &[FileBucket::Avatars],
            holder: Holder::avatar(user),
            before,
            after,
        }
    }

    /// The cover of a user's own profile, before and after.
    pub fn cover(user: &'a str, before: Option<&'a str>, after: Option<&'a str>) -> Self {
        Self {
            field: "coverImageFileId",
            buckets: &[FileBucket::Covers],
            holder: Holder::cover(user),
            before,
            after,
        }
    }

    /// The picture of a conversation, before and after; the new one is this user's.
    pub fn conversation_avatar(
        (conversation, user): (&'a str, &'a str),
        before: Option<&'a str>,
        after: Option<&'a str>,
    ) -> Self {
        Self {
            field: "avatarFileId",
            buckets: &[FileBucket::Avatars],
            holder: Holder::conversation_avatar(conversation, user),
            before,
            after,
        }
    }

    /// The file of a story that is posted.
    pub fn posted(story: &'a Story) -> Self {
        Self {
            field: "mediaFileId",
            buckets: &[FileBucket::Stories],
            holder: Holder::story(story),
            before: None,
            after: story.media_file_id.as_deref(),
        }
    }

    /// The file of a story that is taken back.
    pub fn taken_back(story: &'a Story) -> Self {
        Self {
            before: story.media_file_id.as_deref(),
            after: None,
            ..Self::posted(story)
        }
    }

    fn is_one(&self) -> bool {
        self.before != self.after
    }

    /// The name of the new file.
    fn named(&self) -> Option<Named<'a>> {
        let id = self.after?;
        Some(Named::new(self.field, id, self.buckets))
    }

    /// Asks for the holds that end.
    fn ending(&self) -> Option<Held> {
        self.before
            .map(|_| held_by(self.holder.kind, [self.holder.id]))
    }
}

/// Reads what these changes take, and refuses new files that aren't there, aren't the holder's, aren't whole, or are in another bucket: each
/// by its field. One statement, and none where nothing changes.
///
/// # Errors
/// `validation_failed`, and the store's.
pub async fn swaps<'a>(
    ctx: &Ctx,
    swaps: impl IntoIterator<Item = Swap<'a>>,
) -> Result<Vec<Swapped<'a>>> {
    let swaps: Vec<Swap<'a>> = swaps.into_iter().filter(Swap::is_one).collect();
    if swaps.is_empty() {
        return Ok(Vec::new());
    }
    let (found, held) = asked(ctx, &swaps).await?;
    let faults = swaps.iter().flat_map(|swap| {
        let named: Vec<Named<'_>> = swap.named().into_iter().collect();
        found.check(swap.holder.user, &named, ctx.now())
    });
    let faults: Vec<_> = faults.collect();
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let swapped = swaps.into_iter().zip(held);
    let swapped = swapped.map(|(swap, ending)| Swapped {
        holder: swap.holder,
        new: swap.named().into_iter().collect(),
        found: found.clone(),
        ending,
    });
    Ok(swapped.collect())
}

/// The new files as far as they are there, and the holds that end, by the changes.
async fn asked(ctx: &Ctx, swaps: &[Swap<'_>]) -> Result<(Files, Vec<Vec<FileHold>>)> {
    if !has_files(ctx) {
        return Ok((Files::default(), vec![Vec::new(); swaps.len()]));
    }
    let ending: Vec<Option<Held>> = swaps.iter().map(Swap::ending).collect();
    let new = files(swaps.iter().filter_map(|swap| swap.after));
    let (found, ending) = ctx.read((new, ending)).await?;
    let ending = ending.into_iter().map(Option::unwrap_or_default);
    Ok((found, ending.collect()))
}

/// The change of a field that holds a file, as it is committed.
#[derive(Debug)]
pub struct Swapped<'a> {
    holder: Holder<'a>,
    new: Vec<Named<'a>>,
    found: Files,
    ending: Vec<FileHold>,
}

impl Swapped<'_> {
    /// Adds it to the commit that changes the field. It fails at [`whisper_files::GONE`] where a new file went in the meantime.
    pub fn add_to(&self, ctx: &Ctx, batch: Batch) -> Batch {
        let batch = release(batch, &self.ending, ctx.now());
        hold(batch, self.found.all(&self.new), &self.holder)
    }
}
