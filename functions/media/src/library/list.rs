//! `GET /v1/me/files`: the caller's files that are whole, the newest first.

use serde::Deserialize;
use whisper_files::{Addresses, files};
use whisper_kit::page::{Listing, Window};
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_schema::Rule;
use whisper_schema::prelude::{Column, FileBucket, MediaItem, StoredFile};
use whisper_store::{Filter, Order, Query};

use super::FILES;
use crate::own::offered;
use crate::sniff::Sort;
use crate::view::FileView;

/// Most characters of an album's name, and of a tag.
const MOST_ALBUM: usize = 100;
const MOST_TAG: usize = 50;

/// Filters of the library.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FileFilters {
    /// Only files in this bucket.
    pub bucket: Option<FileBucket>,
    /// Only files of this sort.
    #[serde(rename = "type")]
    pub sort: Option<Sort>,
    /// Only files in this album, as it is written.
    #[cfg_attr(not(target_family = "wasm"), schemars(length(min = 1, max = MOST_ALBUM)))]
    pub album: Option<String>,
    /// Only files with this tag, as it is written.
    #[cfg_attr(not(target_family = "wasm"), schemars(length(min = 1, max = MOST_TAG)))]
    pub tag: Option<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        FILES,
        "listMyFiles",
        "The caller's library: their files that are whole, the newest first, by bucket, type, album and tag",
        list,
    )
    .for_bots()
    .reply::<Listing<FileView>>(200, "A page of files.")
    .codes(&[Code::InvalidQuery, Code::InvalidCursor, Code::RouteNotFound])
}

async fn list(ctx: Ctx, _: Request, window: Window<FileFilters>) -> Result<Reply> {
    offered(&ctx)?;
    let me = ctx.caller()?.user_id;
    check_size("album", window.filters.album.as_deref(), MOST_ALBUM)?;
    check_size("tag", window.filters.tag.as_deref(), MOST_TAG)?;
    let query = Query::new()
        .filter(which(&me, &window.filters))
        .order(Order::desc(MediaItem::UPLOADED_AT));
    let page = ctx.read(window.over(query).page()).await?;
    let ids = page.items.iter().map(|item| item.file_id.as_str());
    let found = ctx.read(files(ids)).await?;
    let addresses = Addresses::of(&ctx, &me).await?;
    // One that goes this very moment is left out.
    let views = page.items.iter().filter_map(|item| {
        let file = found.get(&item.file_id)?;
        Some(FileView::own(file, Some(&item.value), &addresses))
    });
    window.reply(&ctx, &page, views.collect()).await
}

/// Refuses a word that nothing can have.
fn check_size(name: &str, word: Option<&str>, most: usize) -> Result<()> {
    let size = word.map(|word| word.chars().count());
    if size.is_none_or(|size| (1..=most).contains(&size)) {
        return Ok(());
    }
    let detail = format!("has 1 to {most} characters");
    Err(Error::parameter(name, Rule::Size, detail))
}

/// Holds for the entries of a user that meet the filters.
fn which(user: &str, filters: &FileFilters) -> Filter<MediaItem> {
    let mine = Filter::eq(MediaItem::USER_ID, user);
    let bucket = filters.bucket.map(|bucket| {
        let there = Filter::and([
            Filter::eq(StoredFile::USER_ID, user),
            Filter::eq(StoredFile::BUCKET, bucket),
        ]);
        Filter::is_among(MediaItem::FILE_ID, Column::<StoredFile>::id(), there)
    });
    let sort = filters.sort;
    let sort = sort.map(|sort| Filter::eq(MediaItem::FILE_TYPE, sort));
    let album = filters.album.as_deref();
    let album = album.map(|album| Filter::eq(MediaItem::ALBUM, album));
    let tag = filters.tag.as_deref();
    let tag = tag.map(|tag| Filter::contains(MediaItem::TAGS, tag));
    Filter::and([Some(mine), bucket, sort, album, tag].into_iter().flatten())
}
