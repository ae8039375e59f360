//! `GET /v1/me/folders`: the caller's folders.

use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};

use super::view::{FolderView, FoldersView};
use super::{FOLDERS, all};
use crate::own_list::{OwnList, own_list};

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
    let (folders, list) = ctx.read((all(&me), own_list(&me))).await?;
    let list = OwnList::of(list, &me);
    let mut items: Vec<FolderView> = folders
        .into_iter()
        .map(|folder| FolderView::from(folder.into_inner()))
        .collect();
    let place = |id: &str| list.folders().iter().position(|one| one == id);
    items.sort_by_key(|folder| place(&folder.id).unwrap_or(usize::MAX));
    Reply::ok(&FoldersView { items })
}
