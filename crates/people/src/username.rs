//! User names.

use serde_json::Value;
use whisper_kit::Rule;
use whisper_schema::body::{At, Field, KeptAsText, Limits};

/// Fewest characters of a user name.
const USERNAME_MIN: usize = 3;
/// Most characters of a user name.
const USERNAME_MAX: usize = 30;

/// Names that look like the service's own, or that addresses and clients use for something else. Dots and underscores
/// in a name don't count.
const RESERVED: [&str; 44] = [
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "all",
    "anonymous",
    "anyone",
    "api",
    "billing",
    "channel",
    "contact",
    "deleted",
    "everybody",
    "everyone",
    "help",
    "helpdesk",
    "here",
    "hostmaster",
    "info",
    "mailerdaemon",
    "moderation",
    "moderator",
    "noreply",
    "null",
    "official",
    "operator",
    "owner",
    "postmaster",
    "privacy",
    "root",
    "security",
    "service",
    "settings",
    "staff",
    "support",
    "system",
    "sysadmin",
    "team",
    "undefined",
    "verified",
    "webmaster",
    "whisper",
    "whisperchat",
];

/// A user name in the form in which it is stored, which is lower-case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// The name in this text.
    ///
    /// # Errors
    /// The rule that it breaks, and why.
    pub fn parse(text: &str) -> Result<Self, (Rule, String)> {
        let name = check(text)?;
        match is_reserved(&name) {
            true => Err((Rule::Unique, "is reserved".to_owned())),
            false => Ok(Username(name)),
        }
    }

    /// The name.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// The stored form of a name that may be somebody's; none for a text that can't be one.
pub fn stored(text: &str) -> Option<String> {
    check(text).ok()
}

fn check(text: &str) -> Result<String, (Rule, String)> {
    let name = text.to_ascii_lowercase();
    if !(USERNAME_MIN..=USERNAME_MAX).contains(&name.chars().count()) {
        let detail = format!("must have {USERNAME_MIN} to {USERNAME_MAX} characters");
        return Err((Rule::Size, detail));
    }
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'.';
    if !name.bytes().all(legal) {
        let detail = "must consist of the letters a to z, digits, _ and .";
        return Err((Rule::Format, detail.to_owned()));
    }
    // A dot at an edge is lost in a sentence, and `..` is a path.
    if name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        let detail = "must not begin or end with a dot, nor have two in a row";
        return Err((Rule::Format, detail.to_owned()));
    }
    Ok(name)
}

fn is_reserved(name: &str) -> bool {
    let bare: String = name.chars().filter(|c| !matches!(c, '.' | '_')).collect();
    RESERVED.contains(&bare.as_str())
}

/// How a made-up user name begins.
const MADE_UP: &str = "user_";
/// The characters of which the rest of it is made: none that is easily taken for another.
const DIGITS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A user name for somebody who chose none, made of random bytes.
pub fn made_up(random: [u8; 8]) -> String {
    let tail = random
        .iter()
        .map(|byte| char::from(DIGITS[usize::from(byte % 32)]));
    MADE_UP.chars().chain(tail).collect()
}

/// Whether a user name has the form of a name that was made up.
pub fn is_made_up(name: &str) -> bool {
    name.strip_prefix(MADE_UP)
        .is_some_and(|tail| tail.len() == 8 && tail.bytes().all(|byte| DIGITS.contains(&byte)))
}

/// The end of bots' user names.
const BOT_END: &str = "bot";

/// A bot's user name: one that a person could have, which ends in `bot`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BotUsername(Username);

