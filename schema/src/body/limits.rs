//! Bounds of one field of a body.

use crate::text::pattern;
use crate::validate::Broken;
use crate::{Attribute, Collection, Text};

/// Bounds of one field of a body, beyond those of its type. Each holds only for the types that it fits.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The attribute whose rules it keeps: its collection, and its key.
    pub of: Option<(&'static Collection, &'static str)>,
    /// Least and most characters of a text, or of each text of a list.
    pub size: Option<(usize, usize)>,
    /// Least and most elements of a list.
    pub count: Option<(usize, usize)>,
    /// Whether an element of a list may stand there once only.
    pub unique: bool,
    /// Least and greatest number.
    pub range: Option<Range>,
    /// Form of a text, or of each text of a list.
    pub is: Option<Form>,
    /// The kind of a text that people see, or of each text of a list, where no attribute names it.
    pub text: Option<Text>,
}

/// Least and greatest number, both taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// A range of whole numbers.
    Integer(i64, i64),
    /// A range of numbers with decimals.
    Number(f64, f64),
}

/// Form of a text: the check, and its descriptions.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// Whether a text has the form.
    pub valid: fn(&str) -> bool,
    /// The form in words for people, as the end of "must be …".
    pub must_be: &'static str,
    /// The same as a regular expression (ECMA-262) for OpenAPI; none where there is none.
    pub pattern: Option<&'static str>,
    /// The name of the format in JSON Schema, such as `uri`; none where there is none.
    pub format: Option<&'static str>,
}

impl Limits {
    /// No bounds but those of the type.
    pub const NONE: Limits = Limits {
        of: None,
        size: None,
        count: None,
        unique: false,
        range: None,
        is: None,
        text: None,
    };

    /// These limits. A line without a kind of text doesn't compile: it would be kept as it was sent, in any form of Unicode, and a
    /// name could turn the text around it.
    ///
    /// ```
    /// # use whisper_schema::Body;
    /// use whisper_schema::body::forms::LINE;
    ///
    /// #[derive(Body)]
    /// struct NewSign {
    ///     #[field(is = LINE, text = Name)]
    ///     name: String,
    /// }
    /// ```
    ///
    /// ```compile_fail
    /// # use whisper_schema::Body;
    /// use whisper_schema::body::forms::LINE;
    ///
    /// #[derive(Body)]
    /// struct NewSign {
    ///     #[field(is = LINE)]
    ///     name: String,
    /// }
    /// ```
    #[must_use]
    pub const fn held(self) -> Self {
        assert!(
            !self.is_line() || self.has_text(),
            "a line that people see says which text it is: text = Name, or text = Words"
        );
        self
    }

    const fn is_line(&self) -> bool {
        match self.is {
            Some(Form {
                pattern: Some(form),
                ..
            }) => are_same(form, pattern::LINE),
            _ => false,
        }
    }

    const fn has_text(&self) -> bool {
        if self.text.is_some() {
            return true;
        }
        let Some((collection, key)) = self.of else {
            return false;
        };
        let mut attributes = collection.attributes;
        while let [attribute, others @ ..] = attributes {
            if are_same(attribute.key, key) {
                return attribute.text.is_some();
            }
            attributes = others;
        }
        false
    }

    /// The attribute whose rules it keeps.
    pub fn attribute(&self) -> Option<&'static Attribute> {
        self.of
            .and_then(|(collection, key)| collection.attribute(key))
    }

    /// The kind of text that people see of it; none for a text that they don't see.
    pub fn text(&self) -> Option<Text> {
        self.text.or_else(|| self.attribute()?.text)
    }

    pub(super) fn check_form(&self, text: &str) -> Result<(), Broken> {
        match self.is {
            Some(form) if !(form.valid)(text) => {
                Err((crate::Rule::Format, format!("must be {}", form.must_be)))
            }
            _ => Ok(()),
        }
    }
}

/// Whether two texts are the same, for constants.
const fn are_same(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let ([a, more @ ..], [b, others @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (more, others);
    }
    one.is_empty() && other.is_empty()
}
