//! The words of devices are written, with the presence of their users that follows from them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use whisper_kit::rate_limit::Limit;
use whisper_kit::{Attempt, Ctx, Result, ResultExt};
use whisper_people::{
    MOST_DEVICES, PRESENCE_GRACE, by_ids, live_devices, presence_signal, standing,
};
use whisper_schema::prelude::{DeviceStatus, Presence, PresenceDevice, PresenceStatus, Timestamp};
use whisper_store::{Batch, Doc, Filter, Patch, Query};

use super::sum::Sum;
use super::{COUNTS, REMEMBERED, device_id};

/// How many users' devices one question names: it gives at most so many rows.
const USERS: usize = whisper_store::MAX_LIMIT as usize / MOST_DEVICES;

/// A word of a device's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is there still, and as it was.
    There,
    /// Its user is so, and its kind is this.
    Is(DeviceStatus, Option<String>),
    /// It goes.
    Gone,
}

/// A device, and its word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// User whose device it is.
    pub user: String,
    /// Session that it is.
    pub session: String,
    /// Its word.
    pub said: Said,
}

/// Writes what devices say, and the presence of these users and theirs anew, in one commit that doesn't wait for the disk. Streams are
/// told of each user whose status others see differently from then on. A limit is counted with it.
///
/// # Errors
/// `rate_limited`, and the store's.
pub async fn write(
    ctx: &Ctx,
    users: &BTreeSet<&str>,
    words: &[Word],
    limit: Option<&Limit>,
) -> Result<()> {
    let said = words.iter().map(|word| word.user.as_str());
    let users: BTreeSet<&str> = users.iter().copied().chain(said).collect();
    ctx.retry(async || {
        let found = Found::read(ctx, &users, words).await?;
        let batch = found.batch(ctx, &users, words)?;
        if batch.is_empty() {
            return Ok(Attempt::Done(()));
        }
        let batch = match limit {
            Some(limit) => limit.count_in(batch, ctx.now()),
            None => batch,
        };
        let outcome = ctx.relaxed().await?.commit(batch).await;
        let outcome = outcome.map(|_| ());
        match limit {
            Some(limit) => Attempt::of(outcome.on_reached(limit, ctx.now())),
            None => Attempt::of(outcome),
        }
    })
    .await
}

/// Devices and the presence of their users, as they were read.
struct Found {
    now: Timestamp,
    devices: BTreeMap<String, Doc<PresenceDevice>>,
    presences: BTreeMap<String, Doc<Presence>>,
}

/// The operations of a commit, by their kinds: those of one kind are one statement.
#[derive(Default)]
struct Writes {
    kept: Batch,
    standing: Batch,
    devices: Batch,
    presences: Batch,
    signals: Batch,
}

impl Found {
    async fn read(ctx: &Ctx, users: &BTreeSet<&str>, words: &[Word]) -> Result<Self> {
        let (now, all) = (ctx.now(), users.iter().copied().collect::<Vec<_>>());
        let live: Vec<Query<PresenceDevice>> = all
            .chunks(USERS)
            .map(|users| live_devices(users, now))
            .collect();
        let named: Vec<String> = words.iter().map(Word::id).collect();
        let asked = (
            live,
            by_ids::<PresenceDevice>(named.iter().map(String::as_str)),
            by_ids::<Presence>(all.iter().copied()),
        );
        let (live, named, presences) = ctx.read(asked).await?;
        let devices = live.into_iter().chain(named).flatten();
        let presences = presences.into_iter().flatten();
        Ok(Self {
            now,
            devices: devices.map(|doc| (doc.id.clone(), doc)).collect(),
            presences: presences.map(|doc| (doc.id.clone(), doc)).collect(),
        })
    }

