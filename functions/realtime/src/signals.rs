//! Signs that pass, as streams hear of them and keep them up. The functions know nothing of streams but their listeners.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::Serialize;
use whisper_kit::{Ctx, Result};
use whisper_people::{
    People, PresenceChoices, PresenceSeen, Presences, UsersView, presences, shown_to_all,
};
use whisper_schema::prelude::{Column, Presence, PresenceStatus, Signal, SignalKind};
use whisper_store::{Doc, Filter, Query};

use crate::event::{PresenceToldView, TypingToldView};
use crate::presence::{self, PresenceView, Said, Word};
use crate::typing::TypingView;
pub use crate::watched::watched;

/// The most pairs of a listener and somebody they hear of that one statement asks about.
const PAIRS: usize = 32_000;
/// The most ids that one question names.
const CHUNK: usize = 500;
/// The most ids that one statement names.
const STATEMENT: usize = 5_000;
/// The most devices of a commit.
const DEVICES: usize = 1_000;
/// Operations of a commit that one device takes at most: its row, the presence, a device that is dropped, a signal.
const OPERATIONS: usize = 4;
/// The most users of a commit whose presence ran out.
const RUN_OUT: usize = 200;

/// Somebody who has a stream open.
#[derive(Clone, Copy)]
pub struct Listener<'a> {
    /// The user.
    pub user_id: &'a str,
    /// The people whose presence the stream hears of.
    pub watched: &'a BTreeSet<String>,
    /// Whether the user belongs to a conversation.
    pub is_member: &'a dyn Fn(&str) -> bool,
    /// Whether the user and somebody are parted by a block, by either of them.
    pub is_blocked: &'a dyn Fn(&str) -> bool,
}

/// An event for a listener.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Told {
    /// Somebody writes, or no longer.
    Typing(TypingToldView),
    /// Somebody is there, or no longer.
    Presence(PresenceToldView),
}

impl Told {
    fn typing(sign: TypingView, people: &People) -> Self {
        let users = one(people, &sign.user_id);
        Told::Typing(TypingToldView { sign, users })
    }

    fn presence(presence: PresenceView, people: &People) -> Self {
        let users = one(people, &presence.user_id);
        Told::Presence(PresenceToldView { presence, users })
    }
}

fn one(people: &People, user: &str) -> UsersView {
    let users = [(user.to_owned(), people.summary(user))];
    UsersView {
        users: users.into(),
    }
}

impl Listener<'_> {
    /// Whether the listener may hear of somebody's presence, as far as their settings let them.
    fn watches(&self, user: &str) -> bool {
        self.user_id != user && self.watched.contains(user) && !(self.is_blocked)(user)
    }

    /// Whether the listener may hear of somebody's writing.
    fn hears(&self, sign: &TypingView) -> bool {
        self.user_id != sign.user_id
            && (self.is_member)(&sign.conversation_id)
            && !(self.is_blocked)(&sign.user_id)
    }
}

/// A signal that means something to listeners.
enum Sign<'a> {
    Typing(TypingView),
    Presence(&'a str, Option<PresenceChoices>),
}

impl Sign<'_> {
    /// None of one that has run out, can't be read, or is for the streams themselves.
    fn of<'a>(ctx: &Ctx, signal: &'a Signal) -> Option<Sign<'a>> {
        if signal.expires_at <= ctx.now() {
            return None;
        }
        match signal.kind {
            SignalKind::Typing => TypingView::of(signal).map(Sign::Typing),
            SignalKind::Presence => {
                let payload = serde_json::from_str(&signal.payload).ok()?;
                let before = PresenceChoices::in_payload(&payload);
                Some(Sign::Presence(&signal.user_id, before))
            }
            SignalKind::Watch => None,
        }
    }
}

