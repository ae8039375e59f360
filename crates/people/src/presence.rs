//! Whether people are there, as viewers see it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{
    Account, AccountStatus, Column, DeviceStatus, Presence, PresenceDevice, PresenceStatus,
    Profile, Signal, SignalKind, Timestamp,
};
use whisper_schema::{Choice, choices};
use whisper_store::{Answers, Batch, Filter, Query, Questions, ReadSet, StoreError};

use crate::privacy::{LastSeenDetail, PresenceRights, Viewer, presence_settings, shown_status};
use crate::relations::{Relating, Relations, relations};
use crate::{asked, by_ids, chunks};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// How long a signal about somebody's presence waits for the instances that hold streams, in milliseconds.
const SIGNAL_LIFETIME: i64 = 5 * 60 * 1000;
/// The most devices of one user that count at a time.
pub const MOST_DEVICES: usize = 20;
/// How long a device counts after its last stream ended, in milliseconds. One that has a stream open counts for longer than that: it is
/// kept up every 10 s, for 45 s.
pub const PRESENCE_GRACE: i64 = 25_000;

choices! {
    /// When somebody was last there, roughly.
    pub enum LastSeenRoughly {
        /// Within three days.
        Recently = "recently",
        /// Within seven days.
        Week = "withinWeek",
        /// Within thirty days.
        Month = "withinMonth",
        /// Before that.
        LongAgo = "longAgo",
    }
}

impl LastSeenRoughly {
    /// The span that a time lies in.
    pub fn of(at: Timestamp, now: Timestamp) -> Self {
        match now.as_millis().saturating_sub(at.as_millis()) {
            ago if ago <= 3 * DAY => LastSeenRoughly::Recently,
            ago if ago <= 7 * DAY => LastSeenRoughly::Week,
            ago if ago <= 30 * DAY => LastSeenRoughly::Month,
            _ => LastSeenRoughly::LongAgo,
        }
    }
}

/// When somebody was last there, as a viewer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastSeen {
    /// At this time.
    At(Timestamp),
    /// Within this span.
    Roughly(LastSeenRoughly),
}

/// Somebody's presence, as a viewer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresenceSeen {
    /// Whether they are there.
    pub status: PresenceStatus,
    /// When they last were; none while they are there, and where the viewer doesn't see it.
    pub last_seen: Option<LastSeen>,
}

impl PresenceSeen {
    /// The presence of a user who doesn't exist: anybody whom the viewer may not see looks the same.
    pub const NOTHING: PresenceSeen = PresenceSeen {
        status: PresenceStatus::Offline,
        last_seen: None,
    };
}

/// Asks for the presence of owners as viewers see it, each owner by each viewer; gives [`Presences`]. Blocks are another question: ask
/// [`reach`](crate::reach) beside it. Without any it asks nothing.
pub fn presences<'a>(
    viewers: impl IntoIterator<Item = &'a str>,
    owners: impl IntoIterator<Item = &'a str>,
    now: Timestamp,
) -> Presenting {
    let viewers: BTreeSet<&str> = viewers.into_iter().collect();
    let owners: BTreeSet<&str> = owners.into_iter().collect();
    let all = viewers.union(&owners).copied();
    let portions = chunks(owners.iter().copied());
    let accounts = portions.iter().map(|ids| {
        asked(ids, Filter::is_in(Column::id(), ids.iter().copied()))
            .filter(Filter::ne(Account::STATUS, AccountStatus::Active))
    });
    let is_hidden = Filter::eq(PresenceDevice::STATUS, DeviceStatus::Invisible);
    Presenting {
        questions: (
            by_ids(all),
            by_ids(owners.iter().copied()),
            accounts.collect(),
            devices_that(is_hidden, &portions, now),
            relations(viewers.iter().copied(), owners.iter().copied()),
        ),
        now,
    }
}

/// Asks for the devices in the foreground of these users: devices that have a stream open or were kept up within the last 20 s, and that
/// aren't `away`, which a client says in the background. Invisible devices are among them. Without users it asks nothing.
pub fn in_foreground<'a>(
    users: impl IntoIterator<Item = &'a str>,
    now: Timestamp,
) -> Vec<Query<PresenceDevice>> {
    let is_there = Filter::ne(PresenceDevice::STATUS, DeviceStatus::Away);
    devices_that(is_there, &chunks(users), now.plus(PRESENCE_GRACE))
}

