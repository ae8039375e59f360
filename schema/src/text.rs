//! Text that people see: one rule for all of it.
//!
//! It is kept in Unicode's composed form (NFC), so that the same word is the same text, typed on any
//! keyboard, and has no control characters, which terminals and logs obey. Words may have line breaks and tabs; words of
//! nothing but invisible characters are empty. A name, which stands between the words of others, is on one line, has at
//! least one visible character and none that turns the direction of the text around it.

pub mod pattern;

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::rule::{Broken, Rule};

/// The kinds of text that people see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// Somebody's words, on as many lines as they like and in any direction.
    Words,
    /// The name of a user or of a thing.
    Name,
}

/// A control character, where it may not stand.
const CONTROL: &str = "must not contain control characters";

impl Text {
    /// Checks a text of the kind.
    ///
    /// # Errors
    /// The rule it breaks, and the form that it must have.
    pub fn check(self, text: &str) -> Result<(), Broken> {
        match self {
            Text::Words if text.chars().any(is_obeyed) => Err((Rule::Format, CONTROL.to_owned())),
            Text::Words => Ok(()),
            Text::Name => check_name(text),
        }
    }

    /// The text as it is kept: composed, and if it is somebody's words, with `\n` for line breaks of any system, and empty
    /// when it shows nothing.
    pub fn kept(self, text: &str) -> Cow<'_, str> {
        match self {
            Text::Name => composed(text),
            Text::Words => {
                let lines = match text.contains('\r') {
                    true => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
                    false => Cow::Borrowed(text),
                };
                match lines {
                    // A blank text with control characters isn't emptied: it is refused later.
                    lines if is_blank(&lines) && !lines.chars().any(is_obeyed) => Cow::Borrowed(""),
                    Cow::Borrowed(text) => composed(text),
                    Cow::Owned(lines) => Cow::Owned(composed(&lines).into_owned()),
                }
            }
        }
    }

    /// Its form as a regular expression (ECMA-262) for OpenAPI.
    pub const fn pattern(self) -> &'static str {
        match self {
            Text::Words => pattern::WORDS,
            Text::Name => pattern::NAME,
        }
    }
}

fn check_name(text: &str) -> Result<(), Broken> {
    if is_blank(text) {
        let message = "must have at least one visible character";
        return Err((Rule::Required, message.to_owned()));
    }
    if text.chars().any(breaks_line) {
        return Err((Rule::Format, CONTROL.to_owned()));
    }
    if text.chars().any(turns_direction) {
        let message = "must not contain characters that turn the direction of text";
        return Err((Rule::Format, message.to_owned()));
    }
    Ok(())
}

/// Whether a text is one line: something to see, and nothing that breaks the line or the screen.
pub fn is_line(text: &str) -> bool {
    !is_blank(text) && !text.chars().any(breaks_line)
}

/// The text without control characters, for texts that are kept in any case, such as errors: line breaks and tabs stay.
pub fn without_controls(text: &str) -> Cow<'_, str> {
    match text.chars().any(is_obeyed) {
        true => Cow::Owned(text.chars().filter(|c| !is_obeyed(*c)).collect()),
        false => Cow::Borrowed(text),
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

/// Control characters but line breaks and tabs.
fn is_obeyed(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

/// Control characters, and the two separators that break lines without being any.
fn breaks_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
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
            ("Chess\nclub", Rule::Format),
            ("Chess\tclub", Rule::Format),
            ("Chess\u{2028}club", Rule::Format),
        ] {
            let broken = Text::Name.check(name).map_err(|(rule, _)| rule);
            assert_eq!(broken, Err(rule), "{name:?}");
            assert_eq!(Text::Words.check(name), Ok(()), "{name:?}");
        }
    }

    #[test]
    fn nothing_that_terminals_obey_is_taken() {
        for text in ["a\u{1B}[31mb", "\u{7}", "a\u{9B}2J", "a\u{7F}"] {
            for kind in [Text::Name, Text::Words] {
                let kept = kind.kept(text);
                assert!(kind.check(&kept).is_err(), "{kind:?} {text:?}");
            }
            assert_eq!(Text::Words.check(&without_controls(text)), Ok(()));
        }
        assert_eq!(without_controls("a\u{1B}[1mb\n\tc"), "a[1mb\n\tc");
    }

    #[test]
    fn words_are_kept_with_line_breaks_of_one_kind_and_empty_when_they_show_nothing() {
        for (sent, kept) in [
            ("a\r\nb\rc\td", "a\nb\nc\td"),
            (" x\u{200B} ", " x\u{200B} "),
            ("Zoe\u{308}", "Zo\u{EB}"),
            ("\u{200B}", ""),
            (" \r\n", ""),
            ("\u{202E}", ""),
        ] {
            assert_eq!(Text::Words.kept(sent), kept, "{sent:?}");
            assert_eq!(Text::Words.check(kept), Ok(()), "{sent:?}");
        }
        assert_eq!(Text::Name.kept("a\r\n"), "a\r\n", "and refused");
    }
}
