//! Reading rows: which requests a question becomes, and how their answers become one.
//!
//! NULLs come first or last as the server's database likes. So rows with and without a value of a column in the
//! order are asked for apart, and merged here. So are the parts of a list of values that is too long for a query.

use futures::StreamExt;
use futures::future::LocalBoxFuture;
use futures::stream;
use serde_json::{Value, json};
use whisper_schema::Collection;

use super::Tables;
use super::client::Refusal;
use super::holds::{self, holds};
use super::parts::{Part, chunks, parts, pushing, select};
use super::push::Pushed;
use super::record::Record;
use super::wanted::Wanted;
use crate::SqlValue;
use crate::encode::ID;
use crate::error::StoreError;
use crate::sql::Cond;

/// Most rows of one request.
const PAGE: usize = 1000;
/// Most requests of one read that are under way at the same time.
const AT_ONCE: usize = 8;

/// Does several things side by side; gives their results in order.
pub(super) async fn side_by_side<'a, T>(all: Vec<LocalBoxFuture<'a, T>>) -> Vec<T> {
    stream::iter(all).buffered(AT_ONCE).collect().await
}

impl Tables {
    /// The wanted rows, in their order.
    pub(super) async fn rows(&self, wanted: &Wanted<'_>) -> Result<Vec<Record>, StoreError> {
        let parts = parts(wanted);
        let alone = parts.len() == 1;
        let reads = parts.iter().map(|part| {
            Box::pin(self.part(wanted, part)) as LocalBoxFuture<'_, Result<Vec<Record>, StoreError>>
        });
        let mut rows = Vec::new();
        for read in side_by_side(reads.collect()).await {
            rows.extend(read?);
        }
        if !alone {
            // No two rows are equal to the orders: they end in the commit order.
            rows.sort_by(|one, other| compare(wanted, one, other));
            rows.dedup_by(|one, other| one.id == other.id);
        }
        rows.truncate(wanted.limit);
        Ok(rows)
    }

    /// The first rows of a part.
    pub(super) async fn part(
        &self,
        wanted: &Wanted<'_>,
        part: &Part,
    ) -> Result<Vec<Record>, StoreError> {
        let mut found = Vec::new();
        let mut behind: Option<String> = None;
        let mut size = wanted.limit.min(PAGE);
        while found.len() < wanted.limit && size > 0 {
            let mut queries = part.queries.clone();
            queries.extend(part.orders.iter().cloned());
            queries.push(json!({"method": "limit", "values": [size]}));
            if let Some(id) = &behind {
                queries.push(json!({"method": "cursorAfter", "values": [id]}));
            }
            let page = match self.list(wanted.table, &queries, false).await {
                Ok((page, _)) => page,
                // The row the last page ended with is gone: from the beginning, which is still exact.
                Err(refusal) if refusal.ends("cursor_not_found") => {
                    found.clear();
                    behind = None;
                    continue;
                }
                Err(refusal) => return Err(refusal.into()),
            };
            let full = page.len() >= size;
            behind = page
                .last()
                .and_then(|row| row["$id"].as_str())
                .map(str::to_owned);
            for row in &page {
                let record = Record::read(wanted.table, row)?;
                let meets = |filter: &Cond| holds(filter, wanted.table, &record, wanted.slots);
                let begun = !part.begins_here || meets(&wanted.place);
                if begun && wanted.filters.iter().all(meets) {
                    found.push(record);
                }
            }
            if !full {
                break;
            }
            // The more rows turn out not to be wanted, the more are read at once.
            size = (size * 2).clamp(20, PAGE);
        }
        Ok(found)
    }

