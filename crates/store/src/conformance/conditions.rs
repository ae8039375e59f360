//! Conditions, and that a batch happens as a whole or not at all.

use super::*;
use crate::Patch;

fn failed(op: usize) -> StoreError {
    StoreError::ConditionFailed { op, label: None }
}

pub async fn expectations(place: Place) -> Check {
    let store = place.store();
    store
        .commit(Batch::new().insert(&conversation("c")))
        .await?;
    let here = || Filter::<Conversation>::eq(whisper_schema::Column::id(), "c");
    let gone = || Filter::<Conversation>::eq(whisper_schema::Column::id(), "d");
    let done = store
        .commit(
            Batch::new()
                .expect_some(here())
                .expect_none(gone())
                .insert(&message("m1")),
        )
        .await?;
    same!(done.affected, [0, 0, 1]);
    let batch = Batch::new()
        .expect_some(here())
        .expect_some(gone())
        .insert(&message("m2"));
    same!(store.commit(batch).await, Err(failed(1)));
    let batch = Batch::new().insert(&message("m3")).expect_none(here());
    same!(store.commit(batch).await, Err(failed(1)));
    same!(
        ids(&store.read(Query::<Message>::new().limit(10)).await?),
        ["m1"]
    );
    // An expectation sees the earlier operations of its own batch.
    let seen = Filter::<Message>::eq(whisper_schema::Column::id(), "m4");
    store
        .commit(
            Batch::new()
                .insert(&message("m4"))
                .expect_some(seen)
                .insert(&message("m5")),
        )
        .await?;
    Ok(())
}

pub async fn update_if(place: Place) -> Check {
    let store = place.store();
    store.commit(Batch::new().insert(&message("m1"))).await?;
    let to = |status| Patch::new().set(Message::STATUS, status);
    let still = |status| Filter::eq(Message::STATUS, status);
    let (sending, sent, read) = (
        MessageStatus::Sending,
        MessageStatus::Sent,
        MessageStatus::Read,
    );
    store
        .commit(Batch::new().update_if("m1", to(sent), still(sending)))
        .await?;
    let late = store
        .commit(Batch::new().update_if("m1", to(read), still(sending)))
        .await;
    same!(late, Err(failed(0)));
    same!(
        store
            .read(Get::<Message>::id("m1"))
            .await?
            .map(|doc| (doc.status, doc.revision)),
        Some((sent, 2))
    );
    Ok(())
}

pub async fn revision_as_condition(place: Place) -> Check {
    let store = place.store();
    store
        .commit(Batch::new().insert(&conversation("c")))
        .await?;
    let named = |name: &str| Patch::new().set(Conversation::NAME, name);
    let unchanged = |id: &str, revision| {
        let this = Filter::eq(Column::id(), id);
        Batch::new().expect_some::<Conversation>(Filter::and([this, Filter::revision(revision)]))
    };
    let at = |revision, name| unchanged("c", revision).update::<Conversation>("c", named(name));
    store.commit(at(1, "a")).await?;
    same!(store.commit(at(1, "b")).await, Err(failed(0)));
    let in_one = Batch::new().update_if::<Conversation>("c", named("d"), Filter::revision(2));
    store.commit(in_one).await?;
    same!(
        store
            .read(Get::<Conversation>::id("c"))
            .await?
            .map(|doc| doc.revision),
        Some(3)
    );
    same!(store.commit(unchanged("nowhere", 1)).await, Err(failed(0)));
    Ok(())
}

pub async fn increment_within(place: Place) -> Check {
    let store = place.store();
    store
        .commit(Batch::new().insert(&conversation("c")))
        .await?;
    let by =
        |by: i64| Batch::new().increment_within("c", Conversation::PARTICIPANT_COUNT, by, 0, 2);
    store.commit(by(1)).await?;
    store.commit(by(1)).await?;
    same!(store.commit(by(1)).await, Err(failed(0)));
    store.commit(by(-2)).await?;
    same!(store.commit(by(-1)).await, Err(failed(0)));
    same!(
        store
            .read(Get::<Conversation>::id("c"))
            .await?
            .map(|doc| doc.participant_count),
        Some(0)
    );
    Ok(())
}

pub async fn bounds_of_the_attribute(place: Place) -> Check {
    let store = place.store();
    let counter = RateLimit {
        id: "r".into(),
        bucket: "b".into(),
        count: 1,
        ..RateLimit::default()
    };
    let full = Conversation {
        participant_count: i64::MAX,
        ..conversation("c")
    };
    store
        .commit(Batch::new().insert(&counter).insert(&full))
        .await?;
    // Its least value is 0.
    let under = store
        .commit(Batch::new().increment("r", RateLimit::COUNT, -2))
        .await;
    same!(under, Err(failed(0)));
    let over = store
        .commit(Batch::new().increment("c", Conversation::PARTICIPANT_COUNT, 1))
        .await;
    same!(over, Err(failed(0)));
    same!(
        store
            .read(Get::<Conversation>::id("c"))
            .await?
            .map(|doc| doc.participant_count),
        Some(i64::MAX)
    );
    Ok(())
}

pub async fn all_or_nothing(place: Place) -> Check {
    let store = place.store();
    store
        .commit(
            Batch::new()
                .insert(&conversation("c"))
                .insert(&message("taken")),
        )
        .await?;
    let batch = Batch::new()
        .insert(&message("m1"))
        .increment("c", Conversation::PARTICIPANT_COUNT, 1)
        .delete_where::<Message>(Filter::eq(Message::SENDER_ID, "u"), 10)
        .insert(&message("m2"))
        .insert(&message("m2"));
    let refused = store.commit(batch).await;
    same!(
        refused.map_err(|error| error.is_conflict(Message::COLLECTION, "_id")),
        Err(true)
    );
    same!(
        ids(&store.read(Query::<Message>::new().limit(10)).await?),
        ["taken"]
    );
    same!(
        store
            .read(Get::<Conversation>::id("c"))
            .await?
            .map(|doc| doc.revision),
        Some(1)
    );
    // And the connection is as good as new.
    store.commit(Batch::new().insert(&message("m1"))).await?;
    Ok(())
}

pub async fn labels(place: Place) -> Check {
    let store = place.store();
    let batch = Batch::new()
        .insert(&message("m1"))
        .label("message")
        .expect_some(Filter::eq(Conversation::CREATOR_ID, "u"))
        .label("conversation");
    let refused = store.commit(batch).await;
    same!(
        refused,
        Err(StoreError::ConditionFailed {
            op: 1,
            label: Some("conversation")
        })
    );
    Ok(())
}

pub async fn missing_rows_fail(place: Place) -> Check {
    let store = place.store();
    let batches = [
        Batch::new().update::<Message>("nowhere", Patch::new().set(Message::CONTENT, "x")),
        Batch::new().increment("nowhere", Conversation::PARTICIPANT_COUNT, 1),
        Batch::new().delete::<Message>("nowhere"),
    ];
    for batch in batches {
        same!(store.commit(batch).await, Err(failed(0)));
    }
    Ok(())
}

pub async fn empty_batch(place: Place) -> Check {
    same!(
        place.store().commit(Batch::new()).await?.affected,
        Vec::<u64>::new()
    );
    Ok(())
}
