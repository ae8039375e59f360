//! Text that is compared by patterns, and by words.

use serde_json::Value;

use crate::collation::without_accent;
use crate::fault::{Fault, Found};
use crate::version::Database;

/// Characters that the library puts a backslash before. The backslash itself isn't among them.
const ESCAPED: &str = "%_[]^-.*+?(){}|";

/// A part of a pattern of LIKE.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Letter(char),
    One,
    Any,
}

/// Whether a method holds for a text.
pub fn holds(method: &str, text: &str, values: &[Value], database: Database) -> Found<bool> {
    let texts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
    let (before, behind) = match method {
        "startsWith" | "notStartsWith" => ("", "%"),
        "endsWith" | "notEndsWith" => ("%", ""),
        "contains" | "containsAny" | "notContains" => ("%", "%"),
        "search" => return Ok(texts.iter().any(|value| searched(text, value))),
        "notSearch" => return Ok(!texts.iter().any(|value| searched(text, value))),
        _ => return Err(Fault::unlike("containsAll on text")),
    };
    let letters: Vec<char> = text
        .chars()
        .map(|letter| folded(letter, database))
        .collect();
    let mut any = false;
    for value in texts {
        let escaped: String = value.chars().fold(String::new(), |mut escaped, letter| {
            if ESCAPED.contains(letter) {
                escaped.push('\\');
            }
            escaped.push(letter);
            escaped
        });
        let pattern = parts(&format!("{before}{escaped}{behind}"), database)?;
        any |= like(&letters, &pattern);
    }
    Ok(any != method.starts_with("not"))
}

/// No case matters: MariaDB's LIKE goes by its collation, letter by letter, and PostgreSQL is asked with ILIKE.
fn folded(letter: char, database: Database) -> char {
    let lower = letter.to_lowercase().next().unwrap_or(letter);
    match database {
        Database::MariaDb => without_accent(lower).unwrap_or(lower),
        Database::PostgreSql => lower,
    }
}

fn parts(pattern: &str, database: Database) -> Found<Vec<Part>> {
    let mut parts = Vec::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        let part = match letter {
            '%' => Part::Any,
            '_' => Part::One,
            '\\' => match (letters.next(), database) {
                (Some(letter), _) => Part::Letter(folded(letter, database)),
                (None, Database::MariaDb) => Part::Letter('\\'),
                // On PostgreSQL a pattern must not end with a backslash.
                (None, Database::PostgreSql) => return Err(Fault::Server),
            },
            letter => Part::Letter(folded(letter, database)),
        };
        parts.push(part);
    }
    Ok(parts)
}

fn like(text: &[char], pattern: &[Part]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((Part::Any, rest)) => (0..=text.len()).any(|from| like(&text[from..], rest)),
        Some((Part::One, rest)) => !text.is_empty() && like(&text[1..], rest),
        Some((Part::Letter(letter), rest)) => {
            text.first() == Some(letter) && like(&text[1..], rest)
        }
    }
}

/// MariaDB's boolean mode: any of the words, the last of them also as the beginning of one; in quotes, all as they stand.
fn searched(text: &str, value: &str) -> bool {
    let exact = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
    let words = |text: &str| -> Vec<String> {
        let text = text.to_lowercase();
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        let words = words.filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    let (text, value) = (words(text), words(value));
    let Some((last, others)) = value.split_last() else {
        return false;
    };
    if exact {
        return text.windows(value.len()).any(|some| *some == value);
    }
    text.iter()
        .any(|word| others.contains(word) || word.starts_with(last.as_str()))
}
