//! What an e-mail address, a password and a user name may be.

use serde_json::{Map, Value};
use whisper_kit::error::{FieldError, Rule};
use whisper_schema::prelude::Account;
use whisper_schema::{Document, validate_patch};

/// Fewest characters of a password.
const PASSWORD_MIN: usize = 8;
/// Most characters of a password: a bound on work, far above what people type.
pub const PASSWORD_MAX: usize = 128;
/// Fewest characters of a user name.
const USERNAME_MIN: usize = 3;
/// Most characters of a user name.
const USERNAME_MAX: usize = 30;
/// Most characters of an e-mail address: what fits into SMTP's path (RFC 5321).
pub const EMAIL_MAX: usize = 254;

/// What every guesser tries first. Longer lists belong to a service that is kept up to date.
const COMMON: [&str; 24] = [
    "00000000",
    "11111111",
    "12341234",
    "12345678",
    "123456789",
    "1234567890",
    "123123123",
    "1q2w3e4r",
    "1qaz2wsx",
    "88888888",
    "abcd1234",
    "asdfghjkl",
    "baseball",
    "football",
    "iloveyou",
    "password",
    "password1",
    "password123",
    "princess",
    "qwerty123",
    "qwertyuiop",
    "sunshine",
    "superman",
    "trustno1",
];

/// The form in which an address is stored and looked up.
pub fn normal_email(email: &str) -> String {
    email.to_lowercase()
}

/// Checks the address `field` holds; gives its stored form.
///
/// # Errors
/// What is wrong with it.
pub fn email(field: &str, text: &str) -> Result<String, FieldError> {
    let normal = normal_email(text);
    if normal.chars().count() > EMAIL_MAX {
        let detail = format!("must have at most {EMAIL_MAX} characters");
        return Err(FieldError::new(field, Rule::Size, detail));
    }
    // The store would refuse it as well, but the hash of the password would be paid for by then.
    let changes = Map::from_iter([(Account::EMAIL.key().to_owned(), Value::from(normal.clone()))]);
    match validate_patch(Account::COLLECTION, &changes)
        .into_iter()
        .next()
    {
        Some(found) => Err(FieldError::new(field, found.rule, found.message)),
        None => Ok(normal),
    }
}

/// Checks a new password. Any characters will do: length is what makes it hard to guess.
///
/// # Errors
/// What is wrong with it.
pub fn password(field: &str, text: &str, email: Option<&str>) -> Result<(), FieldError> {
    let length = text.chars().count();
    let refuse = |rule, detail: &str| Err(FieldError::new(field, rule, detail));
    if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        return refuse(
            Rule::Size,
            &format!("must have {PASSWORD_MIN} to {PASSWORD_MAX} characters"),
        );
    }
    let lower = text.to_lowercase();
    if COMMON.contains(&lower.as_str()) {
        return refuse(
            Rule::Common,
            "is one of the passwords everybody tries first",
        );
    }
    if email.is_some_and(|email| email == lower) {
        return refuse(Rule::Common, "must not be the e-mail address");
    }
    Ok(())
}

/// Checks a user name; gives its stored form, which is lower-case.
///
/// # Errors
/// What is wrong with it.
pub fn username(field: &str, text: &str) -> Result<String, FieldError> {
    let name = text.to_ascii_lowercase();
    let refuse = |rule, detail: &str| Err(FieldError::new(field, rule, detail));
    if !(USERNAME_MIN..=USERNAME_MAX).contains(&name.chars().count()) {
        return refuse(
            Rule::Size,
            &format!("must have {USERNAME_MIN} to {USERNAME_MAX} characters"),
        );
    }
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'.';
    if !name.bytes().all(legal) {
        return refuse(
            Rule::Format,
            "must consist of the letters a to z, digits, _ and .",
        );
    }
    // A dot at an edge is lost in a sentence, and `..` is a path.
    if name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        return refuse(
            Rule::Format,
            "must not begin or end with a dot, nor have two in a row",
        );
    }
    Ok(name)
}

/// A user name for somebody who chose none, made of random bytes.
pub fn made_up_username(random: [u8; 8]) -> String {
    const DIGITS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let tail = random
        .iter()
        .map(|byte| char::from(DIGITS[usize::from(byte % 32)]));
    std::iter::once("user_".to_owned())
        .chain(tail.map(String::from))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule<T>(result: Result<T, FieldError>) -> Option<String> {
        result.err().map(|error| error.rule.to_string())
    }

    #[test]
    fn addresses_are_stored_lower_case() {
        assert_eq!(
            email("email", "Alice@Example.COM").unwrap(),
            "alice@example.com"
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(250));
        for (text, expected) in [
            ("", "format"),
            (" alice@example.com", "format"),
            ("alice@example.com ", "format"),
            ("alice", "format"),
            ("alice@localhost", "format"),
            ("al ice@example.com", "format"),
            ("alice@example.com\n", "format"),
            (long.as_str(), "size"),
        ] {
            assert_eq!(
                rule(email("email", text)).as_deref(),
                Some(expected),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_password_is_judged_by_length_and_by_being_known() {
        for (text, expected) in [
            ("1234567", Some("size")),
            ("correct horse", None),
            ("пароль12", None),
            ("🦀🦀🦀🦀🦀🦀🦀", Some("size")),
            ("🦀🦀🦀🦀🦀🦀🦀🦀", None),
            ("        ", None),
            ("PassWord", Some("common")),
            ("alice@example.com", Some("common")),
            ("Alice@Example.com", Some("common")),
        ] {
            let result = password("password", text, Some("alice@example.com"));
            assert_eq!(rule(result).as_deref(), expected, "{text}");
        }
        assert_eq!(rule(password("p", &"x".repeat(128), None)), None);
        assert_eq!(
            rule(password("p", &"x".repeat(129), None)).as_deref(),
            Some("size")
        );
    }

    #[test]
    fn common_passwords_could_be_chosen_otherwise() {
        for text in COMMON {
            assert!(
                text.chars().count() >= PASSWORD_MIN,
                "{text} is refused by its length"
            );
            assert_eq!(text, text.to_lowercase());
        }
    }

    #[test]
    fn user_names_have_a_form() {
        for (text, expected) in [
            ("ab", Some("size")),
            ("abc", None),
            ("a.b_9", None),
            ("ALICE", None),
            (".abc", Some("format")),
            ("abc.", Some("format")),
            ("a..b", Some("format")),
            ("a b", Some("format")),
            ("a-b-c", Some("format")),
            ("älice", Some("format")),
            ("a/../b", Some("format")),
            // The Kelvin sign becomes an ordinary k where lower-casing follows Unicode.
            ("\u{212a}im", Some("format")),
        ] {
            assert_eq!(
                rule(username("username", text)).as_deref(),
                expected,
                "{text:?}"
            );
        }
        assert_eq!(username("username", "Alice").unwrap(), "alice");
        assert_eq!(rule(username("u", &"a".repeat(30))), None);
        assert_eq!(
            rule(username("u", &"a".repeat(31))).as_deref(),
            Some("size")
        );
    }

    #[test]
    fn a_made_up_name_is_one_that_could_be_chosen() {
        for random in [[0; 8], [255; 8], [1, 2, 3, 4, 5, 6, 7, 8]] {
            let name = made_up_username(random);
            assert_eq!(username("username", &name).unwrap(), name);
            assert_eq!(name.len(), 13);
        }
    }
}
