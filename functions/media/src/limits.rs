//! How much one user may upload: settings of the operator's.

use whisper_kit::config::Number;
use whisper_kit::rate_limit::Rate;
use whisper_kit::{Ctx, Result};

/// Uploads that one user may begin.
pub const UPLOADS: Rate = Rate::per_hour("file upload", "upload_rate_per_hour", 600);
/// Requests with bytes that one user may send: each is a commit of its own, however few they are.
pub const PARTS: Rate = Rate::per_minute("file part", "upload_part_rate_per_minute", 600);
/// Changes of files that one user may make: names, tags, albums, deletions.
pub const CHANGES: Rate = Rate::per_minute("file change", "file_change_rate_per_minute", 240);
/// All of them.
pub const RATES: [Rate; 3] = [UPLOADS, PARTS, CHANGES];

/// How many megabytes the files of one user may have together; 0 for no limit.
const MEGABYTES: Number = megabytes("file_megabytes_per_user", 5_000);
/// How many megabytes the files of one user may have in one bucket; 0 for no limit.
const BUCKET_MEGABYTES: Number = megabytes("file_megabytes_per_bucket", 0);
/// How many uploads of one user may be under way; 0 for no limit.
const AT_ONCE: Number = Number {
    variable: "uploads_per_user",
    default: 10,
    most: 1_000,
};
/// For how many hours after it was sent its sender may delete a message for all, as `message-actions` has it; 0 for at any time.
pub const DELETE_WINDOW: Number = Number {
    variable: "delete_window_hours",
    default: 48,
    most: 876_000,
};
/// All of them.
pub const NUMBERS: [Number; 4] = [MEGABYTES, BUCKET_MEGABYTES, AT_ONCE, DELETE_WINDOW];

/// Bytes of a megabyte, as the sizes of buckets count.
const MEGABYTE: i64 = 1_000_000;
/// Anonymous accounts have this part of others' room, as of their rates: anybody can make one, and another one.
const ANONYMOUS_PART: i64 = 10;

const fn megabytes(variable: &'static str, default: u64) -> Number {
    Number {
        variable,
        default,
        most: 1_000_000_000,
    }
}

/// How much one user may have; each none where there is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Bytes of all files.
    pub bytes: Option<i64>,
    /// Bytes of the files in one bucket.
    pub bucket_bytes: Option<i64>,
    /// Uploads under way.
    pub uploads: Option<i64>,
}

impl Quota {
    /// The room of the caller.
    ///
    /// # Errors
    /// Those of reading the session.
    pub async fn of_caller(ctx: &Ctx) -> Result<Self> {
        let part = match ctx.is_anonymous().await? {
            true => ANONYMOUS_PART,
            false => 1,
        };
        let most = |number: &Number, unit: i64| {
            let set = i64::try_from(ctx.config().get(number)).unwrap_or(i64::MAX);
            (set > 0).then(|| (set.saturating_mul(unit) / part).max(1))
        };
        Ok(Quota {
            bytes: most(&MEGABYTES, MEGABYTE),
            bucket_bytes: most(&BUCKET_MEGABYTES, MEGABYTE),
            uploads: most(&AT_ONCE, 1),
        })
    }
}
