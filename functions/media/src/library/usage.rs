//! `GET /v1/me/files/usage`: the room that the caller's files take, and what each bucket takes.

use serde::Serialize;
use whisper_files::Addresses;
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::{FileBook, FileBucket, FileUsage, StoredFile};
use whisper_store::{Filter, Get, Order, Query};

use crate::buckets;
use crate::limits::Quota;
use crate::own::offered;
use crate::view::FileView;

/// The most uploads that are told.
const MOST_UPLOADS: u32 = 100;

/// The room that the caller's files take.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FileUsageView {
    /// Bytes of all files, and of uploads as they were declared.
    pub bytes: i64,
    /// How many they may be; absent where there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_bytes: Option<i64>,
    /// How many uploads may be under way; absent where there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_uploads: Option<i64>,
    /// All buckets.
    pub buckets: Vec<BucketUsageView>,
    /// Uploads that aren't over, the newest first.
    pub uploads: Vec<FileView>,
}

/// A bucket, and the room that the caller's files take in it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BucketUsageView {
    /// The bucket.
    pub bucket: FileBucket,
    /// Number of files, uploads included.
    pub files: i64,
    /// Their bytes.
    pub bytes: i64,
    /// How many bytes they may be; absent where there is no limit of the bucket's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_bytes: Option<i64>,
    /// How many bytes one file may have.
    pub most_file_bytes: i64,
    /// Media types that it takes.
    pub mime_types: Vec<&'static str>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/me/files/usage",
        "getMyFileUsage",
        "The room that the caller's files take by bucket, what each bucket takes, and the uploads that aren't over",
        usage,
    )
    .for_bots()
    .reply::<FileUsageView>(200, "The room.")
    .codes(&[Code::RouteNotFound])
}

async fn usage(ctx: Ctx, _: Request) -> Result<Reply> {
    offered(&ctx)?;
    let me = ctx.caller()?.user_id;
    let usages = Query::<FileUsage>::new()
        .filter(Filter::eq(FileUsage::USER_ID, me.as_str()))
        .limit(100);
    let uploads = Query::<StoredFile>::new()
        .filter(Filter::eq(StoredFile::USER_ID, me.as_str()))
        .filter(Filter::is_null(StoredFile::COMPLETED_AT))
        .filter(Filter::gt(StoredFile::ENDS_AT, ctx.now()))
        .order(Order::desc(StoredFile::ENDS_AT))
        .limit(MOST_UPLOADS);
    let asked = (Get::<FileBook>::id(me.as_str()), usages, uploads);
    let (book, usages, uploads) = ctx.read(asked).await?;
    let quota = Quota::of_caller(&ctx).await?;
    let addresses = Addresses::of(&ctx, &me).await?;
    let buckets = FileBucket::ALL.iter().map(|bucket| {
        let usage = usages.iter().find(|usage| usage.bucket == *bucket);
        BucketUsageView {
            bucket: *bucket,
            files: usage.map_or(0, |usage| usage.files),
            bytes: usage.map_or(0, |usage| usage.bytes),
            most_bytes: quota.bucket_bytes,
            most_file_bytes: buckets::most(*bucket),
            mime_types: buckets::types(*bucket),
        }
    });
    let uploads = uploads
        .iter()
        .map(|file| FileView::own(file, None, &addresses));
    Reply::ok(&FileUsageView {
        bytes: book.map_or(0, |book| book.bytes),
        most_bytes: quota.bytes,
        most_uploads: quota.uploads,
        buckets: buckets.collect(),
        uploads: uploads.collect(),
    })
}
