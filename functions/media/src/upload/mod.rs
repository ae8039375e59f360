//! The bytes of an upload: at once by PUT, or bit by bit by PATCH, as the IETF's draft for resumable uploads has it
//! (draft-ietf-httpbis-resumable-upload-10).

mod append;
mod cancel;
mod finish;
mod hash;
mod put;
mod refused;
mod turn;
mod writer;

use whisper_files::Addresses;
use whisper_kit::{Bytes, Code, Ctx, Incoming, Reply, Result};
use whisper_schema::prelude::StoredFile;

use crate::view::FileView;
use finish::finish;
use refused::{give_up, wrong_size};
use writer::Writer;

pub use append::endpoint as append_endpoint;
pub use cancel::endpoint as cancel_endpoint;
pub use put::endpoint as put_endpoint;
pub use turn::{is_complete, take_turn};
pub use writer::chunk_id;

/// Codes of requests with bytes.
const CODES: &[Code] = &[
    Code::NotFound,
    Code::UploadOffsetMismatch,
    Code::UploadComplete,
    Code::ValidationFailed,
    Code::InvalidHeader,
    Code::RateLimited,
];
/// Bytes of the largest file that any bucket takes: the bound of a body.
const MOST_BODY: u64 = 500_000_000;

/// Takes the bytes of a body in, from where the file's end. What came before the body broke off is kept. The upload is given up where it gets
/// more bytes than were declared, or bytes that its bucket doesn't take.
///
/// # Errors
/// The body's, `upload_offset_mismatch` where another request took the upload up, and `validation_failed`.
async fn take_in(ctx: &Ctx, file: StoredFile, body: &mut Incoming) -> Result<Writer> {
    let mut writer = Writer::resume(ctx, file).await?;
    loop {
        match body.next().await {
            Ok(Some(piece)) => take(ctx, &mut writer, piece).await?,
            Ok(None) => return Ok(writer),
            Err(error) => {
                // The client learns by HEAD how much that was.
                writer.save(ctx).await?;
                return Err(error);
            }
        }
    }
}

async fn take(ctx: &Ctx, writer: &mut Writer, piece: Bytes) -> Result<()> {
    let length = i64::try_from(piece.len()).unwrap_or(i64::MAX);
    if length > writer.left() {
        give_up(ctx, writer.file()).await?;
        return Err(wrong_size(format!(
            "was declared as {}, and there are more bytes: the upload is given up",
            writer.file().size
        )));
    }
    writer.take(ctx, &piece).await
}

/// Refuses a body that, by its length, can't be the rest of the file. Nothing was taken of it.
///
/// # Errors
/// `validation_failed` for `size`.
fn refuse_length(file: &StoredFile, body: &Incoming, is_last: bool) -> Result<()> {
    let left = u64::try_from(file.size - file.received).unwrap_or(0);
    let Some(length) = body.length() else {
        return Ok(());
    };
    if length > left || is_last && length != left {
        let size = file.size;
        return Err(wrong_size(format!(
            "was declared as {size}, of which {left} bytes are to come: the body has {length}"
        )));
    }
    Ok(())
}

/// Ends an upload whose bytes are all there, and answers with the file.
///
/// # Errors
/// `validation_failed` for `size`, `sha256` or `content`; the upload is given up then.
async fn end(ctx: &Ctx, writer: Writer) -> Result<Reply> {
    let file = finish(ctx, writer).await;
    // By this a client of the draft tells a failure of the upload from one of the file.
    let (file, item) = file.map_err(|error| error.with_header("upload-complete", "?1"))?;
    let addresses = Addresses::of(ctx, &file.user_id).await?;
    let reply = Reply::ok(&FileView::own(&file, Some(&item), &addresses))?;
    Ok(reply
        .header("upload-complete", "?1")
        .header("upload-offset", &file.size.to_string()))
}
