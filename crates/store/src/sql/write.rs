//! The writing statements.

use sea_query::{
    BinOper, CaseStatement, CommonTableExpression, Condition, DeleteStatement, Expr, ExprTrait,
    Func, InsertStatement, IntoIden, OnConflict, Query, Returning, SelectStatement, TableRef,
    UpdateStatement, ValueTuple,
};
use whisper_schema::{Collection, DefaultValue};

use super::condition::{About, filter};
use super::sort::Sort;
use super::text::{TIME, constant, number, sorted, value};
use super::{Cond, OnExisting, Set, Table, width};
use crate::bind::Slot;
use crate::columns::{ID, REVISION, SEQ};
use crate::driver::Dialect;

/// Name of the rows that a statement of many is given. (`new` is another thing inside a trigger.)
const GIVEN: &str = "given";

pub(super) fn insert(
    collection: &'static Collection,
    rows: usize,
    existing: &OnExisting,
    dialect: Dialect,
) -> InsertStatement {
    let keys = || collection.attributes.iter().map(|attribute| attribute.key);
    let sorts: Vec<Sort> = [ID]
        .into_iter()
        .chain(keys())
        .map(|key| Sort::of(collection, key))
        .collect();
    let width = width(Table(collection));
    let mut insert = Query::insert();
    insert
        .into_table(collection.id)
        .columns([ID].into_iter().chain(keys()));
    for row in 0..rows {
        // Fails on another number of values than columns. There is none by construction, and without
        // its values the statement would be refused.
        let row = sorts
            .iter()
            .enumerate()
            .map(|(at, sort)| value(row * width + at, *sort));
        let _ = insert.values(row);
    }
    on_existing(&mut insert, collection, existing, dialect);
    insert
}

pub(super) fn insert_list(
    collection: &'static Collection,
    existing: &OnExisting,
    timed: &[usize],
    dialect: Dialect,
) -> InsertStatement {
    let keys = || collection.attributes.iter().map(|attribute| attribute.key);
    let columns = || [ID].into_iter().chain(keys());
    let mut rows = list(dialect);
    if dialect == Dialect::Sqlite {
        // Without a condition SQLite takes ON CONFLICT for that of a join.
        rows.and_where(constant(1));
    }
    rows.exprs(
        columns()
            .enumerate()
            .map(|(at, key)| element(at, Sort::of(collection, key), timed, dialect)),
    );
    let mut insert = Query::insert();
    insert.into_table(collection.id).columns(columns());
    // As with `values` above.
    let _ = insert.select_from(rows);
    on_existing(&mut insert, collection, existing, dialect);
    insert
}

fn on_existing(
    insert: &mut InsertStatement,
    collection: &'static Collection,
    existing: &OnExisting,
    dialect: Dialect,
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
            conflict.action_cond_where(guard(collection, sets, condition.as_ref(), dialect));
        }
    }
    insert.on_conflict(conflict);
}

/// Selects from the list of slot 0: its rows in their order, under the name of [`GIVEN`]. Materialized, as SQLite
/// would else write each row out as JSON anew for every column that is taken from it. Inside the query and not before
/// the statement, where a trigger takes none.
fn list(dialect: Dialect) -> SelectStatement {
    let array = value(0, Sort::Text);
    let rows_of = match dialect {
        Dialect::Sqlite => Func::cust("json_each").arg(array),
        Dialect::Postgres => Func::cust("json_array_elements").arg(array.cast_as("json")),
    };
    let mut rows = Query::select();
    rows.column("value").from_function(rows_of, "list");
    let mut list = CommonTableExpression::new();
    list.table_name(GIVEN).query(rows).materialized(true);
    let mut select = Query::select();
    select.with_cte(list).from(GIVEN);
    select
}

/// A value of a list's row.
fn element(at: usize, sort: Sort, timed: &[usize], dialect: Dialect) -> Expr {
    let position = i64::try_from(at).unwrap_or(i64::MAX);
    let take = |operator| {
        Expr::col((GIVEN, "value")).binary(BinOper::Custom(operator), constant(position))
    };
    let known = || match (dialect, sort) {
        (Dialect::Sqlite, _) | (_, Sort::Text) => take("->>"),
        // As on its way there: 0 or 1.
        (Dialect::Postgres, Sort::Boolean) => take("->>")
            .cast_as("bigint")
            .binary(BinOper::NotEqual, constant(0)),
        (Dialect::Postgres, _) => take("->>").cast_as(sort.element_type()),
    };
    if !timed.contains(&at) {
        return known();
    }
    let time = value(TIME, Sort::Integer);
    // As JSON it is nothing else: a text that reads so has quotes there.
    match dialect {
        Dialect::Sqlite => {
            let is_time = take("->").eq(Expr::Constant("true".into()));
            Func::cust("iif").args([is_time, time, known()]).into()
        }
        Dialect::Postgres => {
            let is_time = take("->").cast_as("text").eq(Expr::Constant("true".into()));
            CaseStatement::new()
                .case(is_time, time)
                .finally(known())
                .into()
        }
    }
}

