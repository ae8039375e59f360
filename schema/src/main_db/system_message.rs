//! System messages: things that happened to a conversation, which clients put into words in their users' languages.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ConversationSettings, Message};
use crate::Timestamp;
use crate::system::ConversationMemberRole;

/// The metadata of a system message: its sender's change to the conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(
    tag = "event",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum SystemMessage {
    /// They made it.
    ConversationCreated {
        /// Its name.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Users whom they brought in, at most 100.
        user_ids: Vec<String>,
    },
    /// They gave it another name.
    Renamed {
        /// Its name now.
        name: String,
        /// Its name before.
        #[serde(skip_serializing_if = "Option::is_none")]
        former_name: Option<String>,
    },
    /// They changed the description, or took it away.
    DescriptionChanged,
    /// They changed the picture, or took it away.
    PictureChanged,
    /// They changed settings.
    SettingsChanged {
        /// The settings that changed, with their values now.
        settings: ConversationSettings,
    },
    /// They set how long messages stay.
    MessageTimerChanged {
        /// Seconds after which each message disappears that is sent from then on; 0 where they stay.
        seconds: i64,
    },
    /// They brought users in.
    MembersAdded {
        /// Users who joined by that, at most 100.
        user_ids: Vec<String>,
    },
    /// They joined on their own.
    MemberJoined {
        /// Whether by a link; else they found it in the directory.
        by_link: bool,
    },
    /// They approved somebody who had asked to join.
    MemberApproved {
        /// User who joined by that.
        user_id: String,
    },
    /// They linked a group to it, where the messages of the channel are talked about.
    GroupLinked {
        /// The group.
        conversation_id: String,
    },
    /// They took the link to its group off.
    GroupUnlinked,
    /// They took a group into the community.
    GroupAdded {
        /// The group.
        conversation_id: String,
    },
    /// They took a group out of the community.
    GroupRemoved {
        /// The group.
        conversation_id: String,
    },
    /// They took the group into a community.
    CommunityJoined {
        /// The community.
        conversation_id: String,
    },
    /// They took the group out of its community.
    CommunityLeft,
    /// They made it public: anybody finds it in the directory.
    MadePublic,
    /// They took it off the directory.
    MadePrivate,
    /// They pinned a message for all.
    MessagePinned {
        /// The message.
        message_id: String,
    },
    /// They left.
    MemberLeft,
    /// They sent a member away.
    MemberRemoved {
        /// User who is no member any more.
        user_id: String,
    },
    /// They sent a member away, and keep them away.
    MemberBanned {
        /// User who is no member any more.
        user_id: String,
        /// When the ban ends; absent if it lasts until it is lifted.
        #[serde(skip_serializing_if = "Option::is_none")]
        ends_at: Option<Timestamp>,
    },
    /// They gave a member a role.
    RoleGiven {
        /// User who has it.
        user_id: String,
        /// The role.
        role: ConversationMemberRole,
    },
    /// They made a member the owner, and became an admin.
    OwnershipHandedOver {
        /// User who owns it now.
        user_id: String,
    },
}

impl SystemMessage {
    /// The event that a message tells of; none where it is no system message.
    pub fn of(message: &Message) -> Option<Self> {
        let metadata = message
            .metadata
            .as_deref()
            .filter(|_| message.is_system_message)?;
        serde_json::from_str(metadata).ok()
    }

    /// As the metadata of a message.
    pub fn to_metadata(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(metadata)) => metadata,
            // A tagged enum of structs is always an object.
            _ => Map::new(),
        }
    }

    /// The users whom it names beside its sender.
    pub fn users(&self) -> &[String] {
        match self {
            SystemMessage::ConversationCreated { user_ids, .. }
            | SystemMessage::MembersAdded { user_ids } => user_ids,
            SystemMessage::MemberRemoved { user_id }
            | SystemMessage::MemberApproved { user_id }
            | SystemMessage::MemberBanned { user_id, .. }
            | SystemMessage::RoleGiven { user_id, .. }
            | SystemMessage::OwnershipHandedOver { user_id } => std::slice::from_ref(user_id),
            SystemMessage::Renamed { .. }
            | SystemMessage::DescriptionChanged
            | SystemMessage::PictureChanged
            | SystemMessage::SettingsChanged { .. }
            | SystemMessage::MadePublic
            | SystemMessage::MadePrivate
            | SystemMessage::MessagePinned { .. }
            | SystemMessage::GroupLinked { .. }
            | SystemMessage::GroupUnlinked
            | SystemMessage::GroupAdded { .. }
            | SystemMessage::GroupRemoved { .. }
            | SystemMessage::CommunityJoined { .. }
            | SystemMessage::CommunityLeft
            | SystemMessage::MemberJoined { .. }
            | SystemMessage::MessageTimerChanged { .. }
            | SystemMessage::MemberLeft => &[],
        }
    }

    /// Whether it tells of arrivals and departures: where not everybody may see the members, nobody is told.
    pub fn is_of_members(&self) -> bool {
        matches!(
            self,
            SystemMessage::MembersAdded { .. }
                | SystemMessage::MemberJoined { .. }
                | SystemMessage::MemberApproved { .. }
                | SystemMessage::MemberLeft
                | SystemMessage::MemberRemoved { .. }
                | SystemMessage::MemberBanned { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_is_kept_as_metadata_and_read_again() {
        let renamed = SystemMessage::Renamed {
            name: "Go".into(),
            former_name: Some("Chess".into()),
        };
        let metadata = Value::Object(renamed.to_metadata());
        assert_eq!(
            metadata,
            json!({"event": "renamed", "name": "Go", "formerName": "Chess"})
        );
        let mut message = Message {
            metadata: Some(metadata.to_string()),
            is_system_message: true,
            ..Message::default()
        };
        assert_eq!(SystemMessage::of(&message), Some(renamed));
        message.is_system_message = false;
        assert_eq!(SystemMessage::of(&message), None, "somebody's own words");
        let left = Value::Object(SystemMessage::MemberLeft.to_metadata());
        assert_eq!(left, json!({"event": "member_left"}));
    }
}
