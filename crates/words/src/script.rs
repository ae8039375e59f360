//! The parts that characters play in words.

/// The part of a character in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Belongs to the word that it stands in.
    Letter,
    /// Belongs to a script that doesn't part words by blanks.
    Dense,
    /// Belongs to the letter before it.
    Mark,
    /// No part of any word.
    Between,
}

/// The part of a character in normal form.
pub(crate) fn part(c: char) -> Part {
    if c.is_ascii() {
        return match c.is_ascii_alphanumeric() {
            true => Part::Letter,
            false => Part::Between,
        };
    }
    if unicode_normalization::char::is_combining_mark(c) {
        return Part::Mark;
    }
    match c.is_alphanumeric() {
        true if is_dense(c) => Part::Dense,
        true => Part::Letter,
        false => Part::Between,
    }
}

/// Whether a character is of a script whose words aren't parted by blanks, or, as in Korean, have endings that a search
/// would trip over.
fn is_dense(c: char) -> bool {
    matches!(c,
        // Thai and Lao.
        '\u{E00}'..='\u{EFF}'
        // Burmese, with its extensions.
        | '\u{1000}'..='\u{109F}' | '\u{A9E0}'..='\u{A9FF}' | '\u{AA60}'..='\u{AA7F}'
        // Letters of Hangul that don't make a syllable.
        | '\u{1100}'..='\u{11FF}' | '\u{A960}'..='\u{A97F}' | '\u{D7B0}'..='\u{D7FF}'
        // Khmer.
        | '\u{1780}'..='\u{17FF}'
        // Marks that count as letters, Kana, Bopomofo, and letters of Hangul by themselves.
        | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3031}'..='\u{303C}'
        | '\u{3041}'..='\u{318F}' | '\u{31A0}'..='\u{31BF}' | '\u{31F0}'..='\u{31FF}'
        // Han, Hangul.
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}'
        // Historic Kana, and Han beyond the first plane.
        | '\u{1AFF0}'..='\u{1B16F}' | '\u{20000}'..='\u{3FFFD}')
}
