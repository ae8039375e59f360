//! E-mail addresses to sign in with.

use serde_json::Value;
use whisper_kit::Rule;
use whisper_schema::body::{At, Field, Limits};
use whisper_schema::validate::is_email;

/// Most characters of an address: as many as fit into SMTP's path (RFC 5321).
pub const EMAIL_MAX: usize = 254;

/// An e-mail address in the form in which it is stored and looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// The form in which an address is stored and looked up.
pub fn normal_email(email: &str) -> String {
    email.to_lowercase()
}

impl Field for Email {
    fn read(value: &Value, _: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        let normal = normal_email(&String::read(value, &Limits::NONE, at)?);
        if normal.chars().count() > EMAIL_MAX {
            at.refuse(
                Rule::Size,
                format!("must have at most {EMAIL_MAX} characters"),
            );
            return None;
        }
        if !is_email(&normal) {
            at.refuse(Rule::Format, "must be an email address");
            return None;
        }
        Some(Email(normal))
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(_: &Limits, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let limits = Limits {
            size: Some((1, EMAIL_MAX)),
            is: Some(whisper_schema::body::forms::EMAIL),
            ..Limits::NONE
        };
        String::schema(&limits, generator)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::rule;
    use super::*;

    #[test]
    fn addresses_are_stored_lower_case() {
        assert_eq!(
            super::super::testing::read::<Email>("Alice@Example.COM").map(Email::into_string),
            Ok("alice@example.com".to_owned())
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(250));
        for (text, expected) in [
            ("", Rule::Format),
            (" alice@example.com", Rule::Format),
            ("alice@example.com ", Rule::Format),
            ("alice", Rule::Format),
            ("alice@localhost", Rule::Format),
            ("al ice@example.com", Rule::Format),
            ("alice@example.com\n", Rule::Format),
            (long.as_str(), Rule::Size),
        ] {
            assert_eq!(rule::<Email>(text), Some(expected), "{text:?}");
        }
    }
}
