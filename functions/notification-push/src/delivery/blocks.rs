//! After a block, the notifications that the two had of each other go.
//!
//! The rule hides them already, but they would stay in the way of the others: a page and the count of unread ones look at so many
//! notifications and no more, and somebody who was blocked for a flood has left thousands.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::{Ctx, Result};
use whisper_people::blocked;
use whisper_schema::prelude::{Column, Contact, Event, Notification};
use whisper_store::{Batch, Doc, Filter, MAX_LIMIT, Order, Query};
use whisper_views::notifications::actor;

use super::notices::payload;

/// How many times a run reads: 50,000 notifications.
const READS: u32 = 50;
/// How many notifications one commit removes.
const PER_COMMIT: usize = 200;

/// Removes the notifications that blocks among these events hide for good. Doing it again finds nothing; an undone block has nothing removed.
///
/// # Errors
/// The store's; the events come again.
pub async fn clear(ctx: &Ctx, events: &[Doc<Event>]) -> Result<()> {
    let pairs: BTreeSet<(String, String)> = events.iter().filter_map(|e| block(e)).collect();
    let stands = |(one, other): &(String, String)| {
        let between = blocked(one, other);
        Query::<Contact>::new().filter(between).count(1)
    };
    let standing = ctx.read(pairs.iter().map(stands).collect::<Vec<_>>());
    let standing = pairs.iter().zip(standing.await?);
    let mut apart = BTreeMap::<&str, BTreeSet<&str>>::new();
    for ((one, other), _) in standing.filter(|(_, blocks)| *blocks > 0) {
        apart.entry(one).or_default().insert(other);
        apart.entry(other).or_default().insert(one);
    }
    let mut reads = READS;
    for (user, actors) in apart {
        remove(ctx, user, &actors, &mut reads).await?;
    }
    Ok(())
}

/// The two of a block.
fn block(event: &Event) -> Option<(String, String)> {
    let by = event
        .user_id
        .clone()
        .filter(|_| event.kind == "user.blocked")?;
    let whom = payload(event).get("userId")?.as_str()?.to_owned();
    Some((by, whom))
}

/// Removes a user's notifications of the doings of these, the newest first.
async fn remove(ctx: &Ctx, user: &str, actors: &BTreeSet<&str>, reads: &mut u32) -> Result<()> {
    let per_commit = ctx.store().await?.portion(PER_COMMIT);
    let mut before = i64::MAX;
    while *reads > 0 {
        *reads -= 1;
        let next = Query::<Notification>::new()
            .filter(Filter::eq(Notification::USER_ID, user))
            .filter(Filter::lt(Column::seq(), before))
            .order(Order::desc(Column::seq()))
            .limit(MAX_LIMIT);
        let next = ctx.read(next).await?;
        let of_them = |n: &&Doc<Notification>| {
            let actor = actor(n);
            actor.is_some_and(|actor| actors.contains(actor.as_str()))
        };
        let hidden: Vec<&str> = next.iter().filter(of_them).map(|n| n.id.as_str()).collect();
        for some in hidden.chunks(per_commit) {
            let gone = Filter::<Notification>::is_in(Column::id(), some.iter().copied());
            let batch = Batch::new().delete_where(gone, some.len() as u64);
            ctx.store().await?.commit(batch).await?;
        }
        match next.last() {
            Some(last) if next.len() == MAX_LIMIT as usize => before = last.seq,
            _ => break,
        }
    }
    Ok(())
}
