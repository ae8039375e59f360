//! Tables of bodies and the faults of each.

use serde_json::{Map, Value, json};

use crate::draft::SendMessage;

/// Reads a body; its faults as `field:rule`, sorted.
pub fn read(body: &Value) -> Result<SendMessage, Vec<String>> {
    let Value::Object(body) = body else {
        panic!("a body is an object")
    };
    whisper_schema::body::read(body).map_err(|wrong| {
        let errors = wrong.iter();
        let mut errors: Vec<String> = errors.map(|e| format!("{}:{}", e.field, e.rule)).collect();
        errors.sort();
        errors
    })
}

/// A body with a change laid over it (RFC 7396: null takes a field away).
pub fn with(base: &Value, change: &Value) -> Value {
    let Value::Object(changes) = change else {
        return change.clone();
    };
    let mut merged = base.as_object().cloned().unwrap_or_else(Map::new);
    for (key, change) in changes {
        match change {
            Value::Null => {
                merged.remove(key);
            }
            _ => {
                let changed = with(merged.get(key).unwrap_or(&Value::Null), change);
                merged.insert(key.clone(), changed);
            }
        }
    }
    Value::Object(merged)
}

/// Asserts that the base and each of these changes of it are taken.
#[track_caller]
pub fn taken(base: &Value, changes: &[Value]) {
    assert_eq!(read(base).err(), None, "{base}");
    for change in changes {
        let body = with(base, change);
        assert_eq!(read(&body).err(), None, "{body}");
    }
}

/// Asserts that each of these changes makes the base wrong in exactly these fields (`field:rule`).
#[track_caller]
pub fn refused(base: &Value, changes: &[(Value, &[&str])]) {
    for (change, wanted) in changes {
        let body = with(base, change);
        let mut wanted: Vec<String> = wanted.iter().map(|w| (*w).to_owned()).collect();
        wanted.sort();
        assert_eq!(read(&body).err(), Some(wanted), "{body}");
    }
}

/// Asserts that each of these values, put in the place of one field, is refused. The fault is
/// written behind the field's name (`:size`, `[1]:type`), or whole.
#[track_caller]
pub fn wrong(base: &Value, cases: &[(&str, Value, &str)]) {
    for (path, value, what) in cases {
        let change = path
            .rsplit('.')
            .fold(value.clone(), |inner, key| json!({key: inner}));
        let body = with(base, &change);
        let wanted = match what.starts_with([':', '[', '.']) {
            true => format!("{path}{what}"),
            false => (*what).to_owned(),
        };
        assert_eq!(read(&body).err(), Some(vec![wanted]), "{body}");
    }
}
