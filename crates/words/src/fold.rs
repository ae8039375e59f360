//! The normal form of characters: words that are the same to a reader are the same text.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// The normal form of a character as people see it, with its marks.
pub(crate) fn folded(cluster: &str) -> String {
    if cluster.is_ascii() {
        return cluster.to_ascii_lowercase();
    }
    let bare = cluster.nfkd().filter(|c| !is_off(*c));
    // Character by character, so that a sigma at the end of a word is the same as any other. Going down alone keeps ß, and
    // going up alone the great ẞ. The result may have marks again.
    let folded = bare
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase);
    let typed: String = folded.flat_map(|c| typed(c).chars()).collect();
    typed.nfkd().filter(|c| !is_off(*c)).nfkc().collect()
}

/// Marks and signs without which a word is the same: accents, points and vowel marks that many leave out, the line that
/// stretches an Arabic word, and signs that only tell how letters join or where a line may break.
fn is_off(c: char) -> bool {
    // By Unicode's classes: overlays, the points of Hebrew, Arabic and Syriac, and accents. The other classes are vowel
    // signs (0), nuktas (7), voicing (8), viramas (9), and tones of Thai, Lao and Tibetan.
    matches!(canonical_combining_class(c), 1 | 10..=36 | 200..)
        || matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{640}' | '\u{180B}'..='\u{180F}'
            | '\u{200C}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}')
}

/// The letters that a letter goes by where a keyboard lacks it, of letters that Unicode doesn't take apart.
fn typed(c: char) -> Typed {
    let letters = match c {
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ħ' => "h",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        c => return Typed::Same(c),
    };
    Typed::Letters(letters)
}

enum Typed {
    Same(char),
    Letters(&'static str),
}

impl Typed {
    fn chars(self) -> impl Iterator<Item = char> {
        let (same, letters) = match self {
            Typed::Same(c) => (Some(c), ""),
            Typed::Letters(letters) => (None, letters),
        };
        same.into_iter().chain(letters.chars())
    }
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn words_that_are_the_same_to_a_reader() {
        for (one, other) in [
            ("É", "e"),
            ("ß", "SS"),
            ("ẞ", "ss"),
            ("Ａ", "a"),
            ("ﬁ", "FI"),
            ("İ", "i"),
            ("ı", "I"),
            ("Σ", "ς"),
            ("Å", "a"),
            ("Ø", "o"),
            ("Æ", "AE"),
            ("ё", "Е"),
            ("أ", "ا"),
            ("بَ", "ب"),
            ("שָׁ", "ש"),
            ("ｶﾞ", "ガ"),
            ("か\u{3099}", "が"),
            ("가", "\u{1100}\u{1161}"),
            ("²", "2"),
            ("ŉ", "ʼn"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
    }

    #[test]
    fn words_that_are_not() {
        for (one, other) in [
            ("が", "か"),
            ("कि", "क"),
            ("ม้", "ม"),
            ("и", "i"),
            ("0", "o"),
        ] {
            assert_ne!(folded(one), folded(other), "{one} {other}");
        }
    }
}
