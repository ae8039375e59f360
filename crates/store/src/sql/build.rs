//! From shapes to text, through sea-query: the parts that statements have in common, and the reading statements.

use sea_query::{
    Condition, Expr, ExprTrait, Func, FunctionCall, NullOrdering, Order, Query, SelectStatement,
    UnionType,
};
use whisper_schema::{Collection, Kind};

use super::condition::{About, answers, filter, found_by};
use super::sort::Sort;
use super::text::{Text, constant, number, value};
use super::{Answer, Cond, Expectation, Prepared, Rows, Shape, write};
use crate::bind::Slot;
use crate::columns::{ID, REVISION, SEQ, is_nullable};
use crate::driver::Dialect;
use crate::filter::Compare;

impl Shape {
    /// The statement's text.
    pub(super) fn build(&self, dialect: Dialect) -> Prepared {
        let mut text = Text::with_placeholders(dialect);
        match self {
            Shape::Read {
                answers,
                times,
                each,
            } => {
                let mut row = Query::select();
                for time in 0..*times {
                    let by = isize::try_from(time * each).unwrap_or(isize::MAX);
                    row.exprs(answers.iter().map(|one| answer(&one.moved(by), dialect)));
                }
                text.write(&row);
            }
            Shape::Expect(expectations) => {
                let mut row = Query::select();
                row.exprs(expectations.iter().map(|each| expectation(each, dialect)));
                text.write(&row);
            }
            Shape::Changes => text.write(Query::select().expr(Func::cust("changes"))),
            _ => self.write(&mut text, true),
        }
        text.into_prepared()
    }

    /// The text of a statement that writes; of one for a single row it may be that this is told by a row.
    pub(super) fn write(&self, text: &mut Text<'_>, tells: bool) {
        let dialect = text.dialect();
        match self {
            Shape::Insert {
                table,
                rows,
                existing,
            } => {
                let mut insert = write::insert(table.0, *rows, existing, dialect);
                if tells && self.tells() {
                    insert.returning(write::one());
                }
                text.write(&insert);
            }
            Shape::InsertList {
                table,
                existing,
                timed,
            } => text.write(&write::insert_list(table.0, existing, timed, dialect)),
            Shape::Update {
                table,
                id,
                sets,
                condition,
            } => {
                let mut update = write::update(table.0, *id, sets, condition.as_ref(), dialect);
                if tells {
                    update.returning(write::one());
                }
                text.write(&update);
            }
            Shape::UpdateMany {
                table,
                columns,
                rows,
            } => text.write(&write::update_many(table.0, columns, *rows)),
            Shape::UpdateList {
                table,
                columns,
                timed,
            } => text.write(&write::update_list(table.0, columns, timed, dialect)),
            Shape::Delete {
                table,
                id,
                condition,
            } => {
                let mut delete = write::delete(table.0, *id, condition.as_ref(), dialect);
                if tells {
                    delete.returning(write::one());
                }
                text.write(&delete);
            }
            Shape::DeleteSome {
                table,
                condition,
                limit,
            } => text.write(&write::delete_some(table.0, condition, *limit, dialect)),
            Shape::Read { .. } | Shape::Expect(_) | Shape::Changes => {}
        }
    }
}

fn answer(answer: &Answer, dialect: Dialect) -> Expr {
    match answer {
        Answer::One { table, id } => {
            let mut one = Query::select();
            one.expr(as_text(json_row(table.0, dialect).into(), dialect))
                .from(table.0.id)
                .and_where(Expr::col(ID).eq(value(*id, Sort::Text)));
            one.into()
        }
        Answer::Rows(rows) => {
            // The order holds inside the aggregate because the inner query has a LIMIT.
            // JSON is made outside: it would come out of the inner query as plain text.
            let mut all = Query::select();
            all.expr(json_rows(json_row(rows.table.0, dialect), dialect))
                .from_subquery(ordered(rows, dialect), "rows");
            all.into()
        }
        Answer::Count {
            table,
            condition,
            limit,
        } => {
            let mut some = Query::select();
            some.expr(constant(1))
                .from(table.0.id)
                .cond_where(filter(condition, About::only(*table, dialect)))
                .limit(number(*limit));
            let mut count = Query::select();
            count
                .expr(Func::cust("count").arg(Expr::cust("*")))
                .from_subquery(some, "rows");
            count.into()
        }
    }
}

