//! The writing statements.

use sea_query::{
    BinOper, CommonTableExpression, Condition, DeleteStatement, Expr, ExprTrait, Func,
    InsertStatement, IntoIden, OnConflict, Query, Returning, TableRef, UpdateStatement, ValueTuple,
};
use whisper_schema::Collection;

use super::build::{constant, filter, number, value};
use super::{Cond, OnExisting, Set, Slot, Table, gives_rows, width};
use crate::encode::{self, ID, SEQ};
use crate::filter::REVISION;

/// Name of the new values in an update of many rows.
const NEW: &str = "new";

pub(super) fn insert(
    collection: &'static Collection,
    rows: usize,
    existing: &OnExisting,
) -> InsertStatement {
    let keys = || collection.attributes.iter().map(|attribute| attribute.key);
    let width = width(Table(collection));
    let mut insert = Query::insert();
    insert
        .into_table(collection.id)
        .columns([ID].into_iter().chain(keys()));
    for row in 0..rows {
        // Fails on another number of values than columns. There is none by construction, and without
        // its values the statement would be refused.
        let _ = insert.values((row * width..(row + 1) * width).map(value));
    }
    on_existing(&mut insert, collection, existing, gives_rows(rows));
    insert
}

pub(super) fn insert_list(
    collection: &'static Collection,
    existing: &OnExisting,
    gives_rows: bool,
) -> InsertStatement {
    let keys = collection.attributes.iter().map(|attribute| attribute.key);
    let last = width(Table(collection)) - 1;
    let mut rows = Query::select();
    rows.exprs((0..=last).map(element))
        .from(NEW)
        // Without a condition SQLite takes ON CONFLICT for that of a join.
        .and_where(constant(1));
    let mut insert = Query::insert();
    insert
        .with_cte(list(last))
        .into_table(collection.id)
        .columns([ID].into_iter().chain(keys));
    // As with `values` above.
    let _ = insert.select_from(rows);
    on_existing(&mut insert, collection, existing, gives_rows);
    insert
}

fn on_existing(
    insert: &mut InsertStatement,
    collection: &'static Collection,
    existing: &OnExisting,
    gives_rows: bool,
) {
    let mut conflict = OnConflict::column(ID);
    match existing {
        OnExisting::Conflict => return,
        OnExisting::Replace => {
            let keys = collection.attributes.iter().map(|attribute| attribute.key);
            conflict
                .update_columns(keys)
                .value(REVISION, next_revision(collection));
        }
        OnExisting::Patch { sets, condition } => {
            conflict.value(REVISION, next_revision(collection));
            conflict.values(sets.iter().map(|set| change(collection, set)));
            conflict.action_cond_where(guard(collection, sets, condition.as_ref()));
        }
    }
    insert.on_conflict(conflict);
    if gives_rows {
        insert.returning(one());
    }
}

/// The rows of a list, in its order, under the name of [`NEW`]. Materialized, as SQLite would else write each row
/// out as JSON anew for every column that is taken from it.
fn list(slot: Slot) -> CommonTableExpression {
    let mut rows = Query::select();
    rows.column("value")
        .from_function(Func::cust("json_each").arg(value(slot)), "list");
    let mut list = CommonTableExpression::new();
    list.table_name(NEW).query(rows).materialized(true);
    list
}

/// A value of a list's row.
fn element(at: usize) -> Expr {
    let position = i64::try_from(at).unwrap_or(i64::MAX);
    Expr::col((NEW, "value")).binary(BinOper::Custom("->>"), constant(position))
}

pub(super) fn update(
    collection: &'static Collection,
    id: Slot,
    sets: &[Set],
    condition: Option<&Cond>,
) -> UpdateStatement {
    let mut update = Query::update();
    update
        .table(collection.id)
        .value(REVISION, next_revision(collection))
        .values(sets.iter().map(|set| change(collection, set)))
        .and_where(Expr::col((collection.id, ID)).eq(value(id)))
        .cond_where(guard(collection, sets, condition))
        .returning(one());
    update
}

