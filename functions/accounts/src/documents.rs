//! Profiles as JSON: whole for their owner, in part for others.
//!
//! Each is a selection of the schema's fields, made by the lists in [`whisper_people::privacy`]; the OpenAPI schemas
//! are the same selections of the profile's schema.

use serde::Serialize;
use serde_json::{Map, Value};
use whisper_files::MediaView;
use whisper_kit::ids::is_program_id;
use whisper_kit::{Ctx, Error, Result};
use whisper_people::ShownFiles;
use whisper_people::privacy::{Viewer, seen_by};
use whisper_schema::prelude::{Column, Profile};

#[cfg(not(target_family = "wasm"))]
pub use schemas::privacy_schema;

/// Fields that are JSON objects on the wire and text in the store.
const OBJECTS: [Column<Profile>; 3] = [
    Profile::SOCIAL_LINKS,
    Profile::PREFERENCES,
    Profile::PRIVACY_SETTINGS,
];

/// The key of the mark of a bot; it follows from the id, and people have none.
const IS_BOT: &str = "isBot";

/// The keys of the files of the pictures, beside those of their ids.
const AVATAR: &str = "avatar";
const COVER_IMAGE: &str = "coverImage";

/// The pictures of a profile that are files, for one viewer.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    avatar: Option<MediaView>,
    cover: Option<MediaView>,
}

impl Pictures {
    /// Reads them: one statement where there are any, else none.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(ctx: &Ctx, viewer: &str, profile: &Profile) -> Result<Self> {
        let (avatar, cover) = (&profile.avatar_file_id, &profile.cover_image_file_id);
        let ids = [avatar, cover].into_iter().filter_map(Option::as_deref);
        let files = ShownFiles::read(ctx, viewer, ids).await?;
        Ok(Self {
            avatar: files.get(avatar.as_deref()),
            cover: files.get(cover.as_deref()),
        })
    }

    /// Adds the picture, which everybody sees who sees the name, and the cover where its id is shown.
    fn add_to(&self, fields: &mut Map<String, Value>) -> Result<()> {
        let has_cover = fields.contains_key(Profile::COVER_IMAGE_FILE_ID.key());
        let cover = self.cover.as_ref().filter(|_| has_cover);
        for (key, file) in [(AVATAR, self.avatar.as_ref()), (COVER_IMAGE, cover)] {
            if let Some(file) = file {
                let file = serde_json::to_value(file).map_err(Error::internal)?;
                fields.insert(key.to_owned(), file);
            }
        }
        Ok(())
    }
}

/// A profile as its owner sees it.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct OwnProfileView(Map<String, Value>);

/// A profile as somebody else sees it: fields that its owner hides from them are absent.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct OthersProfileView(Map<String, Value>);

impl OwnProfileView {
    /// The whole profile.
    ///
    /// # Errors
    /// A fault when it can't be written as JSON.
    pub fn of(profile: &Profile, pictures: &Pictures) -> Result<Self> {
        shown(profile, fields(profile)?, pictures).map(Self)
    }
}

impl OthersProfileView {
    /// The part of a profile that the viewer may see.
    ///
    /// # Errors
    /// A fault when it can't be written as JSON.
    pub fn of(profile: &Profile, viewer: Viewer, pictures: &Pictures) -> Result<Self> {
        let seen = seen_by(viewer, profile, fields(profile)?);
        shown(profile, seen, pictures).map(Self)
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

/// The fields of a profile as clients get them.
fn shown(
    profile: &Profile,
    fields: Map<String, Value>,
    pictures: &Pictures,
) -> Result<Map<String, Value>> {
    let mut fields = with_objects(fields);
    pictures.add_to(&mut fields)?;
    if is_program_id(&profile.id) {
        fields.insert(IS_BOT.to_owned(), true.into());
    }
    Ok(fields)
}

/// Turns the texts that hold objects into objects. A text that holds none is left out, rather than
/// shown as something that clients don't expect.
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

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use serde_json::{Value, json};
    use whisper_files::MediaView;
    use whisper_people::privacy::{ALWAYS, setting_keys, visible_fields};
    use whisper_schema::prelude::Profile;

    use super::{AVATAR, COVER_IMAGE, IS_BOT, OBJECTS, OthersProfileView, OwnProfileView};

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
            let bot = json!({"type": "boolean", "const": true, "description": "True for a bot; absent for a person."});
            properties.insert(IS_BOT.to_owned(), bot);
            let files = [
                (AVATAR, "The picture, where it is a file."),
                (COVER_IMAGE, "The cover image, where it is a file."),
            ];
            for (key, about) in files {
                let mut file = generator.subschema_for::<MediaView>();
                file.insert("description".to_owned(), about.into());
                properties.insert(key.to_owned(), file.to_value());
            }
            for key in OBJECTS.map(|column| column.key()) {
                if let Some(property) = properties.get_mut(key) {
                    *property = object(key, property);
                }
            }
        }
        if let Some(Value::Array(names)) = schema.get_mut("required") {
            // Optional in the store alone: accounts are founded with it.
            names.push(Profile::CREATED_AT.key().into());
            names.retain(|name| name.as_str().is_some_and(&required));
        }
        without_defaults(&mut schema);
        schema
    }

    /// A hidden field is absent, and has no default.
    fn without_defaults(schema: &mut Schema) {
        let properties = schema.get_mut("properties");
        for property in properties
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
        {
            if let Some(property) = property.1.as_object_mut() {
                property.remove("default");
            }
        }
    }

    fn object(key: &str, text: &Value) -> Value {
        let mut schema = match key {
            "privacySettings" => privacy_schema().to_value(),
            "socialLinks" => json!({"type": "object", "additionalProperties": {"type": "string"}}),
            _ => json!({"type": "object", "additionalProperties": {}}),
        };
        schema["description"] = text["description"].clone();
        schema
    }

    /// The settings that a profile may have, each with the values it takes.
    pub fn privacy_schema() -> Schema {
        let settings = setting_keys()
            .map(|(key, values)| (key.to_owned(), json!({"type": "string", "enum": values})));
        let settings: Value = settings.collect();
        json_schema!({"type": "object", "properties": settings, "additionalProperties": false})
    }

    impl JsonSchema for OwnProfileView {
        fn schema_name() -> Cow<'static, str> {
            "OwnProfileView".into()
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

    impl JsonSchema for OthersProfileView {
        fn schema_name() -> Cow<'static, str> {
            "OthersProfileView".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let about = "A profile as somebody else sees it: fields that its owner hides from them are absent.";
            let visible = |key: &str| visible_fields().any(|field| field == key);
            selection(generator, about, visible, |key| ALWAYS.contains(&key))
        }
    }
}
