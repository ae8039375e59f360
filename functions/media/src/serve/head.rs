//! Headers of a file's content: what it is, how it is shown, and how long it may be kept.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use whisper_kit::Reply;
use whisper_schema::prelude::StoredFile;

use crate::reading::{Readable, Right};

/// How long browsers keep a content: it never changes. It stays as it is on its way, as ranges are of its own bytes.
const KEPT: &str = "private, max-age=31536000, immutable, no-transform";
/// A content that was viewed once isn't kept.
const NOT_KEPT: &str = "private, no-store, no-transform";
/// A content that is opened as a page runs nothing, and loads nothing.
const POLICY: &str = "default-src 'none'; sandbox";
/// Characters of a name that stand as they are (RFC 8187, 3.2.1).
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The ETag of a file's content: its hash.
pub fn etag(file: &StoredFile) -> String {
    format!("\"{}\"", file.sha256.as_deref().unwrap_or_default())
}

/// The answer with its headers.
pub fn of(reply: Reply, found: &Readable, etag: &str) -> Reply {
    let reply = reply
        .header("etag", etag)
        .header("accept-ranges", "bytes")
        .header("content-disposition", &disposition(&found.file))
        .header("content-security-policy", POLICY);
    match found.right {
        Right::Opening => reply.header("cache-control", NOT_KEPT),
        Right::Document => reply.header("cache-control", KEPT),
        Right::Owner => reply
            .header("cache-control", KEPT)
            .header("upload-complete", "?1")
            .header("upload-offset", &found.file.size.to_string()),
    }
}

/// Whether it is shown or saved, and its name: in ASCII, and as it is (RFC 6266).
fn disposition(file: &StoredFile) -> String {
    let kind = match file.is_inline {
        true => "inline",
        false => "attachment",
    };
    let plain = |c: char| match c {
        '"' | '\\' | '%' => '_',
        c if c == ' ' || c.is_ascii_graphic() => c,
        _ => '_',
    };
    let ascii: String = file.name.chars().map(plain).collect();
    let encoded = utf8_percent_encode(&file.name, ATTR_CHAR);
    format!("{kind}; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_as_ascii_and_as_it_is() {
        for (name, is_inline, wanted) in [
            (
                "a b.jpg",
                true,
                "inline; filename=\"a b.jpg\"; filename*=UTF-8''a%20b.jpg",
            ),
            (
                "größe \"1\"\\%.pdf",
                false,
                "attachment; filename=\"gr__e _1___.pdf\"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%221%22%5C%25.pdf",
            ),
        ] {
            let file = StoredFile {
                name: name.to_owned(),
                is_inline,
                ..StoredFile::default()
            };
            assert_eq!(disposition(&file), wanted);
        }
    }
}
