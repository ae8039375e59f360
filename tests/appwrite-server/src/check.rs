//! Rules that hold for all that has an id.

use crate::permission;
use crate::refusal::Refusal;

/// An id or a key: 1 to 36 of `A-Za-z0-9_.-`, the first a letter or a digit.
pub fn id(name: &str, id: &str) -> Result<(), Refusal> {
    if is_id(id) {
        return Ok(());
    }
    let why = "UID must contain at most 36 chars. Valid chars are a-z, A-Z, 0-9, period, hyphen, and underscore. Can't start with a special char";
    Err(Refusal::argument(name, why))
}

/// A name: 1 to 128 characters.
pub fn name(name: &str) -> Result<(), Refusal> {
    if (1..=128).contains(&name.chars().count()) {
        return Ok(());
    }
    let why = "Value must be a valid string and at least 1 chars and no longer than 128 chars";
    Err(Refusal::argument("name", why))
}

/// The message about a text that isn't of these lengths, in characters.
pub fn sized(most: usize, least: usize) -> String {
    match least {
        0 => format!("Value must be a valid string and no longer than {most} chars"),
        _ => format!(
            "Value must be a valid string and at least {least} chars and no longer than {most} chars"
        ),
    }
}

/// A text that may be empty, and not longer than this.
pub fn length(param: &str, text: &str, most: usize) -> Result<(), Refusal> {
    match text.chars().count() <= most {
        true => Ok(()),
        false => Err(Refusal::argument(param, &sized(most, 0))),
    }
}

/// Permissions: at most 100, such as `read("users")`.
pub fn permissions(permissions: &[String]) -> Result<(), Refusal> {
    let wrong = |why: &str| Refusal::argument("permissions", why);
    if permissions.len() > 100 {
        return Err(wrong("You can only provide up to 100 permissions."));
    }
    let all = ["create", "read", "update", "delete", "write"];
    permission::grammar(permissions, &all).map_err(|why| wrong(&why))
}

/// Whether this may be an id.
pub fn is_id(id: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    (1..=36).contains(&id.len())
        && id.chars().all(allowed)
        && id.starts_with(|c: char| c.is_ascii_alphanumeric())
}
