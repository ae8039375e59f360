//! Values on their way out of the database: JSON arrays straight into documents. No JSON value is made in between,
//! which took most of the time of a read.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    DeserializeSeed, Deserializer, Error, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;
use whisper_schema::{Collection, Document, Kind};

use crate::SqlValue;
use crate::doc::Doc;
use crate::error::StoreError;

/// The document of an answer that is NULL or a JSON array.
pub(crate) fn one<D: Document>(answer: SqlValue) -> Result<Option<Doc<D>>, StoreError> {
    match answer {
        SqlValue::Null => Ok(None),
        answer => {
            let json = text::<D>(answer)?;
            let mut json = serde_json::Deserializer::from_str(&json);
            let row = Row(PhantomData).deserialize(&mut json);
            row.map(Some).map_err(failed::<D>)
        }
    }
}

/// The documents of an answer that is a JSON array of arrays.
pub(crate) fn many<D: Document>(answer: SqlValue) -> Result<Vec<Doc<D>>, StoreError> {
    let json = text::<D>(answer)?;
    let mut json = serde_json::Deserializer::from_str(&json);
    json.deserialize_seq(Rows(PhantomData)).map_err(failed::<D>)
}

/// The number of an answer.
pub(crate) fn count(answer: SqlValue) -> Result<u64, StoreError> {
    match answer {
        SqlValue::Integer(count) if count >= 0 => Ok(count.unsigned_abs()),
        other => Err(StoreError::Internal(format!("a count is {other:?}"))),
    }
}

fn text<D: Document>(answer: SqlValue) -> Result<String, StoreError> {
    match answer {
        SqlValue::Text(json) => Ok(json),
        other => Err(unreadable::<D>(&format!("the answer is {other:?}"))),
    }
}

fn failed<D: Document>(error: serde_json::Error) -> StoreError {
    unreadable::<D>(&error.to_string())
}

fn unreadable<D: Document>(why: &str) -> StoreError {
    StoreError::Internal(format!(
        "a row of {} can't be read: {why}",
        D::COLLECTION.id
    ))
}

struct Rows<D>(PhantomData<D>);

impl<'de, D: Document> Visitor<'de> for Rows<D> {
    type Value = Vec<Doc<D>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(doc) = rows.next_element_seed(Row(PhantomData))? {
            all.push(doc);
        }
        Ok(all)
    }
}

/// The columns `_id`, `_seq`, `_revision`, and those of the attributes.
struct Row<D>(PhantomData<D>);

impl<'de, D: Document> DeserializeSeed<'de> for Row<D> {
    type Value = Doc<D>;

    fn deserialize<J: Deserializer<'de>>(self, json: J) -> Result<Doc<D>, J::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de, D: Document> Visitor<'de> for Row<D> {
    type Value = Doc<D>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut columns: A) -> Result<Doc<D>, A::Error> {
        let id: String = first(&mut columns)?;
        let (seq, revision) = (first(&mut columns)?, first(&mut columns)?);
        let fields = Fields {
            id,
            number: 0,
            collection: D::COLLECTION,
            columns: &mut columns,
        };
        let value = D::deserialize(fields)?;
        match columns.next_element::<IgnoredAny>()? {
            None => Ok(Doc {
                value,
                revision,
                seq,
            }),
            Some(_) => Err(A::Error::custom("it has too many columns")),
        }
    }
}

/// One of the columns before the attributes.
fn first<'de, A: SeqAccess<'de>, T: serde::Deserialize<'de>>(
    columns: &mut A,
) -> Result<T, A::Error> {
    let column = columns.next_element()?;
    column.ok_or_else(|| A::Error::custom("it lacks its first columns"))
}

/// A row as the map that a document is read from: the id, then each attribute.
struct Fields<'a, A> {
    id: String,
    number: usize,
    collection: &'static Collection,
    columns: &'a mut A,
}

impl<'de, A: SeqAccess<'de>> Deserializer<'de> for Fields<'_, A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, A: SeqAccess<'de>> MapAccess<'de> for Fields<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        key: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let name = match self.number.checked_sub(1) {
            None => "id",
            Some(at) => match self.collection.attributes.get(at) {
                Some(attribute) => attribute.key,
                None => return Ok(None),
            },
        };
        self.number += 1;
        key.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        // The key was given before its value, and counted.
        let attribute = self
            .number
            .checked_sub(2)
            .map(|at| &self.collection.attributes[at]);
        let Some(attribute) = attribute else {
            return seed.deserialize(std::mem::take(&mut self.id).into_deserializer());
        };
        let kind = &attribute.kind;
        let value = self
            .columns
            .next_element_seed(Stored { kind, inner: seed })?;
        value.ok_or_else(|| A::Error::custom(format_args!("it lacks {}", attribute.key)))
    }
}

/// Wraps a reader of an attribute's value, where the value stands as it does in its column: a boolean as a number, a
/// time in milliseconds, a double as the text with all its digits.
struct Stored<'k, T> {
    kind: &'k Kind,
    inner: T,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Stored<'_, S> {
    type Value = S::Value;

    fn deserialize<J: Deserializer<'de>>(self, json: J) -> Result<S::Value, J::Error> {
        let Stored { kind, inner: seed } = self;
        seed.deserialize(Stored { kind, inner: json })
    }
}

impl<'de, J: Deserializer<'de>> Deserializer<'de> for Stored<'_, J> {
    type Error = J::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, J::Error> {
        match self.kind {
            Kind::Boolean => self.inner.deserialize_any(Truth(visitor)),
            Kind::Double { .. } => self.inner.deserialize_any(Digits(visitor)),
            // The visitor of a time takes milliseconds too.
            _ => self.inner.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, J::Error> {
        let Stored { kind, inner } = self;
        inner.deserialize_option(Stored {
            kind,
            inner: visitor,
        })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, J::Error> {
        let Stored { kind, inner } = self;
        inner.deserialize_seq(Stored {
            kind,
            inner: visitor,
        })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A visitor of an optional value, or of a list of values.
impl<'de, V: Visitor<'de>> Visitor<'de> for Stored<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_some<J: Deserializer<'de>>(self, json: J) -> Result<V::Value, J::Error> {
        let Stored { kind, inner } = self;
        inner.visit_some(Stored { kind, inner: json })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<V::Value, A::Error> {
        let Stored { kind, inner } = self;
        inner.visit_seq(Stored {
            kind,
            inner: elements,
        })
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Stored<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let kind = self.kind;
        self.inner.next_element_seed(Stored { kind, inner: seed })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// A visitor of a boolean, given 0 or 1.
struct Truth<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Truth<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<V::Value, E> {
        self.0.visit_bool(truth)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<V::Value, E> {
        self.0.visit_bool(number != 0)
    }
}

/// A visitor of a double, given its digits: SQLite's JSON would print 15 of them.
struct Digits<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Digits<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_str<E: Error>(self, digits: &str) -> Result<V::Value, E> {
        let double = digits
            .parse()
            .ok()
            .filter(|double: &f64| double.is_finite());
        match double {
            Some(double) => self.0.visit_f64(double),
            None => Err(E::custom("a double has other digits")),
        }
    }

    // In a list a double stands as a number.
    fn visit_f64<E: Error>(self, double: f64) -> Result<V::Value, E> {
        self.0.visit_f64(double)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<V::Value, E> {
        self.0.visit_i64(number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<V::Value, E> {
        self.0.visit_u64(number)
    }
}
