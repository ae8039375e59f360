//! Columns, each by itself.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde_json::Value;
use whisper_schema::validate::is_email;

use super::id::is_key;
use super::rule::{Rule, Violation};
use crate::limits;
use crate::model::{Column, Kind, Table};
use crate::width::characters;

pub(super) fn columns(table: &Table, found: &mut Vec<Violation>) {
    let mut seen = BTreeSet::new();
    for column in &table.columns {
        let place = format!("{}.{}", table.place(), column.key);
        let mut say = |rule, message: String, mend: &str| {
            found.push(Violation::new(&place, rule, message, mend));
        };
        let reserved = limits::RESERVED_COLUMNS.contains(&column.key.as_str());
        if !is_key(&column.key) || reserved {
            let message = format!("\"{}\" can't be a key", column.key);
            say(
                Rule::Key,
                message,
                "1 to 36 of A-Za-z0-9_.- with a letter or a digit first",
            );
        }
        if !seen.insert(column.key.to_lowercase()) {
            let message = "another column has this key, but for upper and lower case".to_owned();
            say(Rule::Duplicate, message, "rename one");
        }
        if let Kind::Unknown(name) = &column.kind {
            let message = format!("no server knows the type \"{name}\"");
            say(Rule::Type, message, "one of the types of the API");
        }
        size(&place, column, found);
        encryption(&place, column, found);
        elements(&place, column, found);
        default(&place, column, found);
        range(&place, column, found);
    }
}

fn size(place: &str, column: &Column, found: &mut Vec<Violation>) {
    let limit = match column.kind {
        Kind::String => limits::TEXT,
        Kind::Varchar => limits::IN_ROW,
        _ => return,
    };
    let allowed = |size: i64| u64::try_from(size).is_ok_and(|size| (1..=limit).contains(&size));
    if column.size.is_some_and(allowed) {
        return;
    }
    let message = match column.size {
        Some(size) => format!("the size {size} is out of bounds"),
        None => "the size is missing".to_owned(),
    };
    let mut violation = Violation::new(place, Rule::Size, message, format!("1 to {limit}"));
    if let Some(size) = column.size.and_then(|size| u64::try_from(size).ok()) {
        violation = violation.numbers(size, limit);
    }
    found.push(violation);
}

fn encryption(place: &str, column: &Column, found: &mut Vec<Violation>) {
    if !column.encrypt {
        return;
    }
    let (rule, least) = (Rule::Encryption, limits::ENCRYPTED);
    if column.kind != Kind::String {
        let message = "only a string can be encrypted";
        found.push(Violation::new(place, rule, message, "drop encrypt"));
    } else if characters(column) < least {
        let size = characters(column);
        let message = format!("an encrypted string of the size {size} needs at least {least}");
        let mend = format!("size {least}, or drop encrypt");
        found.push(Violation::new(place, rule, message, mend));
    }
}

fn elements(place: &str, column: &Column, found: &mut Vec<Violation>) {
    if column.kind != Kind::Enum {
        return;
    }
    let count = column.elements.len();
    if !(1..=limits::ELEMENTS).contains(&count) {
        let message = "no elements, or too many";
        let violation = Violation::new(place, Rule::Enum, message, "1 to 100, or a string");
        found.push(violation.numbers(count as u64, limits::ELEMENTS as u64));
    }
    for element in &column.elements {
        let length = element.as_str().map_or(0, |text| text.chars().count());
        if !(1..=limits::ELEMENT).contains(&length) {
            let message = format!("the element {element} is no text of 1 to 255 characters");
            let violation = Violation::new(place, Rule::Enum, message, "another name for it");
            found.push(violation.numbers(length as u64, limits::ELEMENT as u64));
        }
    }
}

fn default(place: &str, column: &Column, found: &mut Vec<Violation>) {
    let default = &column.default;
    if default.is_null() {
        return;
    }
    if column.required {
        let message = format!("a required column has the default {default}");
        let mend = "drop the default, or make it not required";
        found.push(Violation::new(place, Rule::RequiredDefault, message, mend));
    }
    if column.array {
        let message = format!("a list has the default {default}");
        found.push(Violation::new(
            place,
            Rule::ArrayDefault,
            message,
            "drop the default",
        ));
    }
    if !column.array && !holds(column, default) {
        let message = format!("the column can't hold its default {default}");
        let mend = "another default, or none";
        found.push(Violation::new(place, Rule::Default, message, mend));
    }
}

/// Whether a value can stand in the column.
fn holds(column: &Column, value: &Value) -> bool {
    match &column.kind {
        Kind::String | Kind::Varchar => value.as_str().is_some_and(|text| {
            let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            column.size.is_none_or(|size| length <= size)
        }),
        Kind::Text(_) => value.is_string(),
        Kind::Email => value.as_str().is_some_and(is_email),
        Kind::Ip => value
            .as_str()
            .is_some_and(|text| text.parse::<IpAddr>().is_ok()),
        Kind::Enum => column.elements.contains(value),
        Kind::Integer | Kind::Bigint => value.as_i64().is_some_and(|n| {
            column.min.as_i64().is_none_or(|min| n >= min)
                && column.max.as_i64().is_none_or(|max| n <= max)
        }),
        Kind::Double => value.as_f64().is_some_and(|n| {
            column.min.as_f64().is_none_or(|min| n >= min)
                && column.max.as_f64().is_none_or(|max| n <= max)
        }),
        Kind::Boolean => value.is_boolean(),
        Kind::Url => value.as_str().is_some_and(|text| {
            text.split_once("://")
                .is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty())
        }),
        Kind::Datetime => value.as_str().is_some_and(|text| {
            let number = |at: std::ops::Range<usize>| text.get(at)?.parse::<u16>().ok();
            number(0..4).is_some_and(|year| year >= 1000)
                && number(5..7).is_some_and(|month| (1..=12).contains(&month))
                && number(8..10).is_some_and(|day| (1..=31).contains(&day))
        }),
        Kind::Relationship | Kind::Point | Kind::Shape | Kind::Unknown(_) => true,
    }
}

fn range(place: &str, column: &Column, found: &mut Vec<Violation>) {
    let whole = matches!(column.kind, Kind::Integer | Kind::Bigint);
    if !whole && column.kind != Kind::Double {
        return;
    }
    let what = if whole {
        "integer of 64 bits"
    } else {
        "number"
    };
    for (name, bound) in [("minimum", &column.min), ("maximum", &column.max)] {
        let fits = match whole {
            true => bound.is_i64(),
            false => bound.is_number(),
        };
        if !bound.is_null() && !fits {
            let message = format!("the {name} {bound} is no {what}");
            let mend = "another one, or none";
            found.push(Violation::new(place, Rule::Range, message, mend));
        }
    }
    // Integers are compared as such: as floating-point numbers, large ones that differ look the same.
    let (min, max) = (&column.min, &column.max);
    let over = match whole {
        true => min
            .as_i64()
            .zip(max.as_i64())
            .is_some_and(|(min, max)| min > max),
        false => min
            .as_f64()
            .zip(max.as_f64())
            .is_some_and(|(min, max)| min > max),
    };
    if over {
        let message = format!("the minimum {min} is over the maximum {max}");
        found.push(Violation::new(place, Rule::Range, message, "swap them"));
    }
}
