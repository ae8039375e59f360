//! ETag and If-Match (RFC 9110): of two edits of the same version, the second is refused.

use crate::error::{Code, Error, Result};
use crate::ids::derived_id;
use crate::reply::Reply;
use crate::request::Request;

pub use crate::reply::etag;

/// The strong ETag of a document that the server changes as well as its editors: `edit` is the number of the
/// last edit, and all that If-Match looks at; with each change of any kind the ETag is another one.
pub fn etag_of_edit(edit: i64, revision: i64) -> String {
    format!("\"{edit}-{revision}\"")
}

/// The answer with its ETag of an edit.
pub fn tagged(reply: Reply, edit: i64) -> Reply {
    let etag = tag(&reply, edit);
    reply.header("etag", &etag)
}

/// The ETag of an answer. If-Match looks at the edit alone, its first half; the second half is of the whole answer (messages,
/// counts, names too), so that any change of it gives another ETag.
pub fn tag(reply: &Reply, edit: i64) -> String {
    let shown = edit_number(&[&String::from_utf8_lossy(reply.body())]);
    etag_of_edit(edit, shown)
}

/// The number of an edit, as [`etag_of_edit`] takes it: it follows from the fields that editors change, and from nothing else.
/// Counting edits would take a column of its own, and their times may be equal.
pub fn edit_number(parts: &[&str]) -> i64 {
    // 48 bits are enough to tell versions of one document apart.
    let id = derived_id(parts);
    let digits: String = id.chars().filter(|c| *c != '-').take(12).collect();
    i64::from_str_radix(&digits, 16).unwrap_or_default()
}

/// Whether If-None-Match, a list of ETags or `*`, names this one; by weak comparison (RFC 9110, 13.1.2).
pub(crate) fn is_among(etag: &str, list: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    list.trim() == "*" || list.split(',').any(|tag| opaque(tag) == opaque(etag))
}

/// The revisions that If-Match allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// Any revision (`*`).
    Any,
    /// Only this revision, or this edit.
    Revision(i64),
}

impl IfMatch {
    /// Holds the revision that was read against it.
    ///
    /// # Errors
    /// [`Code::PreconditionFailed`].
    pub fn check(self, revision: i64) -> Result<()> {
        match self {
            IfMatch::Revision(wanted) if wanted != revision => Err(failed()),
            _ => Ok(()),
        }
    }
}

/// The refusal of a stale If-Match.
pub fn failed() -> Error {
    let detail = "It was changed since you read it. Read it again.";
    Error::new(Code::PreconditionFailed, detail)
}

/// Reads If-Match, which the route leaves to the client: without it any revision will do.
///
/// # Errors
/// [`Code::PreconditionFailed`] when it is no ETag of ours: nothing has it.
pub fn if_match_or_any(request: &Request) -> Result<IfMatch> {
    match request.header("if-match") {
        Some(_) => if_match(request),
        None => Ok(IfMatch::Any),
    }
}

/// Reads If-Match, which the route demands.
///
/// # Errors
/// [`Code::PreconditionRequired`] when it is missing, [`Code::PreconditionFailed`] when it is no ETag
/// of ours: nothing has it.
pub fn if_match(request: &Request) -> Result<IfMatch> {
    let Some(value) = request.header("if-match") else {
        let detail = "Send If-Match with the ETag of the version that you read.";
        return Err(Error::new(Code::PreconditionRequired, detail));
    };
    let value = value.trim();
    if value == "*" {
        return Ok(IfMatch::Any);
    }
    // Weak where the answer was compressed: it names the same revision.
    let strong = value.strip_prefix("W/").unwrap_or(value);
    strong
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .and_then(edit)
        .map(IfMatch::Revision)
        .ok_or_else(failed)
}

/// The number that counts in an ETag of ours.
fn edit(etag: &str) -> Option<i64> {
    match etag.split_once('-') {
        Some((edit, revision)) => revision.parse::<i64>().and(edit.parse()).ok(),
        None => etag.parse().ok(),
    }
}
