//! From events to notifications in inboxes, and to pushes about them, in the commit that moves the cursor.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use serde_json::json;
use whisper_kit::consumer::{self, Bounds};
use whisper_kit::events::append;
use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};
use whisper_people::by_ids;
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{Conversation, Event, Message, Notification, Profile, Push};
use whisper_store::{Batch, Doc};
use whisper_views::notifications::{Subject, standing};

use super::audience::{Audience, devices_of};
use super::blocks;
use super::notices::{self, Notice};
use super::plan::PUSHES;
use super::preferences::preferences;
use super::push::{self, Told};

/// Name of the consumer.
pub const CONSUMER: &str = "notifications";
/// How many events one commit handles.
const EVENTS: u32 = 100;
/// How many notices are looked at at once.
const NOTICES: usize = 500;

/// Handles events until none is left or the time is over.
///
/// # Errors
/// The store's; events that were handled before stay handled.
pub async fn run(ctx: &Ctx, end: Instant, tally: &Tally) -> Result<()> {
    let time = end.saturating_duration_since(Instant::now());
    let bounds = Bounds::new(EVENTS, time).rows(PUSHES);
    consumer::run(ctx, CONSUMER, bounds, tally, async |events| {
        effects(ctx, events).await
    })
    .await
}

/// The commit for these events.
async fn effects(ctx: &Ctx, events: Vec<Doc<Event>>) -> Result<Batch> {
    blocks::clear(ctx, &events).await?;
    let (notices, made) = understand(ctx, &events).await?;
    let mut news = Vec::new();
    let mut notices = notices.into_values().peekable();
    while notices.peek().is_some() {
        let some = notices.by_ref().take(NOTICES).collect();
        news.extend(permitted(ctx, some).await?);
    }
    let elsewhere = ringing(ctx, &made).await?;
    let rings = news
        .iter()
        .filter(|new| new.rings)
        .map(|new| &new.notification);
    let pushes = pushes(ctx, rings.chain(elsewhere).collect()).await?;
    let batch = news.iter().try_fold(Batch::new(), |batch, new| {
        told(ctx, batch.insert(&new.notification), &new.notification)
    })?;
    // A push about a notification that was made elsewhere and is told of twice is there already.
    let known = push::known(ctx, &pushes).await?;
    let fresh = pushes.iter().filter(|push| !known.contains(&push.id));
    Ok(fresh.fold(batch, |batch, push| batch.insert(push)))
}

/// Appends the event by which the user's other devices hear of a notification. Its kind isn't that of notifications from other functions,
/// which this function takes as still to be pushed.
fn told(ctx: &Ctx, batch: Batch, notification: &Notification) -> Result<Batch> {
    let what = json!({"notificationId": notification.id, "type": notification.kind});
    let user = Some(notification.user_id.as_str());
    append(
        ctx,
        batch,
        "notification.added",
        &notification.id,
        user,
        &what,
    )
}

/// The notices of the events, one for each id, and the notifications that others made.
async fn understand(
    ctx: &Ctx,
    events: &[Doc<Event>],
) -> Result<(BTreeMap<String, Notice>, Vec<Notification>)> {
    let of_messages = events.iter().filter(|event| notices::wants_message(event));
    let of_messages = of_messages.map(|event| event.subject.as_str());
    let made = events.iter().filter_map(|e| notices::made_elsewhere(e));
    let (of_messages, made) = (by_ids::<Message>(of_messages), by_ids::<Notification>(made));
    let (messages, made) = ctx.read((of_messages, made)).await?;
    let messages = messages.into_iter().flatten().map(Doc::into_inner);
    let messages: BTreeMap<String, Message> = messages
        .filter(|message| message.stands(ctx.now()))
        .map(|message| (message.id.clone(), message))
        .collect();
    let notices = events.iter().flat_map(|event| {
        let message = messages.get(&event.subject);
        notices::notices(event, message.filter(|_| notices::wants_message(event)))
    });
    let made = made.into_iter().flatten().map(Doc::into_inner);
    let unseen = |n: &Notification| !n.is_read && n.lasts(ctx.now());
    Ok((
        notices.map(|notice| (notice.id.clone(), notice)).collect(),
        made.filter(unseen).collect(),
    ))
}