/// The questions for those devices of these users that count at this time and are so.
fn devices_that(
    are_so: Filter<PresenceDevice>,
    users: &[Vec<&str>],
    at: Timestamp,
) -> Vec<Query<PresenceDevice>> {
    let few = usize::try_from(whisper_store::MAX_LIMIT).unwrap_or(MOST_DEVICES) / MOST_DEVICES;
    let portions = users.iter().flat_map(|ids| ids.chunks(few));
    portions
        .map(|ids| live_devices(ids, at).filter(are_so.clone()))
        .collect()
}

/// The devices of these users that count at this time; of up to 50 users, as a query gives no more.
pub fn live_devices(users: &[&str], now: Timestamp) -> Query<PresenceDevice> {
    Query::new()
        .filter(Filter::is_in(
            PresenceDevice::USER_ID,
            users.iter().copied(),
        ))
        .filter(Filter::gt(PresenceDevice::COUNTS_UNTIL, now))
        .limit(whisper_store::MAX_LIMIT)
}

/// Questions for profiles, the sums of devices, accounts out of use, devices that don't want to count, and follows.
type Asked = (
    Vec<Query<Profile>>,
    Vec<Query<Presence>>,
    Vec<Query<Account>>,
    Vec<Query<PresenceDevice>>,
    Relating,
);

/// See [`presences`].
pub struct Presenting {
    questions: Asked,
    now: Timestamp,
}

impl ReadSet for Presenting {
    type Output = Presences;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.questions.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Presences, StoreError> {
        let (profiles, presences, accounts, hiding, relations) = self.questions.take(answers)?;
        let profiles = profiles.into_iter().flatten();
        let presences = presences.into_iter().flatten();
        let accounts = accounts.into_iter().flatten();
        let hiding = hiding.into_iter().flatten();
        Ok(Presences {
            profiles: profiles
                .map(|profile| (profile.id.clone(), profile.into_inner()))
                .collect(),
            presences: presences
                .map(|presence| (presence.id.clone(), presence.into_inner()))
                .collect(),
            out_of_use: accounts.map(|account| account.into_inner().id).collect(),
            hiding: hiding.map(|device| device.into_inner().user_id).collect(),
            relations,
            now: self.now,
        })
    }
}

/// The facts that decide which presence of owners their viewers see.
#[derive(Clone, Debug)]
pub struct Presences {
    profiles: BTreeMap<String, Profile>,
    presences: BTreeMap<String, Presence>,
    out_of_use: BTreeSet<String>,
    /// Owners with a device that is connected and doesn't want to count.
    hiding: BTreeSet<String>,
    relations: Relations,
    now: Timestamp,
}

impl Presences {
    /// An owner's presence, as a viewer sees it who isn't blocked. It is the same for an owner who may not be seen, who hides, who isn't
    /// there and who doesn't exist.
    pub fn seen(&self, viewer: &str, owner: &str) -> PresenceSeen {
        let profile = self.profiles.get(owner);
        profile.map_or(PresenceSeen::NOTHING, |profile| {
            self.seen_by(viewer, profile)
                .unwrap_or(PresenceSeen::NOTHING)
        })
    }

    /// As [`Presences::seen`], of an owner whose presence has just changed, for a viewer who is to be told; none where the viewer sees
    /// no change. `before` are the owner's choices before they changed them, if those changed ([`presence_settings_changed`]).
    pub fn told(
        &self,
        viewer: &str,
        owner: &str,
        before: Option<&PresenceChoices>,
    ) -> Option<PresenceSeen> {
        let profile = self.profiles.get(owner)?;
        let seen = self.seen_by(viewer, profile);
        let Some(before) = before else {
            return seen;
        };
        // A change of the choices of an owner who isn't there shows to no viewer.
        self.is_there(owner).then_some(())?;
        let was = self.seen_by(viewer, &before.of(profile));
        match (was, seen) {
            (was, seen) if was == seen => None,
            (_, Some(seen)) => Some(seen),
            (_, None) => Some(PresenceSeen::NOTHING),
        }
    }

