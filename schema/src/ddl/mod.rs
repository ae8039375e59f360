//! Tables of the collections, as SQL.

mod parts;
mod postgres;
mod sqlite;

use crate::{Collection, Index};

pub use postgres::{postgres, postgres_collection};
pub use sqlite::{sqlite, sqlite_collection};

/// Between two statements of a script; no statement contains it.
pub const SEPARATOR: &str = ";\n\n";

/// Between a scope and a word in a table of words: no scope and no word has it.
pub const WORDS_SIGN: char = '=';

/// The table that SQLite finds words in.
pub fn words_table(collection: &Collection, index: &Index) -> String {
    format!("{}_{}", collection.id, index.key)
}

/// Whether one of its columns is a list, which a database of SQL keeps as JSON: its elements have no index.
fn is_of_lists(collection: &Collection, index: &Index) -> bool {
    let is_list = |key| collection.attribute(key).is_some_and(|a| a.array);
    index.columns.iter().any(|column| is_list(column.attribute))
}
