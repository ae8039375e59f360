//! The requests that a question about rows becomes.

use serde_json::{Value, json};
use whisper_schema::Collection;

use super::push::{self, MAX_QUERY, MAX_VALUES, Pushed, Pushing};
use super::wanted::Wanted;
use crate::SqlValue;
use crate::encode::{self, SEQ};
use crate::sql::Cond;

/// Most queries of one request, but for order, limit and cursor.
const MAX_QUERIES: usize = 80;
/// Most columns of an order that may be NULL; further ones come as the server orders them.
const MAX_SPLITS: usize = 3;

/// Some of the wanted rows, which one chain of requests gives in their order.
#[derive(Debug)]
pub(super) struct Part {
    pub queries: Vec<Value>,
    pub orders: Vec<Value>,
    /// Where it begins could not be said in a query.
    pub begins_here: bool,
}

/// Makes queries that may meet more rows than are meant.
pub(super) fn pushing<'a>(collection: &'static Collection, slots: &'a [SqlValue]) -> Pushing<'a> {
    Pushing {
        collection,
        slots,
        as_ordered: false,
        exact: true,
    }
}

/// The parts of the wanted rows; none if no row can be met.
pub(super) fn parts(wanted: &Wanted<'_>) -> Vec<Part> {
    let nullable = wanted.orders.iter().map(|(column, _)| *column);
    let nullable = nullable.filter(|column| encode::is_nullable(wanted.table, column));
    let nullable: Vec<&'static str> = nullable.take(MAX_SPLITS).collect();
    let cases = (0..1usize << nullable.len()).map(|case| {
        let nulls = nullable.iter().enumerate();
        nulls
            .map(|(i, column)| (*column, case >> i & 1 == 0))
            .collect::<Vec<_>>()
    });
    cases
        .flat_map(|nulls| parts_where(wanted, &nulls))
        .collect()
}

/// The parts where these columns are NULL or not.
fn parts_where(wanted: &Wanted<'_>, nulls: &[(&'static str, bool)]) -> Vec<Part> {
    let mut queries = Vec::new();
    let mut lists: Option<Vec<Value>> = None;
    let filters = wanted
        .filters
        .iter()
        .map(|filter| push::known(filter, nulls));
    for filter in filters.flat_map(conjuncts) {
        let mut pushing = pushing(wanted.table, wanted.slots);
        if let (None, Cond::In(column, first, count)) = (&lists, &filter)
            && !pushing.is_double(column)
        {
            let values = pushing.values(column, *first, *count);
            let chunks = chunks(column, values);
            match chunks.len() {
                0 => return Vec::new(),
                1 => queries.extend(chunks.into_iter().map(|(query, _)| query)),
                _ => lists = Some(chunks.into_iter().map(|(query, _)| query).collect()),
            }
            continue;
        }
        match pushing.push(&filter) {
            Pushed::Any => {}
            Pushed::Never => return Vec::new(),
            Pushed::Query(query) => queries.push(query),
        }
    }
    // Queries beyond the limit are left out: the conditions are checked here on the rows.
    queries.truncate(MAX_QUERIES);
    let place = push::known(&wanted.place, nulls);
    let mut pushing = Pushing {
        as_ordered: true,
        ..pushing(wanted.table, wanted.slots)
    };
    match pushing.push(&place) {
        Pushed::Any => {}
        Pushed::Never => return Vec::new(),
        Pushed::Query(query) => queries.push(query),
    }
    queries.extend(nulls.iter().map(|(column, null)| {
        let method = if *null { "isNull" } else { "isNotNull" };
        json!({"method": method, "attribute": push::name(column), "values": []})
    }));
    let begins_here = !pushing.exact;
    let orders = orders(wanted, nulls);
    let with = |list: Option<Value>| Part {
        queries: queries.iter().cloned().chain(list).collect(),
        orders: orders.clone(),
        begins_here,
    };
    match lists {
        None => vec![with(None)],
        Some(lists) => lists.into_iter().map(|list| with(Some(list))).collect(),
    }
}

/// A condition as queries, as far as they can say it.
pub(super) fn filters(
    table: &'static Collection,
    condition: &Cond,
    slots: &[SqlValue],
) -> Vec<Value> {
    let queries = conjuncts(condition.clone()).into_iter().filter_map(|each| {
        match pushing(table, slots).push(&each) {
            Pushed::Query(query) => Some(query),
            Pushed::Any | Pushed::Never => None,
        }
    });
    queries.take(MAX_QUERIES).collect()
}

/// Conditions that must all hold, one by one: each is a query.
fn conjuncts(condition: Cond) -> Vec<Cond> {
    match condition {
        // A range that stands for a beginning is known as a whole.
        Cond::And(all) if !matches!(all[..], [Cond::Compare(..), Cond::Compare(..)]) => {
            all.into_iter().flat_map(conjuncts).collect()
        }
        other => vec![other],
    }
}

fn orders(wanted: &Wanted<'_>, nulls: &[(&'static str, bool)]) -> Vec<Value> {
    let mut orders = Vec::new();
    for (column, descending) in &wanted.orders {
        if !nulls.contains(&(*column, true)) {
            let method = if *descending { "orderDesc" } else { "orderAsc" };
            orders.push(json!({"method": method, "attribute": push::name(column), "values": []}));
        }
        // Columns after the commit order decide nothing.
        if *column == SEQ {
            break;
        }
    }
    orders
}

/// Queries for a column to equal one of these, each with how many of them it has.
pub(super) fn chunks(column: &str, values: Vec<Value>) -> Vec<(Value, usize)> {
    let query = |values: Vec<Value>| {
        let count = values.len();
        let query = json!({"method": "equal", "attribute": push::name(column), "values": values});
        (query, count)
    };
    let empty = push::length(&query(Vec::new()).0);
    let (mut chunks, mut chunk, mut size) = (Vec::new(), Vec::new(), empty);
    for value in values {
        let more = push::length(&value) + 1;
        if !chunk.is_empty() && (chunk.len() == MAX_VALUES || size + more > MAX_QUERY) {
            chunks.push(query(std::mem::take(&mut chunk)));
            size = empty;
        }
        size += more;
        chunk.push(value);
    }
    if !chunk.is_empty() {
        chunks.push(query(chunk));
    }
    chunks
}

/// Asks for the columns that a condition is about.
pub(super) fn select(condition: &Cond) -> Value {
    let mut columns = vec!["$id", "$sequence", "$createdAt"];
    mentioned(condition, &mut columns);
    json!({"method": "select", "values": columns})
}

/// Adds the columns that a condition is about.
pub(super) fn mentioned(condition: &Cond, columns: &mut Vec<&'static str>) {
    match condition {
        Cond::Compare(column, ..)
        | Cond::Null(column)
        | Cond::NotNull(column)
        | Cond::In(column, ..)
        | Cond::Listed(column, _)
        | Cond::Among { column, .. }
        | Cond::Matches { column, .. }
        | Cond::Contains(column, _) => {
            let name = push::name(column);
            if !columns.contains(&name) {
                columns.push(name);
            }
        }
        Cond::And(several) | Cond::Or(several) => {
            several.iter().for_each(|each| mentioned(each, columns));
        }
    }
}
