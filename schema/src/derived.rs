//! Functions and types for the code written by `#[derive(Collection)]`. Not for any other code.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Visitor};

pub use crate::body::read_choice;
pub use crate::choice::deserialize as deserialize_choice;
pub use crate::hex::FromHex;
#[cfg(not(target_family = "wasm"))]
pub use {
    crate::json_schema::{choice_schema, collection_schema},
    schemars,
};
pub use {serde, serde_json};

/// Reads the key of a map and gives the number of the field it names, without keeping the key.
pub struct FieldNumber(pub fn(&str) -> usize);

impl<'de> DeserializeSeed<'de> for FieldNumber {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for FieldNumber {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key of a field")
    }

    fn visit_str<E>(self, key: &str) -> Result<usize, E> {
        Ok((self.0)(key))
    }
}

/// A double as it may be written: JSON has no word for infinity, and `null` would be a lie.
pub fn finite<E: serde::ser::Error>(key: &str, value: f64) -> Result<f64, E> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(E::custom(format_args!("{key} must be a finite number")))
    }
}

/// Refuses a document that lacks a required field: `missing` has the bit of each one's number.
pub fn all_present<E: serde::de::Error>(
    keys: &'static [&'static str],
    missing: u64,
) -> Result<(), E> {
    match keys.get(missing.trailing_zeros() as usize) {
        Some(key) => Err(E::missing_field(key)),
        None => Ok(()),
    }
}
