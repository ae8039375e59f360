//! Passwords: the rules for a new one, and the form in which it is hashed.
//!
//! They are prepared as RFC 8265 says of an OpaqueString: composed (NFC), every space a plain one. So the same word
//! typed on another keyboard is the same password. Passwords of before, hashed as they were sent, still count.

use serde_json::Value;
use whisper_kit::Rule;
use whisper_kit::log::Secret;
use whisper_schema::body::{At, Field, Limits};
use whisper_schema::text::composed;

/// Fewest characters of a password.
const PASSWORD_MIN: usize = 8;
/// Most characters of a password: a bound on work, far above any that people type.
const PASSWORD_MAX: usize = 128;
/// Most characters of a password as it is sent: some keyboards write a letter as several.
const SENT_MAX: usize = 1024;

/// The passwords that every guesser tries first. Longer lists belong to a service that is kept up to date.
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

/// The limits of a password before it is prepared.
const SENT: Limits = Limits {
    size: Some((0, SENT_MAX)),
    ..Limits::NONE
};

/// A password to be set, prepared.
#[derive(Clone, Debug)]
pub struct NewPassword(Secret<String>);

/// A password to be verified, as it was sent.
#[derive(Clone, Debug)]
pub struct GivenPassword(Secret<String>);

impl NewPassword {
    /// The text to be hashed.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// Whether it is this e-mail address.
    pub fn is_email(&self, email: &str) -> bool {
        self.reveal().to_lowercase() == email
    }
}

impl GivenPassword {
    /// The texts that may have been hashed: as it is prepared, and as it was sent where that differs.
    pub fn forms(&self) -> Vec<String> {
        let sent = self.0.reveal();
        let mut forms = vec![prepared(sent)];
        if forms.first() != Some(sent) {
            forms.push(sent.clone());
        }
        forms
    }
}

/// The form in which a password is hashed.
fn prepared(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if is_space(c) { ' ' } else { c })
        .collect();
    composed(&spaced).into_owned()
}

/// Space separators (the category Zs).
fn is_space(c: char) -> bool {
    matches!(
        c,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// Whether a new password may have this character, by RFC 8264's FreeformClass: no character that can't be seen, nor one
/// that no keyboard writes. Characters that Unicode hasn't assigned yet may be there; they are assigned somewhere later.
fn is_allowed(c: char) -> bool {
    let invisible = matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    let jamo =
        matches!(c, '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{d7b0}'..='\u{d7ff}');
    let private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}');
    let nothing = matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
    !(c.is_control() || invisible || jamo || private || nothing)
}

/// The characters of [`is_allowed`] as a regular expression, as far as one tells them.
#[cfg(not(target_family = "wasm"))]
const ALLOWED: &str = r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u1100-\u11ff\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ua960-\ua97f\ud7b0-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\ufffe\uffff]*$";

impl Field for NewPassword {
    fn read(value: &Value, _: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        let text = prepared(&String::read(value, &SENT, at)?);
        if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&text.chars().count()) {
            let detail = format!("must have {PASSWORD_MIN} to {PASSWORD_MAX} characters");
            at.refuse(Rule::Size, detail);
            return None;
        }
        if !text.chars().all(is_allowed) {
            at.refuse(Rule::Format, "must not have characters that can't be seen");
            return None;
        }
        if COMMON.contains(&text.to_lowercase().as_str()) {
            at.refuse(
                Rule::Common,
                "is one of the passwords everybody tries first",
            );
            return None;
        }
        Some(NewPassword(Secret::new(text)))
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(_: &Limits, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let limits = Limits {
            size: Some((PASSWORD_MIN, PASSWORD_MAX)),
            ..Limits::NONE
        };
        let mut schema = String::schema(&limits, generator);
        schema.insert("pattern".to_owned(), ALLOWED.into());
        schema.insert("not".to_owned(), serde_json::json!({"enum": COMMON}));
        schema
    }
}

/// The rules for new passwords don't hold here, as a refusal by them would tell about an account's password: only texts
/// that no account can have as password are refused.
impl Field for GivenPassword {
    fn read(value: &Value, _: &Limits, at: &mut At<'_, '_>) -> Option<Self> {
        let given = GivenPassword(Secret::new(String::read(value, &SENT, at)?));
        let is_long = |form: &String| form.chars().count() > PASSWORD_MAX;
        if given.forms().iter().all(is_long) {
            let detail = format!("must have at most {PASSWORD_MAX} characters");
            at.refuse(Rule::Size, detail);
            return None;
        }
        Some(given)
    }

    #[cfg(not(target_family = "wasm"))]
    fn schema(_: &Limits, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let limits = Limits {
            size: Some((0, PASSWORD_MAX)),
            ..Limits::NONE
        };
        String::schema(&limits, generator)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{read, rule};
    use super::*;

    #[test]
    fn a_password_is_judged_by_length_and_by_being_known() {
        for (text, expected) in [
            ("1234567", Some(Rule::Size)),
            ("correct horse", None),
            ("пароль12", None),
            ("🦀🦀🦀🦀🦀🦀🦀", Some(Rule::Size)),
            ("🦀🦀🦀🦀🦀🦀🦀🦀", None),
            ("        ", None),
            ("PassWord", Some(Rule::Common)),
            ("a password\u{7}", Some(Rule::Format)),
            ("a pass\u{200b}word", Some(Rule::Format)),
            ("a password\u{e000}", Some(Rule::Format)),
        ] {
            assert_eq!(rule::<NewPassword>(text), expected, "{text:?}");
        }
        assert_eq!(rule::<NewPassword>(&"x".repeat(128)), None);
        assert_eq!(rule::<NewPassword>(&"x".repeat(129)), Some(Rule::Size));
    }

    #[test]
    fn the_same_word_of_another_keyboard_is_the_same_password() {
        let composed = "caf\u{e9} cr\u{e8}me";
        let decomposed = "cafe\u{301}\u{a0}cre\u{300}me";
        let new = read::<NewPassword>(decomposed).unwrap();
        assert_eq!(new.reveal(), composed);
        let given = read::<GivenPassword>(decomposed).unwrap();
        assert_eq!(given.forms(), [composed, decomposed]);
        let given = read::<GivenPassword>(composed).unwrap();
        assert_eq!(given.forms(), [composed]);
    }

    #[test]
    fn a_password_that_may_be_set_may_be_given() {
        for (text, expected) in [
            ("e\u{301}".repeat(128), None),
            ("e\u{301}".repeat(129), Some(Rule::Size)),
            ("x".repeat(128), None),
            ("x".repeat(129), Some(Rule::Size)),
            ("x".repeat(1025), Some(Rule::Size)),
        ] {
            assert_eq!(rule::<NewPassword>(&text), expected, "{text}");
            assert_eq!(rule::<GivenPassword>(&text), expected, "{text}");
        }
    }

    #[test]
    fn upper_case_and_compatible_characters_stay_what_they_are() {
        let text = "Ｆｕｌｌ ﬁsh Straße";
        assert_eq!(read::<NewPassword>(text).unwrap().reveal(), text);
    }

    #[test]
    fn passwords_are_not_printed() {
        let shown = format!("{:?}", read::<NewPassword>("correct horse").unwrap());
        assert!(!shown.contains("horse"), "{shown}");
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
}
