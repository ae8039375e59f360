//! Changes that an owner may make to a profile.

use serde_json::{Map, Value};
use whisper_people::privacy;
use whisper_people::username::Username;
use whisper_schema::body::forms::{LINE, PHONE, WEB_URL};
use whisper_schema::body::{At, Change, Field, Form, JsonText, KeptAsText, Limits};
use whisper_schema::prelude::{Document, Profile, ProfileStatus, ProfileTheme};
use whisper_schema::text::composed;
use whisper_schema::validate::{Broken, is_secure_url};
use whisper_schema::{Body, Rule, Text, validate_patch};

/// Most linked accounts.
const LINKS_MAX: usize = 20;

/// A change of the caller's profile; fields that are left out stay. `null` takes a value away, where there may be none.
#[derive(Clone, Debug, Body)]
#[body(changes = Profile)]
#[body(example = r#"{"displayName": "Alice", "timezone": "Europe/Zurich"}"#)]
#[body(
    example = r#"{"privacySettings": {"lastSeen": "friends", "messages": "contacts"}, "socialLinks": {"mastodon": "@alice@example.com"}}"#
)]
pub struct ProfileChange {
    /// Handle others find the user by, 3 to 30 of `a` to `z`, digits, `_` and `.`; one that is given up rests for 30 days.
    pub username: Option<Username>,
    /// Name shown in conversations and lists.
    #[field(is = LINE)]
    pub display_name: Change<String>,
    /// A few sentences about themselves.
    pub bio: Change<String>,
    /// Phone number in international form.
    #[field(is = PHONE)]
    pub phone: Change<String>,
    /// Where the picture is served.
    #[field(is = WEB_URL)]
    pub avatar_url: Change<String>,
    /// File of the picture: the caller's own, whole, in the bucket `avatars`.
    pub avatar_file_id: Change<String>,
    /// Where the cover image is served.
    #[field(is = WEB_URL)]
    pub cover_image_url: Change<String>,
    /// File of the cover image: the caller's own, whole, in the bucket `covers`.
    pub cover_image_file_id: Change<String>,
    /// One line below the name.
    #[field(is = LINE)]
    pub tagline: Change<String>,
    /// Where they say they are, in their own words.
    #[field(is = LINE)]
    pub location: Change<String>,
    /// IANA name of the time zone.
    #[field(is = TIME_ZONE)]
    pub timezone: Change<String>,
    /// Their page on the web.
    #[field(is = WEB_URL)]
    pub website: Change<String>,
    /// Accounts elsewhere, at most 20: from service to handle, which has no blanks, `/` and `\`, or https URL.
    pub social_links: Change<SocialLinks>,
    /// Settings of the apps: an object that the server keeps as it is.
    pub preferences: Change<JsonText>,
    /// Rules about who may see which part of the profile, write to the user, add them to groups, ask them to be contacts, and find
    /// them; and whether the user tells others that they read, and is told so (`readReceipts`). `lastSeen: recently` shows everybody roughly
    /// when the user was last there; nobody sees more of others' presence than they show of their own.
    pub privacy_settings: Change<PrivacySettings>,
    /// Availability they chose.
    pub status: Option<ProfileStatus>,
    /// Words that go with the availability.
    #[field(is = LINE)]
    pub status_message: Change<String>,
    /// Topics they care about, in their own words.
    #[field(count = 0..=50, is = LINE)]
    pub interests: Option<Vec<String>>,
    /// Languages they speak as BCP 47 tags.
    #[field(count = 0..=50, is = LANGUAGE)]
    pub languages: Option<Vec<String>>,
    /// Colours of the apps.
    pub theme: Option<ProfileTheme>,
}

/// Accounts elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SocialLinks(JsonText);

/// Rules about who may see which part, and do what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrivacySettings(JsonText);

