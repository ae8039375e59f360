//! `appwrite.config.json`, the file that the CLI pushes. Valid for 12 and 26, which check nothing, and for 13 to 25,
//! which check strictly.
//!
//! `tablesDB` and `tables` and nothing of the legacy API: with `databases` alone a push deletes every database that isn't in `tablesDB`.
//! Formats are strings with a `format`; each column names its default, if only as null, which strict CLIs demand of required ones.

use serde::Serialize;
use serde_json::Value;

use crate::model::{Bucket, Column, Config, Index, Kind, Table};
use crate::package::Function;
use crate::settings::{SETTINGS, Settings};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    project_id: &'a str,
    #[serde(rename = "tablesDB")]
    tables_db: Vec<Database<'a>>,
    tables: Vec<TableOut<'a>>,
    buckets: Vec<BucketOut<'a>>,
    functions: &'a [Function],
    settings: Settings,
}

#[derive(Serialize)]
struct Database<'a> {
    #[serde(rename = "$id")]
    id: &'a str,
    name: &'a str,
    enabled: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TableOut<'a> {
    #[serde(rename = "$id")]
    id: &'a str,
    #[serde(rename = "$permissions")]
    permissions: &'a [String],
    database_id: &'a str,
    name: &'a str,
    enabled: bool,
    row_security: bool,
    columns: Vec<ColumnOut<'a>>,
    indexes: Vec<IndexOut<'a>>,
}

#[derive(Serialize)]
struct ColumnOut<'a> {
    key: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    required: bool,
    array: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<i64>,
    /// Said even where it is off: a server answers it for every string, and where the file hasn't it, CLI 12 takes
    /// that for a difference and makes the column anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    encrypt: Option<bool>,
    #[serde(skip_serializing_if = "Value::is_null")]
    min: &'a Value,
    #[serde(skip_serializing_if = "Value::is_null")]
    max: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'a str>,
    #[serde(skip_serializing_if = "<[Value]>::is_empty")]
    elements: &'a [Value],
    default: &'a Value,
}

#[derive(Serialize)]
struct IndexOut<'a> {
    key: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    columns: &'a [String],
    orders: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BucketOut<'a> {
    #[serde(rename = "$id")]
    id: &'a str,
    #[serde(rename = "$permissions")]
    permissions: &'a [String],
    file_security: bool,
    name: &'a str,
    enabled: bool,
    maximum_file_size: i64,
    allowed_file_extensions: &'a [String],
    compression: &'a str,
    encryption: bool,
    antivirus: bool,
}

/// The file's text, for a project.
pub fn appwrite(config: &Config, functions: &[Function], project: &str) -> String {
    let file = File {
        project_id: project,
        tables_db: config
            .databases
            .iter()
            .map(|database| Database {
                id: &database.id,
                name: &database.name,
                enabled: database.enabled,
            })
            .collect(),
        tables: config.tables.iter().map(table).collect(),
        buckets: config.buckets.iter().map(bucket).collect(),
        functions,
        settings: SETTINGS,
    };
    // Made of texts, numbers and lists alone: it can always be written.
    let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
    text.push('\n');
    text
}

fn table(table: &Table) -> TableOut<'_> {
    TableOut {
        id: &table.id,
        permissions: &table.permissions,
        database_id: &table.database,
        name: &table.name,
        enabled: table.enabled,
        row_security: table.row_security,
        columns: table.columns.iter().map(column).collect(),
        indexes: table.indexes.iter().map(index).collect(),
    }
}

fn column(column: &Column) -> ColumnOut<'_> {
    let (kind, format) = match &column.kind {
        Kind::Email => ("string", Some("email")),
        Kind::Url => ("string", Some("url")),
        Kind::Ip => ("string", Some("ip")),
        Kind::Enum => ("string", Some("enum")),
        Kind::Integer | Kind::Bigint => ("integer", None),
        Kind::Double => ("double", None),
        Kind::Boolean => ("boolean", None),
        Kind::Datetime => ("datetime", None),
        _ => ("string", None),
    };
    ColumnOut {
        key: &column.key,
        kind,
        required: column.required,
        array: column.array,
        size: column.size,
        encrypt: matches!(column.kind, Kind::String).then_some(column.encrypt),
        min: &column.min,
        max: &column.max,
        format,
        elements: &column.elements,
        default: &column.default,
    }
}

fn index(index: &Index) -> IndexOut<'_> {
    IndexOut {
        key: &index.key,
        kind: &index.kind,
        columns: &index.columns,
        orders: &index.orders,
    }
}

fn bucket(bucket: &Bucket) -> BucketOut<'_> {
    BucketOut {
        id: &bucket.id,
        permissions: &bucket.permissions,
        file_security: bucket.file_security,
        name: &bucket.name,
        enabled: bucket.enabled,
        maximum_file_size: bucket.maximum_file_size.unwrap_or_default(),
        allowed_file_extensions: &bucket.extensions,
        compression: &bucket.compression,
        encryption: bucket.encryption,
        antivirus: bucket.antivirus,
    }
}