    /// The owner's presence to the viewer; none if they may see nothing, or the owner hides.
    fn seen_by(&self, viewer: &str, profile: &Profile) -> Option<PresenceSeen> {
        let owner = profile.id.as_str();
        let rights = self.rights(viewer, profile);
        if !rights.status || self.out_of_use.contains(owner) {
            return None;
        }
        let status = shown_status(profile.status, self.status(owner))?;
        let presence = self.presences.get(owner);
        // The time of an owner whose devices hide would tell that they are there, so it isn't shown while the devices
        // hide.
        let is_gone = status == PresenceStatus::Offline && !self.hiding.contains(owner);
        let at = presence
            .filter(|_| is_gone)
            .map(|presence| presence.last_seen);
        let last_seen = at.and_then(|at| match rights.last_seen {
            LastSeenDetail::Hidden => None,
            LastSeenDetail::Rough => Some(LastSeen::Roughly(LastSeenRoughly::of(at, self.now))),
            LastSeenDetail::Exact => Some(LastSeen::At(at)),
        });
        Some(PresenceSeen { status, last_seen })
    }

    /// The lesser of the rights that the owner gives the viewer and the viewer gives the owner. Somebody without a profile has
    /// chosen nothing.
    fn rights(&self, viewer: &str, owner: &Profile) -> PresenceRights {
        let relation = self.relations.viewer(viewer, &owner.id);
        let given = PresenceRights::of(relation, owner);
        match self.profiles.get(viewer) {
            Some(own) if relation != Viewer::Owner => given.and(PresenceRights::of(relation, own)),
            _ => given,
        }
    }

    /// Whether an owner is there, by their devices.
    fn is_there(&self, owner: &str) -> bool {
        self.status(owner) != PresenceStatus::Offline
    }

    fn status(&self, owner: &str) -> PresenceStatus {
        let presence = self.presences.get(owner);
        presence.map_or(PresenceStatus::Offline, |presence| {
            standing(presence, self.now)
        })
    }
}

/// The status of a presence at this time: offline once it has run out.
pub fn standing(presence: &Presence, now: Timestamp) -> PresenceStatus {
    match presence.expires_at > now {
        true => presence.status,
        false => PresenceStatus::Offline,
    }
}

/// The choices of a profile's owner about their presence: their availability, and the audience that may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresenceChoices {
    status: whisper_schema::prelude::ProfileStatus,
    settings: Option<String>,
}

impl PresenceChoices {
    /// The choices in a profile.
    pub fn in_profile(profile: &Profile) -> Self {
        Self {
            status: profile.status,
            settings: presence_settings(profile),
        }
    }

    /// The former choices, as a signal names them.
    pub fn in_payload(payload: &Map<String, Value>) -> Option<Self> {
        let before = payload.get("before")?;
        let status = before["status"].as_str();
        Some(Self {
            status: status.and_then(Choice::parse)?,
            settings: before["settings"].as_str().map(str::to_owned),
        })
    }

    /// The profile with these choices in the place of its own.
    fn of(&self, profile: &Profile) -> Profile {
        Profile {
            id: profile.id.clone(),
            status: self.status,
            privacy_settings: self.settings.clone(),
            ..Profile::default()
        }
    }
}

/// A signal about a user's presence, for the instances that hold streams.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn presence_signal(ctx: &Ctx, user: &str, payload: &Value) -> Result<Signal> {
    Ok(Signal {
        id: ctx.new_id()?,
        kind: SignalKind::Presence,
        user_id: user.to_owned(),
        conversation_id: None,
        payload: payload.to_string(),
        expires_at: ctx.now().plus(SIGNAL_LIFETIME),
    })
}

/// Adds a signal to streams, if the owner of a profile changed the choices by which others see their presence.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn presence_settings_changed(
    ctx: &Ctx,
    batch: Batch,
    before: &Profile,
    after: &Profile,
) -> Result<Batch> {
    let was = PresenceChoices::in_profile(before);
    if was == PresenceChoices::in_profile(after) {
        return Ok(batch);
    }
    let before = json!({"status": was.status, "settings": was.settings});
    let signal = presence_signal(ctx, &after.id, &json!({"before": before}))?;
    Ok(batch.insert(&signal))
}
