//! Reading a body: JSON into a struct, or all of its faults at once.

use serde_json::{Map, Value};
use whisper_schema::body::Fields;
use whisper_schema::body::json::{self, Unreadable};

use crate::error::{Code, Error, FieldError, Result, Rule};

/// Reads an object.
///
/// # Errors
/// [`Code::InvalidJson`] with the place; [`Code::ValidationFailed`] for JSON of another type, for a key that stands
/// twice, and for a field that is nested too deep.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>> {
    json::object(body).map_err(|unreadable| match unreadable {
        Unreadable::Syntax(why) => {
            Error::new(Code::InvalidJson, format!("The body is not JSON: {why}."))
        }
        Unreadable::Other => Error::field("body", Rule::Type, "must be a JSON object"),
        Unreadable::Field(path, rule, message) => {
            Error::field(path.unwrap_or_else(|| "body".to_owned()), rule, message)
        }
    })
}

/// Reads a body that says itself how it is read.
///
/// # Errors
/// [`Code::InvalidJson`], [`Code::ValidationFailed`].
pub(crate) fn read<T: whisper_schema::Body>(body: &[u8]) -> Result<T> {
    read_with(body, |_| ())
}

/// As [`read`], with faults that `check` finds in the fields by more than the body's form.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_with<T: whisper_schema::Body>(
    body: &[u8],
    check: impl FnOnce(&mut Fields<'_, '_>),
) -> Result<T> {
    let object = object(body)?;
    whisper_schema::body::read_with(&object, check)
        .map_err(|wrong| Error::fields(wrong.into_iter().map(FieldError::from).collect()))
}

/// Whether a body can be read: for the examples of the API's document.
///
/// # Errors
/// As [`read`].
pub(crate) fn check<T: whisper_schema::Body>(body: &[u8]) -> Result<()> {
    read::<T>(body).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &str) -> (Code, Vec<String>) {
        let error = object(body.as_bytes()).expect_err("refused");
        let fields = error.field_errors().iter().map(|e| e.field.clone());
        (error.code(), fields.collect())
    }

    #[test]
    fn the_field_that_a_body_is_refused_for_is_named() {
        let deep = "[".repeat(1000);
        for (body, field) in [
            ("[]", "body"),
            (deep.as_str(), "body"),
            (r#"{"a": [{"b": 1, "b": 2}]}"#, "a[0].b"),
        ] {
            let named = (Code::ValidationFailed, vec![field.to_owned()]);
            assert_eq!(refused(body), named, "{field}");
        }
        assert_eq!(refused("{").0, Code::InvalidJson);
    }
}
