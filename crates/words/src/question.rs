//! Questions within bounds, as people type them into a search.

use crate::phrase::{Phrase, phrases};

/// Most characters of a question.
pub const QUESTION_CHARACTERS: usize = 200;
/// Most words of a question.
pub const QUESTION_WORDS: usize = 30;

/// The reason for which a text is no question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoQuestion {
    /// It has more than [`QUESTION_CHARACTERS`].
    TooLong,
    /// It has neither a letter nor a digit.
    Empty,
    /// It has more than [`QUESTION_WORDS`].
    TooManyWords,
}

impl NoQuestion {
    /// The reason in words, as the end of "The question …".
    pub fn detail(self) -> String {
        match self {
            NoQuestion::TooLong => format!("must have at most {QUESTION_CHARACTERS} characters"),
            NoQuestion::Empty => "must have a letter or a digit".to_owned(),
            NoQuestion::TooManyWords => format!("must have at most {QUESTION_WORDS} words"),
        }
    }
}

/// The phrases of a question, at least one.
///
/// # Errors
/// One that is too long, or has no word.
pub fn question(text: &str) -> Result<Vec<Phrase>, NoQuestion> {
    if text.chars().count() > QUESTION_CHARACTERS {
        return Err(NoQuestion::TooLong);
    }
    let phrases = phrases(text);
    let words: usize = phrases.iter().map(|phrase| phrase.words.len()).sum();
    match words {
        0 => Err(NoQuestion::Empty),
        1..=QUESTION_WORDS => Ok(phrases),
        _ => Err(NoQuestion::TooManyWords),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_have_bounds() {
        for (text, wrong) in [
            ("chess".to_owned(), None),
            ("x".repeat(200), None),
            ("x".repeat(201), Some(NoQuestion::TooLong)),
            ("a ".repeat(30), None),
            ("a ".repeat(31), Some(NoQuestion::TooManyWords)),
            (" ?! ".to_owned(), Some(NoQuestion::Empty)),
            (String::new(), Some(NoQuestion::Empty)),
        ] {
            assert_eq!(question(&text).err(), wrong, "{text}");
        }
    }
}
