//! How wide a row is, as the server counts it (D `Adapter/SQL.php`).

use crate::limits::{IN_ROW, POINTER, ROW_BASE, format};
use crate::model::{Column, Kind};

/// Bytes that a column takes of its row.
pub fn in_row(column: &Column) -> u64 {
    if column.array {
        return POINTER;
    }
    match &column.kind {
        Kind::String => match characters(column) {
            size if size > IN_ROW => POINTER,
            size => text(size),
        },
        Kind::Varchar => text(characters(column)),
        Kind::Email => text(format::EMAIL),
        Kind::Enum => text(format::ENUM),
        Kind::Ip => text(format::IP),
        Kind::Url => text(format::URL),
        Kind::Text(_) | Kind::Shape => POINTER,
        Kind::Integer if fits_32_bits(column) => 4,
        Kind::Integer | Kind::Bigint | Kind::Double => 8,
        Kind::Boolean => 1,
        Kind::Datetime => 7,
        Kind::Relationship => 1021,
        Kind::Point => 25,
        Kind::Unknown(_) => 0,
    }
}

/// Bytes of a row with these columns.
pub fn row<'a>(columns: impl IntoIterator<Item = &'a Column>) -> u64 {
    let widths = columns.into_iter().map(in_row);
    widths.fold(ROW_BASE, u64::saturating_add)
}

/// Characters that a column of text may have; 0 for other kinds.
pub(crate) fn characters(column: &Column) -> u64 {
    match &column.kind {
        Kind::String | Kind::Varchar => column
            .size
            .and_then(|size| u64::try_from(size).ok())
            .unwrap_or(0),
        Kind::Text(name) => match name.as_str() {
            "text" => 65_535,
            "mediumtext" => 16_777_215,
            _ => 2_147_483_647,
        },
        Kind::Email => format::EMAIL,
        Kind::Enum => format::ENUM,
        Kind::Ip => format::IP,
        Kind::Url => format::URL,
        _ => 0,
    }
}

/// Four bytes for each character, and one or two for their number.
fn text(characters: u64) -> u64 {
    let prefix = if characters > 255 { 2 } else { 1 };
    characters.saturating_mul(4).saturating_add(prefix)
}

fn fits_32_bits(column: &Column) -> bool {
    column
        .max
        .as_i64()
        .is_some_and(|max| max <= i64::from(i32::MAX))
}