/// Tells listeners what these signals mean to them, in their order: each event with the places of the listeners who hear it. It reads
/// what privacy needs and the people whom the events name, of all of them in one statement (one more for each 32,000 pairs of a listener and
/// somebody whose presence changed).
///
/// Presence is as it is now, whatever the signal said: two signals may tell the same.
///
/// # Errors
/// The store's.
pub async fn told(
    ctx: &Ctx,
    signals: &[Doc<Signal>],
    listeners: &[Listener<'_>],
) -> Result<Vec<(Vec<usize>, Told)>> {
    let signs: Vec<Sign<'_>> = signals
        .iter()
        .filter_map(|signal| Sign::of(ctx, signal))
        .collect();
    let mut owners: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut named: BTreeSet<&str> = BTreeSet::new();
    // The listeners of each sign of writing.
    let mut hearing: Vec<Vec<usize>> = Vec::with_capacity(signs.len());
    for sign in &signs {
        hearing.push(match sign {
            Sign::Typing(view) => places(listeners, |listener| listener.hears(view)),
            Sign::Presence(user, _) => {
                owners
                    .entry(user)
                    .or_insert_with(|| places(listeners, |listener| listener.watches(user)));
                Vec::new()
            }
        });
    }
    for (sign, hearing) in signs.iter().zip(&hearing) {
        if let Sign::Typing(view) = sign
            && !hearing.is_empty()
        {
            named.insert(&view.user_id);
        }
    }
    owners.retain(|_, watching| !watching.is_empty());
    named.extend(owners.keys());
    let (people, known) = known(ctx, named, &owners, listeners).await?;
    let mut told: Vec<(Vec<usize>, Told)> = Vec::new();
    for (sign, hearing) in signs.iter().zip(hearing) {
        match sign {
            Sign::Typing(view) if !hearing.is_empty() && !people.is_hidden(&view.user_id) => {
                told.push((hearing, Told::typing(view.clone(), &people)));
            }
            Sign::Typing(_) => {}
            Sign::Presence(user, before) => {
                if let Some((presences, watching)) = known.get(user).zip(owners.get(user)) {
                    let seen = |viewer: &str| presences.told(viewer, user, before.as_ref());
                    let views = presence_for(user, watching, listeners, seen).into_iter();
                    told.extend(
                        views.map(|(hearing, view)| (hearing, Told::presence(view, &people))),
                    );
                }
            }
        }
    }
    Ok(told)
}

/// Somebody's presence as the people who watch them see it, each view with the listeners who see it so: most see the same.
fn presence_for(
    user: &str,
    watching: &[usize],
    listeners: &[Listener<'_>],
    seen: impl Fn(&str) -> Option<PresenceSeen>,
) -> Vec<(Vec<usize>, PresenceView)> {
    let mut views: Vec<(Vec<usize>, PresenceView)> = Vec::new();
    for place in watching {
        let Some(seen) = seen(listeners[*place].user_id) else {
            continue;
        };
        let view = PresenceView::new(user, seen);
        match views.iter_mut().find(|(_, told)| *told == view) {
            Some((hearing, _)) => hearing.push(*place),
            None => views.push((vec![*place], view)),
        }
    }
    views
}

/// The places of the listeners for whom this holds.
fn places(listeners: &[Listener<'_>], holds: impl Fn(&Listener<'_>) -> bool) -> Vec<usize> {
    let all = listeners.iter().enumerate();
    all.filter(|(_, listener)| holds(listener))
        .map(|(place, _)| place)
        .collect()
}

/// The people whom the events name, and the facts that decide which presence of each of these owners is seen by the people who watch them.
async fn known<'a>(
    ctx: &Ctx,
    named: BTreeSet<&str>,
    owners: &BTreeMap<&'a str, Vec<usize>>,
    listeners: &[Listener<'_>],
) -> Result<(People, BTreeMap<&'a str, Rc<Presences>>)> {
    let mut known = BTreeMap::new();
    let all: Vec<&str> = owners.keys().copied().collect();
    let viewers: BTreeSet<usize> = owners.values().flatten().copied().collect();
    let mut portions = all
        .chunks((PAIRS / viewers.len().max(1)).max(1))
        .map(|some| {
            let watching = some.iter().filter_map(|owner| owners.get(owner)).flatten();
            let viewers = watching.map(|place| listeners[*place].user_id);
            let asked = presences(viewers, some.iter().copied(), ctx.now());
            (some, asked)
        });
    let mut keep = |some: &[&'a str], found: Presences| {
        let found = Rc::new(found);
        known.extend(some.iter().map(|owner| (*owner, Rc::clone(&found))));
    };
    // The people are read with the first portion.
    let people = shown_to_all(named);
    let people = match portions.next() {
        None => ctx.read(people).await?,
        Some((some, asked)) => {
            let (people, found) = ctx.read((people, asked)).await?;
            keep(some, found);
            people
        }
    };
    for (some, asked) in portions {
        keep(some, ctx.read(asked).await?);
    }
    Ok((people, known))
}

/// The first words of a stream: the presence of the people it watches who are there now, as far as they show it. Two statements.
///
/// # Errors
/// The store's.
pub async fn present(ctx: &Ctx, listener: &Listener<'_>) -> Result<Vec<Told>> {
    let watched = listener.watched.iter().map(String::as_str);
    let watched: Vec<&str> = watched.filter(|user| listener.watches(user)).collect();
    let there = there(&watched)
        .into_iter()
        .map(|query| query.filter(Filter::gt(Presence::EXPIRES_AT, ctx.now())));
    let there = ctx.read(there.collect::<Vec<_>>()).await?;
    let there: BTreeSet<String> = there
        .into_iter()
        .flatten()
        .map(|presence| presence.into_inner().id)
        .collect();
    let ids = there.iter().map(String::as_str);
    let viewer = there.first().map(|_| listener.user_id);
    let asked = (presences(viewer, ids.clone(), ctx.now()), shown_to_all(ids));
    let (found, people) = ctx.read(asked).await?;
    let seen = there
        .iter()
        .map(|id| (id, found.seen(listener.user_id, id)));
    let seen = seen.filter(|(_, seen)| seen.status != PresenceStatus::Offline);
    let told = seen.map(|(id, seen)| Told::presence(PresenceView::new(id, seen), &people));
    Ok(told.collect())
}

/// The presence of those of these users who were there when it was last written.
fn there(users: &[&str]) -> Vec<Query<Presence>> {
    let portions = users.chunks(CHUNK).map(|ids| {
        Query::new()
            .filter(Filter::is_in(Column::id(), ids.iter().copied()))
            .filter(Filter::ne(Presence::STATUS, PresenceStatus::Offline))
            .limit(u32::try_from(ids.len()).unwrap_or(whisper_store::MAX_LIMIT))
    });
    portions.collect()
}

/// Keeps devices up, each a user with a session of theirs, that have a stream: called when one opens, and every 10 s for all of an
/// instance. Devices that said nothing yet are online. One commit for up to 1,000 devices, which doesn't wait for the disk.
///
/// # Errors
/// The store's.
pub async fn keep(ctx: &Ctx, devices: &[(String, String)]) -> Result<()> {
    say(ctx, devices, &Said::There).await
}

/// Has devices count for 25 s more whose last stream in this instance ended. Within that time the client can come back, or another instance
/// keeps the device up, and the user looks present all along. Commits as [`keep`] does.
///
/// # Errors
/// The store's.
pub async fn gone(ctx: &Ctx, devices: &[(String, String)]) -> Result<()> {
    say(ctx, devices, &Said::Gone).await
}

/// Writes the same word of many devices.
async fn say(ctx: &Ctx, devices: &[(String, String)], said: &Said) -> Result<()> {
    let devices: BTreeSet<&(String, String)> = devices.iter().collect();
    let devices: Vec<_> = devices.into_iter().collect();
    let most = ctx.store().await?.portion(DEVICES * OPERATIONS) / OPERATIONS;
    for some in devices.chunks(most.max(1)) {
        let words = some.iter().map(|(user, session)| Word {
            user: user.clone(),
            session: session.clone(),
            said: said.clone(),
        });
        let words: Vec<Word> = words.collect();
        presence::write(ctx, &BTreeSet::new(), &words, None).await?;
    }
    Ok(())
}

/// Writes the presence anew of those of these users for whom it ran out without anybody saying so, so that all instances hear of it.
/// Asked every ten seconds for the people whom the streams of an instance watch, it has a device that vanished off within a minute. At
/// most 1,000 users at a time; the next call goes on.
///
/// # Errors
/// The store's.
pub async fn run_out(ctx: &Ctx, users: &BTreeSet<String>) -> Result<()> {
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    let mut over: BTreeSet<String> = BTreeSet::new();
    for some in users.chunks(STATEMENT) {
        let asked = there(some)
            .into_iter()
            .map(|query| query.filter(Filter::le(Presence::EXPIRES_AT, ctx.now())));
        let found = ctx.read(asked.collect::<Vec<_>>()).await?;
        let found = found.into_iter().flatten();
        over.extend(found.map(|presence| presence.into_inner().id));
        if over.len() >= DEVICES {
            break;
        }
    }
    let over: Vec<&str> = over.iter().map(String::as_str).take(DEVICES).collect();
    let most = ctx.store().await?.portion(RUN_OUT * OPERATIONS) / OPERATIONS;
    for some in over.chunks(most.max(1)) {
        presence::write(ctx, &some.iter().copied().collect(), &[], None).await?;
    }
    Ok(())
}
