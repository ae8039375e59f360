//! Conditions in which another table has a say: its values are read first, and stand in the condition then.

use std::borrow::Cow;
use std::collections::BTreeSet;

use futures::future::LocalBoxFuture;
use serde_json::json;
use whisper_schema::Collection;

use super::Tables;
use super::parts::{Part, mentioned, parts};
use super::push;
use super::read::named;
use super::wanted::Wanted;
use crate::SqlValue;
use crate::error::StoreError;
use crate::filter::Compare;
use crate::sql::{Answer, Cond, Rows, Slot};

/// Questions and their values.
type Resolved<'a> = (Cow<'a, [Answer]>, Cow<'a, [SqlValue]>);

impl Tables {
    /// The same questions, each about its own table alone.
    pub(super) async fn without_among<'a>(
        &self,
        questions: &'a [Answer],
        slots: &'a [SqlValue],
    ) -> Result<Resolved<'a>, StoreError> {
        if !questions.iter().any(is_about_others) {
            return Ok((Cow::Borrowed(questions), Cow::Borrowed(slots)));
        }
        let mut resolving = Resolving {
            tables: self,
            slots: slots.to_vec(),
            known: Vec::new(),
        };
        let mut resolved = Vec::with_capacity(questions.len());
        for question in questions {
            resolved.push(resolving.question(question).await?);
        }
        Ok((Cow::Owned(resolved), Cow::Owned(resolving.slots)))
    }
}

fn is_about_others(question: &Answer) -> bool {
    match question {
        Answer::One { .. } => false,
        Answer::Rows(rows) => has_among(&rows.condition),
        Answer::Count { condition, .. } => has_among(condition),
    }
}

fn has_among(condition: &Cond) -> bool {
    match condition {
        Cond::Among { .. } => true,
        Cond::And(several) | Cond::Or(several) => several.iter().any(has_among),
        _ => false,
    }
}

struct Resolving<'a> {
    tables: &'a Tables,
    /// The values of the questions, and behind them the values that were read.
    slots: Vec<SqlValue>,
    /// The slots of each list's values, by the list's name.
    known: Vec<(String, (Slot, usize))>,
}

impl Resolving<'_> {
    async fn question(&mut self, question: &Answer) -> Result<Answer, StoreError> {
        Ok(match question {
            Answer::One { .. } => question.clone(),
            Answer::Rows(rows) => {
                let condition = self.condition(&rows.condition).await?;
                let tail = match &rows.tail {
                    None => None,
                    Some(tail) => Some(self.condition(tail).await?),
                };
                Answer::Rows(Rows {
                    condition,
                    tail,
                    ..rows.clone()
                })
            }
            Answer::Count {
                table,
                condition,
                limit,
            } => Answer::Count {
                table: *table,
                condition: self.condition(condition).await?,
                limit: *limit,
            },
        })
    }

    fn condition<'a>(
        &'a mut self,
        condition: &'a Cond,
    ) -> LocalBoxFuture<'a, Result<Cond, StoreError>> {
        Box::pin(async move {
            Ok(match condition {
                Cond::And(all) => Cond::And(self.each(all).await?),
                Cond::Or(some) => Cond::Or(self.each(some).await?),
                Cond::Among {
                    column,
                    table,
                    of,
                    condition,
                    inside,
                } => {
                    let condition = self.condition(condition).await?;
                    let (first, count) = self.values(table.0, &condition, of).await?;
                    let ne = |slot| Cond::Compare(column, Compare::Ne, slot);
                    match inside {
                        true => Cond::In(column, first, count),
                        false => Cond::And((first..first + count).map(ne).collect()),
                    }
                }
                other => other.clone(),
            })
        })
    }

    async fn each(&mut self, conditions: &[Cond]) -> Result<Vec<Cond>, StoreError> {
        let mut resolved = Vec::with_capacity(conditions.len());
        for condition in conditions {
            resolved.push(self.condition(condition).await?);
        }
        Ok(resolved)
    }

    /// The slots of the values that a column has in the rows that meet a condition.
    async fn values(
        &mut self,
        table: &'static Collection,
        condition: &Cond,
        of: &'static str,
    ) -> Result<(Slot, usize), StoreError> {
        let what = format!("{} {of} {}", table.id, named(condition, &self.slots));
        if let Some((_, place)) = self.known.iter().find(|(known, _)| *known == what) {
            return Ok(*place);
        }
        let wanted = Wanted::oldest(table, condition, &self.slots, usize::MAX);
        let mut columns = vec!["$id", "$sequence", "$createdAt"];
        // The server refuses a column that is named twice.
        if !columns.contains(&push::name(of)) {
            columns.push(push::name(of));
        }
        mentioned(condition, &mut columns);
        let select = json!({"method": "select", "values": columns});
        let mut values = BTreeSet::new();
        for part in parts(&wanted) {
            let part = Part {
                queries: part.queries.into_iter().chain([select.clone()]).collect(),
                ..part
            };
            for row in self.tables.part(&wanted, &part).await? {
                if let SqlValue::Text(text) = row.value(table, of) {
                    values.insert(text);
                }
            }
        }
        let place = (self.slots.len(), values.len());
        self.slots.extend(values.into_iter().map(SqlValue::Text));
        self.known.push((what, place));
        Ok(place)
    }
}
