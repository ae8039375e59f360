//! Answers to the questions of a read: each is a request or a few, side by side.

use std::collections::HashMap;

use futures::future::LocalBoxFuture;
use serde_json::{Value, json};
use whisper_schema::{Collection, Timestamp};

use super::Tables;
use super::record::Record;
use super::rows::side_by_side;
use super::wanted::Wanted;
use crate::SqlValue;
use crate::error::StoreError;
use crate::filter::Compare;
use crate::sql::{Answer, Cond, Rows};

/// How old a row must be, in milliseconds, to be taken although places before it are empty. Longer than the
/// server lets a transaction go on.
const SETTLED_AFTER: i64 = 20_000;

/// Answers, each with the positions of the questions it is for.
type Given = Result<Vec<(usize, SqlValue)>, StoreError>;

/// Documents of a table by their ids, each with the position of its question.
type ByIds = (&'static Collection, Vec<(usize, String)>);

impl Tables {
    /// The answers, in the order of the questions.
    pub(super) async fn answers(
        &self,
        questions: &[Answer],
        slots: &[SqlValue],
        now: Timestamp,
    ) -> Result<Vec<SqlValue>, StoreError> {
        let (questions, slots) = self.without_among(questions, slots).await?;
        let (questions, slots) = (questions.as_ref(), slots.as_ref());
        let mut ids: HashMap<&str, ByIds> = HashMap::new();
        let mut counts: HashMap<String, (&Answer, Vec<usize>)> = HashMap::new();
        let mut reads: Vec<LocalBoxFuture<'_, Given>> = Vec::new();
        for (at, question) in questions.iter().enumerate() {
            match question {
                Answer::One { table, id } => {
                    let of_table = ids.entry(table.0.id).or_insert((table.0, Vec::new()));
                    of_table.1.push((at, text(slots, *id)));
                }
                Answer::Rows(rows) => reads.push(Box::pin(async move {
                    let found = self.some(rows, slots, now).await?;
                    let found = found.iter().map(|row| row.columns(rows.table.0)).collect();
                    Ok(vec![(at, SqlValue::Text(Value::Array(found).to_string()))])
                })),
                Answer::Count {
                    table,
                    condition,
                    limit,
                } => {
                    let limit = number(slots, *limit);
                    let what = format!("{} {limit} {}", table.0.id, named(condition, slots));
                    counts
                        .entry(what)
                        .or_insert((question, Vec::new()))
                        .1
                        .push(at);
                }
            }
        }
        for (table, wanted) in ids.into_values() {
            reads.push(Box::pin(self.each(table, wanted)));
        }
        for (question, positions) in counts.into_values() {
            reads.push(Box::pin(self.counted(question, positions, slots)));
        }
        let mut answers = vec![SqlValue::Null; questions.len()];
        for read in side_by_side(reads).await {
            for (at, answer) in read? {
                answers[at] = answer;
            }
        }
        Ok(answers)
    }

    /// Documents of a table by their ids.
    async fn each(&self, table: &'static Collection, wanted: Vec<(usize, String)>) -> Given {
        let mut ids: Vec<String> = wanted.iter().map(|(_, id)| id.clone()).collect();
        ids.sort_unstable();
        ids.dedup();
        let rows = self.by_ids(table, ids).await?;
        let given = wanted.into_iter().filter_map(|(at, id)| {
            let row = rows.iter().find(|row| row.id == id)?;
            Some((at, SqlValue::Text(row.columns(table).to_string())))
        });
        Ok(given.collect())
    }

    async fn counted(&self, question: &Answer, positions: Vec<usize>, slots: &[SqlValue]) -> Given {
        let Answer::Count {
            table,
            condition,
            limit,
        } = question
        else {
            return Ok(Vec::new());
        };
        let most = usize::try_from(number(slots, *limit)).unwrap_or(usize::MAX);
        let count = self.count(table.0, condition, slots, most).await?;
        let count = SqlValue::Integer(i64::try_from(count).unwrap_or(i64::MAX));
        Ok(positions
            .into_iter()
            .map(|at| (at, count.clone()))
            .collect())
    }

    async fn some(
        &self,
        rows: &Rows,
        slots: &[SqlValue],
        now: Timestamp,
    ) -> Result<Vec<Record>, StoreError> {
        let (filters, place) = split(&rows.condition, rows.filters);
        let place = match &rows.tail {
            None => place,
            Some(tail) => Cond::Or(vec![place, split(tail, rows.filters).1]),
        };
        let wanted = Wanted {
            table: rows.table.0,
            filters,
            place,
            orders: rows.orders.clone(),
            limit: usize::try_from(number(slots, rows.limit)).unwrap_or(usize::MAX),
            slots,
        };
        let mut found = self.rows(&wanted).await?;
        if let Some(behind) = rows.settled {
            let safe = self
                .before_gap(rows, number(slots, behind), &found, now)
                .await?;
            found.truncate(safe);
        }
        Ok(found)
    }

    /// How many of these rows, which stand behind a place, come before the first gap that a commit under way may still fill.
    async fn before_gap(
        &self,
        rows: &Rows,
        behind: i64,
        found: &[Record],
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let mut before = behind;
        for (i, row) in found.iter().enumerate() {
            let missing = row.seq - before - 1;
            let young = now.since(row.created) < SETTLED_AFTER;
            if missing > 0 && young {
                // The filter for the place is one of them.
                let all = rows.filters == 1;
                if all || self.between(rows.table.0, before, row.seq).await? < missing {
                    return Ok(i);
                }
            }
            before = row.seq;
        }
        Ok(found.len())
    }

    /// How many rows stand between two places.
    async fn between(&self, table: &Collection, from: i64, to: i64) -> Result<i64, StoreError> {
        // As text: to servers before 1.9 it is nothing else.
        let place = |method: &str, at: i64| json!({"method": method, "attribute": "$sequence", "values": [at.to_string()]});
        let mut queries = vec![
            place("lessThan", to),
            json!({"method": "limit", "values": [1]}),
            json!({"method": "select", "values": ["$id"]}),
        ];
        if from > 0 {
            queries.push(place("greaterThan", from));
        }
        let (_, total) = self.list(table, &queries, true).await?;
        Ok(i64::try_from(total).unwrap_or(i64::MAX))
    }
}

/// The filters, and the condition that says where the rows begin.
fn split(condition: &Cond, filters: usize) -> (&[Cond], Cond) {
    match condition {
        Cond::And(all) if all.len() >= filters => {
            let (filters, place) = all.split_at(filters);
            (filters, Cond::And(place.to_vec()))
        }
        other => (std::slice::from_ref(other), Cond::And(Vec::new())),
    }
}

/// The integer of a slot.
fn number(slots: &[SqlValue], slot: usize) -> i64 {
    match slots.get(slot) {
        Some(SqlValue::Integer(number)) => *number,
        _ => 0,
    }
}

/// The text of a slot.
pub(super) fn text(slots: &[SqlValue], slot: usize) -> String {
    match slots.get(slot) {
        Some(SqlValue::Text(text)) => text.clone(),
        _ => String::new(),
    }
}

/// A condition with its values, so that two that mean the same are the same text.
pub(super) fn named(condition: &Cond, slots: &[SqlValue]) -> String {
    let several = |all: &[Cond]| {
        all.iter()
            .map(|each| named(each, slots))
            .collect::<Vec<_>>()
    };
    match condition {
        Cond::Compare(column, how, slot) => format!("{column} {how:?} {:?}", slots.get(*slot)),
        Cond::In(column, first, count) => {
            format!("{column} in {:?}", slots.get(*first..first + count))
        }
        Cond::Contains(column, slot) => format!("{column} has {:?}", slots.get(*slot)),
        Cond::Listed(column, slot) => format!("{column} in {:?}", slots.get(*slot)),
        Cond::Null(_) | Cond::NotNull(_) | Cond::Among { .. } => format!("{condition:?}"),
        Cond::Matches {
            column, phrases, ..
        } => format!("{column} matches {:?}", slots.get(*phrases)),
        Cond::And(all) => format!("and{:?}", several(all)),
        Cond::Or(some) => format!("or{:?}", several(some)),
    }
}

/// The id that a condition names, if it is about one row alone.
pub(super) fn pinned(condition: &Cond, slots: &[SqlValue]) -> Option<String> {
    match condition {
        Cond::Compare(crate::encode::ID, Compare::Eq, slot) => Some(text(slots, *slot)),
        Cond::And(all) => all.iter().find_map(|each| pinned(each, slots)),
        _ => None,
    }
}
