//! The room that files of users take: kept up by the commits that add and take away files, and held to the quotas there.

use whisper_kit::ids::derived_id;
use whisper_kit::{Code, Error, FieldError, Result, Rule};
use whisper_schema::prelude::{FileBook, FileBucket, FileUsage, StoredFile};
use whisper_store::{Batch, Doc, Filter, Get, Patch};

use crate::limits::Quota;

/// Id of the row with the room of a user's files in a bucket.
pub fn usage_id(user: &str, bucket: FileBucket) -> String {
    derived_id(&["file usage", user, bucket.as_str()])
}

/// Asks for the room that a user's files take, altogether and in a bucket.
pub fn room(user: &str, bucket: FileBucket) -> (Get<FileBook>, Get<FileUsage>) {
    (Get::id(user), Get::id(usage_id(user, bucket)))
}

/// The answer to [`room`].
pub type Taken = (Option<Doc<FileBook>>, Option<Doc<FileUsage>>);

/// Refuses an upload that is more than the caller may have, as far as that was read.
///
/// # Errors
/// `quota_exceeded` with the number.
pub fn check(quota: Quota, file: &StoredFile, (book, usage): &Taken) -> Result<()> {
    let bytes = book.as_ref().map_or(0, |book| book.bytes);
    let in_bucket = usage.as_ref().map_or(0, |usage| usage.bytes);
    let uploading = book.as_ref().map_or(0, |book| book.uploading);
    let (size, bucket) = (file.size, file.bucket);
    let is_over = |most: Option<i64>, taken: i64| most.filter(|most| taken > most - size);
    if let Some(most) = is_over(quota.bytes, bytes) {
        let detail = format!(
            "Your files have {bytes} bytes, and may have {most} together: {size} more are too many."
        );
        return Err(over("size", detail));
    }
    if let Some(most) = is_over(quota.bucket_bytes, in_bucket) {
        let detail = format!(
            "Your files in {bucket} have {in_bucket} bytes, and may have {most} together: {size} more are too many."
        );
        return Err(over("size", detail));
    }
    match quota.uploads.filter(|most| uploading >= *most) {
        Some(most) => {
            let detail = format!(
                "{uploading} uploads of yours are under way, of at most {most}: end one, or give one up."
            );
            Err(Error::new(Code::QuotaExceeded, detail))
        }
        None => Ok(()),
    }
}

fn over(field: &str, detail: String) -> Error {
    let fault = FieldError::new(field, Rule::Range, detail);
    Error::fields(vec![fault]).with_code(Code::QuotaExceeded)
}

/// Adds an upload, on the condition that it is no more than its user may have.
pub fn take(batch: Batch, quota: Quota, file: &StoredFile) -> Batch {
    let (user, size) = (file.user_id.as_str(), file.size);
    let book = FileBook {
        id: user.to_owned(),
        bytes: size,
        uploading: 1,
    };
    let usage = FileUsage {
        id: usage_id(user, file.bucket),
        user_id: user.to_owned(),
        bucket: file.bucket,
        files: 1,
        bytes: size,
    };
    let bytes = quota
        .bytes
        .map(|most| Filter::le(FileBook::BYTES, most - size));
    let uploads = quota
        .uploads
        .map(|most| Filter::lt(FileBook::UPLOADING, most));
    let in_bucket = quota
        .bucket_bytes
        .map(|most| Filter::le(FileUsage::BYTES, most - size));
    batch
        .insert_or_update_if(
            &book,
            Patch::new()
                .add(FileBook::BYTES, size)
                .add(FileBook::UPLOADING, 1),
            Filter::and([bytes, uploads].into_iter().flatten()),
        )
        .insert_or_update_if(
            &usage,
            Patch::new()
                .add(FileUsage::FILES, 1)
                .add(FileUsage::BYTES, size),
            Filter::and(in_bucket),
        )
}

/// Counts an upload as over: its file is whole.
pub fn end_upload(batch: Batch, file: &StoredFile) -> Batch {
    batch.increment::<FileBook>(&file.user_id, FileBook::UPLOADING, -1)
}

/// Gives the room of a file back, or of an upload.
pub fn give_back(batch: Batch, file: &StoredFile) -> Batch {
    let less = Patch::new().add(FileBook::BYTES, -file.size);
    let less = match file.is_whole() {
        true => less,
        false => less.add(FileBook::UPLOADING, -1),
    };
    let in_bucket = Patch::new()
        .add(FileUsage::FILES, -1)
        .add(FileUsage::BYTES, -file.size);
    batch
        .update(&file.user_id, less)
        .update(&usage_id(&file.user_id, file.bucket), in_bucket)
}