    fn batch(&self, ctx: &Ctx, users: &BTreeSet<&str>, words: &[Word]) -> Result<Batch> {
        let mut by_user: BTreeMap<&str, Vec<&Word>> =
            users.iter().map(|user| (*user, Vec::new())).collect();
        for word in words {
            by_user.entry(word.user.as_str()).or_default().push(word);
        }
        let mut devices: BTreeMap<&str, Vec<&Doc<PresenceDevice>>> = BTreeMap::new();
        for device in self.devices.values() {
            devices
                .entry(device.user_id.as_str())
                .or_default()
                .push(device);
        }
        let mut writes = Writes::default();
        for (user, words) in by_user {
            let devices = devices.remove(user).unwrap_or_default();
            self.write(ctx, &mut writes, user, &devices, &words)?;
        }
        Ok(writes.into_batch())
    }

    /// One user's part.
    fn write(
        &self,
        ctx: &Ctx,
        writes: &mut Writes,
        user: &str,
        devices: &[&Doc<PresenceDevice>],
        words: &[&Word],
    ) -> Result<()> {
        let before: BTreeMap<&str, &PresenceDevice> = devices
            .iter()
            .map(|doc| (doc.id.as_str(), &doc.value))
            .collect();
        let mut after: BTreeMap<String, PresenceDevice> = before
            .iter()
            .map(|(id, device)| ((*id).to_owned(), (*device).clone()))
            .collect();
        let mut is_heard = false;
        for word in words {
            let Some(device) = word.apply(before.get(word.id().as_str()).copied(), self.now) else {
                continue;
            };
            is_heard |= device.status != DeviceStatus::Invisible;
            after.insert(device.id.clone(), device);
        }
        let dropped = drop_oldest(&mut after, self.now);
        let sum = Sum::of(after.values(), self.now);
        let presence = self.presences.get(user);
        let is_steady = dropped.is_empty()
            && is_kept(&before, &after, self.now)
            && is_same(presence.map(|doc| &doc.value), sum.status, self.now);
        let changed = after
            .values()
            .filter(|device| before.get(device.id.as_str()) != Some(device));
        if is_steady {
            for device in changed {
                writes.keep(device);
            }
            if let Some(presence) = presence.filter(|_| is_heard) {
                writes.stand(presence, &sum, self.now);
            }
            return Ok(());
        }
        for device in changed {
            writes.put(device);
        }
        for id in &dropped {
            writes.drop(id);
        }
        writes.presence(ctx, user, presence, &sum, is_heard.then_some(self.now))
    }
}

impl Word {
    fn id(&self) -> String {
        device_id(&self.user, &self.session)
    }

    /// The device by this word; none where it makes nothing of it.
    fn apply(&self, before: Option<&PresenceDevice>, now: Timestamp) -> Option<PresenceDevice> {
        let mut device = before.cloned().unwrap_or_else(|| PresenceDevice {
            id: self.id(),
            user_id: self.user.clone(),
            ..PresenceDevice::default()
        });
        match &self.said {
            Said::Gone => {
                let end = now.plus(PRESENCE_GRACE);
                before.filter(|device| device.counts_until > now)?;
                device.counts_until = device.counts_until.min(end);
                return Some(device);
            }
            Said::There => {}
            Said::Is(status, kind) => {
                device.status = *status;
                if kind.is_some() {
                    device.device.clone_from(kind);
                }
            }
        }
        device.counts_until = now.plus(COUNTS);
        device.expires_at = now.plus(REMEMBERED);
        Some(device)
    }
}

/// Takes away the devices beyond as many as count, those that were kept up the longest ago; gives their ids.
fn drop_oldest(devices: &mut BTreeMap<String, PresenceDevice>, now: Timestamp) -> Vec<String> {
    let live = devices.values().filter(|device| device.counts_until > now);
    let mut live: Vec<_> = live
        .map(|device| (device.counts_until, device.id.clone()))
        .collect();
    live.sort();
    let beyond = live.len().saturating_sub(MOST_DEVICES);
    let dropped: Vec<String> = live.into_iter().take(beyond).map(|(_, id)| id).collect();
    for id in &dropped {
        devices.remove(id);
    }
    dropped
}

