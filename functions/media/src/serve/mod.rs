//! `GET /v1/files/{fileId}/content`: the bytes of a file, whole or in ranges; HEAD tells how far an upload got.

mod body;
mod head;
mod range;
mod reader;

use serde::Deserialize;
use whisper_kit::{
    Auth, Code, Ctx, Endpoint, Error, Header, Method, Params, Reply, Request, Result,
};
use whisper_schema::prelude::StoredFile;
use whisper_store::Doc;

use crate::CONTENT;
use crate::begin::limit;
use crate::own::{offered, own_file};
use crate::reading::{Readable, readable};
use crate::upload::{is_complete, take_turn};
use body::{Body, answer};
use range::{Asked, Ranges};

/// The parameters of an address that was signed for a user.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignedAddress {
    /// User for whom it was signed.
    #[cfg_attr(not(target_family = "wasm"), schemars(length(max = 36)))]
    pub user: Option<String>,
    /// When it ends, in seconds since 1970.
    #[cfg_attr(
        not(target_family = "wasm"),
        schemars(range(min = 0, max = 9_007_199_254_740_991_i64))
    )]
    pub expires: Option<i64>,
    /// The signature.
    #[cfg_attr(not(target_family = "wasm"), schemars(length(max = 22)))]
    pub sig: Option<String>,
}

/// Headers by which a part is asked for. What can't be read counts as none, so every text is taken that isn't too long.
const HEADERS: &[Header] = &[
    Header {
        name: "range",
        about: "The bytes that are asked for, such as `bytes=0-999`; of one that can't be read, all.",
        size: (0, 1_000),
        pattern: "^[ -~]*$",
    },
    Header {
        name: "if-range",
        about: "The ETag of the bytes that the client has a part of: of others it gets all.",
        size: (0, 1_000),
        pattern: "^[ -~]*$",
    },
];

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        CONTENT,
        "getFileContent",
        "The bytes of a file, whole or in ranges (RFC 9110, 14), by a token or by a signed address; HEAD on an upload of the caller's tells how \
         many bytes are kept, and refuses those of earlier requests from then on",
        get,
    )
    .auth(Auth::UserOrAddress)
    .for_bots()
    .own_headers(HEADERS)
    .answers(&[
        "etag",
        "accept-ranges",
        "content-range",
        "content-disposition",
        "upload-offset",
        "upload-complete",
        "upload-length",
        "upload-limit",
    ])
    .reply_bytes(200, "The bytes.")
    .reply_bytes(206, "The range, or several as `multipart/byteranges`.")
    .reply_empty(204, "To HEAD: how far the upload got.")
    .reply_empty(304, "The client has them: `if-none-match` names their ETag.")
    .codes(&[
        Code::NotFound,
        Code::UploadIncomplete,
        Code::RangeNotSatisfiable,
        Code::RateLimited,
    ])
}

async fn get(ctx: Ctx, request: Request, Params(address): Params<SignedAddress>) -> Result<Reply> {
    offered(&ctx)?;
    let id = request.id("fileId")?;
    refuse_long(&request)?;
    let reader = reader::of(&ctx, &request, id, &address).await?;
    let found = readable(&ctx, &reader.user, id).await?;
    if !found.file.is_whole() {
        return uploading(&ctx, &request, found.file).await;
    }
    let reply = content(&ctx, &request, found).await?;
    Ok(match reader.by_token {
        // The same address is another one's as soon as another one signs in: caches must not give them these bytes.
        true => reply.header("vary", "authorization"),
        false => reply,
    })
}

/// Refuses headers that are longer than they may be.
fn refuse_long(request: &Request) -> Result<()> {
    let length = |header: &Header| request.header(header.name).map_or(0, str::len);
    match HEADERS
        .iter()
        .find(|header| length(header) > header.size.1 as usize)
    {
        None => Ok(()),
        Some(header) => {
            let detail = format!("{} has {} characters at most.", header.name, header.size.1);
            Err(Error::new(Code::InvalidHeader, detail))
        }
    }
}

/// The answer of an upload of the reader's. Only with a token: an address is for files that are whole.
async fn uploading(ctx: &Ctx, request: &Request, file: StoredFile) -> Result<Reply> {
    if request.method != Method::HEAD || ctx.caller().is_err() {
        let detail = format!("{} of {} bytes are kept.", file.received, file.size);
        return Err(Error::new(Code::UploadIncomplete, detail));
    }
    let (file, ()) = own_file(ctx, &file.id, ()).await?;
    let file: Doc<StoredFile> = match file.is_whole() {
        true => return Err(is_complete(&file)),
        false => file,
    };
    let file = take_turn(ctx, file, None, |_| Ok(())).await?;
    Ok(Reply::no_content()
        .header("upload-offset", &file.received.to_string())
        .header("upload-complete", "?0")
        .header("upload-length", &file.size.to_string())
        .header("upload-limit", &limit(&file, ctx.now())))
}

async fn content(ctx: &Ctx, request: &Request, found: Readable) -> Result<Reply> {
    let file = &found.file;
    let etag = head::etag(file);
    let body = match Asked::of(request, &etag).ranges(size(file)) {
        Ranges::Whole => Body::whole(file),
        Ranges::Some(ranges) => Body::parts(file, &ranges),
        Ranges::None => {
            let detail = format!("The content has {} bytes.", file.size);
            let error = Error::new(Code::RangeNotSatisfiable, detail);
            return Err(error.with_header("content-range", format!("bytes */{}", file.size)));
        }
    };
    let reply = answer(ctx, request, file, body).await?;
    Ok(head::of(reply, &found, &etag))
}

/// The size of a file.
fn size(file: &StoredFile) -> u64 {
    u64::try_from(file.size).unwrap_or(0)
}
