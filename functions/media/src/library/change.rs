//! `PATCH /v1/files/{fileId}`: another name, tags and album.

use whisper_files::Addresses;
use whisper_kit::rate_limit::Uses;
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, Json, Method, OptionExt, Reply, Request, Result,
};
use whisper_schema::Body;
use whisper_schema::body::{Change, Distinct};
use whisper_schema::prelude::{MediaItem, StoredFile};
use whisper_store::{Batch, Filter, Get, Patch};

use crate::FILE;
use crate::limits::CHANGES;
use crate::own::own_file;
use crate::view::FileView;

/// Changes of a file; a field that is left out stays.
#[derive(Clone, Debug, Body)]
#[body(example = r#"{"name": "At the beach.jpg", "album": "Summer", "tags": ["sea", "family"]}"#)]
pub struct FileChange {
    /// Its name: 1 to 256 characters.
    #[field(size = 1..=256, text = Name)]
    pub name: Option<String>,
    /// Album it is in: 1 to 100 characters; null takes it out.
    #[field(size = 1..=100, text = Name)]
    pub album: Change<String>,
    /// Words it is found by, 30 at most, in place of the former ones.
    #[field(count = 0..=30, size = 1..=50, text = Name)]
    pub tags: Option<Distinct<String>>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        FILE,
        "updateFile",
        "Changes name, tags and album of a file of the caller's; its bytes and its type stay",
        change,
    )
    .for_bots()
    .reply::<FileView>(200, "The file.")
    .codes(&[Code::NotFound, Code::UploadIncomplete, Code::RateLimited])
}

async fn change(ctx: Ctx, request: Request, Json(change): Json<FileChange>) -> Result<Reply> {
    let id = request.id("fileId")?;
    let changed = ctx.retry(async || attempt(&ctx, id, &change).await).await?;
    let (file, item) = changed;
    let addresses = Addresses::of(&ctx, &file.user_id).await?;
    Reply::ok(&FileView::own(&file, Some(&item), &addresses))
}

async fn attempt(
    ctx: &Ctx,
    id: &str,
    change: &FileChange,
) -> Result<Attempt<(StoredFile, MediaItem)>> {
    let (file, item) = own_file(ctx, id, Get::<MediaItem>::id(id)).await?;
    if !file.is_whole() {
        let detail = "The library has files that are whole: send the rest of its bytes first.";
        return Err(Error::new(Code::UploadIncomplete, detail));
    }
    let item = item.or_not_found()?;
    let (file, revision) = (file.value, item.revision);
    let (changed, entry) = change.applied(&file, &item.value);
    if (&changed, &entry) == (&file, &item.value) {
        return Ok(Attempt::Done((changed, entry)));
    }
    let of_file = Patch::new().set(StoredFile::NAME, changed.name.as_str());
    let of_entry = Patch::new()
        .set(MediaItem::FILE_NAME, entry.file_name.as_str())
        .set(MediaItem::ALBUM, entry.album.clone())
        .set(MediaItem::TAGS, entry.tags.clone());
    let is_there = Filter::is_null(StoredFile::REMOVED_AT);
    let batch = Batch::new().update_if(id, of_file, is_there).update_if(
        id,
        of_entry,
        Filter::revision(revision),
    );
    let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done((changed, entry))))
}

impl FileChange {
    fn applied(&self, file: &StoredFile, item: &MediaItem) -> (StoredFile, MediaItem) {
        let (mut file, mut item) = (file.clone(), item.clone());
        if let Some(name) = &self.name {
            file.name.clone_from(name);
            item.file_name.clone_from(name);
        }
        match &self.album {
            Change::Keep => {}
            Change::Clear => item.album = None,
            Change::Set(album) => item.album = Some(album.clone()),
        }
        if let Some(tags) = &self.tags {
            item.tags = tags.to_vec();
        }
        (file, item)
    }
}
