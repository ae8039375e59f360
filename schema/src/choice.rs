//! Closed sets of strings: the enum attributes.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};

/// An enum declared with [`choices!`](crate::choices).
pub trait Choice: Copy + 'static {
    /// Name of the type.
    const NAME: &'static str;
    /// The purpose of the set.
    const DOC: &'static str;
    /// The strings, in their declared order.
    const ELEMENTS: &'static [&'static str];

    /// The variant a string stands for.
    fn parse(text: &str) -> Option<Self>;
}

/// A string that is none of a set's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownChoice {
    elements: &'static [&'static str],
}

impl UnknownChoice {
    #[doc(hidden)]
    pub const fn new(elements: &'static [&'static str]) -> Self {
        UnknownChoice { elements }
    }
}

impl fmt::Display for UnknownChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be one of ")?;
        for (i, element) in self.elements.iter().enumerate() {
            write!(f, "{}\"{element}\"", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownChoice {}

/// Reads a choice from a string, without keeping the string.
#[doc(hidden)]
pub fn deserialize<'de, C: Choice, D: Deserializer<'de>>(deserializer: D) -> Result<C, D::Error> {
    deserializer.deserialize_str(ChoiceVisitor(PhantomData))
}

struct ChoiceVisitor<C>(PhantomData<C>);

impl<C: Choice> Visitor<'_> for ChoiceVisitor<C> {
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a string that {}", UnknownChoice::new(C::ELEMENTS))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<C, E> {
        C::parse(text).ok_or_else(|| E::custom(UnknownChoice::new(C::ELEMENTS)))
    }
}
