//! From events to notifications in inboxes, and to pushes about them, in the commit that moves the cursor.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use whisper_kit::consumer::{self, Bounds};
use whisper_kit::ids::member_id;
use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{
    Column, Contact, ConversationMember, ConversationMemberStatus, Event, Message, Notification,
    Profile, Push,
};
use whisper_store::{Batch, Doc, Filter, Query};

use super::fan_out::PUSHES;
use super::push::{self, Told};
use super::reach::Reach;
use super::tidings::{self, Notice};

/// Name of the consumer.
pub const CONSUMER: &str = "notifications";
/// How many events one commit handles.
const EVENTS: u32 = 100;
/// How many notices are looked at at once; a statement gives 1000 rows.
const NOTICES: usize = 500;
const ROWS: u32 = NOTICES as u32;

/// Handles events until none is left or the time is over.
///
/// # Errors
/// The store's; what was handled before stays handled.
pub async fn run(ctx: &Ctx, end: Instant, tally: &Tally) -> Result<()> {
    let time = end.saturating_duration_since(Instant::now());
    let bounds = Bounds::new(EVENTS, time).rows(PUSHES);
    consumer::run(ctx, CONSUMER, bounds, tally, async |events| {
        effects(ctx, events).await
    })
    .await
}

/// What to commit for these events.
async fn effects(ctx: &Ctx, events: Vec<Doc<Event>>) -> Result<Batch> {
    let (notices, made) = understand(ctx, &events).await?;
    let notices = admit(ctx, notices).await?;
    let new: Vec<(bool, Notification)> = notices
        .into_iter()
        .map(|(notice, name)| (notice.is_pushed(), notice.notification(&name, ctx.now())))
        .collect();
    let pushed = new
        .iter()
        .filter(|(is_pushed, _)| *is_pushed)
        .map(|(_, n)| n);
    let pushed: Vec<&Notification> = pushed.chain(&made).collect();
    let users = pushed.iter().map(|n| n.user_id.as_str()).collect();
    let reach = Reach::of(ctx, &users).await?;
    let pushes: Vec<Push> = pushed
        .iter()
        .flat_map(|n| pushes_of(ctx, n, &reach))
        .collect();
    let batch = new
        .iter()
        .fold(Batch::new(), |batch, (_, n)| batch.insert(n));
    // A push about a notification that was made elsewhere and is told of twice is there already.
    let known = push::known(ctx, &pushes).await?;
    let fresh = pushes.iter().filter(|push| !known.contains(&push.id));
    Ok(fresh.fold(batch, |batch, push| batch.insert(push)))
}

/// The notices of the events, one for each id, and the notifications that others made.
async fn understand(
    ctx: &Ctx,
    events: &[Doc<Event>],
) -> Result<(BTreeMap<String, Notice>, Vec<Notification>)> {
    let now = ctx.now();
    let of_messages = events.iter().filter(|event| tidings::wants_message(event));
    let of_messages: Vec<&str> = of_messages.map(|event| event.subject.as_str()).collect();
    let made: Vec<&str> = events
        .iter()
        .filter_map(|e| tidings::made_elsewhere(e))
        .collect();
    let messages = (!of_messages.is_empty()).then(|| {
        Query::<Message>::new()
            .filter(Filter::is_in(Column::id(), of_messages))
            .limit(EVENTS)
    });
    let made = (!made.is_empty()).then(|| {
        Query::<Notification>::new()
            .filter(Filter::is_in(Column::id(), made))
            .limit(EVENTS)
    });
    let (messages, made) = ctx.read((messages, made)).await?;
    let messages = messages
        .unwrap_or_default()
        .into_iter()
        .map(Doc::into_inner);
    let stands = |message: &Message| {
        message.deleted_at.is_none() && message.expires_at.is_none_or(|at| at > now)
    };
    let messages: BTreeMap<String, Message> =
        messages.filter(stands).map(|m| (m.id.clone(), m)).collect();
    let notices = events.iter().flat_map(|event| {
        let message = messages.get(&event.subject);
        tidings::notices(event, message.filter(|_| tidings::wants_message(event)))
    });
    let made = made.unwrap_or_default().into_iter().map(Doc::into_inner);
    let unseen = |n: &Notification| !n.is_read && n.expires_at.is_none_or(|at| at > now);
    Ok((
        notices.map(|notice| (notice.id.clone(), notice)).collect(),
        made.filter(unseen).collect(),
    ))
}

