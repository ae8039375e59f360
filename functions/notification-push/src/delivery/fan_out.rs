//! From the outbox (`messageQueue`) to a push for each device of each recipient.
//!
//! The pushes and the entry's new status are one commit, on the condition that the entry still waits: of two
//! workers one wins, and after a crash the entry either waits or is done. The members of a large group are
//! taken in pages; `fanOuts` keeps how far it got, and the entry waits until the last page.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::json;
use whisper_kit::ids::member_id;
use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{
    Column, ConversationMember, Document, FanOut, Message, NotificationKind, NotificationPriority,
    Push, QueuedMessage, QueuedMessageStatus, Timestamp,
};
use whisper_store::{Batch, Doc, Filter, Order, Patch, Query, StoreError};

use super::finish::finish;
use super::members;
use super::push::{self, Told};
use super::reach::Reach;

/// How many entries one step looks at.
const ENTRIES: u32 = 50;
/// How many members of groups one step looks at, about.
const MEMBERS: u32 = 400;
/// How many pushes one commit makes, give or take the devices of one user: far below what would hold the write
/// lock for 50 ms.
pub const PUSHES: usize = 100;
/// From the second step on there is a rest as long as the step before, and this at most: those who send go before a
/// large group that is being told.
const LONGEST_REST: Duration = Duration::from_millis(50);
/// How long a step that lost a race leaves the winner alone.
const AFTER_LOSS: Duration = Duration::from_millis(10);

/// Hands on what waits, until nothing does or the time is over.
///
/// # Errors
/// The store's.
pub async fn run(ctx: &Ctx, end: Instant, tally: &Tally) -> Result<()> {
    let mut rest = Duration::ZERO;
    loop {
        if !rest.is_zero() {
            ctx.store().await?.pause(rest.min(LONGEST_REST)).await;
        }
        let begun = Instant::now();
        let entries = waiting(ctx).await?;
        if entries.is_empty() {
            return Ok(());
        }
        if Instant::now() >= end {
            tally.cap();
            return Ok(());
        }
        let found = entries.len() as u64;
        match step(ctx, entries).await? {
            Some(handed) => {
                tally.done(handed);
                // Of those that come in the meantime a call of their own tells.
                if handed == found && found < u64::from(ENTRIES) {
                    return Ok(());
                }
            }
            None => ctx.store().await?.pause(AFTER_LOSS).await,
        }
        rest = begun.elapsed();
    }
}

/// The entries that wait, the most important and then the oldest first.
async fn waiting(ctx: &Ctx) -> Result<Vec<QueuedMessage>> {
    let entries = Query::<QueuedMessage>::new()
        .filter(Filter::eq(
            QueuedMessage::STATUS,
            QueuedMessageStatus::Pending,
        ))
        .filter(Filter::or([
            Filter::is_null(QueuedMessage::SCHEDULED_FOR),
            Filter::le(QueuedMessage::SCHEDULED_FOR, ctx.now()),
        ]))
        .order(Order::desc(QueuedMessage::PRIORITY))
        .order(Order::asc(Column::seq()))
        .limit(ENTRIES);
    let entries = ctx.read(entries).await?;
    Ok(entries.into_iter().map(Doc::into_inner).collect())
}

/// An entry with all that decides whom to tell.
struct Case {
    entry: QueuedMessage,
    /// None when it is gone, taken back or expired: nobody is told.
    message: Option<Message>,
    /// How far its members were handed on; none before the first page.
    position: Option<i64>,
    members: Vec<Doc<ConversationMember>>,
    /// Whether there may be more members behind these.
    more: bool,
}

