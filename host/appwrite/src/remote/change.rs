//! One change of a server.

use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};
use ureq::http::Method;

use crate::model::{Bucket, Column, Index, Kind, Named, Table};

/// The kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// It isn't there.
    Create,
    /// It is there and differs.
    Update,
    /// It is to go.
    Delete,
}

/// The thing that is changed.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A database.
    Database(Named),
    /// A table, without its columns and indexes.
    Table(Table),
    /// A column of the database and table named first.
    Column(String, String, Column),
    /// An index of the database and table named first.
    Index(String, String, Index),
    /// A bucket.
    Bucket(Bucket),
}

/// A change that a push makes: one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its kind.
    pub verb: Verb,
    /// The thing that is changed.
    pub what: What,
    /// The differences, in words for people; empty when the verb says it all.
    pub why: String,
}

impl What {
    /// Where it stands: `mainDB`, `mainDB.messages`, `mainDB.messages.content`, `bucket:avatars`.
    pub fn place(&self) -> String {
        match self {
            What::Database(database) => database.id.clone(),
            What::Table(table) => table.place(),
            What::Column(database, table, column) => format!("{database}.{table}.{}", column.key),
            What::Index(database, table, index) => format!("{database}.{table}.{}", index.key),
            What::Bucket(bucket) => format!("bucket:{}", bucket.id),
        }
    }

    /// `database`, `table`, `column`, `index` or `bucket`.
    pub fn name(&self) -> &'static str {
        match self {
            What::Database(_) => "database",
            What::Table(_) => "table",
            What::Column(..) => "column",
            What::Index(..) => "index",
            What::Bucket(_) => "bucket",
        }
    }

    /// Database and table of a table, a column or an index.
    pub(super) fn table(&self) -> Option<(&str, &str)> {
        match self {
            What::Table(table) => Some((&table.database, &table.id)),
            What::Column(database, table, _) | What::Index(database, table, _) => {
                Some((database, table))
            }
            What::Database(_) | What::Bucket(_) => None,
        }
    }

    /// The path of its list, its id's name in a body, and its id.
    fn address(&self) -> (String, &'static str, &str) {
        match self {
            What::Database(database) => ("/tablesdb".to_owned(), "databaseId", &database.id),
            What::Table(table) => (
                format!("/tablesdb/{}/tables", table.database),
                "tableId",
                &table.id,
            ),
            What::Column(database, table, column) => (
                format!("/tablesdb/{database}/tables/{table}/columns"),
                "key",
                &column.key,
            ),
            What::Index(database, table, index) => (
                format!("/tablesdb/{database}/tables/{table}/indexes"),
                "key",
                &index.key,
            ),
            What::Bucket(bucket) => ("/storage/buckets".to_owned(), "bucketId", &bucket.id),
        }
    }

    fn body(&self) -> Value {
        match self {
            What::Database(database) => json!({"name": database.name, "enabled": database.enabled}),
            What::Table(table) => json!({
                "name": table.name, "permissions": table.permissions,
                "rowSecurity": table.row_security, "enabled": table.enabled,
            }),
            What::Column(_, _, column) => column_body(column),
            What::Index(_, _, index) => {
                let mut body =
                    json!({"type": index.kind, "columns": index.columns, "orders": index.orders});
                if index.lengths.iter().any(|length| *length > 0) {
                    body["lengths"] = index.lengths.clone().into();
                }
                body
            }
            What::Bucket(bucket) => json!({
                "name": bucket.name, "permissions": bucket.permissions, "fileSecurity": bucket.file_security,
                "enabled": bucket.enabled, "maximumFileSize": bucket.maximum_file_size,
                "allowedFileExtensions": bucket.extensions, "compression": compression(bucket),
                "encryption": bucket.encryption, "antivirus": bucket.antivirus,
            }),
        }
    }
}

impl Change {
    /// The request that makes it.
    pub(super) fn request(&self) -> (Method, String, Value) {
        let (list, name, id) = self.what.address();
        let kind = match &self.what {
            What::Column(_, _, column) => format!("/{}", path_of(&column.kind)),
            _ => String::new(),
        };
        match self.verb {
            Verb::Delete => (Method::DELETE, format!("{list}/{id}"), Value::Null),
            Verb::Create => {
                let mut body = self.what.body();
                body[name] = id.into();
                (Method::POST, format!("{list}{kind}"), body)
            }
            Verb::Update => {
                let method = match &self.what {
                    What::Column(..) => Method::PATCH,
                    _ => Method::PUT,
                };
                (method, format!("{list}{kind}/{id}"), self.what.body())
            }
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.verb {
            Verb::Create => '+',
            Verb::Update => '~',
            Verb::Delete => '-',
        };
        write!(f, "{sign} {} {}", self.what.name(), self.what.place())?;
        if !self.why.is_empty() {
            write!(f, ": {}", self.why)?;
        }
        Ok(())
    }
}

/// Compression of a bucket, by its whole name.
pub(super) fn compression(bucket: &Bucket) -> &str {
    match bucket.compression.as_str() {
        "" => "none",
        compression => compression,
    }
}

/// The last part of the path that makes columns of this kind.
fn path_of(kind: &Kind) -> &str {
    match kind {
        Kind::String => "string",
        Kind::Varchar => "varchar",
        Kind::Text(name) | Kind::Unknown(name) => name,
        Kind::Integer => "integer",
        Kind::Bigint => "bigint",
        Kind::Double => "float",
        Kind::Boolean => "boolean",
        Kind::Datetime => "datetime",
        Kind::Enum => "enum",
        Kind::Email => "email",
        Kind::Url => "url",
        Kind::Ip => "ip",
        // A plan has none of these.
        Kind::Relationship => "relationship",
        Kind::Point => "point",
        Kind::Shape => "shape",
    }
}

fn column_body(column: &Column) -> Value {
    let mut body = json!({
        "required": column.required, "default": column.default, "array": column.array,
    });
    match column.kind {
        Kind::String | Kind::Varchar => {
            body["size"] = column.size.into();
            if column.encrypt {
                body["encrypt"] = true.into();
            }
        }
        Kind::Enum => body["elements"] = column.elements.clone().into(),
        Kind::Integer | Kind::Bigint | Kind::Double => {
            for (name, bound) in [("min", &column.min), ("max", &column.max)] {
                if !bound.is_null() {
                    body[name] = bound.clone();
                }
            }
        }
        _ => {}
    }
    body
}