fn ordered(rows: &Rows, dialect: Dialect) -> SelectStatement {
    let Some(tail) = &rows.tail else {
        return part(rows, &rows.condition, dialect);
    };
    // SQLite runs one after the other, and the second only if the limit isn't reached. Inner queries,
    // because an order and a limit are else those of the whole.
    let whole = |condition, name: &'static str| {
        let mut whole = Query::select();
        whole
            .columns(columns(rows.table.0))
            .from_subquery(part(rows, condition, dialect), name);
        whole
    };
    let mut both = whole(&rows.condition, "first");
    both.union(UnionType::All, whole(tail, "last"))
        .limit(number(rows.limit));
    both
}

fn columns(collection: &Collection) -> impl Iterator<Item = &'static str> {
    let attributes = collection.attributes.iter().map(|attribute| attribute.key);
    [ID, SEQ, REVISION].into_iter().chain(attributes)
}

fn part(rows: &Rows, condition: &Cond, dialect: Dialect) -> SelectStatement {
    let found = (dialect == Dialect::Sqlite).then(|| searched(rows, condition));
    if let Some(select) = found.flatten() {
        return select;
    }
    let mut select = Query::select();
    select
        .columns(columns(rows.table.0))
        .from(rows.table.0.id)
        .cond_where(filter(condition, About::only(rows.table, dialect)))
        .limit(number(rows.limit));
    if dialect == Dialect::Postgres && rows.is_settled {
        select.and_where(Expr::col(SEQ).lt(Expr::cust("whisper_settled()")));
    }
    for (column, descending) in &rows.orders {
        let (order, nulls) = match descending {
            true => (Order::Desc, NullOrdering::Last),
            false => (Order::Asc, NullOrdering::First),
        };
        match dialect {
            Dialect::Postgres if is_nullable(rows.table.0, column) => {
                select.order_by_with_nulls(*column, order, nulls)
            }
            // SQLite's NULLs are least, as the store promises; saying so would keep it off indexes.
            _ => select.order_by(*column, order),
        };
    }
    select
}

/// Documents that are found by their words, in the order of their places: the table of words has that order, so only as
/// many are looked at as are given. None for others.
fn searched(rows: &Rows, condition: &Cond) -> Option<SelectStatement> {
    let (first, descending) = rows.orders.first()?;
    let (words, question) = question(condition)?;
    let (found, place) = found_by(rows.table, words).filter(|(_, place)| place == first)?;
    let rowid = || Expr::col((found.clone(), "rowid"));
    let mut select = Query::select();
    select
        .columns(columns(rows.table.0))
        .from(found.clone())
        .cross_join(rows.table.0.id)
        .and_where(answers(&found, question))
        .and_where(Expr::col(place).eq(rowid()))
        .cond_where(bounds(condition, place, &rowid))
        .cond_where(filter(
            &without_question(condition),
            About::only(rows.table, Dialect::Sqlite),
        ))
        // No other document has the place: later columns of the order decide nothing.
        .order_by(
            (found.clone(), "rowid"),
            if *descending { Order::Desc } else { Order::Asc },
        )
        .limit(number(rows.limit));
    Some(select)
}

/// The words and the question of a condition that asks one.
fn question(condition: &Cond) -> Option<(&'static str, Slot)> {
    match condition {
        Cond::Matches {
            column, question, ..
        } => Some((column, *question)),
        Cond::And(all) => all.iter().find_map(question),
        _ => None,
    }
}

