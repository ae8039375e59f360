//! Differences between a wanted thing and the one that a server has.

use serde_json::Value;

use super::change::compression;
use crate::model::{Bucket, Column, Index, Kind, Named, Table};

/// The way to make something as it is wanted.
#[derive(Debug, PartialEq)]
pub(super) enum Difference {
    /// Nothing.
    None,
    /// A change that loses nothing; the differences.
    Mend(String),
    /// Deleting it and making it anew; why.
    Replace(String),
}

impl Difference {
    fn of(differing: Vec<String>) -> Self {
        if differing.is_empty() {
            return Difference::None;
        }
        Difference::Mend(differing.join(", "))
    }
}

/// Adds a field's present and wanted values, if they differ.
fn note<T: PartialEq + std::fmt::Debug>(found: &mut Vec<String>, name: &str, is: &T, wanted: &T) {
    if is != wanted {
        found.push(format!("{name} {is:?} → {wanted:?}"));
    }
}

/// The difference of two databases.
pub(super) fn database(wanted: &Named, there: &Named) -> Difference {
    let mut found = Vec::new();
    note(&mut found, "name", &there.name, &wanted.name);
    note(&mut found, "enabled", &there.enabled, &wanted.enabled);
    Difference::of(found)
}

/// The difference of two tables, without their columns and indexes.
pub(super) fn table(wanted: &Table, there: &Table) -> Difference {
    let mut found = Vec::new();
    note(&mut found, "name", &there.name, &wanted.name);
    note(&mut found, "enabled", &there.enabled, &wanted.enabled);
    note(
        &mut found,
        "row security",
        &there.row_security,
        &wanted.row_security,
    );
    note(
        &mut found,
        "permissions",
        &sorted(&there.permissions),
        &sorted(&wanted.permissions),
    );
    Difference::of(found)
}

/// The difference of two columns.
pub(super) fn column(wanted: &Column, there: &Column) -> Difference {
    if ["failed", "stuck"].contains(&there.status.as_str()) {
        return Difference::Replace(format!("the server says it is {}", there.status));
    }
    if wanted.kind != there.kind {
        return Difference::Replace(format!("type {:?} → {:?}", there.kind, wanted.kind));
    }
    if wanted.array != there.array {
        return Difference::Replace(format!("list {} → {}", there.array, wanted.array));
    }
    if wanted.size < there.size {
        let size = |size: Option<i64>| size.map_or("none".to_owned(), |size| size.to_string());
        return Difference::Replace(format!("size {} → {}", size(there.size), size(wanted.size)));
    }
    if wanted.encrypt != there.encrypt {
        return Difference::Replace(format!("encrypted {} → {}", there.encrypt, wanted.encrypt));
    }
    if is_short(there) && !is_short(wanted) {
        let (is, shall) = (&there.max, &wanted.max);
        return Difference::Replace(format!(
            "maximum {is} → {shall}, but it was made for integers of 32 bits, and stays so"
        ));
    }
    let gone: Vec<String> = there
        .elements
        .iter()
        .filter(|element| !wanted.elements.contains(element))
        .map(Value::to_string)
        .collect();
    if !gone.is_empty() {
        return Difference::Replace(format!("without the elements {}", gone.join(", ")));
    }
    let mut found = Vec::new();
    note(
        &mut found,
        "size",
        &there.size.unwrap_or(0),
        &wanted.size.unwrap_or(0),
    );
    note(&mut found, "required", &there.required, &wanted.required);
    if there.elements.len() < wanted.elements.len() {
        let (is, shall) = (there.elements.len(), wanted.elements.len());
        found.push(format!("{is} → {shall} elements"));
    }
    for (name, is, shall) in [
        ("default", &there.default, &wanted.default),
        ("minimum", &there.min, &wanted.min),
        ("maximum", &there.max, &wanted.max),
    ] {
        if !same(is, shall) {
            found.push(format!("{name} {is} → {shall}"));
        }
    }
    Difference::of(found)
}

/// Whether a server makes it for integers of 32 bits. It decides that once: a maximum that is raised later doesn't widen it.
fn is_short(column: &Column) -> bool {
    let small = |max: i64| max <= i64::from(i32::MAX);
    column.kind == Kind::Integer && !column.array && column.max.as_i64().is_some_and(small)
}

/// The difference of two indexes, which can't be changed but only made anew.
pub(super) fn index(wanted: &Index, there: &Index) -> Difference {
    if ["failed", "stuck"].contains(&there.status.as_str()) {
        return Difference::Replace(format!("the server says it is {}", there.status));
    }
    let mut found = Vec::new();
    note(&mut found, "type", &there.kind, &wanted.kind);
    note(&mut found, "columns", &there.columns, &wanted.columns);
    note(&mut found, "orders", &orders(there), &orders(wanted));
    note(&mut found, "lengths", &lengths(there), &lengths(wanted));
    if found.is_empty() {
        return Difference::None;
    }
    Difference::Replace(found.join(", "))
}

/// The difference of two buckets.
pub(super) fn bucket(wanted: &Bucket, there: &Bucket) -> Difference {
    let mut found = Vec::new();
    note(&mut found, "name", &there.name, &wanted.name);
    note(&mut found, "enabled", &there.enabled, &wanted.enabled);
    note(
        &mut found,
        "permissions",
        &sorted(&there.permissions),
        &sorted(&wanted.permissions),
    );
    note(
        &mut found,
        "file security",
        &there.file_security,
        &wanted.file_security,
    );
    if wanted.maximum_file_size.is_some() {
        note(
            &mut found,
            "largest file",
            &there.maximum_file_size.unwrap_or(0),
            &wanted.maximum_file_size.unwrap_or(0),
        );
    }
    note(
        &mut found,
        "compression",
        &compression(there),
        &compression(wanted),
    );
    note(
        &mut found,
        "extensions",
        &sorted(&there.extensions),
        &sorted(&wanted.extensions),
    );
    note(
        &mut found,
        "encryption",
        &there.encryption,
        &wanted.encryption,
    );
    note(&mut found, "antivirus", &there.antivirus, &wanted.antivirus);
    Difference::of(found)
}

/// Orders of all columns; ascending where none is given.
fn orders(index: &Index) -> Vec<&str> {
    let order = |n: usize| match index.orders.get(n) {
        Some(order) if !order.is_empty() => order,
        _ => "ASC",
    };
    (0..index.columns.len()).map(order).collect()
}

/// Lengths that are given; none where all of each column counts.
fn lengths(index: &Index) -> &[u64] {
    if index.lengths.iter().all(|length| *length == 0) {
        return &[];
    }
    &index.lengths
}

fn sorted(texts: &[String]) -> Vec<&str> {
    let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    texts.sort_unstable();
    texts
}

/// Whether two values are equal; 1 is 1.0, as a server answers either.
fn same(one: &Value, other: &Value) -> bool {
    match (one.as_i64(), other.as_i64()) {
        (Some(one), Some(other)) => one == other,
        _ => match (one.as_f64(), other.as_f64()) {
            (Some(one), Some(other)) => one.to_bits() == other.to_bits(),
            _ => one == other,
        },
    }
}
