//! `POST /v1/files`: begins an upload.

use whisper_files::Addresses;
use whisper_kit::idempotency::Once;
use whisper_kit::rate_limit::Uses;
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, FieldError, Json, Method, Reply, Request, Result, Rule,
};
use whisper_schema::Body;
use whisper_schema::body::{Fields, Form};
use whisper_schema::prelude::{FileBucket, StoredFile, Timestamp};
use whisper_store::Batch;

use crate::limits::{Quota, UPLOADS};
use crate::own::offered;
use crate::sniff::Kind;
use crate::view::FileView;
use crate::{buckets, room};

/// The largest size that can be told; what a bucket takes is far less, and is told with its number.
const MOST_TOLD: i64 = 9_007_199_254_740_991;

/// A media type (RFC 9110, 8.3.1), with or without parameters.
const MEDIA_TYPE: Form = Form {
    valid: is_media_type,
    must_be: "a media type, such as image/jpeg",
    pattern: Some("^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+ *(;.*)?$"),
    format: None,
};

/// A SHA-256 in hexadecimal.
const SHA256: Form = Form {
    valid: is_sha256,
    must_be: "64 hexadecimal digits",
    pattern: Some("^[0-9A-Fa-f]{64}$"),
    format: None,
};

/// A new file, whose bytes are still to come.
#[derive(Clone, Debug, Body)]
#[body(of = StoredFile, check = NewFile::check)]
#[body(
    example = r#"{"bucket": "messages", "name": "beach.jpg", "mimeType": "image/jpeg", "size": 482133}"#
)]
pub struct NewFile {
    /// Its place, which decides what it may be and how large: `GET /v1/me/files/usage` tells for each.
    pub bucket: FileBucket,
    /// Name it has on the device: 1 to 256 characters.
    #[field(size = 1..=256)]
    pub name: String,
    /// Media type; one that the bucket takes.
    #[field(size = 3..=100, is = MEDIA_TYPE)]
    pub mime_type: String,
    /// Size in bytes, 1 at least.
    #[field(range = 1..=MOST_TOLD)]
    pub size: i64,
    /// SHA-256 of its bytes, if it is known: bytes that have another are refused.
    #[field(size = 64..=64, is = SHA256)]
    pub sha256: Option<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/files",
        "createFile",
        "Begins the upload of a file, whose bytes are then sent to its `uploadUrl`, at once or bit by bit; it ends after 24 hours",
        create,
    )
    .for_bots()
    .headers(&["idempotency-key"])
    .answers(&["location", "upload-limit"])
    .reply::<FileView>(201, "The file, uploading.")
    .codes(&[
        Code::FileTooLarge,
        Code::QuotaExceeded,
        Code::RateLimited,
        Code::RouteNotFound,
    ])
}

async fn create(ctx: Ctx, request: Request, Json(new): Json<NewFile>) -> Result<Reply> {
    offered(&ctx)?;
    let me = ctx.caller()?.user_id;
    let once = Once::of(&request, &me, "createFile")?;
    if let Some(reply) = once.replay(&ctx).await? {
        return Ok(reply);
    }
    refuse_larger(&new)?;
    let file = new.file(ctx.new_id()?, ctx.new_id()?, &me, ctx.now());
    let addresses = Addresses::of(&ctx, &me).await?;
    let answer = |at| {
        let file = StoredFile {
            created_at: at,
            ..file.clone()
        };
        let view = FileView::own(&file, None, &addresses);
        let path = format!("/v1/files/{}", file.id);
        let reply = Reply::created(&view)?.location(&path);
        Ok(reply.header("upload-limit", &limit(&file, ctx.now())))
    };
    ctx.retry(async || attempt(&ctx, &file, &once, &answer).await)
        .await
}

async fn attempt(
    ctx: &Ctx,
    file: &StoredFile,
    once: &Once,
    answer: &impl Fn(Timestamp) -> Result<Reply>,
) -> Result<Attempt<Reply>> {
    let taken = ctx.read(room::room(&file.user_id, file.bucket)).await?;
    let quota = Quota::of_caller(ctx).await?;
    room::check(quota, file, &taken)?;
    let uses = Uses::of(ctx, &[(UPLOADS, 1)]).await?;
    let batch = room::take(Batch::new().insert(file), quota, file);
    let batch = uses.count_in(batch, ctx.now());
    let outcome = once.commit(ctx, batch, answer).await;
    Attempt::of(uses.refuse(outcome, ctx.now()))
}

/// Refuses a file that is larger than its bucket takes.
///
/// # Errors
/// `file_too_large`, with the number.
fn refuse_larger(new: &NewFile) -> Result<()> {
    let most = buckets::most(new.bucket);
    if new.size <= most {
        return Ok(());
    }
    let detail = format!("must be at most {most} bytes in the bucket {}", new.bucket);
    let fault = FieldError::new("size", Rule::Range, detail);
    Err(Error::fields(vec![fault]).with_code(Code::FileTooLarge))
}

/// The bounds of an upload, as the draft for resumable uploads tells them (`Upload-Limit`): the size that was declared, and the seconds that are left.
pub fn limit(file: &StoredFile, now: Timestamp) -> String {
    let left = file.ends_at.map_or(0, |end| end.since(now).max(0) / 1000);
    format!("max-size={}, max-age={left}", file.size)
}

impl NewFile {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        let kind = Kind::parse(&self.mime_type);
        let is_taken = kind.is_some_and(|kind| buckets::takes(self.bucket, kind));
        if !is_taken && fields.is_clean("mimeType") && fields.is_clean("bucket") {
            let types = buckets::types(self.bucket).join(", ");
            let message = format!("must be one that {} takes: {types}", self.bucket);
            fields.refuse("mimeType", Rule::Enum, message);
        }
    }

    fn file(self, id: String, content_id: String, user: &str, now: Timestamp) -> StoredFile {
        StoredFile {
            id,
            user_id: user.to_owned(),
            bucket: self.bucket,
            name: self.name,
            mime_type: self.mime_type,
            size: self.size,
            sha256: self.sha256.map(|hash| hash.to_ascii_lowercase()),
            content_id,
            created_at: Timestamp::AT_COMMIT,
            ends_at: Some(now.plus(StoredFile::KEPT)),
            ..StoredFile::default()
        }
    }
}

fn is_media_type(text: &str) -> bool {
    let essence = text
        .split(';')
        .next()
        .unwrap_or_default()
        .trim_end_matches(' ');
    let is_token = |part: &str| {
        let is_char = |b: u8| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b);
        !part.is_empty() && part.bytes().all(is_char)
    };
    essence
        .split_once('/')
        .is_some_and(|(kind, sub)| is_token(kind) && is_token(sub))
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}
