//! Accounts, sessions and people as the API shows them.

use serde::Serialize;
use whisper_kit::Result;
use whisper_kit::auth::{ACCESS_LIFETIME, Issued};
use whisper_people::UserSummaryView;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Account, AccountStatus, Profile, Session};

use crate::documents::{OwnProfileView, Pictures};

/// An account, with which somebody signs in.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    /// Id of the user.
    pub id: String,
    /// Address to sign in with; absent while anonymous.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether it has no address and password yet: only its refresh token leads back to it.
    pub is_anonymous: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the password was last set; absent while anonymous.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_changed_at: Option<Timestamp>,
    /// When somebody last signed in with the password; absent if nobody did since it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_sign_in_at: Option<Timestamp>,
}

impl From<&Account> for AccountView {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.clone(),
            email: account.email.clone(),
            is_anonymous: account.is_anonymous,
            created_at: account.created_at,
            password_changed_at: account.password_changed_at,
            last_sign_in_at: account.last_sign_in_at,
        }
    }
}

/// A device that is signed in.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// Id of the session.
    pub id: String,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Name given to the device at sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The client's name for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Address it signed in from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When it was last refreshed.
    pub last_used_at: Timestamp,
    /// When it ends unless refreshed.
    pub expires_at: Timestamp,
}

impl SessionView {
    /// The session as it looks from the session `current`.
    pub fn new(session: &Session, current: &str) -> Self {
        Self {
            id: session.id.clone(),
            current: session.id == current,
            device: session.device.clone(),
            user_agent: session.user_agent.clone(),
            ip_address: session.ip_address.clone(),
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
        }
    }
}

/// A session with its tokens, readable here and never again.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TokensView {
    /// The session.
    pub session: SessionView,
    /// Goes into the header `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    #[cfg_attr(not(target_family = "wasm"), schemars(extend("const" = "Bearer")))]
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    pub expires_in: i64,
    /// Gets the next pair. Asked again within a minute it gives the same refresh token again; later its session ends.
    pub refresh_token: String,
}

impl From<Issued> for TokensView {
    fn from(issued: Issued) -> Self {
        Self {
            session: SessionView::new(&issued.session, &issued.session.id),
            access_token: issued.access_token,
            token_type: "Bearer",
            expires_in: ACCESS_LIFETIME,
            refresh_token: issued.refresh_token,
        }
    }
}

/// An account, signed in.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SignedInView {
    /// The account.
    pub account: AccountView,
    /// Its profile.
    pub profile: OwnProfileView,
    /// The session and its tokens.
    #[serde(flatten)]
    pub tokens: TokensView,
}

impl SignedInView {
    /// The answer to somebody who signed up or in.
    ///
    /// # Errors
    /// A fault when the profile can't be written as JSON.
    pub fn new(
        account: &Account,
        profile: &Profile,
        pictures: &Pictures,
        issued: Issued,
    ) -> Result<Self> {
        Ok(Self {
            account: AccountView::from(account),
            profile: OwnProfileView::of(profile, pictures)?,
            tokens: issued.into(),
        })
    }
}

/// Somebody the caller blocked.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BlockView {
    /// Id of the user.
    pub user_id: String,
    /// Handle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Name shown in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Where the picture is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Since when they are blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_at: Option<Timestamp>,
}

impl BlockView {
    /// A user as their blocker may see them.
    pub fn new(user: UserSummaryView, blocked_at: Option<Timestamp>) -> Self {
        Self {
            user_id: user.id,
            username: user.username,
            display_name: user.display_name,
            avatar_url: user.avatar_url,
            blocked_at,
        }
    }
}

/// A user, as the operator sees them.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserAccountView {
    /// The account that the user signs in with.
    #[serde(flatten)]
    pub account: AccountView,
    /// Whether the account may be used.
    pub status: AccountStatus,
    /// When its address, its password or whether it may be used last changed.
    pub updated_at: Timestamp,
    /// Handle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Name shown in conversations and lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// How many devices are signed in.
    pub sessions: u64,
}
