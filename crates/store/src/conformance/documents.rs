//! Writing and reading single documents.

use whisper_schema::Rule;

use super::*;
use crate::Patch;

pub async fn round_trip(place: Place) -> Check {
    let store = place.store();
    let sent = Message {
        media_urls: vec!["https://a.example/1".into(), "https://a.example/2".into()],
        plain_text: Some("hello".into()),
        created_at: Some(Timestamp::from_millis(START)),
        is_pinned: true,
        ..message("m1")
    };
    let done = store.commit(Batch::new().insert(&sent)).await?;
    same!(done.affected, [1]);
    let found = store
        .read(Get::<Message>::id("m1"))
        .await?
        .map(|doc| (doc.revision, doc.value));
    same!(found, Some((1, sent)));
    Ok(())
}

pub async fn missing(place: Place) -> Check {
    same!(
        place.store().read(Get::<Message>::id("nowhere")).await?,
        None
    );
    Ok(())
}

pub async fn conflicts_name_the_index(place: Place) -> Check {
    let store = place.store();
    store
        .commit(Batch::new().insert(&message("m1")).insert(&holding("h1")))
        .await?;
    let same_id = store.commit(Batch::new().insert(&message("m1"))).await;
    same!(
        same_id.map_err(|error| error.is_conflict(Message::COLLECTION, "_id")),
        Err(true)
    );
    let twin = TokenHolding {
        id: "h2".into(),
        ..holding("h1")
    };
    let same_values = store.commit(Batch::new().insert(&twin)).await;
    let index = "idx_user_chain_token";
    same!(
        same_values.map_err(|error| error.is_conflict(TokenHolding::COLLECTION, index)),
        Err(true)
    );
    let other = TokenHolding {
        token_address: "other".into(),
        ..holding("h3")
    };
    store.commit(Batch::new().insert(&other)).await?;
    let moved = Patch::new().set(TokenHolding::TOKEN_ADDRESS, "h1");
    let by_update = store
        .commit(Batch::new().update::<TokenHolding>("h3", moved))
        .await;
    same!(
        by_update.map_err(|error| error.is_conflict(TokenHolding::COLLECTION, index)),
        Err(true)
    );
    Ok(())
}

pub async fn upsert(place: Place) -> Check {
    let store = place.store();
    store.commit(Batch::new().upsert(&message("m1"))).await?;
    let first = store
        .read(Get::<Message>::id("m1"))
        .await?
        .map(|doc| (doc.revision, doc.seq));
    let changed = Message {
        content: "again".into(),
        ..message("m1")
    };
    store.commit(Batch::new().upsert(&changed)).await?;
    let second = store.read(Get::<Message>::id("m1")).await?;
    same!(
        second.as_ref().map(|doc| (doc.revision - 1, doc.seq)),
        first
    );
    same!(second.map(|doc| doc.value), Some(changed));
    Ok(())
}

fn counter(count: i64) -> RateLimit {
    RateLimit {
        id: "r".into(),
        bucket: "b".into(),
        count,
        ..RateLimit::default()
    }
}

pub async fn insert_or_update(place: Place) -> Check {
    let store = place.store();
    for expected in [1, 2, 3] {
        let once_more = Patch::new().add(RateLimit::COUNT, 1);
        store
            .commit(Batch::new().insert_or_update(&counter(1), once_more))
            .await?;
        same!(
            store
                .read(Get::<RateLimit>::id("r"))
                .await?
                .map(|doc| doc.count),
            Some(expected)
        );
    }
    Ok(())
}

pub async fn insert_or_update_if(place: Place) -> Check {
    let store = place.store();
    let once_more = || {
        Patch::new()
            .add(RateLimit::COUNT, 1)
            .set(RateLimit::BUCKET, "c")
    };
    let batch = || {
        let few = Filter::lt(RateLimit::COUNT, 2);
        Batch::new()
            .insert_or_update_if(&counter(1), once_more(), few)
            .label("limit")
    };
    store.commit(batch()).await?;
    store.commit(batch()).await?;
    let third = store.commit(batch()).await;
    same!(
        third,
        Err(StoreError::ConditionFailed {
            op: 0,
            label: Some("limit")
        })
    );
    let found = store
        .read(Get::<RateLimit>::id("r"))
        .await?
        .map(|doc| (doc.count, doc.value.bucket));
    same!(found, Some((2, "c".to_owned())));
    Ok(())
}

pub async fn update_and_unset(place: Place) -> Check {
    let store = place.store();
    let sent = Message {
        plain_text: Some("hello".into()),
        ..message("m1")
    };
    store.commit(Batch::new().insert(&sent)).await?;
    let patch = Patch::new()
        .set(Message::STATUS, MessageStatus::Read)
        .set(Message::READ_BY, vec!["a", "b"])
        .unset(Message::PLAIN_TEXT);
    store
        .commit(Batch::new().update::<Message>("m1", patch))
        .await?;
    let expected = Message {
        status: MessageStatus::Read,
        read_by: vec!["a".into(), "b".into()],
        plain_text: None,
        ..sent
    };
    same!(
        store
            .read(Get::<Message>::id("m1"))
            .await?
            .map(|doc| doc.value),
        Some(expected)
    );
    Ok(())
}

