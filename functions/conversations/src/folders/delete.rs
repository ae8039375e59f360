//! `DELETE /v1/me/folders/{folderId}`: deletes a folder; its conversations stay.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, OptionExt, Reply, Request, Result};
use whisper_schema::prelude::ConversationFolder;
use whisper_store::{Batch, Get};

use super::FOLDER;
use crate::limits::{LISTS, Uses};
use crate::own_list::{OwnList, own_list};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        FOLDER,
        "deleteFolder",
        "Deletes a folder of the caller's; the conversations stay.",
        delete,
    )
    .reply_empty(204, "There is no such folder any more.")
    .codes(&[Code::RateLimited])
}

/// Answers 204.
async fn delete(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("folderId")?;
    ctx.retry(async || attempt(&ctx, id).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let asked = (Get::<ConversationFolder>::id(id), own_list(&me));
    let (folder, list) = ctx.read(asked).await?;
    let folder = folder.filter(|folder| folder.user_id == me);
    let folder = folder.or_not_found()?;
    let list = OwnList::of(list, &me);
    let others = list.folders().iter().filter(|other| *other != id);
    let others = others.cloned().collect();
    let batch = Batch::new().delete::<ConversationFolder>(&folder.id);
    let batch = list.with_folders(others).keep_in(batch);
    let what = json!({"folderId": id});
    let batch = append(ctx, batch, "folder.deleted", &me, Some(&me), &what)?;
    let uses = Uses::of(ctx, &[(LISTS, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
