//! `PUT /v1/files/{fileId}/content`: the bytes of a file, all in one request.

use whisper_kit::{Ctx, Endpoint, Incoming, Method, Reply, Request, Result};

use super::turn::take_turn;
use super::{CODES, MOST_BODY, end, refuse_length, take_in};
use crate::CONTENT;
use crate::own::own_file;
use crate::view::FileView;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        CONTENT,
        "putFileContent",
        "Sends all bytes of a file that is uploading. Where the connection breaks, go on by PATCH with the rest",
        put,
    )
    .for_bots()
    .bytes_body(MOST_BODY, "The bytes of the file, as many as were declared.")
    .answers(&["upload-offset", "upload-complete"])
    .reply::<FileView>(200, "The file, ready.")
    .codes(CODES)
}

async fn put(ctx: Ctx, request: Request, mut body: Incoming) -> Result<Reply> {
    let (file, ()) = own_file(&ctx, request.id("fileId")?, ()).await?;
    let file = take_turn(&ctx, file, Some(0), |file| refuse_length(file, &body, true)).await?;
    let writer = take_in(&ctx, file, &mut body).await?;
    end(&ctx, writer).await
}
