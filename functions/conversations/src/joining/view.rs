//! Joining and its requests as users see them.

use serde::Serialize;
use whisper_schema::choices;
use whisper_schema::prelude::{ConversationJoinRequest, Timestamp};

use super::preview::ConversationPreviewView;

choices! {
    /// How far somebody came who wants to join.
    pub enum JoinOutcome {
        /// They are a member now.
        Joined = "joined",
        /// They were a member before.
        Already = "already",
        /// They wait for approval.
        Pending = "pending",
    }
}

/// The outcome of joining.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct JoinView {
    /// How far the caller came.
    pub outcome: JoinOutcome,
    /// The conversation; absent while the caller waits for approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<String>,
    /// The request, while the caller waits for approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl JoinView {
    /// They are a member of the conversation now.
    pub fn joined(conversation: &str) -> Self {
        JoinView {
            outcome: JoinOutcome::Joined,
            conversation_id: Some(conversation.to_owned()),
            request_id: None,
        }
    }

    /// They were a member of the conversation before.
    pub fn already(conversation: &str) -> Self {
        JoinView {
            outcome: JoinOutcome::Already,
            ..JoinView::joined(conversation)
        }
    }

    /// They wait for the answer to a request.
    pub fn pending(request: &str) -> Self {
        JoinView {
            outcome: JoinOutcome::Pending,
            conversation_id: None,
            request_id: Some(request.to_owned()),
        }
    }
}

/// A request to join, as the members who answer it see it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct JoinRequestView {
    /// Id of the user who asked.
    pub user_id: String,
    /// The invitation they came by; absent if they found the conversation in the directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation_id: Option<String>,
    /// When they asked.
    pub created_at: Timestamp,
    /// When it ends, answered or not.
    pub expires_at: Timestamp,
}

impl From<ConversationJoinRequest> for JoinRequestView {
    fn from(request: ConversationJoinRequest) -> Self {
        JoinRequestView {
            user_id: request.user_id,
            invitation_id: request.invitation_id,
            created_at: request.created_at,
            expires_at: request.expires_at,
        }
    }
}

/// A request to join, as the one who asked sees it: it waits, whether or not it was declined.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MyJoinRequestView {
    /// Id of the request.
    pub id: String,
    /// When the caller asked.
    pub created_at: Timestamp,
    /// The conversation, as everybody who may know of it sees it.
    pub conversation: ConversationPreviewView,
}