pub async fn increments(place: Place) -> Check {
    let store = place.store();
    store
        .commit(
            Batch::new()
                .insert(&conversation("c"))
                .insert(&holding("h")),
        )
        .await?;
    let batch = Batch::new()
        .increment("c", Conversation::PARTICIPANT_COUNT, 3)
        .increment("c", Conversation::PARTICIPANT_COUNT, -1)
        .increment("h", TokenHolding::USD_VALUE, 0.25);
    same!(store.commit(batch).await?.affected, [1, 1, 1]);
    same!(
        store
            .read(Get::<Conversation>::id("c"))
            .await?
            .map(|doc| doc.participant_count),
        Some(2)
    );
    // A missing number counts as 0.
    same!(
        store
            .read(Get::<TokenHolding>::id("h"))
            .await?
            .and_then(|doc| doc.usd_value),
        Some(0.25)
    );
    Ok(())
}

pub async fn revisions_grow(place: Place) -> Check {
    let store = place.store();
    store
        .commit(Batch::new().insert(&conversation("c")))
        .await?;
    let named = |name: &str| Patch::new().set(Conversation::NAME, name);
    store
        .commit(Batch::new().update::<Conversation>("c", named("a")))
        .await?;
    let twice = Batch::new()
        .update::<Conversation>("c", named("b"))
        .update::<Conversation>("c", named("c"));
    store.commit(twice).await?;
    store
        .commit(Batch::new().increment("c", Conversation::PARTICIPANT_COUNT, 1))
        .await?;
    let found = store
        .read(Get::<Conversation>::id("c"))
        .await?
        .map(|doc| (doc.revision, doc.value.name));
    same!(found, Some((5, Some("c".to_owned()))));
    Ok(())
}

pub async fn deletes(place: Place) -> Check {
    let store = place.store();
    store
        .commit(Batch::new().insert(&message("m1")).insert(&message("m2")))
        .await?;
    same!(
        store
            .commit(Batch::new().delete::<Message>("m1"))
            .await?
            .affected,
        [1]
    );
    same!(store.read(Get::<Message>::id("m1")).await?, None);
    let other = Filter::eq(Message::SENDER_ID, "somebody else");
    let refused = store
        .commit(Batch::new().delete_if::<Message>("m2", other))
        .await;
    same!(
        refused,
        Err(StoreError::ConditionFailed { op: 0, label: None })
    );
    let mine = Filter::eq(Message::SENDER_ID, "u");
    store
        .commit(Batch::new().delete_if::<Message>("m2", mine))
        .await?;
    same!(store.read(Get::<Message>::id("m2")).await?, None);
    Ok(())
}

pub async fn delete_where(place: Place) -> Check {
    let store = place.store();
    let mut batch = Batch::new();
    for i in 0..10 {
        let sender_id = if i % 2 == 0 { "even" } else { "odd" }.to_owned();
        batch = batch.insert(&Message {
            sender_id,
            ..message(&format!("m{i}"))
        });
    }
    store.commit(batch).await?;
    let even = || Filter::eq(Message::SENDER_ID, "even");
    for expected in [3, 2, 0] {
        let done = store
            .commit(Batch::new().delete_where::<Message>(even(), 3))
            .await?;
        same!(done.affected, [expected]);
    }
    let left = store.read(Query::<Message>::new().limit(100)).await?;
    same!(ids(&left), ["m1", "m3", "m5", "m7", "m9"]);
    Ok(())
}

pub async fn violations_are_told_at_once(place: Place) -> Check {
    let store = place.store();
    let bad = Message {
        content: "x".repeat(10_001),
        media_urls: vec!["x".repeat(1001)],
        ..message("m1")
    };
    let patch = Patch::new()
        .set(Conversation::NAME, 7)
        .set(Conversation::PARTICIPANT_COUNT, "many");
    let batch = Batch::new()
        .insert(&message("m2"))
        .insert(&bad)
        .update::<Conversation>("c", patch);
    let Err(StoreError::Invalid(violations)) = store.commit(batch).await else {
        return Err(Failed("a bad batch was taken".into()));
    };
    let mut fields: Vec<_> = violations
        .iter()
        .map(|each| (each.field.as_str(), each.rule))
        .collect();
    fields.sort();
    let expected = [
        ("content", Rule::Size),
        ("mediaUrls[0]", Rule::Size),
        ("name", Rule::Type),
        ("participantCount", Rule::Type),
    ];
    same!(fields, expected);
    same!(store.read(Get::<Message>::id("m2")).await?, None);
    Ok(())
}

pub async fn not_a_column(place: Place) -> Check {
    let store = place.store();
    store.commit(Batch::new().insert(&message("m1"))).await?;
    let renamed = Patch::new().set(whisper_schema::Column::id(), "m2");
    let refused = store
        .commit(Batch::new().update::<Message>("m1", renamed))
        .await;
    same!(matches!(refused, Err(StoreError::Invalid(_))), true);
    let added = Patch::new().add(Message::CONTENT, 1);
    let refused = store
        .commit(Batch::new().update::<Message>("m1", added))
        .await;
    same!(matches!(refused, Err(StoreError::Invalid(_))), true);
    Ok(())
}
