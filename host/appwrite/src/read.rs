//! Reading a configuration file: `appwrite.config.json` of any CLI, its legacy form with collections, or a plain
//! description of collections with `id` in place of `$id`.

use std::fmt;

use serde_json::{Map, Value};

use crate::model::{Bucket, Column, Config, File, Function, Index, Kind, Named, Table};

/// The reason for which a file can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

type Read<T> = Result<T, Unreadable>;

/// Reads the databases, tables and buckets of a file's text.
///
/// # Errors
/// As [`read_file`].
pub fn read(text: &str) -> Read<Config> {
    read_file(text).map(|file| file.config)
}

/// Reads a file's text.
///
/// # Errors
/// When it is no JSON object, or something in it has another JSON type than it must have; or when it
/// describes neither tables nor buckets nor functions.
pub fn read_file(text: &str) -> Read<File> {
    let value: Value =
        serde_json::from_str(text).map_err(|e| Unreadable(format!("not JSON: {e}")))?;
    let root = At {
        path: String::new(),
        object: value
            .as_object()
            .ok_or_else(|| Unreadable("not a JSON object".into()))?,
    };
    let known = [
        "tablesDB",
        "databases",
        "tables",
        "collections",
        "buckets",
        "functions",
    ];
    if !known.iter().any(|name| root.object.contains_key(*name)) {
        let names = known.join(", ");
        return Err(Unreadable(format!("none of {names} stands in it")));
    }
    let mut config = Config::default();
    for list in ["tablesDB", "databases"] {
        for database in root.objects(list)? {
            let named = named(&database)?;
            if !config.databases.contains(&named) {
                config.databases.push(named);
            }
        }
    }
    for list in ["tables", "collections"] {
        for entry in root.objects(list)? {
            let made = table(&entry)?;
            // Both spellings of one table may stand in a file.
            if !(list == "collections" && config.tables.iter().any(|t| t.place() == made.place())) {
                config.tables.push(made);
            }
        }
    }
    for entry in root.objects("buckets")? {
        config.buckets.push(bucket(&entry)?);
    }
    let functions = root.objects("functions")?;
    let functions = functions.iter().map(function).collect::<Read<_>>()?;
    Ok(File {
        config,
        functions,
        value,
    })
}

/// An object of the file, and where it stands.
struct At<'a> {
    path: String,
    object: &'a Map<String, Value>,
}

impl<'a> At<'a> {
    fn wrong<T>(&self, name: &str, what: &str) -> Read<T> {
        let path = &self.path;
        let dot = if path.is_empty() { "" } else { "." };
        Err(Unreadable(format!("{path}{dot}{name} must be {what}")))
    }

