//! Looking for people by the beginning of a name.

use whisper_kit::error::Rule;
use whisper_kit::{Error, Result};
use whisper_schema::text::folded;

/// The most characters of a name that is looked for, blanks around it included.
pub const MOST_NAME_CHARACTERS: usize = 100;

/// The beginning of a name that the query parameter `query` holds, as names are compared.
///
/// # Errors
/// `invalid_query` unless there are 1 to 100 characters.
pub fn beginning_of_name(query: &str) -> Result<String> {
    let beginning = folded(query.trim());
    let is_long = [query, &beginning]
        .iter()
        .any(|text| text.chars().count() > MOST_NAME_CHARACTERS);
    match beginning.is_empty() || is_long {
        true => Err(Error::parameter(
            "query",
            Rule::Size,
            "must have 1 to 100 characters",
        )),
        false => Ok(beginning),
    }
}
