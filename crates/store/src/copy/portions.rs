//! The documents of a collection, copied portion by portion in the order of their places. A portion is a transaction of the target's, so the place of the
//! last document there is where the copy goes on.

use whisper_schema::{Collection, Kind};

use super::CopyError;
use super::side::{Open, columns, place};
use crate::columns::SEQ;
use crate::driver::{Dialect, SqlValue};
use crate::error::StoreError;

/// Documents of a portion.
pub(super) const PORTION: usize = 500;

/// The copy of a collection, and how far it is.
pub(super) struct Portions {
    collection: &'static Collection,
    last: Option<i64>,
    insert: String,
}

impl Portions {
    /// The copy that goes on behind the documents that the target has.
    pub async fn behind(
        target: &Open,
        collection: &'static Collection,
    ) -> Result<Portions, StoreError> {
        let last = format!("SELECT max(\"{SEQ}\") FROM \"{}\"", collection.id);
        Ok(Portions {
            collection,
            last: target.number(&last).await?,
            insert: match target.dialect() {
                Dialect::Sqlite => of_one_row(collection),
                Dialect::Postgres => of_all_rows(collection),
            },
        })
    }

    /// Copies the next documents, and gives how many; none when there are none.
    pub async fn copy_one(
        &mut self,
        source: &Open,
        target: &Open,
    ) -> Result<Option<usize>, CopyError> {
        let rows = source.page(self.collection, self.last, PORTION).await;
        let rows = rows.map_err(CopyError::Source)?;
        let Some(last) = rows.last().and_then(|row| place(row)) else {
            return Ok(None);
        };
        let count = rows.len();
        match target.dialect() {
            Dialect::Sqlite => self.insert_each(target, rows).await,
            Dialect::Postgres => {
                let columns = self.texts(&rows)?;
                target.rows(&self.insert, &columns).await.map(|_| ())
            }
        }
        .map_err(|error| self.failed(error))?;
        self.last = Some(last);
        Ok(Some(count))
    }

    async fn insert_each(&self, target: &Open, rows: Vec<Vec<SqlValue>>) -> Result<(), StoreError> {
        target.run("BEGIN IMMEDIATE").await?;
        for row in rows {
            target.rows(&self.insert, &row).await?;
        }
        target.run("COMMIT").await
    }

    fn failed(&self, error: StoreError) -> CopyError {
        match error {
            StoreError::Internal(why) => CopyError::Refused(format!(
                "the target takes no documents of {}: {why}",
                self.collection.id
            )),
            error => CopyError::Target(error),
        }
    }

    /// The values of each column as a list of texts, which PostgreSQL reads as the column's type.
    fn texts(&self, rows: &[Vec<SqlValue>]) -> Result<Vec<SqlValue>, CopyError> {
        let width = columns(self.collection).len();
        let mut lists = vec![Vec::with_capacity(rows.len()); width];
        for row in rows {
            for (list, value) in lists.iter_mut().zip(row) {
                list.push(self.text(row, value)?);
            }
        }
        Ok(lists.into_iter().map(SqlValue::Texts).collect())
    }

    fn text(&self, row: &[SqlValue], value: &SqlValue) -> Result<Option<String>, CopyError> {
        match value {
            SqlValue::Integer(number) => Ok(Some(number.to_string())),
            // The shortest text that reads back as the same.
            SqlValue::Real(number) => Ok(Some(format!("{number:e}"))),
            SqlValue::Text(text) if text.contains('\0') => {
                let (collection, id) = (self.collection.id, &row[1]);
                Err(CopyError::Refused(format!(
                    "the document {id:?} of {collection} has the character U+0000, which PostgreSQL can't keep"
                )))
            }
            SqlValue::Text(text) => Ok(Some(text.clone())),
            SqlValue::Null | SqlValue::Blob(_) | SqlValue::Texts(_) => Ok(None),
        }
    }
}

fn of_one_row(collection: &Collection) -> String {
    let columns = columns(collection);
    let (table, values) = (collection.id, vec!["?"; columns.len()].join(", "));
    format!(
        "INSERT INTO \"{table}\" ({}) VALUES ({values})",
        columns.join(", ")
    )
}

fn of_all_rows(collection: &Collection) -> String {
    let columns = columns(collection);
    let own = ["bigint", "text", "bigint"].into_iter();
    let types = own.chain(collection.attributes.iter().map(|each| match each.kind {
        _ if each.array => "text",
        Kind::Integer { .. } | Kind::Datetime => "bigint",
        Kind::Boolean => "boolean",
        Kind::Double { .. } => "double precision",
        _ => "text",
    }));
    let numbered =
        |form: fn(usize) -> String| -> Vec<String> { (0..columns.len()).map(form).collect() };
    let lists = numbered(|at| format!("${}::text[]", at + 1));
    let names = numbered(|at| format!("c{at}"));
    let values: Vec<String> = names
        .iter()
        .zip(types)
        .map(|(name, kind)| format!("{name}::{kind}"))
        .collect();
    format!(
        "INSERT INTO \"{}\" ({}) SELECT {} FROM unnest({}) AS rows ({})",
        collection.id,
        columns.join(", "),
        values.join(", "),
        lists.join(", "),
        names.join(", ")
    )
}