impl BotUsername {
    /// The name in this text.
    ///
    /// # Errors
    /// The rule that it breaks, and why.
    pub fn parse(text: &str) -> Result<Self, (Rule, String)> {
        let name = Username::parse(text)?;
        match name.0.ends_with(BOT_END) {
            true => Ok(BotUsername(name)),
            false => Err((Rule::Format, format!("must end in {BOT_END}"))),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0.0
    }
}

fn read<T>(
    value: &Value,
    at: &mut At<'_, '_>,
    parse: impl Fn(&str) -> Result<T, (Rule, String)>,
) -> Option<T> {
    let text = String::read(value, &Limits::NONE, at)?;
    match parse(&text) {
        Ok(name) => Some(name),
        Err((rule, detail)) => {
            at.refuse(rule, detail);
            None
        }
    }
}

impl Field for BotUsername {
    fn read(value: &Value, _: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        read(value, at, BotUsername::parse)
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(_: &Limits, _: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "minLength": USERNAME_MIN,
            "maxLength": USERNAME_MAX,
            "pattern": "^([A-Za-z0-9_]+\\.)*[A-Za-z0-9_]*[Bb][Oo][Tt]$",
        })
    }
}

impl Field for Username {
    fn read(value: &Value, _: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        read(value, at, Username::parse)
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(_: &Limits, _: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "minLength": USERNAME_MIN,
            "maxLength": USERNAME_MAX,
            "pattern": "^[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)*$",
        })
    }
}

impl KeptAsText for Username {
    fn into_text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Option<Rule> {
        Username::parse(text).err().map(|(rule, _)| rule)
    }

    #[test]
    fn names_of_bots_end_so() {
        let rule = |text| BotUsername::parse(text).err().map(|(rule, _)| rule);
        for (text, expected) in [
            ("weatherbot", None),
            ("Weather_Bot", None),
            ("weather.bot", None),
            ("bot", None),
            ("weather", Some(Rule::Format)),
            ("botweather", Some(Rule::Format)),
            ("bo", Some(Rule::Size)),
            ("weather-bot", Some(Rule::Format)),
        ] {
            assert_eq!(rule(text), expected, "{text:?}");
        }
        assert_eq!(
            BotUsername::parse("Weather_Bot").unwrap().as_str(),
            "weather_bot"
        );
    }

    #[test]
    fn user_names_have_a_form() {
        for (text, expected) in [
            ("ab", Some(Rule::Size)),
            ("abc", None),
            ("a.b_9", None),
            ("ALICE", None),
            (".abc", Some(Rule::Format)),
            ("abc.", Some(Rule::Format)),
            ("a..b", Some(Rule::Format)),
            ("a b", Some(Rule::Format)),
            ("a-b-c", Some(Rule::Format)),
            ("älice", Some(Rule::Format)),
            ("a/../b", Some(Rule::Format)),
            // The Kelvin sign becomes an ordinary k where lower-casing follows Unicode.
            ("\u{212a}im", Some(Rule::Format)),
        ] {
            assert_eq!(rule(text), expected, "{text:?}");
        }
        let name = Username::parse("Alice").unwrap();
        assert_eq!(name.into_string(), "alice");
        assert_eq!(rule(&"a".repeat(30)), None);
        assert_eq!(rule(&"a".repeat(31)), Some(Rule::Size));
    }

    #[test]
    fn reserved_names_stay_so_with_dots_and_underscores() {
        for text in [
            "admin",
            "Admin",
            "ad.min",
            "_support_",
            "no_reply",
            "mailer.daemon",
        ] {
            assert_eq!(rule(text), Some(Rule::Unique), "{text}");
        }
        for text in ["admin2", "roots", "supporter"] {
            assert_eq!(rule(text), None, "{text}");
        }
        for name in RESERVED {
            assert_eq!(
                check(name),
                Ok(name.to_owned()),
                "could be chosen otherwise"
            );
        }
    }

    #[test]
    fn a_made_up_name_is_one_that_could_be_chosen() {
        for random in [[0; 8], [255; 8], [1, 2, 3, 4, 5, 6, 7, 8]] {
            let name = made_up(random);
            assert_eq!(Username::parse(&name).unwrap().into_string(), name);
            assert_eq!(name.len(), 13);
            assert!(is_made_up(&name), "{name}");
        }
        for name in [
            "ann",
            "user_",
            "user_abc",
            "user_abcdefghi",
            "user_l0000000",
        ] {
            assert!(!is_made_up(name), "{name}");
        }
    }
}
