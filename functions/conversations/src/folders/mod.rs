//! Folders of the caller's conversations.

pub mod change;
pub mod create;
pub mod delete;
mod form;
pub mod list;
pub mod order;
mod page;

use whisper_kit::{Ctx, OptionExt, Result};
use whisper_schema::prelude::ConversationFolder;
use whisper_store::{Doc, Get};

pub use page::page;

/// Where folders are.
const FOLDERS: &str = "/v1/me/folders";
/// Where one of them is.
const FOLDER: &str = "/v1/me/folders/{folderId}";

/// The folder of a user with this id.
///
/// # Errors
/// `not_found`, also for a folder of somebody else's; the store's.
pub async fn find(ctx: &Ctx, user: &str, id: &str) -> Result<Doc<ConversationFolder>> {
    let found = ctx.read(Get::<ConversationFolder>::id(id)).await?;
    found.filter(|folder| folder.user_id == user).or_not_found()
}
