//! Bytes that are refused: the upload is given up, as none of them can be taken back.

use whisper_kit::{Ctx, Error, FieldError, Result, Rule};
use whisper_schema::prelude::{Column, StoredFile};
use whisper_store::{Batch, Filter};

use super::turn::as_read;
use crate::removal;

/// Takes an upload away whose bytes are refused; one that is gone already, or was taken up by another request, is left as it is.
///
/// # Errors
/// The store's.
pub async fn give_up(ctx: &Ctx, file: &StoredFile) -> Result<()> {
    let still = Batch::new().expect_some(Filter::and([
        Filter::eq(Column::id(), file.id.as_str()),
        as_read(file),
    ]));
    ctx.try_commit(still.append(removal::give_up(file, ctx.now())))
        .await?;
    Ok(())
}

/// The refusal of bytes that are more or fewer than were declared.
pub fn wrong_size(detail: String) -> Error {
    Error::fields(vec![FieldError::new("size", Rule::Range, detail)])
}
