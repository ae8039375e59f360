//! Public groups as everybody sees them.

use serde::Serialize;
use whisper_people::ShownFiles;
use whisper_schema::prelude::Conversation;

use crate::joining::ConversationPreviewView;

/// A public group.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PublicConversationView {
    /// The group.
    #[serde(flatten)]
    pub conversation: ConversationPreviewView,
    /// Category it is listed under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Words it is found by.
    pub tags: Vec<String>,
}

impl PublicConversationView {
    /// A group as somebody sees it who belongs to it, or doesn't. Its picture is among the files.
    pub fn new(of: &Conversation, is_member: bool, files: &ShownFiles) -> Self {
        let needs_approval = of.own_settings().join_approval();
        PublicConversationView {
            conversation: ConversationPreviewView::new(of, needs_approval, is_member, files),
            category: of.category.clone(),
            tags: of.tags.clone(),
        }
    }
}
