//! The number of a profile's last edit, which If-Match is held against.

use serde_json::Value;
use whisper_kit::Result;
use whisper_kit::precondition::edit_number;
use whisper_schema::body::Changes;
use whisper_schema::prelude::{Column, Profile};

use crate::documents::fields;
use crate::rules::profile::ProfileChange;

/// The number of the last edit: it follows from the fields that the owner may change, since the times of two edits may be equal.
///
/// # Errors
/// A fault when the profile can't be written as JSON.
pub fn edit(profile: &Profile) -> Result<i64> {
    let fields = fields(profile)?;
    let value = |column: &Column<Profile>| fields.get(column.key()).map(Value::to_string);
    let columns = ProfileChange::columns();
    let values: Vec<String> = columns
        .iter()
        .map(|column| value(column).unwrap_or_default())
        .collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    Ok(edit_number(&values))
}
