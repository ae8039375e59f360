//! Which fields of a profile its owner may set, and to what.

use serde_json::{Map, Value};
use whisper_kit::error::FieldError;
use whisper_people::privacy;
use whisper_schema::prelude::{Column, Document, Profile};
use whisper_schema::validate::is_web_url;
use whisper_schema::{Rule, validate_patch};

use super::credentials;

/// The fields an owner may set. Everything else is the server's.
pub const SETTABLE: [Column<Profile>; 20] = [
    Profile::USERNAME,
    Profile::DISPLAY_NAME,
    Profile::BIO,
    Profile::PHONE,
    Profile::AVATAR_URL,
    Profile::AVATAR_FILE_ID,
    Profile::COVER_IMAGE_URL,
    Profile::COVER_IMAGE_FILE_ID,
    Profile::TAGLINE,
    Profile::LOCATION,
    Profile::TIMEZONE,
    Profile::WEBSITE,
    Profile::SOCIAL_LINKS,
    Profile::PREFERENCES,
    Profile::PRIVACY_SETTINGS,
    Profile::STATUS,
    Profile::STATUS_MESSAGE,
    Profile::INTERESTS,
    Profile::LANGUAGES,
    Profile::THEME,
];

/// Fields that are JSON objects on the wire and text in the store.
pub const OBJECTS: [Column<Profile>; 3] = [
    Profile::SOCIAL_LINKS,
    Profile::PREFERENCES,
    Profile::PRIVACY_SETTINGS,
];

/// Most entries of a list.
const LIST_MAX: usize = 50;
/// Most characters of a name to show.
const NAME_MAX: usize = 100;
/// Most linked accounts.
const LINKS_MAX: usize = 20;

/// The column with this key, if its owner may set it.
pub fn settable(key: &str) -> Option<Column<Profile>> {
    SETTABLE.into_iter().find(|column| column.key() == key)
}

/// Checks what an owner wants to change; gives it in the form in which it is stored.
///
/// # Errors
/// Everything that is wrong with it.
pub fn changes(wanted: Map<String, Value>) -> Result<Map<String, Value>, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut stored = Map::new();
    for (key, value) in wanted {
        match settable(&key) {
            None => errors.push(FieldError::new(
                key,
                Rule::Unknown,
                "is no field that you can set",
            )),
            Some(column) => match stored_form(column, value) {
                Ok(value) => drop(stored.insert(key, value)),
                Err(found) => errors.extend(found),
            },
        }
    }
    let violations = validate_patch(Profile::COLLECTION, &stored);
    let fine: Vec<&String> = stored
        .keys()
        .filter(|key| !violations.iter().any(|v| about(&v.field, key)))
        .collect();
    for key in fine {
        errors.extend(own_rules(key, &stored[key]));
    }
    errors.extend(violations.into_iter().map(FieldError::from));
    if errors.is_empty() {
        Ok(stored)
    } else {
        Err(errors)
    }
}

/// Whether a field's path, such as `interests[2]`, lies within this field.
fn about(path: &str, key: &str) -> bool {
    path.strip_prefix(key)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
}

fn stored_form(column: Column<Profile>, value: Value) -> Result<Value, Vec<FieldError>> {
    let key = column.key();
    if column == Profile::USERNAME {
        return match value {
            Value::Null => {
                let detail = "can't be taken away: it is how others find you";
                Err(vec![FieldError::new(key, Rule::Required, detail)])
            }
            Value::String(name) => credentials::username(key, &name)
                .map(Value::from)
                .map_err(|e| vec![e]),
            // The schema says what is wrong with the type.
            other => Ok(other),
        };
    }
    if !OBJECTS.contains(&column) || value.is_null() {
        return Ok(value);
    }
    let object = object(key, value).map_err(|error| vec![error])?;
    let errors = match column {
        c if c == Profile::PRIVACY_SETTINGS => privacy::check(&object)
            .into_iter()
            .map(|(key, rule, detail)| {
                FieldError::new(format!("privacySettings.{key}"), rule, detail)
            })
            .collect(),
        c if c == Profile::SOCIAL_LINKS => social_links(&object),
        _ => Vec::new(),
    };
    if errors.is_empty() {
        Ok(Value::from(Value::Object(object).to_string()))
    } else {
        Err(errors)
    }
}

