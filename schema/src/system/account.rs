//! Accounts: users that may sign in.

use crate::{Collection, Timestamp, choices};

choices! {
    /// Whether an account may be used.
    pub enum AccountStatus {
        /// May sign in.
        Active = "active",
        /// May not, and its sessions are void.
        Disabled = "disabled",
    }
}

/// A user's credentials for signing in. Others see the profile of the same id.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "systemDB", id = "accounts", name = "Accounts", system)]
#[access(server = "Secret: it holds the password's hash.")]
#[retention(forever = "A person, until they ask to be forgotten.")]
#[index(unique idx_email(email))]
pub struct Account {
    /// Id of the document: the user's id.
    pub id: String,
    /// Address to sign in with, lower-case so that it is unique; none while anonymous.
    #[attr(email)]
    pub email: Option<String>,
    /// Argon2id hash as a PHC string; none while anonymous.
    #[attr(size = 500)]
    pub password_hash: Option<String>,
    /// Whether it was made without address and password.
    #[attr(default = false)]
    pub is_anonymous: bool,
    /// Whether it may be used.
    #[attr(default = AccountStatus::Active)]
    pub status: AccountStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its address, its password or whether it may be used last changed; signing in doesn't count.
    pub updated_at: Timestamp,
    /// When the password was last set.
    pub password_changed_at: Option<Timestamp>,
    /// When somebody last signed in to it. Each sign-in changes the row, so that of two at once the
    /// second sees the first's session.
    pub last_sign_in_at: Option<Timestamp>,
}
