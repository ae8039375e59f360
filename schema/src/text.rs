//! Text that people see: one rule for all of it.
//!
//! It is kept in Unicode's composed form (NFC), so that the same word is the same text on whichever keyboard it was
//! typed. A text of nothing but invisible characters is as good as empty. A name, which stands between the words of
//! others, has at least one visible character and none that turns the direction of the text around it.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::Rule;
use crate::validate::Broken;

/// The kinds of text that people see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// Somebody's words, as long as they like and in any direction.
    Words,
    /// The name of a user or of a thing.
    Name,
}

impl Text {
    /// Checks a text of the kind.
    ///
    /// # Errors
    /// The rule it breaks, and what it must be.
    pub fn check(self, text: &str) -> Result<(), Broken> {
        if self == Text::Words {
            return Ok(());
        }
        if is_blank(text) {
            let message = "must have at least one visible character";
            return Err((Rule::Required, message.to_owned()));
        }
        if text.chars().any(turns_direction) {
            let message = "must not contain characters that turn the direction of text";
            return Err((Rule::Format, message.to_owned()));
        }
        Ok(())
    }
}

/// The text in Unicode's composed form (NFC, UAX #15).
pub fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfc().collect())
}

/// A name, or the beginning of one, as names are looked up: upper and lower case alike.
pub fn folded(name: &str) -> String {
    // Lower case can take a composed letter apart.
    composed(&composed(name).to_lowercase()).into_owned()
}

/// Whether the text shows nothing: it is empty, or all its characters are blanks or invisible.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_invisible)
}

/// Blanks, controls, the characters that Unicode calls default ignorable (DerivedCoreProperties), and two that have an
/// empty picture.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
            // The blank of braille, and the filler that some fonts draw as nothing.
            | '\u{2800}' | '\u{16FE4}')
}

/// Embeddings, overrides and isolates of the bidirectional algorithm (UAX #9), which reach beyond the text they stand in.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_invisible_characters_is_blank() {
        for text in [
            "",
            " \n",
            "\u{200B}",
            "\u{2060}",
            "\u{FEFF}",
            "\u{3164}",
            "\u{2800}",
            "\u{AD}",
            "\u{FE0F}",
            "\u{E0041}",
            "\u{200D}\u{202E} ",
            "\u{115F}",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["a", "\u{200B}a", "👍\u{FE0F}", "é", "ㄱ", "⠁", "."] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn composed_texts_are_equal_however_they_were_typed() {
        assert_eq!(composed("Zoe\u{308}"), "Zo\u{EB}");
        assert_eq!(composed("\u{1100}\u{1161}"), "가");
        // Compatibility is no equality: such characters stay as they are.
        assert_eq!(composed("ﬁ²"), "ﬁ²");
    }

    #[test]
    fn a_name_stays_in_its_place() {
        for name in ["Ada", "عادل", "\u{200F}עדה", "O'Neil-Ñandú"] {
            assert_eq!(Text::Name.check(name), Ok(()), "{name:?}");
        }
        for (name, rule) in [
            ("gnp.exe\u{202E}", Rule::Format),
            ("\u{2067}Ada", Rule::Format),
            ("\u{3164}", Rule::Required),
        ] {
            let broken = Text::Name.check(name).map_err(|(rule, _)| rule);
            assert_eq!(broken, Err(rule), "{name:?}");
            assert_eq!(Text::Words.check(name), Ok(()), "{name:?}");
        }
    }
}
