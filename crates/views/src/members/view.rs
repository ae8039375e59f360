//! A member of a conversation as the API shows them.

use serde::Serialize;
use whisper_files::MediaView;
use whisper_people::People;
use whisper_schema::prelude::{ConversationMember, ConversationMemberRole, Timestamp};

use super::reached::Reached;

/// A member as the other members see them.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MemberView {
    /// Id of the user.
    pub user_id: String,
    /// Their role.
    pub role: ConversationMemberRole,
    /// When they joined, the last time if more than once.
    pub joined_at: Timestamp,
    /// The user who brought them in; absent if they came on their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<String>,
    /// Handle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Name shown in conversations and lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Where the picture is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// The picture, where it is a file. Events that many get alike leave it out, as its address is signed for one of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<MediaView>,
    /// Newest message that they read, as far as the caller is told. Absent if there is none, or it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_message_id: Option<String>,
    /// Newest message that is on a device of theirs, or was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_message_id: Option<String>,
}

impl MemberView {
    /// A member among people as the viewer sees them.
    pub fn new(member: &ConversationMember, people: &People, reached: &Reached) -> Self {
        let seen = people.summary(&member.user_id);
        let (read_message_id, delivered_message_id) = reached.by(member, people);
        MemberView {
            read_message_id,
            delivered_message_id,
            role: member.role,
            joined_at: member.joined_at,
            invited_by: member.invited_by.clone(),
            user_id: seen.id,
            username: seen.username,
            display_name: seen.display_name,
            avatar_url: seen.avatar_url,
            avatar: seen.avatar,
        }
    }

    /// Without the picture that is a file: for an answer that others get too.
    #[must_use]
    pub fn without_file(self) -> Self {
        MemberView {
            avatar: None,
            ..self
        }
    }
}
