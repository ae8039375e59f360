//! `GET /v1/me/folders`: the caller's folders.

use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_views::folders::{FoldersView, folders_of};

use super::FOLDERS;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        FOLDERS,
        "listFolders",
        "All folders of the caller, in their own order; at most 20.",
        list,
    )
    .reply::<FoldersView>(200, "The folders.")
}

/// Answers 200 with all folders.
async fn list(ctx: Ctx, _: Request) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    Reply::ok(&folders_of(&ctx, &me).await?)
}
