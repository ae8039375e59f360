//! The senders' lines (`fanOuts`): pushes that are too many for one commit are made in parts, and after a part of one
//! sender's the next sender has their turn.
//!
//! Turns go round by the senders' ids, so a line says all: a new sender waits for one part of each sender who is
//! there, however much these have sent.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use whisper_kit::{Ctx, Result};
use whisper_people::by_ids;
use whisper_schema::prelude::{FanOut, QueuedMessage, QueuedMessageStatus};
use whisper_store::{Doc, Filter, Order, Query};

use super::case::{Around, read_recipients, with_messages};
use super::plan::Plan;

/// How many places one step looks at.
const PLACES: u32 = 50;
/// After a step there is a rest as long as it took, and this at most: sending goes before the telling of a
/// large group.
const LONGEST_REST: Duration = Duration::from_millis(50);

/// The sender whose turn it is, in an instance.
#[derive(Default)]
pub struct Turns {
    /// The sender who had the last one.
    last: RefCell<String>,
    /// Whether somebody is at it.
    is_taken: Cell<bool>,
}

/// Gives the turns back, also when the work is dropped.
struct Taken<'a>(&'a Turns);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.0.is_taken.set(false);
    }
}

/// Hands on the next parts. Gives how many pushes that made; none when there is nothing in line, or others of the
/// instance are at it.
///
/// # Errors
/// The store's.
pub async fn step(ctx: &Ctx, turns: &Turns) -> Result<Option<usize>> {
    if turns.is_taken.replace(true) {
        return Ok(None);
    }
    let _taken = Taken(turns);
    let begun = Instant::now();
    let Some(places) = next(ctx, turns).await? else {
        return Ok(None);
    };
    let made = hand_on(ctx, turns, places).await?;
    let rest = begun.elapsed().min(LONGEST_REST);
    ctx.store().await?.pause(rest).await;
    Ok(Some(made))
}

/// The places whose turn is next: those behind the sender who had the last one, else from the beginning.
async fn next(ctx: &Ctx, turns: &Turns) -> Result<Option<Vec<FanOut>>> {
    let behind = |sender: &str| {
        Query::<FanOut>::new()
            .filter(Filter::gt(FanOut::SENDER_ID, sender))
            .order(Order::asc(FanOut::SENDER_ID))
            .limit(PLACES)
    };
    let last = turns.last.borrow().clone();
    let mut places = ctx.read(behind(&last)).await?;
    if places.is_empty() && !last.is_empty() {
        places = ctx.read(behind("")).await?;
    }
    let places: Vec<FanOut> = places.into_iter().map(Doc::into_inner).collect();
    Ok(Some(places).filter(|places| !places.is_empty()))
}

async fn hand_on(ctx: &Ctx, turns: &Turns, places: Vec<FanOut>) -> Result<usize> {
    let ids = places.iter().map(|place| place.id.as_str());
    let entries = ctx.read(by_ids::<QueuedMessage>(ids)).await?;
    let entries = entries.into_iter().flatten().map(Doc::into_inner);
    let mut entries: BTreeMap<String, QueuedMessage> = entries
        .filter(|entry| entry.status == QueuedMessageStatus::Processing)
        .map(|entry| (entry.id.clone(), entry))
        .collect();
    let (mut in_hand, mut left) = (Vec::new(), Vec::new());
    for place in &places {
        match entries.remove(&place.id) {
            Some(entry) => in_hand.push((entry, Some(place.position))),
            None => left.push(place.id.as_str()),
        }
    }
    let nothing_more = Vec::<Query<FanOut>>::new();
    let (mut cases, _) = with_messages(ctx, in_hand, nothing_more).await?;
    read_recipients(ctx, &mut cases, |_| true).await?;
    let around = Around::read(ctx, &cases).await?;
    let mut plan = Plan::new(ctx, &around).await?;
    for place in left {
        plan.forget(place);
    }
    plan.add_all(&cases);
    // None when somebody else was faster: there is more to do then as well.
    let Some(handed) = plan.commit().await? else {
        return Ok(0);
    };
    if let Some(last) = served(&places, &handed.moved) {
        turns.last.replace(last.to_owned());
    }
    Ok(handed.pushes)
}

/// The last of the senders who had their turn: the senders behind, for whom there was no room, go on.
fn served<'a>(places: &'a [FanOut], moved: &BTreeSet<String>) -> Option<&'a str> {
    let of_moved = places.iter().filter(|place| moved.contains(&place.id));
    let had_turn: BTreeSet<&str> = of_moved.map(|place| place.sender_id.as_str()).collect();
    let senders = places.iter().map(|place| place.sender_id.as_str());
    senders
        .take_while(|sender| had_turn.contains(sender))
        .last()
}
