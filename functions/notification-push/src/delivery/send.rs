//! The sender: leases pushes that are due, sends them, and records their outcomes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use whisper_kit::consumer::AFTER_LOSS;
use whisper_kit::ids::random;
use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};
use whisper_people::by_ids;
use whisper_schema::prelude::{
    Message, Notification, Push, PushSubscription, QueuedMessage, Session,
};
use whisper_schema::{Ephemeral, Timestamp};
use whisper_store::{Doc, Filter};
use whisper_views::notifications::{Standing, Subject, standing};

use super::lease::{self, Lease, Taken};
use super::outcome::{Outcome, decide};
use super::preferences::{Preferences, preferences};
use super::push::About;
use super::record::{Attempted, record};
use super::turns;
use crate::web_push::answer::{ATTEMPTS, verdict};
use crate::web_push::encryption::{Recipient, encrypt};
use crate::web_push::endpoint;
use crate::web_push::message::urgency;
use crate::web_push::transport::Outgoing;
use crate::worker::Worker;

/// How many pushes are on their way at once.
const AT_ONCE: usize = 16;

/// Sends the pushes that are due, and whenever none is, hands on those in line, until there is neither or the time is over. So
/// there are never many more pushes than are sent next, and somebody else's wait behind few. `call_another` has another
/// sender begin where there is more to send than one takes at once. Gives when the next push is due, if that is soon.
///
/// # Errors
/// The store's. A push that was taken and not recorded is sent again when the lease has run out.
pub async fn run(
    ctx: &Ctx,
    worker: &Worker,
    end: Instant,
    tally: &Tally,
    call_another: &dyn Fn(),
) -> Result<Option<Timestamp>> {
    loop {
        if Instant::now() >= end {
            tally.cap();
            return Ok(None);
        }
        // Each lease begins when it is taken, however long the ones before took.
        let ctx = &ctx.anew()?;
        let lease = match lease::take(ctx).await? {
            Taken::Lease(lease) => lease,
            Taken::Nothing(next) => {
                match turns::step(ctx, &worker.turns).await? {
                    None => return Ok(next),
                    Some(made) if made > lease::TAKEN as usize => call_another(),
                    Some(_) => {}
                }
                continue;
            }
        };
        if lease.pushes.is_empty() {
            ctx.store().await?.pause(AFTER_LOSS).await;
            continue;
        }
        let taken = lease.pushes.len() as u64;
        let (until, attempted) = push_all(ctx, worker, lease).await?;
        record(ctx, until, attempted).await?;
        tally.done(taken);
    }
}

/// Devices of pushes, their sessions that stand, how often the entries they belong to are tried, their subjects, and the
/// preferences of their users: all facts that decide whether one is sent now.
struct Judgement {
    devices: BTreeMap<String, PushSubscription>,
    sessions: BTreeSet<String>,
    entries: BTreeMap<String, i64>,
    subjects: BTreeMap<String, Subject>,
    standing: Standing,
    preferences: Preferences,
}

impl Judgement {
    /// The session of the device, if it has ended since.
    fn ended(&self, device: &PushSubscription) -> Option<String> {
        let session = device.session_id.clone();
        session.filter(|session| !self.sessions.contains(session))
    }

    /// Whether it is still to be told, and its user still wants to hear of it: it may have waited, beyond a block, the
    /// message's end or into the night.
    fn is_wanted(&self, push: &Push, now: Timestamp) -> bool {
        let subject = self.subjects.get(&push.id);
        let (user, kinds) = (&push.user_id, About::of(push).kinds);
        subject.is_some_and(|subject| self.standing.may_ring(subject))
            && self.preferences.allow(user, &kinds, push.priority, now)
    }
}

/// The subjects of pushes, by the pushes' ids; nothing for one whose message or notification is gone, over or seen.
fn subjects(
    pushes: &[Push],
    messages: Vec<Vec<Doc<Message>>>,
    notifications: Vec<Vec<Doc<Notification>>>,
    now: Timestamp,
) -> BTreeMap<String, Subject> {
    let messages: BTreeMap<String, Message> = messages
        .into_iter()
        .flatten()
        .map(|message| (message.id.clone(), message.into_inner()))
        .collect();
    let unseen = |n: &Doc<Notification>| !n.is_read && n.lasts(now);
    let notifications: BTreeMap<String, Notification> = notifications
        .into_iter()
        .flatten()
        .filter(unseen)
        .map(|notification| (notification.id.clone(), notification.into_inner()))
        .collect();
    let subject = |push: &Push| {
        let about = About::of(push);
        let of_message = about.message.and_then(|id| messages.get(&id));
        let of_message = of_message.map(|message| Subject::message(message, &push.user_id));
        let notification = about.notification.and_then(|id| notifications.get(&id));
        let notification = notification.filter(|n| n.user_id == push.user_id);
        let subject = of_message.or_else(|| notification.map(Subject::of))?;
        Some((push.id.clone(), subject))
    };
    pushes.iter().filter_map(subject).collect()
}