/// Those of the notices that are to be told, with the names by which their actors go.
async fn admit(ctx: &Ctx, notices: BTreeMap<String, Notice>) -> Result<Vec<(Notice, String)>> {
    let mut admitted = Vec::new();
    let mut notices = notices.into_values().peekable();
    while notices.peek().is_some() {
        let some = notices.by_ref().take(NOTICES).collect();
        admitted.extend(admit_some(ctx, some).await?);
    }
    Ok(admitted)
}

/// Leaves out notices that exist already, that one of the two blocked, or that are about a conversation the
/// user is no member of; and adds the name by which the actor goes.
async fn admit_some(ctx: &Ctx, notices: Vec<Notice>) -> Result<Vec<(Notice, String)>> {
    let known = Query::<Notification>::new()
        .filter(Filter::is_in(
            Column::id(),
            notices.iter().map(|notice| notice.id.as_str()),
        ))
        .limit(ROWS);
    let actors: BTreeSet<&str> = notices.iter().map(|n| n.actor.as_str()).collect();
    let both = notices
        .iter()
        .flat_map(|n| [n.actor.as_str(), n.user.as_str()]);
    let both: BTreeSet<&str> = both.collect();
    let profiles = Query::<Profile>::new()
        .filter(Filter::is_in(Column::id(), actors.iter().copied()))
        .limit(ROWS);
    let blocks = ctx
        .store()
        .await?
        .find::<Contact>()
        .filter(Filter::eq(Contact::IS_BLOCKED, true))
        .filter(Filter::is_in(Contact::USER_ID, both.iter().copied()))
        .filter(Filter::is_in(
            Contact::CONTACT_USER_ID,
            both.iter().copied(),
        ))
        .all(10_000)
        .await?;
    let memberships = notices.iter().filter_map(membership);
    let members = Query::<ConversationMember>::new()
        .filter(Filter::is_in(Column::id(), memberships))
        .limit(ROWS);
    let (known, profiles, members) = ctx.read((known, profiles, members)).await?;
    let known: BTreeSet<&str> = known.iter().map(|doc| doc.id.as_str()).collect();
    let blocks: BTreeSet<(&str, &str)> = blocks
        .iter()
        .map(|block| (block.user_id.as_str(), block.contact_user_id.as_str()))
        .collect();
    let members: BTreeSet<&str> = members
        .iter()
        .filter(|member| member.status == ConversationMemberStatus::Active)
        .map(|member| member.id.as_str())
        .collect();
    let names: BTreeMap<&str, &str> = profiles.iter().map(|p| (p.id.as_str(), name(p))).collect();
    let admitted = notices.into_iter().filter_map(|notice| {
        let (user, actor) = (notice.user.as_str(), notice.actor.as_str());
        let is_blocked = blocks.contains(&(user, actor)) || blocks.contains(&(actor, user));
        let is_member = membership(&notice).is_none_or(|id| members.contains(id.as_str()));
        if known.contains(notice.id.as_str()) || is_blocked || !is_member {
            return None;
        }
        // Somebody whose account is gone is told of no more.
        let name = (*names.get(actor)?).to_owned();
        Some((notice, name))
    });
    Ok(admitted.collect())
}

fn membership(notice: &Notice) -> Option<String> {
    let conversation = notice.conversation.as_deref()?;
    Some(member_id(conversation, &notice.user))
}

fn name(profile: &Profile) -> &str {
    let names = [&profile.display_name, &profile.username];
    let mut names = names.into_iter().flatten().map(|name| name.trim());
    names.find(|name| !name.is_empty()).unwrap_or("Somebody")
}

fn pushes_of(ctx: &Ctx, notification: &Notification, reach: &Reach) -> Vec<Push> {
    let (user, priority) = (notification.user_id.as_str(), notification.priority);
    let told = Told {
        subject: &format!("notification {}", notification.id),
        queue_id: None,
        payload: &tidings::told(notification),
        priority,
    };
    let devices = reach.devices(ctx, user, &[notification.kind], priority);
    devices
        .iter()
        .map(|device| told.to(user, device, ctx.now()))
        .collect()
}
