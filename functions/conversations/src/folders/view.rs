//! Folders as the API shows them.

use serde::Serialize;
use whisper_schema::prelude::{
    ConversationFolder, ConversationFolderExclusion, ConversationFolderKind,
};

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
