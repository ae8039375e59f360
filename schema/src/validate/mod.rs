//! Validation of documents against the metadata: every violation at once, each with its field.

mod formats;
mod values;

use std::fmt;

use serde_json::{Map, Value};

use crate::{Attribute, Collection, Timestamp};

pub use crate::rule::{Broken, Rule};
pub use formats::{is_email, is_secure_url, is_url, is_web_url};

/// Violations reported for one array, and for unknown fields: a body full of mistakes doesn't get
/// an answer many times its size.
pub const MAXIMUM_VIOLATIONS_PER_LIST: usize = 100;

/// Longest id of a document, in characters.
pub const MAXIMUM_ID_LENGTH: usize = 36;

/// A fault of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The field: an attribute's key, with the index of an element, such as `mediaUrls[2]`.
    pub field: String,
    /// The rule it breaks.
    pub rule: Rule,
    /// The rule in words for the sender, such as "is required". It never repeats a text that was
    /// sent.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

pub(crate) use values::{check_text, wrong_type};

/// Checks a value of an attribute, or an element of one that holds a list.
pub(crate) fn check_one(attribute: &Attribute, value: &Value) -> Result<(), Broken> {
    values::check_value(&attribute.kind, value)?;
    match (attribute.text, value) {
        (Some(kind), Value::String(text)) => kind.check(text),
        _ => Ok(()),
    }
}

/// Checks a whole document, its `id` included.
///
/// An attribute with a default may be missing or null, whether or not it is required: the default
/// takes its place. [`Timestamp::AT_COMMIT`] passes as a datetime.
pub fn validate(collection: &Collection, document: &Map<String, Value>) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut known = 0;
    match document.get("id") {
        Some(id) => {
            known += 1;
            check("id", values::check_id(id), &mut found);
        }
        None => found.push(missing("id")),
    }
    for attribute in collection.attributes {
        match document.get(attribute.key) {
            Some(value) if !value.is_null() => {
                known += 1;
                check_attribute(attribute, value, &mut found);
            }
            absent => {
                known += usize::from(absent.is_some());
                if attribute.required && attribute.default.is_none() {
                    found.push(missing(attribute.key));
                }
            }
        }
    }
    // Only a document with more keys than were looked up is gone through again.
    if known < document.len() {
        let is_known = |key: &str| key == "id" || collection.attribute(key).is_some();
        let unknown = document.keys().filter(|key| !is_known(key));
        found.extend(
            unknown
                .take(MAXIMUM_VIOLATIONS_PER_LIST)
                .map(|key| no_such_field(collection, key)),
        );
    }
    found
}

/// Checks changes to a document: the fields that are there, and nothing else.
///
/// Null removes a value, which a required field and one with a default refuse. The id can't change.
pub fn validate_patch(collection: &Collection, changes: &Map<String, Value>) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut unknown = 0;
    for (key, value) in changes {
        match collection.attribute(key) {
            Some(attribute) if value.is_null() => {
                found.extend(attribute.not_null().then(|| missing(key)));
            }
            Some(attribute) => check_attribute(attribute, value, &mut found),
            None if unknown < MAXIMUM_VIOLATIONS_PER_LIST => {
                unknown += 1;
                found.push(no_such_field(collection, key));
            }
            None => {}
        }
    }
    found
}

fn check_attribute(attribute: &Attribute, value: &Value, found: &mut Vec<Violation>) {
    if !attribute.array {
        return check(attribute.key, check_one(attribute, value), found);
    }
    let Value::Array(elements) = value else {
        return check(
            attribute.key,
            Err(values::wrong_type("a list", value)),
            found,
        );
    };
    let broken = elements.iter().enumerate().filter_map(|(i, element)| {
        let (rule, message) = check_one(attribute, element).err()?;
        Some(Violation {
            field: format!("{}[{i}]", attribute.key),
            rule,
            message,
        })
    });
    found.extend(broken.take(MAXIMUM_VIOLATIONS_PER_LIST));
}

fn check(field: &str, result: Result<(), Broken>, found: &mut Vec<Violation>) {
    if let Err((rule, message)) = result {
        found.push(Violation {
            field: field.to_owned(),
            rule,
            message,
        });
    }
}

fn missing(field: &str) -> Violation {
    Violation {
        field: field.to_owned(),
        rule: Rule::Required,
        message: "is required and must not be null".to_owned(),
    }
}

fn no_such_field(collection: &Collection, field: &str) -> Violation {
    let message = match field {
        "id" => "can't be changed".to_owned(),
        _ => format!("is no field of {}", collection.id),
    };
    Violation {
        field: field.to_owned(),
        rule: Rule::Unknown,
        message,
    }
}

/// Whether a text is an id a document may have: 1 to 36 of `A-Za-z0-9_.-`, the first one a letter
/// or a digit.
pub fn is_document_id(text: &str) -> bool {
    values::check_id_text(text).is_ok()
}

/// Whether a text stands for a datetime in a document: RFC 3339, or the time of the commit.
fn is_datetime(text: &str) -> bool {
    text == Timestamp::AT_COMMIT_TEXT || Timestamp::parse(text).is_ok()
}
