//! Folders of a user's conversations, which only the user sees.

use serde::Serialize;
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{
    ConversationFolder, ConversationFolderExclusion, ConversationFolderKind, ConversationList,
};
use whisper_store::{Filter, Get, Query};

/// A folder of the caller's conversations.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FolderView {
    /// Id of the folder.
    pub id: String,
    /// Its name.
    pub name: String,
    /// An emoji, or the name of a picture of the client's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// Kinds of conversations that it has.
    pub kinds: Vec<ConversationFolderKind>,
    /// States in which a conversation of these kinds isn't in it.
    pub exclusions: Vec<ConversationFolderExclusion>,
    /// Conversations that it has in spite of their kind and state. The caller may have left some of them.
    pub included_conversation_ids: Vec<String>,
    /// Conversations that it doesn't have.
    pub excluded_conversation_ids: Vec<String>,
}

/// All folders of the caller.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct FoldersView {
    /// The folders, in the caller's own order.
    pub items: Vec<FolderView>,
}

impl From<ConversationFolder> for FolderView {
    fn from(of: ConversationFolder) -> Self {
        FolderView {
            kinds: kinds(&of),
            exclusions: exclusions(&of),
            id: of.id,
            name: of.name,
            icon: of.icon,
            included_conversation_ids: of.included_ids,
            excluded_conversation_ids: of.excluded_ids,
        }
    }
}

/// The kinds of a folder.
pub fn kinds(of: &ConversationFolder) -> Vec<ConversationFolderKind> {
    of.kinds
        .iter()
        .filter_map(|kind| kind.parse().ok())
        .collect()
}

/// The exclusions of a folder.
pub fn exclusions(of: &ConversationFolder) -> Vec<ConversationFolderExclusion> {
    let exclusions = of.exclusions.iter();
    exclusions.filter_map(|one| one.parse().ok()).collect()
}

/// Asks for all folders of a user, in no order.
pub fn all_folders(user: &str) -> Query<ConversationFolder> {
    Query::new()
        .filter(Filter::eq(ConversationFolder::USER_ID, user))
        .limit(100)
}

/// The folders of a user, as their GET shows them. One statement.
///
/// # Errors
/// The store's.
pub async fn folders_of(ctx: &Ctx, user: &str) -> Result<FoldersView> {
    let order = Get::<ConversationList>::id(user);
    let (folders, list) = ctx.read((all_folders(user), order)).await?;
    let order = list.map(|list| list.into_inner().folder_ids);
    let order = order.unwrap_or_default();
    let mut items: Vec<FolderView> = folders
        .into_iter()
        .map(|folder| FolderView::from(folder.into_inner()))
        .collect();
    let place = |id: &str| order.iter().position(|one| one == id);
    items.sort_by_key(|folder| place(&folder.id).unwrap_or(usize::MAX));
    Ok(FoldersView { items })
}