/// An object, or the text of one.
fn object(key: &str, value: Value) -> Result<Map<String, Value>, FieldError> {
    let read = match value {
        Value::Object(object) => Some(object),
        Value::String(text) => serde_json::from_str(&text).ok(),
        _ => None,
    };
    read.ok_or_else(|| FieldError::new(key, Rule::Type, "must be a JSON object"))
}

fn social_links(links: &Map<String, Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if links.len() > LINKS_MAX {
        errors.push(FieldError::new(
            "socialLinks",
            Rule::Size,
            format!("may have {LINKS_MAX} entries"),
        ));
    }
    for (service, target) in links.iter().take(LINKS_MAX) {
        let field = || format!("socialLinks.{service}");
        match target.as_str() {
            None => errors.push(FieldError::new(field(), Rule::Type, "must be a text")),
            Some(text) => errors.extend(line(&field(), text)),
        }
    }
    errors
}

/// What the schema doesn't know about a value that fits it.
fn own_rules(key: &str, value: &Value) -> Vec<FieldError> {
    let error = |rule: Rule, detail: &str| vec![FieldError::new(key, rule, detail)];
    if let Value::Array(entries) = value {
        return list(key, entries);
    }
    let Some(text) = value.as_str() else {
        return Vec::new();
    };
    match key {
        "displayName" | "tagline" | "location" | "statusMessage" => {
            line(key, text).into_iter().collect()
        }
        "phone" if !is_phone(text) => error(
            Rule::Format,
            "must be in international form, such as +41791234567",
        ),
        "timezone" if !is_timezone(text) => {
            error(Rule::Format, "must be an IANA name, such as Europe/Zurich")
        }
        "avatarUrl" | "coverImageUrl" | "website" if !is_web_url(text) => {
            error(Rule::Format, "must begin with https:// or http://")
        }
        _ => Vec::new(),
    }
}

/// A text for one line: something to see, and nothing that breaks the line or the screen.
pub fn line(field: &str, text: &str) -> Option<FieldError> {
    let refuse = |detail: &str| Some(FieldError::new(field, Rule::Format, detail));
    if text.trim().is_empty() {
        return refuse("must not be blank");
    }
    text.chars()
        .any(char::is_control)
        .then(|| refuse("must not have control characters"))
        .flatten()
}

/// Checks a name of up to 100 characters, of a person or a device.
pub fn name(field: &str, text: &str) -> Option<FieldError> {
    if text.chars().count() > NAME_MAX {
        let detail = format!("must have at most {NAME_MAX} characters");
        return Some(FieldError::new(field, Rule::Size, detail));
    }
    line(field, text)
}

/// Checks the name somebody wants to be shown with from the start.
///
/// # Errors
/// What is wrong with it.
pub fn display_name(wanted: Option<String>) -> Result<Option<String>, FieldError> {
    match wanted
        .as_deref()
        .and_then(|text| name(Profile::DISPLAY_NAME.key(), text))
    {
        Some(error) => Err(error),
        None => Ok(wanted),
    }
}

fn list(key: &str, entries: &[Value]) -> Vec<FieldError> {
    if entries.len() > LIST_MAX {
        let detail = format!("may have {LIST_MAX} entries");
        return vec![FieldError::new(key, Rule::Size, detail)];
    }
    let texts = entries
        .iter()
        .map(|entry| entry.as_str().unwrap_or_default())
        .enumerate();
    texts
        .filter_map(|(i, text)| {
            let field = format!("{key}[{i}]");
            match line(&field, text) {
                None if key == "languages" && !is_language(text) => {
                    let detail = "must be a language tag, such as de-CH";
                    Some(FieldError::new(field, Rule::Format, detail))
                }
                found => found,
            }
        })
        .collect()
}

/// E.164: a plus sign and 2 to 15 digits, the first not 0.
fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

/// The form of an IANA name. Whether there is such a zone is left to the clients, whose databases
/// are newer than what would be compiled in here.
fn is_timezone(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+'))
    };
    text.split('/').count() <= 3 && text.split('/').all(part)
}

/// The form of a language tag (BCP 47): subtags of letters and digits, the first 2 or 3 letters.
fn is_language(text: &str) -> bool {
    let mut subtags = text.split('-');
    let language = subtags.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && subtags
            .all(|s| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
#[path = "profile_tests.rs"]
mod tests;
