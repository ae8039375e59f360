//! Times of commits, also when the clock is wrong: for all instances of one database in SQL, and on TablesDB for one, and those
//! that begin after its events.

use super::*;
use crate::Patch;

/// A second, a minute, a day and a year, in milliseconds.
const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;
const YEAR: i64 = 365 * DAY;

fn sent(id: &str) -> Batch {
    Batch::new().insert(&Message {
        created_at: Some(Timestamp::AT_COMMIT),
        ..message(id)
    })
}

/// When a message was stored, which must be the time that its commit gave.
async fn sent_at(store: &Store, id: &str) -> Result<i64, Failed> {
    let committed = store.commit(sent(id)).await?;
    stored_at(store, id, committed.at).await
}

async fn stored_at(store: &Store, id: &str, at: Timestamp) -> Result<i64, Failed> {
    let stored = store.read(Get::<Message>::id(id)).await?;
    let stored = stored.and_then(|doc| doc.created_at);
    equal(stored, Some(at), "the time of the commit")?;
    Ok(at.as_millis())
}

pub async fn never_goes_back_for_anybody(place: Place) -> Check {
    let one = place.store();
    let other = place.with_time_of(&one);
    same!(sent_at(&one, "m1").await?, START);
    place.now.set(START - 30 * SECOND);
    same!(sent_at(&other, "m2").await?, START);
    same!(sent_at(&one, "m3").await?, START);
    place.now.set(START + SECOND);
    same!(sent_at(&other, "m4").await?, START + SECOND);
    place.now.set(START - DAY + SECOND);
    same!(sent_at(&one, "m5").await?, START + SECOND);
    // An instance that comes later knows it too.
    same!(
        sent_at(&place.with_time_of(&one), "m6").await?,
        START + SECOND
    );
    Ok(())
}

pub async fn never_goes_back_in_any_form(place: Place) -> Check {
    let one = place.store();
    let other = place.with_time_of(&one);
    one.commit(sent("m0")).await?;
    place.now.set(START - 30 * SECOND);
    // Several at once, of which all have the same time.
    let ids: Vec<String> = (1..9).map(|i| format!("m{i}")).collect();
    let all = join_all(ids.iter().map(|id| other.commit(sent(id)))).await;
    for (id, done) in ids.iter().zip(all) {
        same!(stored_at(&other, id, done?.at).await?, START);
    }
    // A list of documents of which some have times of their own, and one with text that JSON can't carry.
    let early = Timestamp::from_millis(START - YEAR);
    let mut batch = Batch::new();
    for (id, created_at) in [
        ("a", Timestamp::AT_COMMIT),
        ("b", early),
        ("c", Timestamp::AT_COMMIT),
    ] {
        let created_at = Some(created_at);
        batch = batch.insert(&Message {
            created_at,
            ..message(id)
        });
    }
    let edited = || Patch::new().set(Message::EDITED_AT, Timestamp::AT_COMMIT);
    let batch = batch
        .update::<Message>("m1", edited())
        .update::<Message>("m2", edited());
    let at = other.commit(batch).await?.at;
    for (id, expected) in [("a", at), ("b", early), ("c", at)] {
        stored_at(&other, id, expected).await?;
    }
    for id in ["m1", "m2"] {
        let edited = other
            .read(Get::<Message>::id(id))
            .await?
            .and_then(|doc| doc.value.edited_at);
        same!(edited, Some(Timestamp::from_millis(START)));
    }
    // A batch of more operations than one statement takes.
    let many = (0..120).fold(sent("last"), |batch, i| {
        let gone = Filter::eq(Column::id(), format!("gone{i}"));
        batch
            .expect_none::<Message>(gone)
            .insert(&conversation(&format!("c{i}")))
    });
    let at = other.commit(many).await?.at;
    same!(stored_at(&other, "last", at).await?, START);
    Ok(())
}

pub async fn is_sane_again(place: Place) -> Check {
    let one = place.store();
    let other = place.with_time_of(&one);
    sent_at(&one, "m1").await?;
    // For a minute the clock is a year ahead.
    place.now.set(START + YEAR);
    same!(sent_at(&one, "m2").await?, START + YEAR);
    place.now.set(START + YEAR + MINUTE);
    same!(sent_at(&other, "m3").await?, START + YEAR + MINUTE);
    place.now.set(START + 2 * MINUTE);
    same!(sent_at(&one, "m4").await?, START + 2 * MINUTE);
    same!(sent_at(&other, "m5").await?, START + 2 * MINUTE);
    place.now.set(START + MINUTE);
    same!(sent_at(&one, "m6").await?, START + 2 * MINUTE);
    // A time given a day ahead holds, and two days later nothing of it is left.
    place.now.set(START + DAY);
    same!(sent_at(&one, "m7").await?, START + DAY);
    place.now.set(START);
    same!(sent_at(&other, "m8").await?, START + DAY);
    place.now.set(START + 2 * DAY);
    same!(sent_at(&other, "m9").await?, START + 2 * DAY);
    Ok(())
}

/// A store that is opened later goes on where events of others stand: on TablesDB they are all that tells of the time.
pub async fn survives_a_restart(place: Place) -> Check {
    let store = place.store();
    let event = |id: &str| {
        Batch::new().insert(&Event {
            id: id.into(),
            created_at: Timestamp::AT_COMMIT,
            ..Event::default()
        })
    };
    place.now.set(START + MINUTE);
    store.commit(event("e1")).await?;
    place.now.set(START);
    let later = place.store();
    same!(sent_at(&later, "m1").await?, START + MINUTE);
    let committed = place.store().commit(event("e2")).await?;
    same!(committed.at.as_millis(), START + MINUTE);
    // A clock that was a year ahead is forgotten here too.
    place.now.set(START + YEAR);
    place.store().commit(event("e3")).await?;
    place.now.set(START + 2 * MINUTE);
    same!(sent_at(&place.store(), "m2").await?, START + 2 * MINUTE);
    Ok(())
}

pub async fn the_latest_survives(place: Place) -> Check {
    let store = place.store();
    sent_at(&store, "m1").await?;
    place.now.set(START + MINUTE);
    let named = Patch::new().set(Message::UPDATED_AT, Timestamp::AT_COMMIT);
    let refused = Batch::new()
        .update::<Message>("m1", named)
        .update::<Message>("m2", Patch::new());
    same!(store.commit(refused).await.is_err(), true);
    place.now.set(START);
    // A commit that didn't take place has no time.
    same!(sent_at(&place.store(), "m2").await?, START);
    Ok(())
}

pub async fn is_one_for_all(place: Place) -> Check {
    let (one, other) = (place.store(), place.store());
    let before = one.time().await?;
    // The other one's clock is a year ahead.
    place.now.set(START + YEAR);
    let ahead = other.time().await?.since(before);
    match place.dialect() {
        Some(Dialect::Postgres) => same!((0..MINUTE).contains(&ahead), true),
        // A clock is what a test sets here, and one for the whole machine.
        _ => same!(ahead, YEAR),
    }
    Ok(())
}
