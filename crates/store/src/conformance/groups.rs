//! Commits at the same time.

use super::*;
use crate::{Get, Patch};

fn send(i: usize) -> Batch {
    let sent = Message {
        created_at: Some(Timestamp::AT_COMMIT),
        ..message(&format!("m{i:02}"))
    };
    let summary = Patch::new()
        .set(Conversation::LAST_MESSAGE_ID, sent.id.as_str())
        .set(Conversation::LAST_MESSAGE_AT, Timestamp::AT_COMMIT);
    let id = format!("a{i:02}");
    Batch::new()
        .insert(&sent)
        .update::<Conversation>("c", summary)
        .insert(&UserActivity {
            id,
            user_id: "u".into(),
            ..UserActivity::default()
        })
}

pub async fn many_at_once(place: Place) -> Check {
    let store = place.store();
    store
        .commit(Batch::new().insert(&conversation("c")))
        .await?;
    let results = join_all((0..40).map(|i| store.commit(send(i)))).await;
    for result in results {
        same!(result?.affected, [1, 1, 1]);
    }
    let expected: Vec<String> = (0..40).map(|i| format!("m{i:02}")).collect();
    same!(
        ids(&store.read(Query::<Message>::new().limit(100)).await?),
        expected
    );
    same!(
        store.read(Query::<UserActivity>::new().count(100)).await?,
        40
    );
    let last = store.read(Get::<Conversation>::id("c")).await?;
    let last = last.map(|doc| (doc.revision, doc.value.last_message_id));
    same!(last, Some((41, Some("m39".to_owned()))));
    Ok(())
}

pub async fn many_keep_their_values(place: Place) -> Check {
    let store = place.store();
    let texts = [
        "",
        "'\"`\\%_[]{}?1$1;--",
        "Grüße, 世界, 👩‍👩‍👧‍👦, e\u{301}, \u{202e}rtl",
        "\u{1}\u{1f}\u{7f}\u{80}\u{2028}\u{feff}\u{fffd}\u{10ffff}",
        "line\r\nline\ttab",
        "[[\"json\", null]]",
        "12",
        "null",
    ];
    let sent = texts.iter().enumerate().map(|(i, text)| Message {
        metadata: Some((*text).to_owned()),
        mentions: vec![(*text).to_owned(), "x".to_owned()],
        reply_to_message_id: (i % 2 == 0).then(|| (*text).to_owned()),
        ..message(&format!("m{i}"))
    });
    let sent: Vec<Message> = sent.collect();
    let numbers = [-i64::MAX, -1, 0, (1 << 53) + 1, i64::MAX];
    let counted = numbers.iter().enumerate().map(|(i, number)| Conversation {
        participant_count: *number,
        is_public: i % 2 == 0,
        ..conversation(&format!("c{i}"))
    });
    let counted: Vec<Conversation> = counted.collect();
    // JSON would change the third of these on its way through SQLite.
    let values = [0.1, -1e-300, 123_456_789.123_456_79, f64::MAX, 5e-324];
    let held = values.iter().enumerate().map(|(i, value)| TokenHolding {
        usd_value: Some(*value),
        ..holding(&format!("h{i}"))
    });
    let held: Vec<TokenHolding> = held.collect();
    let batches = sent.iter().map(|doc| Batch::new().insert(doc));
    let batches = batches.chain(counted.iter().map(|doc| Batch::new().insert(doc)));
    let batches = batches.chain(held.iter().map(|doc| Batch::new().insert(doc)));
    for result in join_all(batches.map(|batch| store.commit(batch))).await {
        same!(result?.affected, [1]);
    }
    for doc in &sent {
        let stored = store.read(Get::<Message>::id(&doc.id)).await?;
        same!(stored.map(|doc| doc.value).as_ref(), Some(doc));
    }
    for doc in &counted {
        let stored = store.read(Get::<Conversation>::id(&doc.id)).await?;
        same!(stored.map(|doc| doc.value).as_ref(), Some(doc));
    }
    for doc in &held {
        let stored = store.read(Get::<TokenHolding>::id(&doc.id)).await?;
        let kept = TokenHolding {
            usd_value: doc.usd_value.map(|number| place.keeps(number)),
            ..doc.clone()
        };
        same!(stored.map(|doc| doc.value), Some(kept));
    }
    edited(&store, &sent, &texts).await
}