/// Whether these are the same devices, which counted before and are as they were, but for how long they count from now on.
fn is_kept(
    before: &BTreeMap<&str, &PresenceDevice>,
    after: &BTreeMap<String, PresenceDevice>,
    now: Timestamp,
) -> bool {
    after.iter().all(|(id, device)| {
        before.get(id.as_str()).is_some_and(|before| {
            *before == device
                || (before.counts_until > now
                    && before.counts_until <= device.counts_until
                    && before.status == device.status
                    && before.device == device.device)
        })
    })
}

/// Whether the presence says this already, and others see it so.
fn is_same(presence: Option<&Presence>, status: PresenceStatus, now: Timestamp) -> bool {
    match presence {
        None => status == PresenceStatus::Offline,
        Some(presence) => presence.status == status && standing(presence, now) == status,
    }
}

impl Writes {
    fn into_batch(self) -> Batch {
        self.kept
            .append(self.standing)
            .append(self.devices)
            .append(self.presences)
            .append(self.signals)
    }

    /// A device that is as it was counts for longer.
    fn keep(&mut self, device: &PresenceDevice) {
        let patch = Patch::new()
            .set(PresenceDevice::COUNTS_UNTIL, device.counts_until)
            .set(PresenceDevice::EXPIRES_AT, device.expires_at);
        self.kept = std::mem::take(&mut self.kept).update(&device.id, patch);
    }

    /// A presence that is as it was holds for longer. It doesn't matter what others write to it meanwhile.
    fn stand(&mut self, presence: &Doc<Presence>, sum: &Sum, now: Timestamp) {
        if sum.status == PresenceStatus::Offline {
            return;
        }
        let until = sum.until.max(presence.expires_at);
        let patch = Patch::new()
            .set(Presence::LAST_SEEN, now)
            .set(Presence::EXPIRES_AT, until);
        self.standing = std::mem::take(&mut self.standing).update(&presence.id, patch);
    }

    fn put(&mut self, device: &PresenceDevice) {
        self.devices = std::mem::take(&mut self.devices).upsert(device);
    }

    fn drop(&mut self, id: &str) {
        self.devices = std::mem::take(&mut self.devices).delete::<PresenceDevice>(id);
    }

    /// Writes a presence that is the sum of other devices than before. The commit fails if the presence was written since it was read: that
    /// sum is of other devices than this one.
    fn presence(
        &mut self,
        ctx: &Ctx,
        user: &str,
        presence: Option<&Doc<Presence>>,
        sum: &Sum,
        heard: Option<Timestamp>,
    ) -> Result<()> {
        let now = ctx.now();
        let batch = std::mem::take(&mut self.presences);
        self.presences = match presence {
            // Without a presence a user is offline already, so none is written.
            None if sum.status == PresenceStatus::Offline => batch,
            None => batch.insert(&Presence {
                id: user.to_owned(),
                user_id: user.to_owned(),
                status: sum.status,
                device: sum.device.clone(),
                last_seen: now,
                expires_at: sum.until,
            }),
            Some(presence) => {
                let patch = Patch::new()
                    .set(Presence::STATUS, sum.status)
                    .set(Presence::EXPIRES_AT, sum.until);
                let patch = match (&sum.device, sum.status) {
                    (_, PresenceStatus::Offline) => patch,
                    (Some(device), _) => patch.set(Presence::DEVICE, device.as_str()),
                    (None, _) => patch.unset(Presence::DEVICE),
                };
                let patch = match heard {
                    Some(at) => patch.set(Presence::LAST_SEEN, at),
                    None => patch,
                };
                batch.update_if(&presence.id, patch, Filter::revision(presence.revision))
            }
        };
        if !is_same(presence.map(|doc| &doc.value), sum.status, now) {
            let signal = presence_signal(ctx, user, &json!({"status": sum.status}))?;
            self.signals = std::mem::take(&mut self.signals).insert(&signal);
        }
        Ok(())
    }
}
