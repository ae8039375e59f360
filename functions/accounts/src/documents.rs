//! Profiles as JSON: whole for their owner, in part for others, and what an owner may change.
//!
//! Each is a selection of the schema's fields, made by the lists in [`crate::rules`]; the OpenAPI schemas
//! are the same selections of the profile's schema.

use serde::Serialize;
use serde_json::{Map, Value};
use whisper_kit::{Error, Result};
use whisper_people::privacy::{Viewer, seen_by};
use whisper_schema::prelude::Profile;

use crate::rules::profile::OBJECTS;

/// A profile as its owner sees it.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct OwnProfile(Map<String, Value>);

/// A profile as somebody else sees it: fields that its owner hides from them are absent.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct OthersProfile(Map<String, Value>);

/// What an owner may change; `null` takes a value away. For the OpenAPI document alone.
#[derive(Clone, Copy, Debug)]
pub struct ProfileChanges;

impl OwnProfile {
    /// The whole profile.
    ///
    /// # Errors
    /// A fault when it can't be written as JSON.
    pub fn of(profile: &Profile) -> Result<Self> {
        Ok(Self(with_objects(fields(profile)?)))
    }
}

impl OthersProfile {
    /// The part of a profile that the viewer may see.
    ///
    /// # Errors
    /// A fault when it can't be written as JSON.
    pub fn of(profile: &Profile, viewer: Viewer) -> Result<Self> {
        Ok(Self(with_objects(seen_by(
            viewer,
            profile,
            fields(profile)?,
        ))))
    }
}

/// A profile's fields as they are stored.
///
/// # Errors
/// A fault when it can't be written as JSON.
pub fn fields(profile: &Profile) -> Result<Map<String, Value>> {
    match serde_json::to_value(profile).map_err(Error::internal)? {
        Value::Object(fields) => Ok(fields),
        _ => Err(Error::internal("a profile is no JSON object")),
    }
}

/// Turns the texts that hold objects into objects. What holds none is left out, rather than shown as
/// something that clients don't expect.
fn with_objects(mut fields: Map<String, Value>) -> Map<String, Value> {
    for key in OBJECTS.map(|column| column.key()) {
        let Some(value) = fields.remove(key) else {
            continue;
        };
        let object = value
            .as_str()
            .and_then(|text| serde_json::from_str(text).ok());
        if let Some(object) = object {
            fields.insert(key.to_owned(), Value::Object(object));
        }
    }
    fields
}

#[cfg(not(target_family = "wasm"))]
mod schemas {
    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator};
    use serde_json::{Value, json};
    use whisper_people::privacy::{ALWAYS, setting_keys, visible_fields};
    use whisper_schema::prelude::Profile;

    use super::{OthersProfile, OwnProfile, ProfileChanges};
    use crate::rules::profile::{OBJECTS, SETTABLE};

    /// The profile's schema with these fields only, of which these are always there.
    fn selection(
        generator: &mut SchemaGenerator,
        about: &str,
        keep: impl Fn(&str) -> bool,
        required: impl Fn(&str) -> bool,
    ) -> Schema {
        let mut schema = Profile::json_schema(generator);
        schema.remove("title");
        schema.insert("description".to_owned(), about.into());
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            properties.retain(|key, _| keep(key));
            for key in OBJECTS.map(|column| column.key()) {
                if let Some(property) = properties.get_mut(key) {
                    *property = object(key, property);
                }
            }
        }
        if let Some(Value::Array(names)) = schema.get_mut("required") {
            names.retain(|name| name.as_str().is_some_and(&required));
        }
        schema
    }

    fn object(key: &str, text: &Value) -> Value {
        let mut schema = json!({"type": "object", "description": text["description"]});
        if key == "privacySettings" {
            schema["properties"] = setting_keys()
                .map(|(key, values)| (key.to_owned(), json!({"type": "string", "enum": values})))
                .collect();
            schema["additionalProperties"] = false.into();
        }
        schema
    }

    impl JsonSchema for OwnProfile {
        fn schema_name() -> Cow<'static, str> {
            "OwnProfile".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            selection(
                generator,
                "A profile as its owner sees it.",
                |_| true,
                |_| true,
            )
        }
    }

    impl JsonSchema for OthersProfile {
        fn schema_name() -> Cow<'static, str> {
            "OthersProfile".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let about = "A profile as somebody else sees it: fields that its owner hides from them are absent.";
            let visible = |key: &str| visible_fields().any(|field| field == key);
            selection(generator, about, visible, |key| ALWAYS.contains(&key))
        }
    }

    impl JsonSchema for ProfileChanges {
        fn schema_name() -> Cow<'static, str> {
            "ProfileChanges".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let about = "What changes; fields that are absent stay. `null` takes a value away, where there may be none.";
            let settable = |key: &str| SETTABLE.iter().any(|column| column.key() == key);
            let mut schema = selection(generator, about, settable, |_| false);
            schema.remove("required");
            schema.insert("additionalProperties".to_owned(), false.into());
            if let Some(Value::Object(properties)) = schema.get_mut("properties") {
                for (_, property) in properties.iter_mut() {
                    let optional = property.get("default").is_none() && property["type"] != "array";
                    if let (true, Some(fields)) = (optional, property.as_object_mut()) {
                        let kind = fields.get("type").cloned().unwrap_or_default();
                        fields.insert("type".to_owned(), json!([kind, "null"]));
                    }
                    // A default is what a new profile has; a change that is absent changes nothing.
                    property
                        .as_object_mut()
                        .map(|fields| fields.remove("default"));
                }
            }
            if let Some(name) = schema.pointer_mut("/properties/username/type") {
                *name = "string".into();
            }
            schema
        }
    }
}