pub(super) fn update_many(
    collection: &'static Collection,
    columns: &[&'static str],
    rows: usize,
) -> UpdateStatement {
    let width = columns.len() + 2;
    let values = (0..rows).map(|row| {
        let slots = row * width..(row + 1) * width;
        ValueTuple::Many(slots.map(|slot| number(slot).into()).collect())
    });
    // `columnN` is what SQLite and PostgreSQL both call the columns of VALUES.
    let new = |column: usize| Expr::col((NEW, format!("column{column}")));
    let grown = Expr::col((collection.id, REVISION)).add(new(width));
    let mut update = Query::update();
    update
        .table(collection.id)
        .value(REVISION, grown)
        .values(
            columns
                .iter()
                .enumerate()
                .map(|(i, column)| (*column, new(i + 1))),
        )
        .from(TableRef::ValuesList(values.collect(), NEW.into_iden()))
        .and_where(Expr::col((collection.id, ID)).eq(new(columns.len() + 1)));
    if gives_rows(rows) {
        update.returning(one());
    }
    update
}

pub(super) fn update_list(
    collection: &'static Collection,
    columns: &[&'static str],
    gives_rows: bool,
) -> UpdateStatement {
    let (id, growth) = (columns.len(), columns.len() + 1);
    let grown = Expr::col((collection.id, REVISION)).add(element(growth));
    let values = columns.iter().enumerate();
    let mut update = Query::update();
    update
        .with_cte(list(0))
        .table(collection.id)
        .value(REVISION, grown)
        .values(values.map(|(at, column)| (*column, element(at))))
        .from(NEW)
        .and_where(Expr::col((collection.id, ID)).eq(element(id)));
    if gives_rows {
        update.returning(one());
    }
    update
}

pub(super) fn delete(
    collection: &'static Collection,
    id: Slot,
    condition: Option<&Cond>,
) -> DeleteStatement {
    let mut delete = Query::delete();
    delete
        .from_table(collection.id)
        .and_where(Expr::col((collection.id, ID)).eq(value(id)))
        .cond_where(guard(collection, &[], condition))
        .returning(one());
    delete
}

pub(super) fn delete_some(
    collection: &'static Collection,
    condition: &Cond,
    limit: Slot,
) -> DeleteStatement {
    let mut some = Query::select();
    some.column(SEQ)
        .from(collection.id)
        .cond_where(filter(condition, None))
        .order_by(SEQ, sea_query::Order::Asc)
        .limit(number(limit));
    let mut delete = Query::delete();
    delete
        .from_table(collection.id)
        .and_where(Expr::col(SEQ).in_subquery(some));
    delete
}

/// A row per document changed; more than the fact of it nobody asks.
fn one() -> sea_query::ReturningClause {
    Returning::new().expr(constant(1))
}

fn next_revision(collection: &'static Collection) -> Expr {
    Expr::col((collection.id, REVISION)).add(constant(1))
}

fn change(collection: &'static Collection, set: &Set) -> (&'static str, Expr) {
    match set {
        Set::Value {
            column,
            value: slot,
        } => (column, value(*slot)),
        Set::Add { column, by, .. } => (column, sum(collection, column, *by)),
    }
}

/// The number that adding gives; what isn't there counts as the default, or 0.
fn sum(collection: &'static Collection, column: &'static str, by: Slot) -> Expr {
    Func::coalesce([
        Expr::col((collection.id, column)),
        encode::start(collection, column),
    ])
    .add(value(by))
}

/// What must hold for a row to be changed so.
fn guard(collection: &'static Collection, sets: &[Set], condition: Option<&Cond>) -> Condition {
    let mut all = Condition::all();
    for set in sets {
        if let Set::Add {
            column,
            by,
            least,
            greatest,
        } = set
        {
            all = all.add(sum(collection, column, *by).between(value(*least), value(*greatest)));
        }
    }
    match condition {
        Some(condition) => all.add(filter(condition, Some(collection.id))),
        None => all,
    }
}
