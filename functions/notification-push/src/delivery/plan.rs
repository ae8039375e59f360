//! The commit that hands on entries of the outbox: pushes for devices, and how far each entry got.
//!
//! The pushes and the entry's new state are one commit, on the condition that no other worker moved it on: of two workers
//! one wins, and after a crash the next does the rest. An entry that is too much for one commit, or whose sender had their
//! share of it, gets a place in its sender's line (`fanOuts`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use whisper_kit::{Ctx, Result};
use whisper_messages::is_mentioned;
use whisper_schema::prelude::{
    Column, ConversationMember, FanOut, Message, NotificationKind, NotificationPriority, Push,
    QueuedMessage, QueuedMessageStatus, Timestamp,
};
use whisper_store::{Batch, Doc, Filter, Patch};

use super::case::{Around, Case};
use super::entry::{delivered, in_hand};
use super::finish::finish;
use super::push::{self, Told};
use crate::devices::standing::MAX_DEVICES;

/// How many pushes one commit makes, give or take the devices of one user: far below a number that would hold the
/// write lock for 50 ms.
pub const PUSHES: usize = 100;
/// How many of them are for messages of one sender.
const SHARE: usize = 50;

/// How many operations one commit has, pushes and all.
const OPERATIONS: usize = 250;

/// One commit in the making.
pub struct Plan<'a> {
    ctx: &'a Ctx,
    around: &'a Around,
    /// How many operations it may have, give or take the devices of one user.
    most: usize,
    batch: Batch,
    made: Vec<Push>,
    by_sender: BTreeMap<String, usize>,
    /// Entries that wait, and must still do so.
    waiting: Vec<String>,
    /// Entries that may have come to their end.
    ended: Vec<String>,
    /// Entries that got on.
    moved: BTreeSet<String>,
}

/// The effects of a commit.
#[derive(Debug, Default)]
pub struct Handed {
    /// Pushes that are there now to be sent.
    pub pushes: usize,
    /// Entries that got on.
    pub moved: BTreeSet<String>,
    /// How many entries wait no more.
    pub taken: usize,
}

impl<'a> Plan<'a> {
    /// Nothing yet.
    ///
    /// # Errors
    /// The store's.
    pub async fn new(ctx: &'a Ctx, around: &'a Around) -> Result<Self> {
        let most = ctx.store().await?.portion(OPERATIONS);
        Ok(Self {
            ctx,
            around,
            most: most.saturating_sub(MAX_DEVICES as usize),
            batch: Batch::new(),
            made: Vec::new(),
            by_sender: BTreeMap::new(),
            waiting: Vec::new(),
            ended: Vec::new(),
            moved: BTreeSet::new(),
        })
    }

    /// Takes entries as far as there is room.
    pub fn add_all(&mut self, cases: &[Case]) {
        for case in cases {
            if self.left() == 0 {
                break;
            }
            self.add(case);
        }
    }

    /// How many operations there are left for pushes, beside the two that an entry takes.
    fn left(&self) -> usize {
        let used = self.batch.len() + self.made.len() + 2;
        self.most.saturating_sub(used)
    }