    /// The rows with these ids, as far as they are there.
    pub(super) async fn by_ids(
        &self,
        table: &'static Collection,
        ids: Vec<String>,
    ) -> Result<Vec<Record>, StoreError> {
        let values: Vec<Value> = ids.iter().map(|id| id.as_str().into()).collect();
        let reads = chunks(ID, values).into_iter().map(|(query, count)| {
            let limit = json!({"method": "limit", "values": [count]});
            Box::pin(async move { self.list(table, &[query, limit], false).await })
                as LocalBoxFuture<'_, Result<(Vec<Value>, u64), Refusal>>
        });
        let mut rows = Vec::new();
        for read in side_by_side(reads.collect()).await {
            for row in read?.0 {
                let record = Record::read(table, &row)?;
                // The server compares ids without case, so it may also give a row whose id differs in case alone.
                if ids.contains(&record.id) {
                    rows.push(record);
                }
            }
        }
        Ok(rows)
    }

    /// How many rows meet a condition, counted up to `max`.
    pub(super) async fn count(
        &self,
        table: &'static Collection,
        condition: &Cond,
        slots: &[SqlValue],
        max: usize,
    ) -> Result<u64, StoreError> {
        let mut pushing = pushing(table, slots);
        let exact = match pushing.push(condition) {
            Pushed::Never => return Ok(0),
            _ => pushing.exact,
        };
        let wanted = Wanted::oldest(table, condition, slots, max);
        let [part] = &parts(&wanted)[..] else {
            return Ok(self.rows(&wanted).await?.len() as u64);
        };
        if !exact || max > COUNTED {
            // Only the columns that decide come along.
            let part = Part {
                queries: part
                    .queries
                    .iter()
                    .cloned()
                    .chain([select(condition)])
                    .collect(),
                orders: part.orders.clone(),
                begins_here: false,
            };
            return Ok(self.part(&wanted, &part).await?.len().min(max) as u64);
        }
        let mut queries = part.queries.clone();
        queries.push(json!({"method": "limit", "values": [1]}));
        queries.push(json!({"method": "select", "values": ["$id"]}));
        let (_, total) = self.list(table, &queries, true).await?;
        Ok(total.min(max as u64))
    }

    /// The rows that meet the queries, and how many there are, if that is wanted too.
    pub(super) async fn list(
        &self,
        table: &Collection,
        queries: &[Value],
        total: bool,
    ) -> Result<(Vec<Value>, u64), Refusal> {
        let path = rows_of(table);
        let mut query: Vec<(String, String)> = queries
            .iter()
            .enumerate()
            .map(|(i, query)| (format!("queries[{i}]"), query.to_string()))
            .collect();
        // It takes the word "false" for true.
        query.push(("total".to_owned(), u8::from(total).to_string()));
        let answer = self.get(&path, &query).await?;
        match answer["rows"].as_array() {
            Some(rows) => Ok((rows.clone(), answer["total"].as_u64().unwrap_or_default())),
            None => Err(Refusal::Unknown(
                "the answer is none of Appwrite's".to_owned(),
            )),
        }
    }
}

/// How far the server counts.
const COUNTED: usize = 5000;

/// The path of a table's rows.
pub(super) fn rows_of(table: &Collection) -> String {
    format!("/tablesdb/{}/tables/{}/rows", table.database, table.id)
}

/// The order of two rows. NULLs are least.
fn compare(wanted: &Wanted<'_>, one: &Record, other: &Record) -> std::cmp::Ordering {
    use std::cmp::Ordering::Equal;
    for (column, descending) in &wanted.orders {
        let (one, other) = (
            one.value(wanted.table, column),
            other.value(wanted.table, column),
        );
        let ascending = match (&one, &other) {
            (SqlValue::Null, SqlValue::Null) => Equal,
            (SqlValue::Null, _) => std::cmp::Ordering::Less,
            (_, SqlValue::Null) => std::cmp::Ordering::Greater,
            (one, other) => holds::order(one, other).unwrap_or(Equal),
        };
        let order = if *descending {
            ascending.reverse()
        } else {
            ascending
        };
        if order != Equal {
            return order;
        }
    }
    Equal
}
