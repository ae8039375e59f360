//! Bodies of requests: one struct says how a body is read and checked, how OpenAPI describes it, and which attributes
//! of a document it changes.
//!
//! ```
//! use whisper_schema::body::{self, Change, Changes};
//! use whisper_schema::prelude::Conversation;
//! use whisper_schema::Body;
//!
//! /// A change of a group's details.
//! #[derive(Debug, Body)]
//! #[body(changes = Conversation)]
//! pub struct GroupChange {
//!     /// Title; can't be taken away.
//!     pub name: Option<String>,
//!     /// Description of the group; null takes it away.
//!     pub description: Change<String>,
//! }
//!
//! let sent = serde_json::json!({"name": "Chess", "description": null});
//! let change: GroupChange = body::read(sent.as_object().unwrap()).unwrap();
//! let mut group = Conversation { description: Some("Go".into()), ..Conversation::default() };
//! let changed = change.apply(&mut group);
//! assert_eq!((group.name.as_deref(), group.description.as_deref()), (Some("Chess"), None));
//! assert_eq!(changed.len(), 2);
//!
//! let sent = serde_json::json!({"name": 7, "colour": "red"});
//! let wrong = body::read::<GroupChange>(sent.as_object().unwrap()).unwrap_err();
//! assert_eq!(wrong.iter().map(|w| w.field.as_str()).collect::<Vec<_>>(), ["name", "colour"]);
//! ```
//!
//! The syntax of the derive stands in the README.

mod changes;
mod field;
mod fields;
mod findings;
pub mod forms;
pub mod json;
mod json_text;
mod limits;
#[cfg(not(target_family = "wasm"))]
mod shape;

use serde_json::{Map, Value};

use crate::Violation;

pub use changes::{Change, Changes, KeptAsText, Slot};
#[doc(hidden)]
pub use field::read_choice;
pub use field::{At, Distinct, Each, Field};
pub use fields::Fields;
pub use findings::{Findings, MOST_FINDINGS, MOST_NAME};
pub use json_text::JsonText;
pub use limits::{Form, Limits, Range};
#[cfg(not(target_family = "wasm"))]
pub use shape::{ObjectShape, TaggedShape};

/// A body, or a part of one; implemented by `#[derive(Body)]`.
pub trait Body: Sized {
    /// Reads it from the fields of an object. All faults are noted there; none when a required field can't be
    /// read.
    fn read(fields: &mut Fields<'_, '_>) -> Option<Self>;
}

/// Reads a body, its unknown fields refused.
///
/// # Errors
/// The faults of the object, at most [`MOST_FINDINGS`] of them.
pub fn read<T: Body>(object: &Map<String, Value>) -> Result<T, Vec<Violation>> {
    read_with(object, |_| ())
}

/// As [`read`], with faults that `check` finds in the fields by more than the body's form, such as the time or a setting.
///
/// # Errors
/// The faults of the object, in the order of its fields.
pub fn read_with<T: Body>(
    object: &Map<String, Value>,
    check: impl FnOnce(&mut Fields<'_, '_>),
) -> Result<T, Vec<Violation>> {
    let mut findings = Findings::default();
    let mut fields = Fields::new(object, String::new(), &mut findings);
    let body = T::read(&mut fields);
    check(&mut fields);
    fields.finish();
    match body {
        Some(body) if findings.is_empty() => Ok(body),
        _ => Err(findings.into_violations()),
    }
}

#[cfg(test)]
mod tests;
