//! Rows, as the database has them and as answers show them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::moment::Moment;
use crate::operator::Operator;
use crate::table::Table;

/// A row in a table.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: String,
    pub sequence: u64,
    pub created: Moment,
    pub updated: Moment,
    pub permissions: Vec<String>,
    /// The columns that have a value.
    pub values: Map<String, Value>,
}

/// A value that is written to a column, or an operator that makes one.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    Value(Value),
    Operator(Operator),
}

impl Field {
    pub fn is_null(&self) -> bool {
        matches!(self, Field::Value(Value::Null))
    }
}

/// A row on its way: columns and names that begin with `$`, by name.
pub type Fields = BTreeMap<String, Field>;

/// Columns and names that begin with `$`, without operators.
pub fn plain(data: Map<String, Value>) -> Fields {
    let fields = data.into_iter();
    fields.map(|(key, v)| (key, Field::Value(v))).collect()
}

/// The list of texts under a name, if there is one.
pub fn texts(fields: &Fields, name: &str) -> Option<Vec<String>> {
    match fields.get(name) {
        Some(Field::Value(Value::Array(items))) => {
            let texts = items.iter().filter_map(Value::as_str);
            Some(texts.map(str::to_owned).collect())
        }
        _ => None,
    }
}

/// The text under a name, empty without one.
pub fn text<'a>(fields: &'a Fields, name: &str) -> &'a str {
    match fields.get(name) {
        Some(Field::Value(Value::String(text))) => text,
        _ => "",
    }
}

impl Row {
    /// All of it, as it is when it has been read: every column of the table is there, arrays are never null.
    pub fn document(&self, table: &Table) -> Map<String, Value> {
        let mut all = Map::new();
        for column in &table.columns {
            let value = self.values.get(&column.key).cloned();
            let empty = || match column.array {
                true => Value::Array(Vec::new()),
                false => Value::Null,
            };
            all.insert(
                column.key.clone(),
                value.filter(|v| !v.is_null()).unwrap_or_else(empty),
            );
        }
        self.describe(&mut all);
        all
    }

    /// The same, with only the columns that are selected.
    pub fn selected(&self, table: &Table, columns: &[String]) -> Map<String, Value> {
        let mut all = self.document(table);
        if !columns.is_empty() && !columns.iter().any(|column| column == "*") {
            all.retain(|key, _| key.starts_with('$') || columns.contains(key));
        }
        all
    }

    fn describe(&self, all: &mut Map<String, Value>) {
        all.insert("$id".to_owned(), self.id.clone().into());
        all.insert("$sequence".to_owned(), self.sequence.to_string().into());
        all.insert("$createdAt".to_owned(), self.created.text().into());
        all.insert("$updatedAt".to_owned(), self.updated.text().into());
        all.insert("$permissions".to_owned(), json!(self.permissions));
    }

    /// The value of a column, a table's own or the server's; null without one.
    pub fn get(&self, column: &str) -> Value {
        match column {
            "$id" => self.id.clone().into(),
            "$sequence" => self.sequence.into(),
            "$createdAt" => self.created.text().into(),
            "$updatedAt" => self.updated.text().into(),
            column => self.values.get(column).cloned().unwrap_or_default(),
        }
    }
}

/// A document as an answer shows it: where it is from, and no name of the database's own.
pub fn shown(mut document: Map<String, Value>, database: &str, table: &str) -> Value {
    document.remove("$collection");
    document.remove("$tenant");
    document.insert("$databaseId".to_owned(), database.into());
    document.insert("$tableId".to_owned(), table.into());
    for name in ["$sequence", "$createdAt", "$updatedAt"] {
        let value = document.entry(name).or_insert_with(|| "".into());
        if let Value::Number(number) = value {
            *value = number.to_string().into();
        }
    }
    Value::Object(document)
}
