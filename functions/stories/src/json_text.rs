//! JSON that is stored as text: filters, stickers and music.

use serde_json::Value;

/// The text to store for an object or a list, sent as such or as a text that holds one. None for
/// anything else.
pub fn stored(value: Value) -> Option<String> {
    match value {
        Value::Object(_) | Value::Array(_) => Some(value.to_string()),
        Value::String(text) => {
            let inner: Value = serde_json::from_str(&text).ok()?;
            (inner.is_object() || inner.is_array()).then(|| inner.to_string())
        }
        _ => None,
    }
}

/// What a stored text holds; nothing if it isn't JSON, which only another writer can have done.
pub fn shown(text: Option<&str>) -> Option<Value> {
    serde_json::from_str(text?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_and_lists_go_both_ways() {
        for (sent, text) in [
            (json!({"a": 1}), Some("{\"a\":1}")),
            (json!([1, 2]), Some("[1,2]")),
            (json!(" { \"a\" : 1 } "), Some("{\"a\":1}")),
            (json!("\"only a text\""), None),
            (json!("{"), None),
            (json!(true), None),
        ] {
            assert_eq!(stored(sent.clone()).as_deref(), text, "{sent}");
        }
        assert_eq!(shown(Some("{\"a\":1}")), Some(json!({"a": 1})));
        assert_eq!((shown(Some("{")), shown(None)), (None, None));
    }
}
