//! Conditions as sea-query has them.

use sea_query::extension::sqlite::SqliteExpr;
use sea_query::{Alias, Condition, Expr, ExprTrait, Func, IntoColumnRef, Query, SelectStatement};
use whisper_schema::ddl::words_table;

use super::Cond;
use super::text::{constant, value};
use crate::bind::Slot;
use crate::columns::{Table, words_index};
use crate::filter::Compare;

/// A condition; its columns qualified where the statement has more than one table.
pub(super) fn filter(condition: &Cond, table: Option<&'static str>) -> Condition {
    let column = |column: &&'static str| match table {
        Some(table) => Expr::col((table, *column).into_column_ref()),
        None => Expr::col(*column),
    };
    match condition {
        Cond::Compare(key, how, slot) => {
            Condition::all().add(compare(column(key), *how, value(*slot)))
        }
        Cond::Null(key) => Condition::all().add(column(key).is_null()),
        Cond::NotNull(key) => Condition::all().add(column(key).is_not_null()),
        Cond::In(key, first, count) => {
            Condition::all().add(column(key).is_in((*first..first + count).map(value)))
        }
        Cond::Listed(key, slot) => Condition::all().add(column(key).in_subquery(listed(*slot))),
        Cond::Contains(key, slot) => {
            let mut element = Query::select();
            element
                .expr(constant(1))
                .from_function(Func::cust("json_each").arg(column(key)), "element")
                .and_where(
                    Expr::col((Alias::new("element"), Alias::new("value"))).eq(value(*slot)),
                );
            Condition::all().add(Expr::exists(element))
        }
        Cond::Among {
            column: key,
            table,
            of,
            condition,
            inside,
        } => {
            let values = values(*table, of, condition);
            Condition::all().add(match inside {
                true => column(key).in_subquery(values),
                false => column(key).not_in_subquery(values),
            })
        }
        Cond::Matches {
            table: of,
            column: words,
            question,
            ..
        } => match found_by(*of, words) {
            Some((found, place)) => {
                Condition::all().add(column(&place).in_subquery(places(&found, *question)))
            }
            None => filter(&Cond::NEVER, None),
        },
        // An empty list would vanish from the text, be it an AND, which always holds, or an OR, which never does.
        Cond::And(all) if all.is_empty() => Condition::all(),
        Cond::Or(any) if any.is_empty() => Condition::all().add(constant(1).eq(constant(0))),
        Cond::And(all) => all
            .iter()
            .fold(Condition::all(), |and, each| and.add(filter(each, table))),
        Cond::Or(any) => any
            .iter()
            .fold(Condition::any(), |or, each| or.add(filter(each, table))),
    }
}

fn compare(column: Expr, how: Compare, value: Expr) -> Expr {
    match how {
        Compare::Eq => column.eq(value),
        Compare::Ne => column.ne(value),
        Compare::Lt => column.lt(value),
        Compare::Le => column.lte(value),
        Compare::Gt => column.gt(value),
        Compare::Ge => column.gte(value),
    }
}

/// The elements of a list that is one value.
fn listed(list: Slot) -> SelectStatement {
    let mut values = Query::select();
    values
        .expr(Expr::col((Alias::new("list"), Alias::new("value"))))
        .from_function(Func::cust("json_each").arg(value(list)), "list");
    values
}

/// The values of a column in the rows that meet a condition.
fn values(table: Table, of: &'static str, condition: &Cond) -> SelectStatement {
    let mut values = Query::select();
    values.column(of).from(table.0.id);
    // Without any condition SQLite looks values up in the column's index, and never makes a list of them.
    if !matches!(condition, Cond::And(all) if all.is_empty()) {
        values.cond_where(filter(condition, None));
    }
    values
}

/// The places of the rows that answer a question.
fn places(found: &str, question: Slot) -> SelectStatement {
    let mut places = Query::select();
    places
        .column("rowid")
        .from(found.to_owned())
        .and_where(answers(found, question));
    places
}

/// The table that a column's words are found in, and the column with the places of its rows.
pub(super) fn found_by(table: Table, words: &str) -> Option<(String, &'static str)> {
    let (index, _, place) = words_index(table.0, words)?;
    Some((words_table(table.0, index), place))
}

/// Whether a row of a table of words answers a question.
pub(super) fn answers(found: &str, question: Slot) -> Expr {
    Expr::col(found.to_owned()).matches(value(question))
}
