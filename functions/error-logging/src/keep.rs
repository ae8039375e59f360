//! Keeping errors: each with its group, in one commit, for the price of a few statements.

use std::collections::BTreeMap;

use whisper_kit::{Ctx, Result};
use whisper_schema::Timestamp;
use whisper_schema::analytics_db::{ErrorLog, ErrorLogSeverity};
use whisper_schema::prelude::Column;
use whisper_schema::system::{ErrorGroup, ErrorGroupStatus, ErrorLink};
use whisper_store::{Batch, Doc, Filter, Order, Patch, Query};

use crate::report::Entry;

/// Errors that are kept of a group; the count goes on.
pub const KEPT: u64 = 100;
/// How many beyond that a report takes along: errors that several reporters at once kept too many.
const SURPLUS: u64 = 20;

/// Several errors of one group.
struct Portion<'a> {
    group_id: &'a str,
    entries: Vec<&'a Entry>,
    known: Option<Doc<ErrorGroup>>,
    /// Kept errors that make room, the oldest first.
    leaving: Vec<String>,
}

/// The commit for these errors, as the groups stand now.
///
/// # Errors
/// The store's.
pub async fn batch(ctx: &Ctx, entries: &[Entry]) -> Result<Batch> {
    let portions = portions(ctx, entries).await?;
    let (mut rows, mut groups) = (Batch::new(), Batch::new());
    let mut leaving = Vec::new();
    for portion in portions {
        for entry in &portion.entries {
            rows = rows.insert(&entry.log);
        }
        groups = match &portion.known {
            Some(known) => counted(groups, &portion, known),
            None => groups.insert(&founded(&portion)),
        };
        leaving.extend(portion.leaving);
    }
    for entry in entries {
        rows = rows.insert(&ErrorLink {
            id: entry.log.id.clone(),
            group_id: entry.group_id.clone(),
            created_at: Timestamp::AT_COMMIT,
        });
    }
    let batch = groups.append(rows);
    if leaving.is_empty() {
        return Ok(batch);
    }
    Ok(forget(batch, &leaving))
}

/// Deletes kept errors.
pub fn forget(batch: Batch, ids: &[String]) -> Batch {
    let ids = || ids.iter().map(String::as_str);
    let count = ids().count() as u64;
    batch
        .delete_where(Filter::<ErrorLog>::is_in(Column::id(), ids()), count)
        .delete_where(Filter::<ErrorLink>::is_in(Column::id(), ids()), count)
}

async fn portions<'a>(ctx: &Ctx, entries: &'a [Entry]) -> Result<Vec<Portion<'a>>> {
    let mut by_group: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        by_group.entry(&entry.group_id).or_default().push(entry);
    }
    let of_group =
        |group: &str| Query::<ErrorLink>::new().filter(Filter::eq(ErrorLink::GROUP_ID, group));
    let groups = Query::<ErrorGroup>::new()
        .filter(Filter::is_in(Column::id(), by_group.keys().copied()))
        .limit(by_group.len() as u32);
    let counts: Vec<_> = by_group
        .keys()
        .map(|group| of_group(group).count(KEPT + SURPLUS))
        .collect();
    let (groups, counts) = ctx.read((groups, counts)).await?;
    let over = |(entries, count): (&Vec<&Entry>, u64)| {
        (count + entries.len() as u64).saturating_sub(KEPT) as u32
    };
    let over: Vec<u32> = by_group.values().zip(counts).map(over).collect();
    let oldest = by_group.keys().zip(over).map(|(group, over)| {
        let oldest = of_group(group).order(Order::asc(ErrorLink::CREATED_AT));
        (over > 0).then(|| oldest.limit(over))
    });
    let oldest = ctx.read(oldest.collect::<Vec<_>>()).await?;
    let mut groups: BTreeMap<String, Doc<ErrorGroup>> = groups
        .into_iter()
        .map(|group| (group.id.clone(), group))
        .collect();
    let read = by_group.into_iter().zip(oldest);
    Ok(read
        .map(|((group_id, entries), oldest)| Portion {
            group_id,
            known: groups.remove(group_id),
            leaving: oldest
                .into_iter()
                .flatten()
                .map(|link| link.into_inner().id)
                .collect(),
            entries,
        })
        .collect())
}

