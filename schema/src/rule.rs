//! The rules that a field can break: the words clients may branch on.

use std::fmt;

macro_rules! rules {
    ($( $(#[doc = $doc:literal])+ $name:ident = $wire:literal, )+) => {
        /// The rule a field breaks, of a document, a body or a query. A rule is never renamed and never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule {
            $( $(#[doc = $doc])+ $name, )+
        }

        impl Rule {
            /// Every rule, sorted by its wire form.
            pub const ALL: &'static [Rule] = &[$( Rule::$name, )+];

            /// The wire form, such as `size`.
            pub const fn as_str(self) -> &'static str {
                match self { $( Rule::$name => $wire, )+ }
            }

            /// Its meaning.
            pub const fn doc(self) -> &'static str {
                match self { $( Rule::$name => concat!($($doc, "\n"),+), )+ }
            }
        }
    };
}

rules! {
    /// A password is easy to guess: one of those tried first, or the e-mail address.
    Common = "common",
    /// A text is none of the choices.
    Enum = "enum",
    /// A text isn't written as it must be, such as an address, a date or an id, or has characters that it may not have.
    Format = "format",
    /// A number, a date or a time is out of its bounds.
    Range = "range",
    /// It names something that isn't there, that the caller may not know of, or that can't be meant here, such as the caller.
    Reference = "reference",
    /// It is missing or null, but has to be there.
    Required = "required",
    /// A text has too many or too few characters, or a list too many or too few elements.
    Size = "size",
    /// The value has another JSON type.
    Type = "type",
    /// It stands there twice, or equals another that it must differ from.
    Unique = "unique",
    /// There is no such field, or none that can be set here.
    Unknown = "unknown",
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The rule a value breaks, and the message about it.
pub type Broken = (Rule, String);
