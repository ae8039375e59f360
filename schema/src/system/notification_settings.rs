//! When users want to be left alone.

use crate::{Collection, Timestamp};

/// A user's choice of notifications, and of the hours without pushes.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "notificationSettings",
    name = "Notification settings",
    system
)]
#[access(readers(id))]
#[retention(forever = "One document for each user.")]
pub struct NotificationSettings {
    /// Id of the document: the user's id.
    pub id: String,
    /// Whether devices get pushes at all.
    #[attr(default = true)]
    pub push_enabled: bool,
    /// Time of day at which the quiet hours begin, such as `22:00`; none without quiet hours.
    #[attr(size = 5)]
    pub quiet_from: Option<String>,
    /// Time of day at which they end, such as `07:00`; the next day if it is earlier.
    #[attr(size = 5)]
    pub quiet_to: Option<String>,
    /// IANA name of the time zone of these times; the profile's if there is none.
    #[attr(size = 50)]
    pub timezone: Option<String>,
    /// Kinds of notifications that are not pushed; the inbox has them all the same.
    #[attr(size = 30)]
    pub muted_kinds: Vec<String>,
    /// When they last changed.
    pub updated_at: Timestamp,
}