/// The name that somebody gave elsewhere, if it can be shown here.
pub fn display_name(text: &str) -> Option<String> {
    let text = composed(text);
    let fields = Map::from_iter([(Profile::DISPLAY_NAME.key().to_owned(), text.as_ref().into())]);
    let fits = validate_patch(Profile::COLLECTION, &fields).is_empty();
    fits.then(|| text.into_owned())
}

/// IANA name of a time zone. Whether there is such a zone is left to the clients, whose databases are newer than one
/// that would be compiled in here.
const TIME_ZONE: Form = Form {
    valid: is_time_zone,
    must_be: "an IANA name, such as Europe/Zurich",
    pattern: Some("^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z][A-Za-z0-9_+-]*){0,2}$"),
    format: None,
};

/// Language tag (BCP 47): subtags of letters and digits, the first 2 or 3 letters.
const LANGUAGE: Form = Form {
    valid: is_language,
    must_be: "a language tag, such as de-CH",
    pattern: Some("^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$"),
    format: None,
};

fn is_time_zone(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+'))
    };
    text.split('/').count() <= 3 && text.split('/').all(part)
}

fn is_language(text: &str) -> bool {
    let mut subtags = text.split('-');
    let language = subtags.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && subtags
            .all(|s| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Whether a text is a handle: a name that no browser takes for a URL if it is shown as a link. A slash leads to another
/// host, a backslash is one to browsers, and a colon that isn't behind an `@`, as in a Matrix id, ends a scheme.
fn is_handle(text: &str) -> bool {
    let misleads = |c: char| c.is_whitespace() || matches!(c, '/' | '\\');
    Text::Name.check(text).is_ok()
        && !text.chars().any(misleads)
        && (text.starts_with('@') || !text.contains(':'))
}

/// Checks an account elsewhere: the service's name, and a handle or an https URL, whose way nobody else is shown.
fn check_link(service: &str, target: &Value) -> Result<(), Broken> {
    Text::Name.check(service)?;
    let text = target
        .as_str()
        .ok_or_else(|| (Rule::Type, "must be a text".to_owned()))?;
    match is_handle(text) || is_secure_url(text) {
        true => Ok(()),
        false => Err((Rule::Format, "must be a handle, or an https URL".to_owned())),
    }
}

fn object_in(text: &JsonText) -> Map<String, Value> {
    serde_json::from_str(text.as_str()).unwrap_or_default()
}

impl Field for SocialLinks {
    fn read(value: &Value, limits: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        let text = JsonText::read(value, limits, at)?;
        let links = object_in(&text);
        if links.len() > LINKS_MAX {
            at.refuse(Rule::Size, format!("may have {LINKS_MAX} entries"));
            return None;
        }
        let mut fine = true;
        for (service, target) in &links {
            if let Err((rule, message)) = check_link(service, target) {
                fine = false;
                at.refuse_part(service, rule, message);
            }
        }
        fine.then_some(SocialLinks(text))
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(_: &Limits, _: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object", "maxProperties": LINKS_MAX,
            "propertyNames": {"pattern": whisper_schema::text::pattern::LINE, "allOf": [{"pattern": whisper_schema::text::pattern::NAME}]},
            "additionalProperties": {"type": "string", "pattern": whisper_schema::text::pattern::LINK},
        })
    }
}

impl Field for PrivacySettings {
    fn read(value: &Value, limits: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        let text = JsonText::read(value, limits, at)?;
        let settings = object_in(&text);
        let wrong = privacy::check(&settings);
        for (key, rule, message) in &wrong {
            at.refuse_part(key, *rule, message.as_str());
        }
        wrong.is_empty().then_some(PrivacySettings(text))
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(_: &Limits, _: &mut schemars::SchemaGenerator) -> schemars::Schema {
        crate::documents::privacy_schema()
    }
}

impl KeptAsText for SocialLinks {
    fn into_text(self) -> String {
        self.0.into_text()
    }
}

impl KeptAsText for PrivacySettings {
    fn into_text(self) -> String {
        self.0.into_text()
    }
}

#[cfg(test)]
#[path = "profile_tests.rs"]
mod tests;
