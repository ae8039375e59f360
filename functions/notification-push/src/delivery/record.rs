//! Keeping the outcomes of an attempt: all pushes of a lease in one commit, on the condition that the lease
//! still holds.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::log::{self, Level};
use whisper_kit::{Ctx, Result, together};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Column, Push, PushStatus, PushSubscription, QueuedMessage};
use whisper_store::{Batch, Filter, Patch};

use super::finish::finish;
use super::lease::holds;
use super::outcome::Outcome;

/// How exactly a device's last push is kept, in milliseconds: not every push is worth a write.
const TO: i64 = 3_600_000;

/// A push with its outcome.
pub struct Attempted {
    /// The push.
    pub push: Push,
    /// Its outcome.
    pub outcome: Outcome,
    /// Whether the entry of the outbox that it belongs to is there.
    pub has_entry: bool,
    /// When its device was last pushed to, as far as that is kept.
    pub pushed_at: Option<Timestamp>,
}

/// Keeps it, ends the entries of the outbox that came to their end, and logs the failures.
///
/// # Errors
/// The store's; then the pushes are sent again when the lease has run out.
pub async fn record(ctx: &Ctx, lease: Timestamp, attempted: Vec<Attempted>) -> Result<()> {
    // Each on its own where one lease was lost, or an entry is gone.
    let outcome = together(&attempted, async |some| {
        let store = ctx.store().await?;
        Ok(store.commit(batch(lease, some)).await?)
    })
    .await?;
    for (one, error) in outcome.failed {
        if !error.is_stale() {
            return Err(error);
        }
        let fields = [("pushId", one.push.id.as_str().into())];
        log::write(Level::Warn, "push_lease_lost", ctx.request_id(), &fields);
    }
    log_failures(ctx, &attempted);
    remember(ctx, &attempted).await?;
    let entries: BTreeSet<&String> = attempted
        .iter()
        .filter(|one| !matches!(one.outcome, Outcome::Later { .. }))
        .filter_map(|one| one.push.queue_id.as_ref())
        .collect();
    let entries: Vec<String> = entries.into_iter().cloned().collect();
    finish(ctx, &entries).await?;
    Ok(())
}

fn batch(lease: Timestamp, attempted: &[Attempted]) -> Batch {
    let ids = attempted.iter().map(|one| one.push.id.as_str());
    let mut batch = holds(Batch::new(), lease, ids);
    let (mut over, mut gone, mut ended) = (Vec::new(), Vec::new(), Vec::new());
    let mut tried: BTreeMap<&str, (i64, &str)> = BTreeMap::new();
    for one in attempted {
        let id = one.push.id.as_str();
        match &one.outcome {
            Outcome::Sent => over.push(id),
            Outcome::Dropped { device_gone } => {
                over.push(id);
                gone.extend(device_gone.then_some(one.push.subscription_id.as_str()));
            }
            Outcome::SignedOut { session } => {
                over.push(id);
                ended.push((one.push.subscription_id.as_str(), session.as_str()));
            }
            Outcome::Later {
                due_at,
                attempts,
                error,
            } => {
                batch = batch.update(id, change(PushStatus::Pending, *due_at, *attempts, error));
                if let (Some(entry), true) = (&one.push.queue_id, one.has_entry) {
                    tried.insert(entry, (*attempts, error));
                }
            }
            Outcome::Failed { attempts, error } => {
                batch = batch.update(id, change(PushStatus::Failed, lease, *attempts, error));
            }
        }
    }
    for (entry, (attempts, error)) in tried {
        let patch = Patch::<QueuedMessage>::new()
            .set(QueuedMessage::RETRY_COUNT, attempts)
            .set(QueuedMessage::ERROR, error);
        batch = batch.update(entry, patch);
    }
    let count = over.len() as u64;
    if count > 0 {
        batch = batch.delete_where::<Push>(Filter::is_in(Column::id(), over), count);
    }
    let count = gone.len() as u64;
    if count > 0 {
        let gone = Filter::is_in(Column::id(), gone);
        batch = batch.delete_where::<PushSubscription>(gone, count);
    }
    let count = ended.len() as u64;
    if count > 0 {
        // A device that is another session's by now stays.
        let (devices, sessions): (Vec<&str>, Vec<&str>) = ended.into_iter().unzip();
        let ended = Filter::and([
            Filter::is_in(Column::id(), devices),
            Filter::is_in(PushSubscription::SESSION_ID, sessions),
        ]);
        batch = batch.delete_where::<PushSubscription>(ended, count);
    }
    batch
}

fn change(status: PushStatus, due_at: Timestamp, attempts: i64, error: &str) -> Patch<Push> {
    Patch::new()
        .set(Push::STATUS, status)
        .set(Push::DUE_AT, due_at)
        .set(Push::ATTEMPTS, attempts)
        .set(Push::ERROR, error)
}

/// Never the endpoint: everybody who knows it may push.
fn log_failures(ctx: &Ctx, attempted: &[Attempted]) {
    for one in attempted {
        if let Outcome::Failed { attempts, error } = &one.outcome {
            let fields = [
                ("pushId", one.push.id.as_str().into()),
                ("attempts", (*attempts).into()),
                ("cause", error.as_str().into()),
            ];
            log::write(Level::Warn, "push_failed", ctx.request_id(), &fields);
        }
    }
}

/// Keeps when devices were last pushed to. One that is gone by now is no loss.
async fn remember(ctx: &Ctx, attempted: &[Attempted]) -> Result<()> {
    let now = ctx.now();
    let stale = |one: &&Attempted| {
        let recent = one
            .pushed_at
            .is_some_and(|at| at.plus(TO) > now && at <= now);
        one.outcome == Outcome::Sent && !recent
    };
    let devices: BTreeSet<&str> = attempted
        .iter()
        .filter(stale)
        .map(|one| one.push.subscription_id.as_str())
        .collect();
    let batch = devices.iter().fold(Batch::new(), |batch, device| {
        let patch = Patch::new().set(PushSubscription::LAST_PUSHED_AT, Timestamp::AT_COMMIT);
        batch.update(device, patch)
    });
    ctx.try_commit(batch).await.map(drop)
}