/// A notification that is new.
struct New {
    notification: Notification,
    /// Whether devices ring for it.
    rings: bool,
}

/// Notifications of those notices that may be told and are not there already, with the names by which the actors go.
async fn permitted(ctx: &Ctx, notices: Vec<Notice>) -> Result<Vec<New>> {
    let subjects: Vec<Subject> = notices.iter().map(Notice::subject).collect();
    let known = by_ids::<Notification>(notices.iter().map(|notice| notice.id.as_str()));
    let actors = by_ids::<Profile>(notices.iter().map(|notice| notice.actor.as_str()));
    let channels = by_ids::<Conversation>(notices.iter().filter_map(Notice::channel));
    let asked = (known, (actors, channels), standing(&subjects, ctx.now()));
    let (known, (profiles, channels), standing) = ctx.read(asked).await?;
    let known: BTreeSet<&str> = known.iter().flatten().map(|doc| doc.id.as_str()).collect();
    let profiles = profiles.iter().flatten();
    let channels = channels.iter().flatten();
    let channels = channels.map(|channel| {
        let name = channel.name.as_deref().unwrap_or("A channel");
        (channel.id.as_str(), name)
    });
    let names = profiles.map(|p| (p.id.as_str(), name(p)));
    let names: BTreeMap<&str, &str> = names.chain(channels).collect();
    let new = notices
        .iter()
        .zip(&subjects)
        .filter_map(|(notice, subject)| {
            if known.contains(notice.id.as_str()) || !standing.may_show(subject) {
                return None;
            }
            // Somebody whose account is gone is told of no more.
            let name = names.get(notice.actor.as_str())?;
            Some(New {
                notification: notice.notification(name, ctx.now()),
                rings: notice.is_pushed && standing.may_ring(subject),
            })
        });
    Ok(new.collect())
}

/// The notifications for which devices ring, of these that others made.
async fn ringing<'a>(ctx: &Ctx, made: &'a [Notification]) -> Result<Vec<&'a Notification>> {
    let subjects: Vec<Subject> = made.iter().map(Subject::of).collect();
    let standing = ctx.read(standing(&subjects, ctx.now())).await?;
    let with_subject = made.iter().zip(&subjects);
    let rings = with_subject.filter(|(_, subject)| standing.may_ring(subject));
    Ok(rings.map(|(notification, _)| notification).collect())
}

fn name(profile: &Profile) -> &str {
    let names = [&profile.display_name, &profile.username];
    let mut names = names.into_iter().flatten().map(|name| name.trim());
    names.find(|name| !name.is_empty()).unwrap_or("Somebody")
}

/// The pushes about notifications, for their users' devices.
async fn pushes(ctx: &Ctx, about: Vec<&Notification>) -> Result<Vec<Push>> {
    let users: BTreeSet<&str> = about.iter().map(|n| n.user_id.as_str()).collect();
    let mut audience = Audience::new(ctx.read(devices_of(&users, ctx.now())).await?);
    let preferences = ctx.read(preferences(audience.users())).await?;
    audience.preferences = preferences;
    let of = |notification| pushes_of(ctx, notification, &audience);
    Ok(about.into_iter().flat_map(of).collect())
}

fn pushes_of(ctx: &Ctx, notification: &Notification, audience: &Audience) -> Vec<Push> {
    let (user, priority) = (notification.user_id.as_str(), notification.priority);
    let told = Told {
        subject: &format!("notification {}", notification.id),
        queue_id: None,
        payload: &notices::told(notification),
        priority,
    };
    let devices = audience.devices(ctx, user, &[notification.kind], priority);
    devices
        .iter()
        .map(|device| told.to(user, device, ctx.now()))
        .collect()
}
