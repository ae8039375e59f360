//! A conversation as somebody sees it before they join.

use serde::Serialize;
use whisper_files::MediaView;
use whisper_people::ShownFiles;
use whisper_schema::prelude::Conversation;

/// A conversation as somebody sees it who may know of it without belonging to it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConversationPreviewView {
    /// Id of the conversation, where it is public or the caller belongs to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<String>,
    /// Title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where its picture is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// File of its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_file_id: Option<String>,
    /// That file, where the conversation is public or the caller belongs to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<MediaView>,
    /// Number of active members.
    pub participant_count: i64,
    /// Whether users who join wait for approval.
    pub needs_approval: bool,
    /// Whether the caller belongs to it.
    pub is_member: bool,
}

impl ConversationPreviewView {
    /// The conversation as somebody sees it who comes by a way that wants approval, or doesn't. Its picture may be among the files.
    pub fn new(
        of: &Conversation,
        needs_approval: bool,
        is_member: bool,
        files: &ShownFiles,
    ) -> Self {
        let is_open = is_member || of.is_public;
        let picture = of.avatar_file_id.as_deref().filter(|_| is_open);
        ConversationPreviewView {
            conversation_id: Some(of.id.clone()).filter(|_| is_open),
            avatar: files.get(picture),
            name: of.name.clone(),
            description: of.description.clone(),
            avatar_url: of.avatar_url.clone(),
            avatar_file_id: of.avatar_file_id.clone(),
            participant_count: of.participant_count,
            needs_approval,
            is_member,
        }
    }
}
