//! Profiles: users as others see them.

use crate::{Collection, Timestamp, choices};

choices! {
    /// Availability a user chose to show.
    pub enum ProfileStatus {
        /// Reachable.
        Active = "active",
        /// Not at the device.
        Away = "away",
        /// Does not want to be disturbed.
        Busy = "busy",
        /// Not connected.
        Offline = "offline",
        /// Connected, but shown as offline.
        Invisible = "invisible",
    }
}

choices! {
    /// Colours of the apps.
    pub enum ProfileTheme {
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
        /// As the device says.
        Auto = "auto",
        /// Light on black, for screens whose black pixels are off.
        Amoled = "amoled",
    }
}

/// A user's picture of themselves for others, with settings and standing.
///
/// The document's id is the user's id, and `user_id` repeats it for clients that query by it.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "mainDB",
    id = "profiles",
    name = "Profiles",
    document_security
)]
#[access(readers(id))]
#[retention(forever = "A person, as long as the account.")]
#[index(unique idx_username(username))]
#[index(unique idx_userId(user_id))]
#[index(idx_isOnline(is_online))]
#[index(idx_lastSeen(last_seen))]
pub struct Profile {
    /// Id of the document.
    pub id: String,
    /// Id of the user, equal to the id of the document.
    #[attr(size = 256)]
    pub user_id: String,
    /// Handle others find the user by, unique over all profiles.
    #[attr(size = 50)]
    pub username: Option<String>,
    /// Name shown in conversations and lists.
    #[attr(size = 100, text = Name)]
    pub display_name: Option<String>,
    /// A few sentences about themselves.
    #[attr(size = 500, text = Words)]
    pub bio: Option<String>,
    /// Address that was verified to be theirs, shown to those the privacy settings let see it; none until then.
    #[attr(email)]
    pub email: Option<String>,
    /// Phone number in international form, such as `+41791234567`.
    #[attr(size = 20)]
    pub phone: Option<String>,
    /// Where the picture is served.
    #[attr(url)]
    pub avatar_url: Option<String>,
    /// File of the picture in the bucket `avatars`.
    #[attr(size = 256)]
    pub avatar_file_id: Option<String>,
    /// Where the cover image is served.
    #[attr(url)]
    pub cover_image_url: Option<String>,
    /// File of the cover image in the bucket `covers`.
    #[attr(size = 256)]
    pub cover_image_file_id: Option<String>,
    /// One line below the name.
    #[attr(size = 150, text = Words)]
    pub tagline: Option<String>,
    /// Where they say they are, in their own words.
    #[attr(size = 100, text = Words)]
    pub location: Option<String>,
    /// IANA name of the time zone, such as `Europe/Zurich`.
    #[attr(size = 50)]
    pub timezone: Option<String>,
    /// Their page on the web.
    #[attr(url)]
    pub website: Option<String>,
    /// Accounts elsewhere: a JSON object from service to handle, or http or https URL.
    #[attr(size = 2000)]
    pub social_links: Option<String>,
    /// Settings of the apps: a JSON object the server keeps as it is.
    #[attr(size = 5000, stored = 16383)]
    pub preferences: Option<String>,
    /// The audiences that may see parts of the profile, write to them, add them to groups, ask them to be contacts and
    /// find them: a JSON object from setting to audience.
    #[attr(size = 5000)]
    pub privacy_settings: Option<String>,
    /// Availability they chose.
    #[attr(default = ProfileStatus::Active)]
    pub status: ProfileStatus,
    /// Words that go with the availability.
    #[attr(size = 150, text = Words)]
    pub status_message: Option<String>,
    /// When they were last active.
    pub last_seen: Option<Timestamp>,
    /// Whether a device is connected; `presence` is fresher.
    #[attr(default = false)]
    pub is_online: bool,
    /// Whether the operator vouches for their identity.
    #[attr(default = false)]
    pub is_verified: bool,
    /// Whether they have a paid plan.
    #[attr(default = false)]
    pub is_premium: bool,
    /// When the paid plan ends; none if it doesn't.
    pub premium_expiry: Option<Timestamp>,
    /// Standing earned from others, may be negative.
    #[attr(default = 0)]
    pub reputation_score: i64,
    /// Level reached with the experience points, from 1.
    #[attr(default = 1)]
    pub level: i64,
    /// Experience points collected in all.
    #[attr(default = 0)]
    pub xp: i64,
    /// Days in a row with activity, today included.
    #[attr(default = 0)]
    pub streak_days: i64,
    /// Keys of the badges earned, oldest first.
    #[attr(size = 50)]
    pub badges: Vec<String>,
    /// Topics they care about, in their own words.
    #[attr(size = 50, text = Words)]
    pub interests: Vec<String>,
    /// Languages they speak as BCP 47 tags, such as `de-CH`.
    #[attr(size = 20)]
    pub languages: Vec<String>,
    /// Colours of the apps.
    #[attr(default = ProfileTheme::Auto)]
    pub theme: ProfileTheme,
    /// When the profile was made.
    pub created_at: Option<Timestamp>,
    /// When its owner last changed it; points, badges and presence don't count.
    pub updated_at: Option<Timestamp>,
}
