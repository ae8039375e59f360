//! The schema of command lines 13 to 25: the keys that an object has, and their values. Any other is refused, and nothing pushed.

mod keys;

use serde_json::{Map, Value};

use self::keys::ROOT;
use super::rule::{Rule, Violation};

/// The kind of value under a key.
#[derive(Clone, Copy)]
enum Shape {
    Anything,
    Text,
    Flag,
    Number,
    /// A number, which null takes the place of.
    MaybeNumber,
    Texts,
    /// Texts by names of the user's.
    Names,
    One(&'static Keys),
    Many(&'static Keys),
}

/// The keys of an object, those that it must have first.
struct Keys {
    needed: &'static [(&'static str, Shape)],
    known: &'static [(&'static str, Shape)],
}

/// Checks a file from its root on.
pub(super) fn keys(root: &Map<String, Value>, found: &mut Vec<Violation>) {
    object("", root, &ROOT, found);
}

fn object(place: &str, object: &Map<String, Value>, keys: &Keys, found: &mut Vec<Violation>) {
    let inner = |key: &str| match place {
        "" => key.to_owned(),
        place => format!("{place}.{key}"),
    };
    for (key, _) in keys.needed {
        if !object.contains_key(*key) {
            let message = "command lines from 13 on need it";
            let violation = Violation::new(inner(key), Rule::CliKeys, message, "add it");
            found.push(violation.warning());
        }
    }
    for (key, value) in object {
        let all = keys.needed.iter().chain(keys.known);
        let shape = all.into_iter().find(|(known, _)| known == key);
        match shape {
            Some((_, shape)) => holds(&inner(key), value, *shape, found),
            None => {
                let message = "command lines from 13 on don't know it, and refuse the file";
                let violation = Violation::new(inner(key), Rule::CliKeys, message, "drop it");
                found.push(violation.warning());
            }
        }
    }
}

fn holds(place: &str, value: &Value, shape: Shape, found: &mut Vec<Violation>) {
    let what = match (shape, value) {
        (Shape::Anything, _)
        | (Shape::Text, Value::String(_))
        | (Shape::Flag, Value::Bool(_))
        | (Shape::Number, Value::Number(_))
        | (Shape::MaybeNumber, Value::Number(_) | Value::Null) => return,
        (Shape::Texts, Value::Array(items)) if items.iter().all(Value::is_string) => return,
        (Shape::Names, Value::Object(all)) if all.values().all(Value::is_string) => return,
        (Shape::One(keys), Value::Object(inner)) => return object(place, inner, keys, found),
        (Shape::Many(keys), Value::Array(items)) if items.iter().all(Value::is_object) => {
            for (n, item) in items.iter().enumerate() {
                if let Value::Object(inner) = item {
                    object(&name(place, n, inner), inner, keys, found);
                }
            }
            return;
        }
        (Shape::Text, _) => "a text",
        (Shape::Flag, _) => "true or false",
        (Shape::Number | Shape::MaybeNumber, _) => "a number",
        (Shape::Texts, _) => "a list of texts",
        (Shape::Names, _) => "an object of texts",
        (Shape::One(_), _) => "an object",
        (Shape::Many(_), _) => "a list of objects",
    };
    let message = "command lines from 13 on refuse its value";
    let violation = Violation::new(place, Rule::CliKeys, message, format!("{what} there"));
    found.push(violation.warning());
}

/// An item by its id or key, if it has one.
fn name(list: &str, number: usize, item: &Map<String, Value>) -> String {
    let id = item.get("$id").or_else(|| item.get("key"));
    match id.and_then(Value::as_str) {
        Some(id) => format!("{list}.{id}"),
        None => format!("{list}[{number}]"),
    }
}
