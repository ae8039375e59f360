//! `DELETE /v1/files/{fileId}/content`: gives an upload up.

use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, Reply, Request, Result};

use super::turn::is_complete;
use crate::CONTENT;
use crate::own::own_file;
use crate::removal;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        CONTENT,
        "cancelFileUpload",
        "Gives an upload up that isn't over: nothing of it stays, and requests that send to it are refused",
        cancel,
    )
    .for_bots()
    .reply_empty(204, "The upload is gone.")
    .codes(&[Code::NotFound, Code::UploadComplete])
}

async fn cancel(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("fileId")?;
    ctx.retry(async || attempt(&ctx, id).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str) -> Result<Attempt<()>> {
    let (file, ()) = own_file(ctx, id, ()).await?;
    if file.is_whole() {
        return Err(is_complete(&file));
    }
    let given_up = ctx.try_commit(removal::give_up(&file, ctx.now())).await?;
    Ok(given_up.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
