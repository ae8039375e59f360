//! How a database compares text.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

use crate::version::Database;

/// How the values of a column compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collation {
    /// By their code points.
    Exact,
    /// Without case: ids, on either database.
    Caseless,
    /// MariaDB's: without case and accents, and spaces at the end are nothing.
    Loose,
}

impl Collation {
    pub fn of(database: Database, column: &str) -> Self {
        match (database, column) {
            (_, "$id") => Collation::Caseless,
            (Database::MariaDb, _) => Collation::Loose,
            (Database::PostgreSql, _) => Collation::Exact,
        }
    }

    /// A text as it is compared.
    pub fn fold(self, text: &str) -> Cow<'_, str> {
        match self {
            Collation::Exact => text.into(),
            Collation::Caseless => text.to_lowercase().into(),
            Collation::Loose => {
                let folded = text.trim_end_matches(' ').to_lowercase();
                let mut plain = String::with_capacity(folded.len());
                for letter in folded.chars() {
                    match letter {
                        'ß' => plain.push_str("ss"),
                        letter => plain.extend(without_accent(letter)),
                    }
                }
                plain.into()
            }
        }
    }

    /// How two values compare; not at all if one is null or they are of different kinds.
    pub fn compare(self, a: &Value, b: &Value) -> Option<Ordering> {
        match (a, b) {
            (Value::String(a), Value::String(b)) => Some(self.fold(a).cmp(&self.fold(b))),
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
                (Some(a), Some(b)) => Some(a.cmp(&b)),
                _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
            },
            _ => None,
        }
    }
}

/// The letters that Latin ones with accents stand for, in lower case; combining accents are none.
pub fn without_accent(letter: char) -> Option<char> {
    Some(match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ǐ' => 'i',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ō' | 'ŏ' | 'ő' | 'ǒ' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' => 's',
        'ţ' | 'ť' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ǔ' => 'u',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        '\u{300}'..='\u{36f}' => return None,
        other => other,
    })
}