async fn judge(ctx: &Ctx, pushes: &[Push]) -> Result<Judgement> {
    let about: Vec<About> = pushes.iter().map(About::of).collect();
    let asked = (
        by_ids::<PushSubscription>(pushes.iter().map(|push| push.subscription_id.as_str())),
        by_ids::<QueuedMessage>(pushes.iter().filter_map(|push| push.queue_id.as_deref())),
        by_ids::<Message>(about.iter().filter_map(|about| about.message.as_deref())),
        by_ids::<Notification>(about.iter().filter_map(|a| a.notification.as_deref())),
    );
    let (devices, entries, messages, notifications) = ctx.read(asked).await?;
    let devices = devices.into_iter().flatten().map(Doc::into_inner);
    let devices: BTreeMap<String, PushSubscription> =
        devices.map(|device| (device.id.clone(), device)).collect();
    let subjects = subjects(pushes, messages, notifications, ctx.now());
    let told: Vec<Subject> = subjects.values().cloned().collect();
    let sessions = devices.values().filter_map(|d| d.session_id.as_deref());
    let sessions = by_ids::<Session>(sessions)
        .into_iter()
        .map(|of| of.filter(Filter::gt(Session::EXPIRES_AT, ctx.now())));
    let users: BTreeSet<&str> = pushes.iter().map(|push| push.user_id.as_str()).collect();
    let (sessions, standing, preferences) = ctx
        .read((
            sessions.collect::<Vec<_>>(),
            standing(&told, ctx.now()),
            preferences(users),
        ))
        .await?;
    let sessions = sessions.into_iter().flatten().map(Doc::into_inner);
    let entries = entries.into_iter().flatten().map(Doc::into_inner);
    Ok(Judgement {
        devices,
        sessions: sessions.map(|session| session.id).collect(),
        entries: entries.map(|entry| (entry.id, entry.max_retries)).collect(),
        subjects,
        standing,
        preferences,
    })
}

/// Sends the pushes of a lease, as many as are sent at once together: each such part is judged when its turn has come, by
/// the clock of then, however long the push services took for the one before.
async fn push_all(ctx: &Ctx, worker: &Worker, lease: Lease) -> Result<(Timestamp, Vec<Attempted>)> {
    let mut attempted = Vec::new();
    let mut pushes = lease.pushes.into_iter();
    let mut fault = None;
    while pushes.len() > 0 && fault.is_none() {
        let part = pushes.by_ref().take(AT_ONCE).collect();
        fault = push_part(ctx, worker, part, &mut attempted).await.err();
    }
    // Outcomes of pushes that were sent are kept even when something else went wrong.
    match fault {
        Some(error) if attempted.is_empty() => Err(error),
        _ => Ok((lease.end, attempted)),
    }
}

async fn push_part(
    ctx: &Ctx,
    worker: &Worker,
    pushes: Vec<Push>,
    attempted: &mut Vec<Attempted>,
) -> Result<()> {
    let ctx = &ctx.anew()?;
    let judgement = &judge(ctx, &pushes).await?;
    let sending = pushes.into_iter().map(|push| async move {
        let outcome = push_one(ctx, worker, judgement, &push).await?;
        let entry = push.queue_id.as_ref();
        let device = judgement.devices.get(&push.subscription_id);
        Ok(Attempted {
            has_entry: entry.is_some_and(|id| judgement.entries.contains_key(id)),
            pushed_at: device.and_then(|device| device.last_pushed_at),
            push,
            outcome,
        })
    });
    let done: Vec<Result<Attempted>> = futures::future::join_all(sending).await;
    let mut fault = Ok(());
    for one in done {
        match one {
            Ok(one) => attempted.push(one),
            Err(error) => fault = Err(error),
        }
    }
    fault
}

async fn push_one(
    ctx: &Ctx,
    worker: &Worker,
    judgement: &Judgement,
    push: &Push,
) -> Result<Outcome> {
    let now = ctx.now();
    let failed = |error: &str| Outcome::Failed {
        attempts: push.attempts,
        error: error.to_owned(),
    };
    // Somebody else may be signed in on the device by now: a push that was meant for another is dropped.
    let device = judgement.devices.get(&push.subscription_id);
    let Some(device) = device.filter(|device| device.user_id == push.user_id) else {
        return Ok(Outcome::Dropped { device_gone: false });
    };
    if let Some(session) = judgement.ended(device) {
        return Ok(Outcome::SignedOut { session });
    }
    if !judgement.is_wanted(push, now) {
        return Ok(Outcome::Dropped { device_gone: false });
    }
    if push.expires_at <= now {
        return Ok(failed("expired before it could be sent"));
    }
    // Checked again: the operator may have taken a push service off the list.
    let Ok(endpoint) = endpoint::check(ctx.config(), &device.endpoint) else {
        return Ok(failed("the push service is no longer one to send to"));
    };
    let Some(recipient) = Recipient::read(&device.p256dh, &device.auth) else {
        return Ok(failed("the device's keys can't be read"));
    };
    // A second begun is a second: a push that was just queued has its whole life before it.
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
    let most = entry.and_then(|id| judgement.entries.get(id)).copied();
    let [jitter] = random()?;
    // The wait that the push service asks for counts from its answer, which may have taken a while.
    let now = ctx.clock();
    let verdict = verdict(&answer, now);
    Ok(decide(push, verdict, most.unwrap_or(ATTEMPTS), now, jitter))
}