async fn edited(store: &Store, sent: &[Message], texts: &[&str]) -> Check {
    let edits = sent.iter().rev().zip(texts).map(|(doc, text)| {
        let patch = Patch::new().set(Message::METADATA, *text);
        store.commit(Batch::new().update::<Message>(&doc.id, patch))
    });
    for result in join_all(edits).await {
        same!(result?.affected, [1]);
    }
    for (doc, text) in sent.iter().rev().zip(texts) {
        let stored = store.read(Get::<Message>::id(&doc.id)).await?;
        let stored = stored.map(|doc| (doc.revision, doc.value.metadata));
        same!(stored, Some((2, Some((*text).to_owned()))));
    }
    Ok(())
}

pub async fn one_bad_among_many(place: Place) -> Check {
    let store = place.store();
    store
        .commit(
            Batch::new()
                .insert(&conversation("c"))
                .insert(&message("m07")),
        )
        .await?;
    let batch = |i: usize| {
        let none = Filter::eq(Conversation::CREATOR_ID, "u");
        match i {
            5 => Batch::new()
                .insert(&message("m05"))
                .expect_none(none)
                .label("five"),
            _ => send(i),
        }
    };
    let results = join_all((0..12).map(|i| store.commit(batch(i)))).await;
    for (i, result) in results.into_iter().enumerate() {
        match i {
            5 => same!(
                result,
                Err(StoreError::ConditionFailed {
                    op: 1,
                    label: Some("five")
                })
            ),
            7 => same!(
                result.map_err(|e| e.is_conflict(Message::COLLECTION, "_id")),
                Err(true)
            ),
            _ => same!(result.map(|done| done.affected), Ok(vec![1, 1, 1])),
        }
    }
    same!(store.read(Get::<Message>::id("m05")).await?, None);
    same!(store.read(Query::<Message>::new().count(100)).await?, 11);
    same!(
        store.read(Query::<UserActivity>::new().count(100)).await?,
        10
    );
    Ok(())
}

pub async fn same_row(place: Place) -> Check {
    let store = place.store();
    store
        .commit(Batch::new().insert(&conversation("c")))
        .await?;
    let join = |_| {
        store.commit(Batch::new().increment_within("c", Conversation::PARTICIPANT_COUNT, 1, 0, 5))
    };
    let results = join_all((0..9).map(join)).await;
    same!(results.iter().filter(|result| result.is_ok()).count(), 5);
    same!(
        store
            .read(Get::<Conversation>::id("c"))
            .await?
            .map(|doc| doc.participant_count),
        Some(5)
    );
    // The same new document: one of them is the first.
    let results = join_all((0..9).map(|_| store.commit(Batch::new().insert(&message("m1"))))).await;
    same!(results.iter().filter(|result| result.is_ok()).count(), 1);
    Ok(())
}

pub async fn joined_updates_count_revisions(place: Place) -> Check {
    let store = place.store();
    let two = Batch::new()
        .insert(&conversation("a"))
        .insert(&conversation("b"));
    store.commit(two).await?;
    let name = |i: usize| {
        let id = if i.is_multiple_of(3) { "a" } else { "b" };
        store.commit(
            Batch::new()
                .update::<Conversation>(id, Patch::new().set(Conversation::NAME, i.to_string())),
        )
    };
    for result in join_all((0..12).map(name)).await {
        same!(result?.affected, [1]);
    }
    let found = store.read(Query::<Conversation>::new().limit(10)).await?;
    let found: Vec<_> = found
        .iter()
        .map(|doc| (doc.revision, doc.name.as_deref()))
        .collect();
    same!(found, [(5, Some("9")), (9, Some("11"))]);
    // An update of a missing document fails alone.
    let names = ["a", "nowhere", "b", "a"].map(|id| {
        store.commit(
            Batch::new().update::<Conversation>(id, Patch::new().set(Conversation::NAME, "x")),
        )
    });
    let results = join_all(names).await;
    same!(
        results.iter().map(Result::is_ok).collect::<Vec<_>>(),
        [true, false, true, true]
    );
    Ok(())
}