pub(super) fn update(
    collection: &'static Collection,
    id: Slot,
    sets: &[Set],
    condition: Option<&Cond>,
    dialect: Dialect,
) -> UpdateStatement {
    let mut update = Query::update();
    update
        .table(collection.id)
        .value(REVISION, next_revision(collection))
        .values(sets.iter().map(|set| change(collection, set)))
        .and_where(Expr::col((collection.id, ID)).eq(value(id, Sort::Text)))
        .cond_where(guard(collection, sets, condition, dialect));
    update
}

pub(super) fn update_many(
    collection: &'static Collection,
    columns: &[&'static str],
    rows: usize,
) -> UpdateStatement {
    let width = columns.len() + 2;
    let own = columns.iter().map(|column| Sort::of(collection, column));
    let sorts: Vec<Sort> = own.chain([Sort::Text, Sort::Integer]).collect();
    let values = (0..rows).map(|row| {
        let slots = sorts.iter().enumerate();
        let values = slots.map(|(at, sort)| sorted(row * width + at, *sort).into());
        ValueTuple::Many(values.collect())
    });
    // SQLite and PostgreSQL both call the columns of VALUES `columnN`.
    let new = |column: usize| Expr::col((GIVEN, format!("column{column}")));
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
        .from(TableRef::ValuesList(values.collect(), GIVEN.into_iden()))
        .and_where(Expr::col((collection.id, ID)).eq(new(columns.len() + 1)));
    update
}

pub(super) fn update_list(
    collection: &'static Collection,
    columns: &[&'static str],
    timed: &[usize],
    dialect: Dialect,
) -> UpdateStatement {
    let (id, growth) = (columns.len(), columns.len() + 1);
    let element = |at, sort| element(at, sort, timed, dialect);
    let grown = Expr::col((collection.id, REVISION)).add(element(growth, Sort::Integer));
    let values = columns.iter().enumerate();
    let mut rows = list(dialect);
    rows.column("value");
    let mut update = Query::update();
    update
        .table(collection.id)
        .value(REVISION, grown)
        .values(values.map(|(at, column)| (*column, element(at, Sort::of(collection, column)))))
        .from(TableRef::SubQuery(rows.into(), GIVEN.into_iden()))
        .and_where(Expr::col((collection.id, ID)).eq(element(id, Sort::Text)));
    update
}

pub(super) fn delete(
    collection: &'static Collection,
    id: Slot,
    condition: Option<&Cond>,
    dialect: Dialect,
) -> DeleteStatement {
    let mut delete = Query::delete();
    delete
        .from_table(collection.id)
        .and_where(Expr::col((collection.id, ID)).eq(value(id, Sort::Text)))
        .cond_where(guard(collection, &[], condition, dialect));
    delete
}

pub(super) fn delete_some(
    collection: &'static Collection,
    condition: &Cond,
    limit: Slot,
    dialect: Dialect,
) -> DeleteStatement {
    let mut some = Query::select();
    some.column(SEQ)
        .from(collection.id)
        .cond_where(filter(condition, About::only(Table(collection), dialect)))
        .order_by(SEQ, sea_query::Order::Asc)
        .limit(number(limit));
    if dialect == Dialect::Postgres {
        // Rows that others have changed meanwhile are looked at again, and others take the place of those that no longer meet the condition.
        some.lock_exclusive();
    }
    let mut delete = Query::delete();
    delete
        .from_table(collection.id)
        .and_where(Expr::col(SEQ).in_subquery(some));
    delete
}

/// A row per document changed, with nothing but the fact of it: no caller asks for more.
pub(super) fn one() -> sea_query::ReturningClause {
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
        } => (column, value(*slot, Sort::of(collection, column))),
        Set::Add { column, by, .. } => (column, sum(collection, column, *by)),
    }
}

/// The sum of a column and a number; a column without a value counts as its default, or 0.
fn sum(collection: &'static Collection, column: &'static str, by: Slot) -> Expr {
    Func::coalesce([
        Expr::col((collection.id, column)),
        start(collection, column),
    ])
    .add(value(by, Sort::of(collection, column)))
}

/// The number that an attribute without a value counts as when something is added to it: its default, or 0.
fn start(collection: &Collection, column: &str) -> Expr {
    let attribute = collection.attribute(column);
    let start = match attribute.and_then(|attribute| attribute.default) {
        Some(DefaultValue::Int(number)) => number.into(),
        Some(DefaultValue::Float(number)) => number.into(),
        _ => 0i64.into(),
    };
    Expr::Constant(start)
}

/// The condition under which a row is changed: every sum within its bounds, and the change's own condition met.
fn guard(
    collection: &'static Collection,
    sets: &[Set],
    condition: Option<&Cond>,
    dialect: Dialect,
) -> Condition {
    let mut all = Condition::all();
    for set in sets {
        if let Set::Add {
            column,
            by,
            least,
            greatest,
        } = set
        {
            let bound = |slot| value(slot, Sort::of(collection, column));
            all = all.add(sum(collection, column, *by).between(bound(*least), bound(*greatest)));
        }
    }
    match condition {
        Some(condition) => all.add(filter(
            condition,
            About {
                table: Table(collection),
                is_qualified: true,
                dialect,
            },
        )),
        None => all,
    }
}
