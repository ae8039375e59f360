//! Conditions as sea-query has them.

use sea_query::extension::sqlite::SqliteExpr;
use sea_query::{Alias, Condition, Expr, ExprTrait, Func, IntoColumnRef, Query, SelectStatement};
use whisper_schema::ddl::words_table;

use super::Cond;
use super::sort::Sort;
use super::text::{constant, value};
use crate::bind::Slot;
use crate::columns::{Table, words_index};
use crate::driver::Dialect;
use crate::filter::Compare;

/// The rows that a condition is about.
#[derive(Clone, Copy)]
pub(super) struct About {
    pub table: Table,
    /// Whether its columns are named with their table, as the statement has more than one.
    pub is_qualified: bool,
    pub dialect: Dialect,
}

impl About {
    /// The rows of a statement that has but one table.
    pub fn only(table: Table, dialect: Dialect) -> Self {
        About {
            table,
            is_qualified: false,
            dialect,
        }
    }

    fn column(&self, key: &'static str) -> Expr {
        match self.is_qualified {
            true => Expr::col((self.table.0.id, key).into_column_ref()),
            false => Expr::col(key),
        }
    }

    fn sort(&self, key: &str) -> Sort {
        Sort::of(self.table.0, key)
    }
}

/// A condition.
pub(super) fn filter(condition: &Cond, about: About) -> Condition {
    let all = Condition::all();
    let column = |key| about.column(key);
    match condition {
        Cond::Compare(key, how, slot) => {
            all.add(compare(column(key), *how, value(*slot, about.sort(key))))
        }
        Cond::Null(key) => all.add(column(key).is_null()),
        Cond::NotNull(key) => all.add(column(key).is_not_null()),
        Cond::In(key, first, count) => {
            let sort = about.sort(key);
            all.add(column(key).is_in((*first..first + count).map(|slot| value(slot, sort))))
        }
        Cond::Listed(key, slot) => {
            let list = listed(*slot, about.sort(key), about.dialect);
            all.add(match about.dialect {
                Dialect::Sqlite => column(key).in_subquery(list),
                Dialect::Postgres => is_any(column(key), list),
            })
        }
        Cond::Contains(key, slot) => all.add(contains(key, *slot, about)),
        Cond::Among {
            column: key,
            table,
            of,
            condition,
            inside,
        } => {
            let values = values(About::only(*table, about.dialect), of, condition);
            all.add(match inside {
                true => column(key).in_subquery(values),
                false => column(key).not_in_subquery(values),
            })
        }
        Cond::Matches {
            column: words,
            question,
            words: (every, needles),
            ..
        } => match (about.dialect, found_by(about.table, words)) {
            (Dialect::Sqlite, Some((found, place))) => {
                all.add(column(place).in_subquery(places(&found, *question)))
            }
            (Dialect::Postgres, Some(_)) => all
                .add(has_words(column(words), *every))
                .add(has_phrases(column(words), *needles)),
            (_, None) => filter(&Cond::NEVER, about),
        },
        // An empty list would vanish from the text, be it an AND, which always holds, or an OR, which never does.
        Cond::And(several) if several.is_empty() => all,
        Cond::Or(any) if any.is_empty() => all.add(constant(1).eq(constant(0))),
        Cond::And(several) => several
            .iter()
            .fold(all, |and, each| and.add(filter(each, about))),
        Cond::Or(any) => any
            .iter()
            .fold(Condition::any(), |or, each| or.add(filter(each, about))),
    }
}

/// Whether one of a list's elements is this value.
fn contains(key: &'static str, slot: Slot, about: About) -> Expr {
    let attribute = about.table.0.attribute(key);
    let sort = attribute.map_or(Sort::Text, Sort::of_element);
    let mut element = Query::select();
    element
        .expr(constant(1))
        .from_function(elements(about.column(key), about.dialect), "element")
        .and_where(element_of("element", sort, about.dialect).eq(value(slot, sort)));
    Expr::exists(element)
}

/// The elements of a JSON array as rows.
pub(super) fn elements(array: Expr, dialect: Dialect) -> sea_query::FunctionCall {
    match dialect {
        Dialect::Sqlite => Func::cust("json_each").arg(array),
        Dialect::Postgres => Func::cust("json_array_elements_text").arg(array.cast_as("json")),
    }
}

/// The value of such a row.
fn element_of(rows: &'static str, sort: Sort, dialect: Dialect) -> Expr {
    let value = Expr::col((Alias::new(rows), Alias::new("value")));
    match dialect {
        Dialect::Sqlite => value,
        Dialect::Postgres => value.cast_as(sort.element_type()),
    }
}

/// Whether all words stand in a column, in whatever order: what PostgreSQL's index answers.
fn has_words(column: Expr, every: Slot) -> Expr {
    let lexemes = Func::cust("whisper_lexemes").arg(column);
    Expr::cust_with_exprs(
        "$1 @@ $2::tsquery",
        [lexemes.into(), value(every, Sort::Text)],
    )
}

/// Whether all phrases stand in a column as they are.
fn has_phrases(column: Expr, needles: Slot) -> Expr {
    let found = Expr::cust_with_exprs(
        "strpos($1, $2) > 0",
        [column, element_of("needle", Sort::Text, Dialect::Postgres)],
    );
    let mut all = Query::select();
    all.expr(Func::cust("bool_and").arg(found)).from_function(
        elements(value(needles, Sort::Text), Dialect::Postgres),
        "needle",
    );
    all.into()
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
fn listed(list: Slot, sort: Sort, dialect: Dialect) -> SelectStatement {
    let mut values = Query::select();
    values
        .expr(element_of("list", sort, dialect))
        .from_function(elements(value(list, Sort::Text), dialect), "list");
    values
}

/// Whether a column has a value of a list. As an array: PostgreSQL takes the rows of a subquery for many, and rather reads the whole table in the
/// order that is asked for.
fn is_any(column: Expr, list: SelectStatement) -> Expr {
    Expr::cust_with_exprs("$1 = ANY(ARRAY($2))", [column, list.into()])
}

/// The values of a column in the rows that meet a condition.
fn values(about: About, of: &'static str, condition: &Cond) -> SelectStatement {
    let mut values = Query::select();
    values.column(of).from(about.table.0.id);
    // Without any condition SQLite looks values up in the column's index, and never makes a list of them.
    if !matches!(condition, Cond::And(all) if all.is_empty()) {
        values.cond_where(filter(condition, about));
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
    Expr::col(found.to_owned()).matches(value(question, Sort::Text))
}
