//! Turns: of the requests that send to an upload, the last that took it up is the one whose bytes are taken.
//!
//! A client whose connection broke comes back before the server has noticed. So whoever asks where to go on, or sends, takes the turn; the bytes of the
//! request before are refused from there on, and the offset that was told stays true.

use whisper_kit::rate_limit::Uses;
use whisper_kit::{Attempt, Code, Ctx, Error, Result};
use whisper_schema::prelude::StoredFile;
use whisper_store::{Batch, Doc, Filter, Patch};

use crate::limits::PARTS;
use crate::own::own_file;

/// Label of the condition that nobody else took the turn.
pub const TURN: &str = "upload turn";

/// Holds for an upload whose turn, and whose bytes, are as they were read.
pub fn as_read(file: &StoredFile) -> Filter<StoredFile> {
    Filter::and([
        Filter::eq(StoredFile::TURN, file.turn),
        Filter::eq(StoredFile::RECEIVED, file.received),
        Filter::is_null(StoredFile::COMPLETED_AT),
    ])
}

/// Takes the turn, and counts the request. `offset` is where the caller goes on, none for one who asks; `check` refuses a body before anything is written.
///
/// # Errors
/// `upload_complete`, `upload_offset_mismatch`, `rate_limited`, and those of `check`.
pub async fn take_turn(
    ctx: &Ctx,
    file: Doc<StoredFile>,
    offset: Option<i64>,
    check: impl Fn(&StoredFile) -> Result<()>,
) -> Result<StoredFile> {
    let id = file.id.clone();
    let mut known = Some(file);
    ctx.retry(async || {
        let file = match known.take() {
            Some(file) => file.into_inner(),
            None => own_file(ctx, &id, ()).await?.0.into_inner(),
        };
        if file.is_whole() {
            return Err(is_complete(&file));
        }
        if offset.is_some_and(|offset| offset != file.received) {
            return Err(mismatch(offset, file.received));
        }
        check(&file)?;
        let turn = Patch::new().set(StoredFile::TURN, file.turn + 1);
        let batch = Batch::new().update_if(&file.id, turn, as_read(&file));
        let uses = Uses::of(ctx, &[(PARTS, 1)]).await?;
        let taken = uses.try_commit(ctx, batch).await?;
        Ok(taken.map_or(Attempt::Retry, |_| {
            Attempt::Done(StoredFile {
                turn: file.turn + 1,
                ..file
            })
        }))
    })
    .await
}

/// The refusal of bytes for a file that has them all.
pub fn is_complete(file: &StoredFile) -> Error {
    let detail = "All bytes of this file are there.";
    Error::new(Code::UploadComplete, detail)
        .with_header("upload-complete", "?1")
        .with_header("upload-offset", file.size.to_string())
}

/// The refusal of bytes that begin at another place than those that are kept end.
pub fn mismatch(offset: Option<i64>, received: i64) -> Error {
    let detail = match offset {
        Some(offset) => format!("{received} bytes are kept, and the body begins at {offset}."),
        None => format!("Another request took the upload up; {received} bytes are kept."),
    };
    Error::new(Code::UploadOffsetMismatch, detail)
        .with_header("upload-complete", "?0")
        .with_header("upload-offset", received.to_string())
}

/// Makes the refusal where somebody else took the turn, or the upload is gone; any other error of a commit as it is.
pub async fn lost(ctx: &Ctx, file: &StoredFile, error: Error) -> Error {
    if !error.is_stale() {
        return error;
    }
    match own_file(ctx, &file.id, ()).await {
        Ok((file, ())) if file.is_whole() => is_complete(&file),
        Ok((file, ())) => mismatch(None, file.received),
        Err(error) => error,
    }
}
