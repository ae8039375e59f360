//! Our own schema, as Appwrite gets it.
//!
//! Where a server would refuse the facts as they stand, the stored form differs from the API's: a text may be stored wider
//! than the API lets it be, so that it stands outside the row; a required column has no default, one with a default isn't
//! required; an index on a list is left out, as its elements are rows of a collection of their own, and one of
//! words has the scope and the place alone, as the server's own search isn't asked.
//! A collection with bytes is left out altogether: a server has no column for them, and the store refuses to read or write it there.
//! Beside the attributes each table has a column of the store's: how often a row was changed.

use serde_json::Value;
use whisper_schema as schema;
use whisper_schema::{Access, Attribute, Collection};

use crate::model::{Bucket, Column, Config, Index, Kind, Named, Table};
use crate::permissions::{of_bucket, of_table};

/// All of it, the server's own collections included, but those with bytes.
pub fn from_schema() -> Config {
    let databases = schema::databases()
        .iter()
        .chain([schema::system_database()]);
    let collections = schema::collections()
        .iter()
        .chain(schema::system_collections())
        .filter(|collection| !collection.has_bytes());
    Config {
        databases: databases
            .map(|database| Named {
                id: database.id.to_owned(),
                name: database.name.to_owned(),
                enabled: true,
            })
            .collect(),
        tables: collections.map(|collection| table(collection)).collect(),
        buckets: schema::buckets().iter().map(bucket).collect(),
    }
}

fn table(collection: &Collection) -> Table {
    let is_list = |key: &str| collection.attribute(key).is_some_and(|a| a.array);
    let kept = collection
        .indexes
        .iter()
        .filter(|index| !index.columns.iter().any(|column| is_list(column.attribute)));
    Table {
        database: collection.database.to_owned(),
        id: collection.id.to_owned(),
        name: collection.name.to_owned(),
        enabled: true,
        row_security: matches!(collection.access, Access::Readers { .. }),
        permissions: of_table(collection.access),
        columns: collection
            .attributes
            .iter()
            .map(column)
            .chain([revision()])
            .collect(),
        indexes: kept.map(index).collect(),
    }
}

fn column(attribute: &Attribute) -> Column {
    let mut column = Column {
        key: attribute.key.to_owned(),
        kind: Kind::of(attribute.kind.as_str(), ""),
        required: attribute.required && attribute.default.is_none(),
        array: attribute.array,
        default: attribute
            .default
            .map_or(Value::Null, schema::DefaultValue::to_json),
        ..Column::default()
    };
    match attribute.kind {
        schema::Kind::String { size } => {
            column.size = Some(i64::from(attribute.stored_size.unwrap_or(size)));
        }
        schema::Kind::Integer { min, max } => {
            column.min = min.map_or(Value::Null, Value::from);
            column.max = max.map_or(Value::Null, Value::from);
        }
        schema::Kind::Double { min, max } => {
            column.min = min.map_or(Value::Null, Value::from);
            column.max = max.map_or(Value::Null, Value::from);
        }
        schema::Kind::Enum { elements } => {
            column.elements = elements
                .iter()
                .map(|element| Value::from(*element))
                .collect();
        }
        _ => {}
    }
    column
}

/// Grows by one with every change of the row; a commit that rests on a read asks the server for the next one.
fn revision() -> Column {
    Column {
        key: "revision".to_owned(),
        kind: Kind::Integer,
        default: 1.into(),
        min: 1.into(),
        ..Column::default()
    }
}

fn index(index: &schema::Index) -> Index {
    let (kind, columns) = match (index.kind, index.columns) {
        (schema::IndexKind::Words, [_, found @ ..]) => (schema::IndexKind::Key, found),
        (kind, columns) => (kind, columns),
    };
    let columns = columns.iter();
    Index {
        key: index.key.to_owned(),
        kind: kind.as_str().to_owned(),
        columns: columns.clone().map(|c| c.attribute.to_owned()).collect(),
        orders: columns.map(|c| c.order.as_str().to_owned()).collect(),
        lengths: Vec::new(),
        status: String::new(),
    }
}

fn bucket(bucket: &schema::Bucket) -> Bucket {
    Bucket {
        id: bucket.id.to_owned(),
        name: bucket.name.to_owned(),
        enabled: true,
        permissions: of_bucket(bucket.id),
        file_security: true,
        encryption: true,
        antivirus: true,
        maximum_file_size: i64::try_from(bucket.maximum_file_size).ok(),
        compression: bucket.compression.to_owned(),
        extensions: Vec::new(),
    }
}
