//! Query strings: parameters into a struct, of which each is one field.

use serde::de::{DeserializeOwned, Error as _, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};

use crate::error::{Error, Result, Rule};

/// Reads the parameters.
///
/// # Errors
/// [`Code::InvalidQuery`] naming a parameter that is unknown, missing, there twice, or can't be read.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    let parameters = || form_urlencoded::parse(text.as_bytes());
    let named = Named {
        names: parameters().map(|(name, _)| name.into_owned()).collect(),
        parameters: serde_urlencoded::Deserializer::new(parameters()),
    };
    serde_path_to_error::deserialize(named).map_err(|error| {
        let path = error.path().to_string();
        let detail = error.into_inner().to_string();
        // An unknown, missing or repeated one is named by the message, a wrong one by the path.
        let rule = rule_of(&detail);
        let named = between_backticks(&detail).filter(|_| rule != Rule::Enum);
        let field = named.unwrap_or(&path).to_owned();
        Error::parameter(field, rule, detail)
    })
}

/// The first part of a text that stands between backticks.
fn between_backticks(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('`')?;
    rest.split_once('`').map(|(inside, _)| inside)
}

/// The rule that serde's message about a parameter speaks of.
fn rule_of(message: &str) -> Rule {
    let begins = |words| message.starts_with(words);
    match () {
        () if begins("unknown field") => Rule::Unknown,
        () if begins("missing field") => Rule::Required,
        () if begins("duplicate field") => Rule::Unique,
        () if begins("unknown variant") => Rule::Enum,
        () => Rule::Format,
    }
}

/// Parameters that refuse to become a struct which doesn't have them, with or without a `deny_unknown_fields` of its
/// own.
struct Named<D> {
    names: Vec<String>,
    parameters: D,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Named<D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        match self
            .names
            .iter()
            .find(|name| !fields.contains(&name.as_str()))
        {
            Some(unknown) => Err(D::Error::unknown_field(unknown, fields)),
            None => self.parameters.deserialize_struct(name, fields, visitor),
        }
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.parameters.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