pub async fn dropped_commits(place: Place) -> Check {
    let store = place.store();
    store
        .commit(Batch::new().insert(&conversation("c")))
        .await?;
    // Dropped after so many steps, wherever that is: the others are served, and nothing is half done.
    for polls in 0..24 {
        let others = (0..4).map(|i| {
            let (store, id) = (store.clone(), format!("p{polls}-{i}"));
            async move {
                store
                    .commit(Batch::new().insert(&message(&id)))
                    .await
                    .map(|_| ())
            }
        });
        let pair = Batch::new()
            .insert(&message(&format!("x{polls}")))
            .insert(&UserActivity {
                id: format!("x{polls}"),
                user_id: "u".into(),
                ..UserActivity::default()
            });
        let dropped = {
            let store = store.clone();
            async move { poll_and_drop(store.commit(pair), polls).await }
        };
        let mut all: Vec<LocalBoxFuture<'_, Result<(), StoreError>>> = vec![Box::pin(async {
            dropped.await;
            Ok(())
        })];
        for other in others {
            all.push(Box::pin(other));
        }
        for result in join_all(all).await {
            // Only a batch that shared a transaction whose COMMIT was under way may not know its outcome.
            match result {
                Ok(()) | Err(StoreError::Unavailable(_)) => {}
                other => same!(other, Ok(())),
            }
        }
        // In one statement: a COMMIT that was under way may end between two.
        let id = format!("x{polls}");
        let pair = (Get::<Message>::id(&id), Get::<UserActivity>::id(&id));
        let (message, activity) = store.read(pair).await?;
        same!(activity.is_some(), message.is_some());
    }
    store.commit(Batch::new().insert(&message("last"))).await?;
    Ok(())
}

pub async fn commit_order(place: Place) -> Check {
    let store = place.store();
    // Commits that wait for the first migration enter the queue in any order.
    store.migrate().await?;
    let event = |id: String| Event {
        id,
        kind: "k".into(),
        subject: "s".into(),
        ..Event::default()
    };
    let batch = |i| {
        let one = event(format!("e{i:02}a"));
        let two = event(format!("e{i:02}b"));
        Batch::new()
            .insert(&one)
            .insert(&message(&format!("m{i:02}")))
            .insert(&two)
    };
    for result in join_all((0..8).map(|i| store.commit(batch(i)))).await {
        result?;
    }
    let events = store.read(Query::<Event>::new().limit(100)).await?;
    let expected: Vec<String> = (0..8)
        .flat_map(|i| [format!("e{i:02}a"), format!("e{i:02}b")])
        .collect();
    same!(ids(&events), expected);
    let seqs: Vec<i64> = events.iter().map(|doc| doc.seq).collect();
    same!(seqs.is_sorted_by(|a, b| a < b), true);
    // The number of a deleted event is never given again.
    let last = seqs.last().copied().unwrap_or_default();
    store.commit(Batch::new().delete::<Event>("e07b")).await?;
    store
        .commit(Batch::new().insert(&event("next".into())))
        .await?;
    same!(
        store
            .read(Get::<Event>::id("next"))
            .await?
            .is_some_and(|doc| doc.seq > last),
        true
    );
    Ok(())
}

pub async fn two_stores(place: Place) -> Check {
    let (one, other) = (place.store(), place.store());
    one.commit(Batch::new().insert(&conversation("c"))).await?;
    let commit = |i: usize| {
        let store = if i.is_multiple_of(2) { &one } else { &other };
        store.commit(send(i))
    };
    for result in join_all((0..20).map(commit)).await {
        result?;
    }
    same!(one.read(Query::<Message>::new().count(100)).await?, 20);
    same!(
        other
            .read(Get::<Conversation>::id("c"))
            .await?
            .map(|doc| doc.revision),
        Some(21)
    );
    Ok(())
}

pub async fn times_never_go_back(place: Place) -> Check {
    let store = place.store();
    let mut latest = Timestamp::MIN;
    for (i, now) in [START + 50, START + 10, START + 60, START]
        .into_iter()
        .enumerate()
    {
        place.now.set(now);
        let done = store
            .commit(Batch::new().insert(&message(&format!("m{i}"))))
            .await?;
        same!(done.at >= latest, true);
        latest = done.at;
    }
    same!(latest, Timestamp::from_millis(START + 60));
    Ok(())
}