    fn add(&mut self, case: &Case) {
        let (mut pushes, mut behind) = (Vec::new(), None);
        let room = self.room(case);
        let is_whole = match (&case.message, &case.page) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(message), Some(page)) => {
                let is_author = |user: &str| case.author.as_deref() == Some(user);
                let mut members = page.members.iter();
                let is_cut = members.any(|member| {
                    let more = match is_author(&member.user_id) {
                        true => Vec::new(),
                        false => self.pushes_of(&case.entry, message, member),
                    };
                    let is_full = !more.is_empty() && pushes.len() >= room;
                    if !is_full {
                        pushes.extend(more);
                        behind = Some(member.seq);
                    }
                    is_full
                });
                !is_cut && !page.more
            }
        };
        if is_whole || behind.is_some() {
            self.moved.insert(case.entry.id.clone());
        }
        let batch = std::mem::take(&mut self.batch);
        self.batch = self.advance(batch, case, is_whole, behind, pushes.is_empty());
        if let Some(sender) = case.sender() {
            *self.by_sender.entry(sender.to_owned()).or_default() += pushes.len();
        }
        self.made.extend(pushes);
    }

    /// Removes the place of an entry that is no longer in hand.
    pub fn forget(&mut self, place: &str) {
        let batch = std::mem::take(&mut self.batch);
        self.batch = batch.delete::<FanOut>(place);
        self.moved.insert(place.to_owned());
    }

    /// How many pushes the sender of a case may still have in this commit.
    fn room(&self, case: &Case) -> usize {
        let sender = case.sender().unwrap_or_default();
        let used = self.by_sender.get(sender).copied().unwrap_or(0);
        let share = SHARE.saturating_sub(used);
        let pushes = PUSHES.saturating_sub(self.made.len());
        share.min(pushes).min(self.left())
    }

    /// Moves an entry on: to its end, to a place in its sender's line, or along in it.
    fn advance(
        &mut self,
        batch: Batch,
        case: &Case,
        is_whole: bool,
        behind: Option<i64>,
        is_silent: bool,
    ) -> Batch {
        let id = case.entry.id.as_str();
        let Some(position) = case.position else {
            self.waiting.push(id.to_owned());
            return match (is_whole, is_silent) {
                (true, true) => batch.update(id, delivered()),
                (true, false) => batch.update(id, in_hand()),
                (false, _) => batch.update(id, in_hand()).insert(&FanOut {
                    id: id.to_owned(),
                    sender_id: case.sender().unwrap_or_default().to_owned(),
                    position: behind.unwrap_or(0),
                    updated_at: Timestamp::AT_COMMIT,
                }),
            };
        };
        let same = Filter::eq(FanOut::POSITION, position);
        match (is_whole, behind) {
            (true, _) => {
                self.ended.push(id.to_owned());
                batch.delete_if(id, same)
            }
            (false, Some(behind)) => {
                let patch = Patch::new()
                    .set(FanOut::POSITION, behind)
                    .set(FanOut::UPDATED_AT, Timestamp::AT_COMMIT);
                batch.update_if(id, patch, same)
            }
            (false, None) => batch,
        }
    }

    /// Commits it; none when somebody else was faster.
    ///
    /// # Errors
    /// The store's.
    pub async fn commit(mut self) -> Result<Option<Handed>> {
        // An operator may have put a message into the outbox again: pushes of it that are there already aren't made again.
        let known = push::known(self.ctx, &self.made).await?;
        let (known, fresh): (Vec<Push>, Vec<Push>) = self
            .made
            .into_iter()
            .partition(|push| known.contains(&push.id));
        let of_known = known.into_iter().filter_map(|push| push.queue_id);
        self.ended.extend(of_known);
        if self.batch.is_empty() {
            return Ok(Some(Handed::default()));
        }
        let count = self.waiting.len();
        let taken = Filter::<QueuedMessage>::and([
            Filter::is_in(Column::id(), self.waiting),
            Filter::ne(QueuedMessage::STATUS, QueuedMessageStatus::Pending),
        ]);
        let batch = Batch::new().expect_none(taken).append(self.batch);
        let batch = fresh.iter().fold(batch, |batch, push| batch.insert(push));
        if self.ctx.try_commit(batch).await?.is_none() {
            return Ok(None);
        }
        // The pushes of a large group's first pages may have arrived by now. Then no sender looks whether the entry has
        // come to its end, so it is looked at here.
        finish(self.ctx, &self.ended).await?;
        Ok(Some(Handed {
            pushes: fresh.len(),
            moved: self.moved,
            taken: count,
        }))
    }

    /// The pushes of a message for the devices of a member.
    fn pushes_of(
        &self,
        entry: &QueuedMessage,
        message: &Doc<Message>,
        member: &ConversationMember,
    ) -> Vec<Push> {
        let (user, now) = (member.user_id.as_str(), self.ctx.now());
        let audience = &self.around.audience;
        if !audience.has_devices(user) || !self.around.reach.may_ring(message, member, now) {
            return Vec::new();
        }
        let mentioned = is_mentioned(&message.mentions, user, member.role);
        let (kinds, priority): (&[_], _) = match (mentioned, entry.priority > 0) {
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
        if mentioned {
            payload["mentioned"] = true.into();
        }
        let told = Told {
            subject: &format!("message {}", message.id),
            queue_id: Some(&entry.id),
            payload: &payload,
            priority,
        };
        let devices = audience.devices(self.ctx, user, kinds, priority);
        let due_at = self.around.foreground.due(user, message, now);
        let push = |device| Push {
            due_at,
            ..told.to(user, device, now)
        };
        devices.iter().map(|device| push(device)).collect()
    }
}