/// Hands on as many of these as fit one commit; None when somebody else was faster.
async fn step(ctx: &Ctx, entries: Vec<QueuedMessage>) -> Result<Option<u64>> {
    let named = entries.iter().flat_map(|entry| &entry.recipient_ids);
    let named = Reach::of(ctx, &named.map(String::as_str).collect()).await?;
    let (entries, silent) = entries
        .into_iter()
        .partition::<Vec<_>, _>(|entry| may_reach(entry, &named));
    let cases = read(ctx, entries).await?;
    let groups = cases.iter().filter(|case| case.is_group());
    let told = groups.flat_map(Case::recipients);
    let members = Reach::of(ctx, &told.map(|member| member.user_id.as_str()).collect()).await?;
    let reach = named.and(members);
    let mut plan = Plan::default();
    for entry in silent {
        plan.batch = plan.batch.update(&entry.id, delivered());
        plan.handed += 1;
        plan.entries.push(entry.id);
    }
    for case in &cases {
        if plan.made.len() >= PUSHES {
            break;
        }
        plan.add(ctx, case, &reach);
    }
    // An operator may have put a message into the outbox again: what is there of it already is in nobody's way.
    let known = push::known(ctx, &plan.made).await?;
    let (batch, handed, ended) = plan.into_batch(&known);
    match ctx.store().await?.commit(batch).await {
        Ok(_) => {}
        Err(StoreError::ConditionFailed { .. } | StoreError::Conflict { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    // The first pages of a large group may have arrived by now, and then nobody else looks.
    finish(ctx, &ended).await?;
    Ok(Some(handed))
}

/// Whether anybody may have to be told: where the entry names its recipients, only if one of them has a device; the
/// members of a group are seen page by page.
fn may_reach(entry: &QueuedMessage, named: &Reach) -> bool {
    let mut recipients = entry.recipient_ids.iter();
    entry.recipient_ids.is_empty() || recipients.any(|user| named.has_devices(user))
}

async fn read(ctx: &Ctx, entries: Vec<QueuedMessage>) -> Result<Vec<Case>> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let messages = Query::<Message>::new()
        .filter(Filter::is_in(
            Column::id(),
            entries.iter().map(|e| e.message_id.as_str()),
        ))
        .limit(ENTRIES);
    let places = Query::<FanOut>::new()
        .filter(Filter::is_in(
            Column::id(),
            entries.iter().map(|e| e.id.as_str()),
        ))
        .limit(ENTRIES);
    let (messages, places) = ctx.read((messages, places)).await?;
    let messages: BTreeMap<String, Message> = by_id(messages, |message| message.id.clone());
    let places: BTreeMap<String, FanOut> = by_id(places, |place| place.id.clone());
    let now = ctx.now();
    let stands = |message: &&Message| {
        message.deleted_at.is_none() && message.expires_at.is_none_or(|at| at > now)
    };
    let cases = entries.into_iter().map(|entry| Case {
        message: messages.get(&entry.message_id).filter(stands).cloned(),
        position: places.get(&entry.id).map(|place| place.position),
        entry,
        members: Vec::new(),
        more: false,
    });
    read_members(ctx, cases.collect()).await
}

/// Adds the recipients: by their ids where the entry names them, else a page of the group's members.
async fn read_members(ctx: &Ctx, mut cases: Vec<Case>) -> Result<Vec<Case>> {
    let named: Vec<String> = cases.iter().flat_map(Case::named).collect();
    let groups = || cases.iter().filter(|case| case.is_group());
    let count = u32::try_from(groups().count()).unwrap_or(u32::MAX);
    let limit = (MEMBERS / count.max(1)).max(20);
    let pages = groups().flat_map(|case| {
        let behind = case.position.unwrap_or(0);
        members::page(&case.entry.conversation_id, behind, limit)
    });
    let pages = ctx.read(pages.collect::<Vec<_>>()).await?;
    let found = ctx
        .store()
        .await?
        .find::<ConversationMember>()
        .filter(Filter::is_in(
            Column::id(),
            named.iter().map(String::as_str),
        ))
        .all(named.len())
        .await?;
    let named: BTreeMap<String, Doc<ConversationMember>> =
        found.into_iter().map(|m| (m.id.clone(), m)).collect();
    let roles = whisper_schema::prelude::ConversationMemberRole::ALL.len();
    let mut pages = pages.into_iter();
    for case in &mut cases {
        if case.is_group() {
            let of_case = pages.by_ref().take(roles).collect();
            (case.members, case.more) = members::merge(of_case, limit);
        } else {
            let ids = case.named();
            case.members = ids.iter().filter_map(|id| named.get(id).cloned()).collect();
        }
    }
    Ok(cases)
}

fn by_id<D: Document>(docs: Vec<Doc<D>>, id: impl Fn(&D) -> String) -> BTreeMap<String, D> {
    let docs = docs.into_iter().map(Doc::into_inner);
    docs.map(|doc| (id(&doc), doc)).collect()
}

impl Case {
    fn is_group(&self) -> bool {
        self.message.is_some() && self.entry.recipient_ids.is_empty()
    }

    /// The ids of the memberships of those whom the entry names.
    fn named(&self) -> Vec<String> {
        let id = |user: &String| member_id(&self.entry.conversation_id, user);
        // A message that is gone is told nobody.
        let told = self.message.iter().flat_map(|_| &self.entry.recipient_ids);
        told.map(id).collect()
    }

    fn recipients(&self) -> impl Iterator<Item = &Doc<ConversationMember>> {
        let sender = self.message.as_ref().map(|m| m.sender_id.as_str());
        self.members
            .iter()
            .filter(move |member| sender.is_some_and(|sender| members::is_told(member, sender)))
    }
}

/// What one commit does.
#[derive(Default)]
struct Plan {
    batch: Batch,
    made: Vec<Push>,
    entries: Vec<String>,
    ended: Vec<String>,
    handed: u64,
}

impl Plan {
    fn add(&mut self, ctx: &Ctx, case: &Case, reach: &Reach) {
        let id = case.entry.id.as_str();
        let (mut pushes, mut behind) = (Vec::new(), None);
        let mut is_whole = !case.more;
        let told: BTreeSet<i64> = case.recipients().map(|member| member.seq).collect();
        for member in &case.members {
            if case.is_group() && self.made.len() + pushes.len() >= PUSHES {
                is_whole = false;
                break;
            }
            if let (Some(message), true) = (&case.message, told.contains(&member.seq)) {
                pushes.extend(pushes_of(ctx, &case.entry, message, &member.user_id, reach));
            }
            behind = Some(member.seq);
        }
        let mut batch = std::mem::take(&mut self.batch);
        batch = match (is_whole, case.position, behind) {
            (true, None, _) if pushes.is_empty() => batch.update(id, delivered()),
            (true, None, _) => batch.update(id, in_hand()),
            (true, Some(position), _) => {
                self.ended.push(id.to_owned());
                let same = Filter::eq(FanOut::POSITION, position);
                batch.delete_if(id, same).update(id, in_hand())
            }
            (false, _, None) => batch,
            (false, None, Some(behind)) => batch.insert(&FanOut {
                id: id.to_owned(),
                position: behind,
                updated_at: Timestamp::AT_COMMIT,
            }),
            (false, Some(position), Some(behind)) => {
                let patch = Patch::new()
                    .set(FanOut::POSITION, behind)
                    .set(FanOut::UPDATED_AT, Timestamp::AT_COMMIT);
                batch.update_if(id, patch, Filter::eq(FanOut::POSITION, position))
            }
        };
        self.batch = batch;
        self.made.extend(pushes);
        self.handed += u64::from(is_whole);
        self.entries.push(id.to_owned());
    }

    /// The batch without what is known, how many entries are handed on with it, and which of them may have come to
    /// their end with it: those that had several pages, or less to push than it seemed.
    fn into_batch(mut self, known: &BTreeSet<String>) -> (Batch, u64, Vec<String>) {
        let (known, fresh): (Vec<Push>, Vec<Push>) = self
            .made
            .into_iter()
            .partition(|push| known.contains(&push.id));
        self.ended
            .extend(known.into_iter().filter_map(|push| push.queue_id));

        let taken = Filter::<QueuedMessage>::and([
            Filter::is_in(Column::id(), self.entries),
            Filter::ne(QueuedMessage::STATUS, QueuedMessageStatus::Pending),
        ]);
        let batch = Batch::new().expect_none(taken).append(self.batch);
        let batch = fresh.iter().fold(batch, |batch, push| batch.insert(push));
        (batch, self.handed, self.ended)
    }
}

fn pushes_of(
    ctx: &Ctx,
    entry: &QueuedMessage,
    message: &Message,
    user: &str,
    reach: &Reach,
) -> Vec<Push> {
    let is_mentioned = message.mentions.iter().any(|mentioned| mentioned == user);
    let (kinds, priority): (&[_], _) = match (is_mentioned, entry.priority > 0) {
        (true, _) => (
            &[NotificationKind::Mention, NotificationKind::Message],
            NotificationPriority::High,
        ),
        (false, true) => (&[NotificationKind::Message], NotificationPriority::High),
        (false, false) => (&[NotificationKind::Message], NotificationPriority::Normal),
    };
    let mut payload = json!({
        "type": NotificationKind::Message,
        "messageId": message.id,
        "conversationId": message.conversation_id,
    });
    if is_mentioned {
        payload["mentioned"] = true.into();
    }
    let told = Told {
        subject: &format!("message {}", message.id),
        queue_id: Some(&entry.id),
        payload: &payload,
        priority,
    };
    let devices = reach.devices(ctx, user, kinds, priority);
    devices
        .iter()
        .map(|device| told.to(user, device, ctx.now()))
        .collect()
}

fn in_hand() -> Patch<QueuedMessage> {
    Patch::new().set(QueuedMessage::STATUS, QueuedMessageStatus::Processing)
}

/// Nobody is left to be told.
pub fn delivered() -> Patch<QueuedMessage> {
    Patch::new()
        .set(QueuedMessage::STATUS, QueuedMessageStatus::Delivered)
        .set(QueuedMessage::PENDING_FOR, Vec::<String>::new())
        .set(QueuedMessage::PROCESSED_AT, Timestamp::AT_COMMIT)
        .unset(QueuedMessage::ERROR)
}