impl Portion<'_> {
    /// The one that happened last.
    fn latest(&self) -> Option<&ErrorLog> {
        self.entries
            .iter()
            .map(|e| &e.log)
            .max_by_key(|log| log.timestamp)
    }

    /// When the one happened that happened first; it may be the last to be reported.
    fn first(&self) -> Option<Timestamp> {
        self.entries.iter().map(|e| e.log.timestamp).min()
    }

    fn worst(&self) -> ErrorLogSeverity {
        let severities = self.entries.iter().map(|e| e.log.severity);
        severities.max_by_key(|s| rank(*s)).unwrap_or_default()
    }

    fn count(&self) -> i64 {
        self.entries.len() as i64
    }
}

/// How bad a severity is.
pub fn rank(severity: ErrorLogSeverity) -> usize {
    let all = ErrorLogSeverity::ELEMENTS;
    all.iter()
        .position(|name| *name == severity.as_str())
        .unwrap_or(0)
}

fn founded(portion: &Portion<'_>) -> ErrorGroup {
    let latest = portion.latest();
    ErrorGroup {
        id: portion.group_id.to_owned(),
        error_type: latest.map(|log| log.error_type.clone()).unwrap_or_default(),
        error_message: latest
            .map(|log| log.error_message.clone())
            .unwrap_or_default(),
        source: portion
            .entries
            .first()
            .map(|e| e.source)
            .unwrap_or_default(),
        severity: portion.worst(),
        status: ErrorGroupStatus::Open,
        count: portion.count(),
        reopened: 0,
        first_seen_at: portion.first().unwrap_or(Timestamp::AT_COMMIT),
        last_seen_at: latest.map_or(Timestamp::AT_COMMIT, |log| log.timestamp),
        resolved_at: None,
        note: None,
    }
}

/// Counts further errors of a group, and opens it again if it had been resolved. Always the same columns:
/// the store joins such updates.
fn counted(batch: Batch, portion: &Portion<'_>, known: &Doc<ErrorGroup>) -> Batch {
    let returns = known.status == ErrorGroupStatus::Resolved;
    let worst = [portion.worst(), known.severity]
        .into_iter()
        .max_by_key(|s| rank(*s));
    let latest = portion
        .latest()
        .filter(|log| log.timestamp >= known.last_seen_at);
    let first = portion.first().unwrap_or(known.first_seen_at);
    let patch = Patch::<ErrorGroup>::new()
        .add(ErrorGroup::COUNT, portion.count())
        .add(ErrorGroup::REOPENED, i64::from(returns))
        .set(ErrorGroup::STATUS, ErrorGroupStatus::Open)
        .set(ErrorGroup::SEVERITY, worst.unwrap_or_default())
        .set(
            ErrorGroup::ERROR_MESSAGE,
            latest.map_or_else(
                || known.error_message.clone(),
                |log| log.error_message.clone(),
            ),
        )
        .set(ErrorGroup::FIRST_SEEN_AT, first.min(known.first_seen_at))
        .set(
            ErrorGroup::LAST_SEEN_AT,
            latest.map_or(known.last_seen_at, |log| log.timestamp),
        )
        .set(ErrorGroup::RESOLVED_AT, None::<Timestamp>);
    let as_read = Filter::and([
        Filter::eq(Column::<ErrorGroup>::id(), portion.group_id),
        Filter::eq(ErrorGroup::STATUS, known.status),
        Filter::eq(ErrorGroup::SEVERITY, known.severity),
        Filter::eq(ErrorGroup::FIRST_SEEN_AT, known.first_seen_at),
    ]);
    batch.expect_some(as_read).update(portion.group_id, patch)
}