/// The rest of a condition that asks one question.
fn without_question(condition: &Cond) -> Cond {
    fn rest(condition: &Cond, asked: &mut bool) -> Cond {
        match condition {
            Cond::Matches { .. } if !std::mem::replace(asked, true) => Cond::And(Vec::new()),
            Cond::And(all) => Cond::And(all.iter().map(|each| rest(each, asked)).collect()),
            other => other.clone(),
        }
    }
    rest(condition, &mut false)
}

/// The bounds that a condition sets to the place: the table of words begins there.
fn bounds(condition: &Cond, place: &str, rowid: &impl Fn() -> Expr) -> Condition {
    match condition {
        Cond::And(all) => all.iter().fold(Condition::all(), |bound, each| {
            bound.add(bounds(each, place, rowid))
        }),
        Cond::Compare(column, how, slot) if *column == place => {
            let (rowid, value) = (rowid(), value(*slot, Sort::Integer));
            Condition::all().add(match how {
                Compare::Lt => rowid.lt(value),
                Compare::Le => rowid.lte(value),
                Compare::Gt => rowid.gt(value),
                Compare::Ge => rowid.gte(value),
                Compare::Eq | Compare::Ne => return Condition::all(),
            })
        }
        _ => Condition::all(),
    }
}

/// Whether it holds.
pub(super) fn expectation(expectation: &Expectation, dialect: Dialect) -> Expr {
    let mut some = Query::select();
    some.expr(constant(1))
        .from(expectation.table.0.id)
        .cond_where(filter(
            &expectation.condition,
            About::only(expectation.table, dialect),
        ));
    let exists = Expr::exists(some);
    if expectation.some {
        exists
    } else {
        exists.not()
    }
}

/// A row as one JSON array: rows are dear on their way out of the host, text is not.
fn json_row(collection: &Collection, dialect: Dialect) -> FunctionCall {
    let first = [ID, SEQ, REVISION].map(Expr::col);
    let attributes = collection.attributes.iter().map(|attribute| {
        let column = Expr::col(attribute.key);
        match (dialect, attribute.kind) {
            (Dialect::Sqlite, _) if attribute.array => Func::cust("json").arg(column).into(),
            (Dialect::Postgres, _) if attribute.array => column.cast_as("json"),
            (Dialect::Sqlite, Kind::Double { .. }) => exact(column),
            (_, Kind::Bytes { .. }) => hex(column, dialect),
            _ => column,
        }
    });
    let columns = first.into_iter().chain(attributes);
    match dialect {
        Dialect::Sqlite => Func::cust("json_array").args(columns),
        Dialect::Postgres => Func::cust("json_build_array").args(columns),
    }
}

/// All rows as one JSON array.
fn json_rows(row: FunctionCall, dialect: Dialect) -> Expr {
    match dialect {
        Dialect::Sqlite => Func::cust("json_group_array").arg(row).into(),
        Dialect::Postgres => {
            let all = as_text(Func::cust("json_agg").arg(row).into(), dialect);
            Func::coalesce([all, Expr::Constant("[]".into())]).into()
        }
    }
}

/// JSON as the text it is on its way out.
fn as_text(json: Expr, dialect: Dialect) -> Expr {
    match dialect {
        Dialect::Sqlite => json,
        Dialect::Postgres => json.cast_as("text"),
    }
}

/// Bytes as hexadecimal digits.
fn hex(column: Expr, dialect: Dialect) -> Expr {
    let null = column.clone().is_null();
    match dialect {
        Dialect::Postgres => Func::cust("encode")
            .args([column, Expr::Constant("hex".into())])
            .into(),
        // Without the question NULL would be no bytes, as they also can be.
        Dialect::Sqlite => Func::cust("iif")
            .args([null, Expr::null(), Func::cust("hex").arg(column).into()])
            .into(),
    }
}

/// A double with all its digits, as text: JSON gets 15 of them, a round trip takes 17.
fn exact(column: Expr) -> Expr {
    let digits = Func::cust("format").args([Expr::Constant("%!.17g".into()), column.clone()]);
    // Formatting NULL would give 0.
    Func::cust("iif")
        .args([column.is_null(), Expr::null(), digits.into()])
        .into()
}
