//! Questions for words, as SQLite's FTS5 has them, and by themselves.
//!
//! In the table of words each word has its scope before it. So a question is asked for each scope: however often a word,
//! or the beginning of one, stands elsewhere, that costs nothing.

use whisper_schema::ddl::WORDS_SIGN;
use whisper_words::Phrase;

/// Behind a phrase whose last word may be the beginning of one. No word has it.
const PREFIX: char = '*';
/// Between phrases. No word has it.
const NEXT: char = '|';

/// The question for words in FTS5's language: each phrase in one of the scopes.
pub(crate) fn of(scopes: &[String], phrases: &[Phrase]) -> String {
    let mut scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    scopes.sort_unstable();
    scopes.dedup();
    let anywhere = |phrase: &Phrase| {
        let everywhere = scopes.iter().map(|scope| inside(scope, phrase));
        format!("({})", everywhere.collect::<Vec<_>>().join(" OR "))
    };
    let all: Vec<String> = phrases.iter().map(anywhere).collect();
    all.join(" AND ")
}

fn inside(scope: &str, phrase: &Phrase) -> String {
    let words = phrase.words.iter();
    let words: Vec<String> = words
        .map(|word| format!("{scope}{WORDS_SIGN}{word}"))
        .collect();
    let end = if phrase.is_prefix { " *" } else { "" };
    format!("\"{}\"{end}", words.join(" "))
}

/// Whether a scope can stand before words: it is an id.
pub(crate) fn is_scope(scope: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !scope.is_empty() && scope.bytes().all(is_sign)
}

/// The phrases by themselves.
pub(crate) fn alone(phrases: &[Phrase]) -> String {
    let text = |phrase: &Phrase| {
        let mut text = phrase.words.join(" ");
        if phrase.is_prefix {
            text.push(PREFIX);
        }
        text
    };
    let all: Vec<String> = phrases.iter().map(text).collect();
    all.join(&NEXT.to_string())
}

/// The phrases of a text that [`alone`] has made, each with whether its last word may be the beginning of one.
pub(crate) fn parts(alone: &str) -> impl Iterator<Item = (&str, bool)> {
    alone
        .split(NEXT)
        .map(|part| match part.strip_suffix(PREFIX) {
            Some(words) => (words, true),
            None => (part, false),
        })
}

/// A phrase as a text has it that holds it: words in their order have single blanks around them.
pub(crate) fn needle((words, is_prefix): (&str, bool)) -> String {
    let end = if is_prefix { "" } else { " " };
    format!(" {words}{end}")
}

/// All words as a query of PostgreSQL's: in whatever order, each a whole word or the beginning of one.
pub(crate) fn every_word(phrases: &[Phrase]) -> String {
    let words = phrases.iter().flat_map(|phrase| {
        let last = phrase.words.len().saturating_sub(1);
        phrase.words.iter().enumerate().map(move |(at, word)| {
            let begins = phrase.is_prefix && at == last;
            let quoted = word.replace('\\', "\\\\").replace('\'', "''");
            format!("'{quoted}'{}", if begins { ":*" } else { "" })
        })
    });
    words.collect::<Vec<_>>().join(" & ")
}

/// The phrases as texts have them, as a JSON array.
pub(crate) fn needles(phrases: &[Phrase]) -> String {
    let alone = alone(phrases);
    let needles = parts(&alone).map(|part| needle(part).into());
    serde_json::Value::Array(needles.collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phrase_in_each_scope() {
        let phrase = |words: &[&str], is_prefix| Phrase {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            is_prefix,
        };
        let phrases = [phrase(&["a", "b"], false), phrase(&["c"], true)];
        let scopes = ["y".to_owned(), "x-1".to_owned(), "y".to_owned()];
        let expected = "(\"x-1=a x-1=b\" OR \"y=a y=b\") AND (\"x-1=c\" * OR \"y=c\" *)";
        assert_eq!(of(&scopes, &phrases), expected);
        assert_eq!(alone(&phrases), "a b|c*");
        let needles: Vec<String> = parts("a b|c*").map(needle).collect();
        assert_eq!(needles, [" a b ", " c"]);
        assert_eq!(every_word(&phrases), "'a' & 'b' & 'c':*");
        assert_eq!(super::needles(&phrases), r#"[" a b "," c"]"#);
    }
}
