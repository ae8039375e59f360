//! Names of schemas as clients want them: `Message` and `MessageList`, without the `View` of the types' names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

const PATH: &str = "#/components/schemas/";
/// The end of the types' names, which the document's names lack: here it tells the view of a document from the
/// document.
const SUFFIX: &str = "View";

/// Gives the schemas their plain names, and everything that refers to them.
pub fn plain(schemas: Map<String, Value>, document: &mut Value) -> Map<String, Value> {
    let taken: BTreeSet<&str> = schemas.keys().map(String::as_str).collect();
    let mut names = BTreeMap::new();
    for name in &taken {
        let plain = match name.strip_suffix("List") {
            Some(item) => format!("{}List", item.strip_suffix(SUFFIX).unwrap_or(item)),
            None => name.strip_suffix(SUFFIX).unwrap_or(name).to_owned(),
        };
        if plain != **name && !taken.contains(plain.as_str()) {
            names.insert((*name).to_owned(), plain);
        }
    }
    rename(document, &names);
    schemas
        .into_iter()
        .map(|(name, mut schema)| {
            rename(&mut schema, &names);
            (names.get(&name).cloned().unwrap_or(name), schema)
        })
        .collect()
}

fn rename(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(path) if key == "$ref" => {
                        let name = path.strip_prefix(PATH).and_then(|name| names.get(name));
                        if let Some(name) = name {
                            *path = format!("{PATH}{name}");
                        }
                    }
                    _ => rename(value, names),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| rename(value, names)),
        _ => {}
    }
}
