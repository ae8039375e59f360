//! The consumer of events that give reputation: each giver, reason and subject once.
//!
//! Taking back a reaction or a follow doesn't take back the reputation, and doing it again gives none: so nothing is won
//! by doing and undoing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use whisper_kit::consumer::{self, Bounds};
use whisper_kit::ids::{derived_id, is_program_id};
use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};
use whisper_people::by_ids;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Event, Profile, ReputationGrant};
use whisper_store::{Batch, Doc};

/// Name of the consumer: its cursor in `consumerCursors`.
pub const NAME: &str = "reputation";
/// Events in one commit.
const LIMIT: u32 = 200;
/// Points for a reaction to a story.
pub const REACTION: i64 = 1;
/// Points for a follower.
pub const FOLLOWER: i64 = 2;

/// Grants for the events that wait, for at most about `time`.
///
/// # Errors
/// The store's; commits before it stay.
pub async fn run(ctx: &Ctx, time: Duration, tally: &Tally) -> Result<()> {
    let bounds = Bounds::new(LIMIT, time);
    consumer::run(ctx, NAME, bounds, tally, |events| handle(ctx, events)).await
}

async fn handle(ctx: &Ctx, events: Vec<Doc<Event>>) -> Result<Batch> {
    let mut grants: BTreeMap<String, ReputationGrant> = BTreeMap::new();
    for grant in events.iter().filter_map(|event| grant(event)) {
        grants.entry(grant.id.clone()).or_insert(grant);
    }
    if grants.is_empty() {
        return Ok(Batch::new());
    }
    let receivers: BTreeSet<&str> = grants.values().map(|g| g.user_id.as_str()).collect();
    let asked = (
        by_ids::<ReputationGrant>(grants.keys().map(String::as_str)),
        by_ids::<Profile>(receivers.iter().copied()),
    );
    let (known, profiles) = ctx.read(asked).await?;
    let (known, profiles) = (known.iter().flatten(), profiles.iter().flatten());
    let known: BTreeSet<&str> = known.map(|grant| grant.id.as_str()).collect();
    let there: BTreeSet<&str> = profiles.map(|profile| profile.id.as_str()).collect();
    let (mut rows, mut sums) = (Batch::new(), BTreeMap::<&str, i64>::new());
    for grant in grants.values() {
        if !known.contains(grant.id.as_str()) && there.contains(grant.user_id.as_str()) {
            rows = rows.insert(grant);
            *sums.entry(&grant.user_id).or_default() += grant.points;
        }
    }
    Ok(sums.into_iter().fold(rows, |batch, (user, points)| {
        batch.increment::<Profile>(user, Profile::REPUTATION_SCORE, points)
    }))
}

/// The reputation that an event gives; nobody gives any to themselves.
fn grant(event: &Event) -> Option<ReputationGrant> {
    let giver = event.user_id.clone()?;
    let payload: Value = serde_json::from_str(&event.payload).ok()?;
    let (receiver, subject, points) = match event.kind.as_str() {
        "story.reacted" => (
            payload["authorId"].as_str()?,
            event.subject.as_str(),
            REACTION,
        ),
        "follow.created" => (event.subject.as_str(), "", FOLLOWER),
        _ => return None,
    };
    let earns = giver != receiver && !is_program_id(receiver);
    earns.then(|| ReputationGrant {
        id: derived_id(&["reputation", &giver, receiver, &event.kind, subject]),
        user_id: receiver.to_owned(),
        giver_id: giver.clone(),
        reason: event.kind.clone(),
        points,
        created_at: Timestamp::AT_COMMIT,
    })
}
