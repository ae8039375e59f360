//! The end of an upload: the file is whole, and is kept once however often its owner has it.

use whisper_kit::{Attempt, Ctx, Error, FieldError, Result, Rule};
use whisper_schema::prelude::{FileContent, FileRemoval, MediaItem, StoredFile, Timestamp};
use whisper_store::{Batch, Doc, Filter, First, Patch, Query};

use super::refused::{give_up, wrong_size};
use super::turn::{TURN, as_read, lost};
use super::writer::{End, Writer};
use crate::room;
use crate::sniff::Kind;

/// Makes a file of an upload whose bytes have all come, with its entry in the library.
///
/// # Errors
/// `validation_failed` for `size`, `sha256` or `content`, and the upload is given up; `upload_offset_mismatch` where another request took it up.
pub async fn finish(ctx: &Ctx, writer: Writer) -> Result<(StoredFile, MediaItem)> {
    let end = writer.into_end(ctx).await?;
    check(ctx, &end).await?;
    ctx.retry(async || attempt(ctx, &end).await).await
}

async fn check(ctx: &Ctx, end: &End) -> Result<()> {
    let file = &end.file;
    let error = if end.received == file.size {
        match &file.sha256 {
            Some(declared) if *declared != end.sha256 => wrong_hash(end),
            _ => return Ok(()),
        }
    } else {
        wrong_size(format!(
            "was declared as {}, and {} bytes came: the upload is given up",
            file.size, end.received
        ))
    };
    give_up(ctx, file).await?;
    Err(error)
}

fn wrong_hash(end: &End) -> Error {
    let detail = format!(
        "is not that of the bytes, which have {}: the upload is given up",
        end.sha256
    );
    Error::fields(vec![FieldError::new("sha256", Rule::Reference, detail)])
}

async fn attempt(ctx: &Ctx, end: &End) -> Result<Attempt<(StoredFile, MediaItem)>> {
    let same = ctx.read(same(end)).await?;
    let file = whole(end, same.as_deref(), ctx.now());
    let item = entry(&file);
    let batch = match same {
        Some(same) => share(&same, &end.file, ctx.now()),
        None => end.rest.clone().insert(&FileContent {
            id: file.content_id.clone(),
            user_id: file.user_id.clone(),
            sha256: end.sha256.clone(),
            size: file.size,
            uses: 1,
        }),
    };
    let patch = Patch::new()
        .set(StoredFile::RECEIVED, file.received)
        .set(StoredFile::MIME_TYPE, file.mime_type.as_str())
        .set(StoredFile::IS_INLINE, file.is_inline)
        .set(StoredFile::SHA256, end.sha256.as_str())
        .set(StoredFile::CONTENT_ID, file.content_id.as_str())
        .set(StoredFile::COMPLETED_AT, Timestamp::AT_COMMIT)
        .set(StoredFile::ENDS_AT, file.ends_at)
        .unset(StoredFile::HASH_STATE);
    let batch = batch
        .update_if(&file.id, patch, as_read(&end.file))
        .label(TURN)
        .insert(&item);
    let batch = room::end_upload(batch, &file);
    match ctx.store().await?.commit(batch).await {
        Ok(committed) => Ok(Attempt::Done(at(file, item, committed.at))),
        Err(error) if error.failed_at(TURN) => Err(lost(ctx, &file, error.into()).await),
        // Another upload of the same bytes ended, or the last file that had them went.
        Err(error) => Attempt::of(Err::<(StoredFile, MediaItem), _>(error)),
    }
}

/// Asks for a content of the same bytes.
fn same(end: &End) -> First<FileContent> {
    Query::new()
        .filter(Filter::eq(FileContent::USER_ID, end.file.user_id.as_str()))
        .filter(Filter::eq(FileContent::SHA256, end.sha256.as_str()))
        .first()
}

/// Takes the content that is there, and has the chunks of this upload go.
fn share(same: &Doc<FileContent>, before: &StoredFile, now: Timestamp) -> Batch {
    let more = Patch::new().add(FileContent::USES, 1);
    let is_there = Filter::ge(FileContent::USES, 1);
    let batch = Batch::new().update_if(&same.id, more, is_there);
    match before.received {
        0 => batch,
        _ => batch.insert(&FileRemoval {
            id: before.content_id.clone(),
            due_at: now,
        }),
    }
}

/// The file, once it is whole.
fn whole(end: &End, same: Option<&FileContent>, now: Timestamp) -> StoredFile {
    let content = same.map_or(&end.file.content_id, |same| &same.id);
    StoredFile {
        received: end.received,
        sha256: Some(end.sha256.clone()),
        content_id: content.clone(),
        hash_state: None,
        completed_at: Some(now),
        ends_at: Some(now.plus(StoredFile::KEPT)),
        ..end.file.clone()
    }
}

/// The entry of a file in its owner's library.
fn entry(file: &StoredFile) -> MediaItem {
    let sort = Kind::parse(&file.mime_type).map_or("document", |kind| kind.sort().as_str());
    MediaItem {
        id: file.id.clone(),
        user_id: file.user_id.clone(),
        file_id: file.id.clone(),
        file_name: file.name.clone(),
        file_type: sort.to_owned(),
        mime_type: Some(file.mime_type.clone()),
        file_size: Some(file.size),
        uploaded_at: Some(Timestamp::AT_COMMIT),
        ..MediaItem::default()
    }
}

fn at(file: StoredFile, item: MediaItem, at: Timestamp) -> (StoredFile, MediaItem) {
    let file = StoredFile {
        completed_at: Some(at),
        ..file
    };
    let item = MediaItem {
        uploaded_at: Some(at),
        ..item
    };
    (file, item)
}
