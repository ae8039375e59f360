//! The documents of a collection, copied portion by portion in the order of their places. A portion is a transaction of the target's, so the place of the
//! last document there is where the copy goes on.

use whisper_schema::{Collection, Hex, Kind};

use super::CopyError;
use super::side::{Open, at_once, columns, place};
use crate::columns::SEQ;
use crate::driver::{Dialect, SqlValue};
use crate::error::StoreError;

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
        let most = at_once(self.collection);
        let rows = source.page(self.collection, self.last, most).await;
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
            SqlValue::Blob(bytes) => Ok(Some(Hex(bytes).to_string())),
            SqlValue::Null | SqlValue::Texts(_) => Ok(None),
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
        Kind::Bytes { .. } => "bytea",
        _ => "text",
    }));
    let numbered =
        |form: fn(usize) -> String| -> Vec<String> { (0..columns.len()).map(form).collect() };
    let lists = numbered(|at| format!("${}::text[]", at + 1));
    let names = numbered(|at| format!("c{at}"));
    let values: Vec<String> = names
        .iter()
        .zip(types)
        .map(|(name, kind)| match kind {
            "bytea" => format!("decode({name}, 'hex')"),
            kind => format!("{name}::{kind}"),
        })
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

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use whisper_schema::{Document, Timestamp, ddl};

    use super::*;
    use crate::copy::side::Side;
    use crate::native::NativeDriver;
    use crate::postgres::native::PostgresDriver;

    /// A piece of something large.
    #[derive(Clone, Debug, PartialEq, Collection)]
    #[collection(database = "systemDB", id = "pieces", name = "Pieces", system)]
    #[access(server = "Nobody asks.")]
    #[retention(forever = "Nothing is kept.")]
    struct Piece {
        /// Id of the document.
        id: String,
        /// So large that two are a portion.
        #[attr(bytes = 4_000_000)]
        bytes: Vec<u8>,
        /// Not always there.
        #[attr(bytes = 16)]
        state: Option<Vec<u8>>,
    }

    /// A database with the table.
    async fn prepared(side: &Side) -> Open {
        let open = side.open().await.expect("a connection");
        let now = Timestamp::from_millis(1_767_225_600_000);
        open.migrate(now).await.expect("the tables");
        let statements = match open.dialect() {
            Dialect::Sqlite => ddl::sqlite_collection(Piece::COLLECTION),
            Dialect::Postgres => ddl::postgres_collection(Piece::COLLECTION),
        };
        for statement in statements {
            open.run(&statement).await.expect("the table");
        }
        open
    }

    /// Copies all, and gives how many documents each portion had.
    async fn copied(from: &Open, to: &Open) -> Vec<usize> {
        let portions = Portions::behind(to, Piece::COLLECTION).await;
        let (mut portions, mut counts) = (portions.expect("a place"), Vec::new());
        while let Some(count) = portions.copy_one(from, to).await.expect("a portion") {
            counts.push(count);
        }
        counts
    }

    #[test]
    fn bytes_get_to_postgres_and_back_in_small_portions() {
        let Some(server) = postgres_server::shared() else {
            return;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str| Side::new(NativeDriver::new(folder.path().join(name)), name);
        let server = PostgresDriver::new(&server.fresh_database());
        block_on(async {
            let (from, back) = (prepared(&file("a")).await, prepared(&file("b")).await);
            let there = prepared(&Side::new(server, "there")).await;
            let rows = "(1, 'a', 1, x'', NULL), (3, 'b', 2, x'00ff275c', x''), (4, 'c', 1, x'00', x'5c7830')";
            let insert = format!("INSERT INTO \"pieces\" VALUES {rows}");
            from.run(&insert).await.expect("documents");
            assert_eq!(copied(&from, &there).await, [2, 1]);
            assert_eq!(copied(&there, &back).await, [2, 1]);
            let all = from.page(Piece::COLLECTION, None, 10).await;
            assert_eq!(all.as_ref().map(Vec::len), Ok(3));
            assert_eq!(there.page(Piece::COLLECTION, None, 10).await, all);
            assert_eq!(back.page(Piece::COLLECTION, None, 10).await, all);
        });
    }
}
