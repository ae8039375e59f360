//! The sender: takes what is due, pushes it, keeps what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures::StreamExt;
use whisper_kit::ids::random;
use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{
    Column, ConversationMember, Push, PushSubscription, QueuedMessage, Session,
};
use whisper_store::{Doc, Filter, Query};

use super::lease::{self, Lease, TAKEN};
use super::members;
use super::outcome::{Outcome, decide};
use super::push::About;
use super::settle::{Settled, settle};
use super::wishes::{self, Wishes};
use crate::Worker;
use crate::web_push::answer::{ATTEMPTS, verdict};
use crate::web_push::encryption::{Recipient, encrypt};
use crate::web_push::endpoint;
use crate::web_push::message::urgency;
use crate::web_push::transport::Outgoing;

/// How many pushes are on their way at once.
const AT_ONCE: usize = 16;
/// How long a worker that lost a race leaves the winner alone.
const AFTER_LOSS: Duration = Duration::from_millis(10);

/// Sends what is due, until nothing is or the time is over.
///
/// # Errors
/// The store's. What was taken and not settled is sent again when the lease has run out.
pub async fn run(ctx: &Ctx, worker: &Worker, end: Instant, tally: &Tally) -> Result<()> {
    loop {
        if Instant::now() >= end {
            tally.cap();
            return Ok(());
        }
        // Each lease begins when it is taken, however long the ones before took.
        let ctx = &ctx.anew()?;
        let Some(lease) = lease::take(ctx).await? else {
            return Ok(());
        };
        if lease.pushes.is_empty() {
            ctx.store().await?.pause(AFTER_LOSS).await;
            continue;
        }
        let taken = lease.pushes.len() as u64;
        let (until, settled) = push_all(ctx, worker, lease).await?;
        settle(ctx, until, settled).await?;
        tally.done(taken);
    }
}

/// What the pushes of a lease need: their devices, those of their sessions that stand, how often the entries
/// they belong to are tried, and what their users want to hear of by now.
struct Around {
    devices: BTreeMap<String, PushSubscription>,
    sessions: BTreeSet<String>,
    entries: BTreeMap<String, i64>,
    wishes: Wishes,
    members: BTreeSet<String>,
}

impl Around {
    /// The session of the device, if it has ended since.
    fn ended(&self, device: &PushSubscription) -> Option<String> {
        let session = device.session_id.clone();
        session.filter(|session| !self.sessions.contains(session))
    }

    /// Whether its user still wants to hear of it: it may have waited, into the night or beyond a mute.
    fn is_wanted(&self, push: &Push, now: Timestamp) -> bool {
        let about = About::of(push);
        let hears = |membership: &String| self.members.contains(membership);
        about.membership.as_ref().is_none_or(hears)
            && self
                .wishes
                .allow(&push.user_id, &about.kinds, push.priority, now)
    }
}

async fn around(ctx: &Ctx, pushes: &[Push]) -> Result<Around> {
    let devices = Query::<PushSubscription>::new()
        .filter(Filter::is_in(
            Column::id(),
            pushes.iter().map(|push| push.subscription_id.as_str()),
        ))
        .limit(TAKEN);
    let entries = Query::<QueuedMessage>::new()
        .filter(Filter::is_in(
            Column::id(),
            pushes.iter().filter_map(|push| push.queue_id.as_deref()),
        ))
        .limit(TAKEN);
    let (devices, entries) = ctx.read((devices, entries)).await?;
    let devices: Vec<_> = devices.into_iter().map(Doc::into_inner).collect();
    let sessions = Query::<Session>::new()
        .filter(Filter::is_in(
            Column::id(),
            devices
                .iter()
                .filter_map(|device| device.session_id.as_deref()),
        ))
        .filter(Filter::gt(Session::EXPIRES_AT, ctx.now()))
        .limit(TAKEN);
    let memberships: Vec<String> = pushes
        .iter()
        .filter_map(|push| About::of(push).membership)
        .collect();
    let members = (!memberships.is_empty()).then(|| {
        Query::<ConversationMember>::new()
            .filter(Filter::is_in(Column::id(), memberships))
            .limit(TAKEN)
    });
    let users: BTreeSet<&str> = pushes.iter().map(|push| push.user_id.as_str()).collect();
    let wishes = wishes::of(&users.into_iter().collect::<Vec<_>>());
    let (sessions, members, (settings, profiles)) = ctx.read((sessions, members, wishes)).await?;
    let mut wishes = Wishes::default();
    wishes.add(settings, profiles);
    let members = members.unwrap_or_default().into_iter();
    let devices = devices.into_iter();
    let entries = entries.into_iter().map(Doc::into_inner);
    Ok(Around {
        devices: devices.map(|device| (device.id.clone(), device)).collect(),
        sessions: sessions
            .into_iter()
            .map(|session| session.into_inner().id)
            .collect(),
        entries: entries.map(|entry| (entry.id, entry.max_retries)).collect(),
        wishes,
        members: members
            .map(Doc::into_inner)
            .filter(members::hears)
            .map(|member| member.id)
            .collect(),
    })
}