    fn value(&self, names: &[&'static str]) -> (&'static str, &'a Value) {
        let found = names
            .iter()
            .find_map(|name| Some((*name, self.object.get(*name)?)));
        found.unwrap_or((names.first().copied().unwrap_or_default(), &Value::Null))
    }

    fn text(&self, names: &[&'static str]) -> Read<String> {
        match self.value(names) {
            (_, Value::Null) => Ok(String::new()),
            (_, Value::String(text)) => Ok(text.clone()),
            (name, _) => self.wrong(name, "a text"),
        }
    }

    fn flag(&self, names: &[&'static str], otherwise: bool) -> Read<bool> {
        match self.value(names) {
            (_, Value::Null) => Ok(otherwise),
            (_, Value::Bool(flag)) => Ok(*flag),
            (name, _) => self.wrong(name, "true or false"),
        }
    }

    fn list(&self, names: &[&'static str]) -> Read<&'a [Value]> {
        match self.value(names) {
            (_, Value::Null) => Ok(&[]),
            (_, Value::Array(items)) => Ok(items),
            (name, _) => self.wrong(name, "a list"),
        }
    }

    fn texts(&self, names: &[&'static str]) -> Read<Vec<String>> {
        let items = self.list(names)?;
        let text = |item: &Value| item.as_str().map(str::to_owned);
        match items.iter().map(text).collect() {
            Some(texts) => Ok(texts),
            None => self.wrong(self.value(names).0, "a list of texts"),
        }
    }

    fn objects(&self, name: &'static str) -> Read<Vec<At<'a>>> {
        self.objects_of(&[name])
    }

    fn objects_of(&self, names: &[&'static str]) -> Read<Vec<At<'a>>> {
        let (name, _) = self.value(names);
        let dot = if self.path.is_empty() { "" } else { "." };
        let items = self.list(names)?.iter().enumerate();
        items
            .map(|(n, item)| {
                let path = format!("{}{dot}{name}[{n}]", self.path);
                match item.as_object() {
                    Some(object) => Ok(At { path, object }),
                    None => Err(Unreadable(format!("{path} must be an object"))),
                }
            })
            .collect()
    }
}

fn named(at: &At<'_>) -> Read<Named> {
    Ok(Named {
        id: at.text(&["$id", "id"])?,
        name: at.text(&["name"])?,
        enabled: at.flag(&["enabled"], true)?,
    })
}

fn table(at: &At<'_>) -> Read<Table> {
    let columns = at.objects_of(&["columns", "attributes"])?;
    let indexes = at.objects("indexes")?;
    Ok(Table {
        database: at.text(&["databaseId", "database"])?,
        id: at.text(&["$id", "id"])?,
        name: at.text(&["name"])?,
        enabled: at.flag(&["enabled"], true)?,
        row_security: at.flag(&["rowSecurity", "documentSecurity"], false)?,
        permissions: at.texts(&["$permissions"])?,
        columns: columns.iter().map(column).collect::<Read<_>>()?,
        indexes: indexes.iter().map(index).collect::<Read<_>>()?,
    })
}

fn column(at: &At<'_>) -> Read<Column> {
    let (kind, format) = (at.text(&["type"])?, at.text(&["format"])?);
    Ok(Column {
        key: at.text(&["key"])?,
        kind: Kind::of(&kind, &format),
        size: at.value(&["size"]).1.as_i64(),
        required: at.flag(&["required"], false)?,
        array: at.flag(&["array"], false)?,
        default: at.value(&["default"]).1.clone(),
        elements: at.list(&["elements"])?.to_vec(),
        min: at.value(&["min"]).1.clone(),
        max: at.value(&["max"]).1.clone(),
        encrypt: at.flag(&["encrypt"], false)?,
        status: at.text(&["status"])?,
    })
}

fn index(at: &At<'_>) -> Read<Index> {
    let lengths = at.list(&["lengths"])?;
    Ok(Index {
        key: at.text(&["key"])?,
        kind: at.text(&["type"])?,
        columns: at.texts(&["columns", "attributes"])?,
        orders: at.texts(&["orders"])?,
        lengths: lengths
            .iter()
            .map(|length| length.as_u64().unwrap_or(0))
            .collect(),
        status: at.text(&["status"])?,
    })
}

fn bucket(at: &At<'_>) -> Read<Bucket> {
    Ok(Bucket {
        id: at.text(&["$id", "id"])?,
        name: at.text(&["name"])?,
        enabled: at.flag(&["enabled"], true)?,
        permissions: at.texts(&["$permissions"])?,
        file_security: at.flag(&["fileSecurity"], false)?,
        encryption: at.flag(&["encryption"], true)?,
        antivirus: at.flag(&["antivirus"], true)?,
        maximum_file_size: at.value(&["maximumFileSize"]).1.as_i64(),
        compression: at.text(&["compression"])?,
        extensions: at.texts(&["allowedFileExtensions"])?,
    })
}

fn function(at: &At<'_>) -> Read<Function> {
    Ok(Function {
        id: at.text(&["$id"])?,
        name: at.text(&["name"])?,
        runtime: at.text(&["runtime"])?,
        execute: at.texts(&["execute"])?,
        events: at.texts(&["events"])?,
        schedule: at.text(&["schedule"])?,
        timeout: at.value(&["timeout"]).1.clone(),
        commands: at.text(&["commands"])?,
    })
}
