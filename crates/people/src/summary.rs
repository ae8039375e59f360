//! How answers name a person.

use std::collections::BTreeMap;

use serde::Serialize;
use whisper_files::MediaView;
use whisper_kit::ids::is_program_id;
use whisper_schema::prelude::Profile;

/// Somebody, as lists and other answers name them. The id alone where the caller may see no more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserSummaryView {
    /// Id of the user.
    pub id: String,
    /// Handle that others find the user by.
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
    /// True for a bot, and for the sender of a webhook's messages; absent for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_bot: Option<bool>,
}

/// The people whom an answer names, as a part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct UsersView {
    /// Everybody whom this answer names, by id.
    pub users: BTreeMap<String, UserSummaryView>,
}

impl UserSummaryView {
    /// Somebody of whom nothing is shown.
    pub fn hidden(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            ..Self::default()
        }
    }

    /// Without the picture that is a file: for an answer that others get too.
    #[must_use]
    pub fn without_file(self) -> Self {
        Self {
            avatar: None,
            ..self
        }
    }
}

impl UsersView {
    /// Without the pictures that are files: for an answer that others get too.
    #[must_use]
    pub fn without_files(self) -> Self {
        let users = self.users.into_iter();
        let users = users.map(|(id, user)| (id, user.without_file()));
        Self {
            users: users.collect(),
        }
    }
}

impl From<&Profile> for UserSummaryView {
    /// The fields that everybody may see: [`crate::privacy::ALWAYS`].
    fn from(profile: &Profile) -> Self {
        Self {
            id: profile.id.clone(),
            username: profile.username.clone(),
            display_name: profile.display_name.clone(),
            avatar_url: profile.avatar_url.clone(),
            avatar: None,
            is_bot: is_program_id(&profile.id).then_some(true),
        }
    }
}