async fn push_all(ctx: &Ctx, worker: &Worker, lease: Lease) -> Result<(Timestamp, Vec<Settled>)> {
    let around = around(ctx, &lease.pushes).await?;
    let around = &around;
    let sending = lease.pushes.into_iter().map(|push| async move {
        let outcome = push_one(ctx, worker, around, &push).await?;
        let entry = push.queue_id.as_ref();
        let device = around.devices.get(&push.subscription_id);
        Ok(Settled {
            has_entry: entry.is_some_and(|id| around.entries.contains_key(id)),
            pushed_at: device.and_then(|device| device.last_pushed_at),
            push,
            outcome,
        })
    });
    let mut sending = futures::stream::iter(sending).buffer_unordered(AT_ONCE);
    let mut settled = Vec::new();
    let mut fault = None;
    while let Some(one) = sending.next().await {
        match one {
            Ok(one) => settled.push(one),
            Err(error) => fault = Some(error),
        }
    }
    // What was sent is kept even when something else went wrong.
    match fault {
        Some(error) if settled.is_empty() => Err(error),
        _ => Ok((lease.end, settled)),
    }
}

async fn push_one(ctx: &Ctx, worker: &Worker, around: &Around, push: &Push) -> Result<Outcome> {
    let now = ctx.now();
    let failed = |error: &str| Outcome::Failed {
        attempts: push.attempts,
        error: error.to_owned(),
    };
    // Somebody else may be signed in on the device by now: what was meant for another is dropped.
    let device = around.devices.get(&push.subscription_id);
    let Some(device) = device.filter(|device| device.user_id == push.user_id) else {
        return Ok(Outcome::Dropped { device_gone: false });
    };
    if let Some(session) = around.ended(device) {
        return Ok(Outcome::SignedOut { session });
    }
    if !around.is_wanted(push, now) {
        return Ok(Outcome::Dropped { device_gone: false });
    }
    if push.expires_at <= now {
        return Ok(failed("expired before it could be sent"));
    }
    // Checked again: the operator may have taken a push service off the list.
    let Ok(endpoint) = endpoint::check(ctx.config(), &device.endpoint) else {
        return Ok(failed("the push service is no longer one to send to"));
    };
    let Ok(recipient) = Recipient::read(&device.p256dh, &device.auth) else {
        return Ok(failed("the device's keys can't be read"));
    };
    // A second begun is a second: what was just queued has its whole life before it.
    let left = (push.expires_at.as_millis() - now.as_millis() + 999) / 1000;
    let mut headers = vec![
        ("content-encoding", "aes128gcm".to_owned()),
        ("content-type", "application/octet-stream".to_owned()),
        ("ttl", left.to_string()),
        ("urgency", urgency(push.priority).to_owned()),
    ];
    if let Some(topic) = &push.topic {
        headers.push(("topic", topic.clone()));
    }
    let token = worker.vapid.authorization(ctx, &endpoint.origin).await?;
    headers.push(("authorization", token.to_string()));
    let outgoing = Outgoing {
        endpoint: device.endpoint.clone(),
        headers,
        body: encrypt(&recipient, push.payload.as_bytes())?,
    };
    let answer = (worker.transport)(outgoing).await;
    let entry = push.queue_id.as_ref();
    let most = entry.and_then(|id| around.entries.get(id)).copied();
    let [jitter] = random()?;
    // What the push service asks for counts from its answer, which may have taken a while.
    let now = ctx.clock();
    let verdict = verdict(&answer, now);
    Ok(decide(push, verdict, most.unwrap_or(ATTEMPTS), now, jitter))
}
