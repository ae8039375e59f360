//! `PUT /v1/me/folders`: the order of the caller's folders.

use std::collections::BTreeSet;

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, Json, Method, Reply, Request, Result, Rule,
};
use whisper_schema::Body;
use whisper_schema::body::forms;
use whisper_schema::prelude::ConversationList;
use whisper_store::Batch;

use super::FOLDERS;
use crate::limits::{LISTS, Uses};
use crate::own_list::{OwnList, own_list};

/// The folders, the first first.
#[derive(Clone, Debug, Body)]
#[body(example = r#"{"folderIds": []}"#)]
pub struct FolderOrder {
    /// Ids of all folders of the caller's.
    #[field(required, count = 0..=ConversationList::MOST_FOLDERS, unique, is = forms::ID)]
    pub folder_ids: Vec<String>,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        FOLDERS,
        "orderFolders",
        "Puts the caller's folders in this order, which names all of them.",
        order,
    )
    .reply_empty(204, "They are in this order.")
    .codes(&[Code::RateLimited])
}

/// Answers 204.
async fn order(ctx: Ctx, _: Request, Json(wanted): Json<FolderOrder>) -> Result<Reply> {
    ctx.retry(async || attempt(&ctx, &wanted.folder_ids).await)
        .await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, wanted: &[String]) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let list = OwnList::of(ctx.read(own_list(&me)).await?, &me);
    let before: BTreeSet<&String> = list.folders().iter().collect();
    if before != wanted.iter().collect() {
        let detail = "must name each folder of yours once, and nothing else";
        return Err(Error::field("folderIds", Rule::Reference, detail));
    }
    if list.folders() == wanted {
        return Ok(Attempt::Done(()));
    }
    let batch = list.with_folders(wanted.to_vec()).keep_in(Batch::new());
    let what = json!({"folderIds": wanted});
    let batch = append(ctx, batch, "folders.reordered", &me, Some(&me), &what)?;
    let uses = Uses::of(ctx, &[(LISTS, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
