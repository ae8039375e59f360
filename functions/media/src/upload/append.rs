//! `PATCH /v1/files/{fileId}/content`: more bytes of a file, from where those that are kept end.

use whisper_kit::{Code, Ctx, Endpoint, Error, Header, Incoming, Method, Reply, Request, Result};

use super::refused::wrong_size;
use super::turn::take_turn;
use super::{CODES, MOST_BODY, end, refuse_length, take_in};
use crate::CONTENT;
use crate::own::own_file;
use crate::view::FileView;

/// The media type of a part of a file.
const PARTIAL: &str = "application/partial-upload";
/// Headers of the draft.
const HEADERS: &[Header] = &[
    Header {
        name: "upload-offset",
        about: "Where the body begins in the file: as many bytes as are kept. Needed.",
        size: (1, 15),
        pattern: "^[0-9]{1,15}$",
    },
    Header {
        name: "upload-complete",
        about: "Whether the file ends with this body: `?1`, or `?0` where more is to come. Needed.",
        size: (2, 2),
        pattern: "^\\?[01]$",
    },
    Header {
        name: "upload-length",
        about: "Size of the whole file in bytes: the declared one.",
        size: (1, 15),
        pattern: "^[0-9]{1,15}$",
    },
];

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        CONTENT,
        "appendFileContent",
        "Sends more bytes of a file that is uploading, as the IETF's draft for resumable uploads has it: HEAD tells where to go on",
        append,
    )
    .for_bots()
    .own_headers(HEADERS)
    .bytes_body_of(PARTIAL, MOST_BODY, "The next bytes of the file.")
    .answers(&["upload-offset", "upload-complete"])
    .reply::<FileView>(200, "The file, ready: the body was its end.")
    .reply_empty(204, "The bytes are kept, and more are to come.")
    .codes(CODES)
}

async fn append(ctx: Ctx, request: Request, mut body: Incoming) -> Result<Reply> {
    let sent = Sent::of(&request)?;
    let (file, ()) = own_file(&ctx, request.id("fileId")?, ()).await?;
    let file = take_turn(&ctx, file, Some(sent.offset), |file| {
        match sent.length.filter(|length| *length != file.size) {
            Some(length) => {
                let size = file.size;
                Err(wrong_size(format!(
                    "was declared as {size}, and not as {length}"
                )))
            }
            None => refuse_length(file, &body, sent.is_last),
        }
    })
    .await?;
    let mut writer = take_in(&ctx, file, &mut body).await?;
    if sent.is_last {
        return end(&ctx, writer).await;
    }
    writer.save(&ctx).await?;
    let offset = writer.file().received.to_string();
    Ok(Reply::no_content()
        .header("upload-complete", "?0")
        .header("upload-offset", &offset))
}

/// The headers of such a request.
struct Sent {
    offset: i64,
    is_last: bool,
    length: Option<i64>,
}

impl Sent {
    fn of(request: &Request) -> Result<Self> {
        let content_type = request.header("content-type").unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case(PARTIAL) {
            let detail = format!("Send a part of a file with content-type: {PARTIAL}.");
            return Err(Error::new(Code::UnsupportedMediaType, detail));
        }
        let offset = number(request, "upload-offset")?;
        Ok(Self {
            offset: offset.ok_or_else(|| needed("upload-offset"))?,
            is_last: match request.header("upload-complete").map(str::trim) {
                Some("?1") => true,
                Some("?0") => false,
                _ => return Err(needed("upload-complete")),
            },
            length: number(request, "upload-length")?,
        })
    }
}

/// A number in a header; at most 15 digits (RFC 9651, 3.3.1).
fn number(request: &Request, name: &str) -> Result<Option<i64>> {
    let Some(text) = request.header(name).map(str::trim) else {
        return Ok(None);
    };
    let is_number = (1..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let read = text.parse().ok().filter(|_| is_number);
    read.map(Some).ok_or_else(|| {
        let detail = format!("{name} must be a whole number of bytes.");
        Error::new(Code::InvalidHeader, detail)
    })
}

fn needed(name: &str) -> Error {
    let form = match name {
        "upload-complete" => "?1, or ?0 where more is to come",
        _ => "the number of bytes that are kept, which HEAD tells",
    };
    Error::new(Code::InvalidHeader, format!("Send {name}: {form}."))
}
