//! Values come out as they went in: every type, at its edges.

use super::*;
use crate::Patch;

/// The first day of the year 1000, and the last but one of 9999: times that every store keeps.
const FIRST_MOMENT: i64 = -30_610_224_000_000;
const LAST_MOMENT: i64 = 253_402_128_000_000;

pub async fn texts(place: Place) -> Check {
    let store = place.store();
    let texts = [
        "",
        " ",
        "'\"`\\%_[]{}?1$1;--",
        "Grüße, 世界, 👩‍👩‍👧‍👦, e\u{301}, \u{202e}rtl",
        "\u{1}\u{1f}\u{7f}\u{80}\u{2028}\u{feff}\u{fffd}\u{10ffff}",
        "line\r\nline\ttab",
        "{\"json\": [1, null]}",
        "@commit",
    ];
    for (i, text) in texts.iter().enumerate() {
        let id = format!("m{i}");
        let list = vec![(*text).to_owned(), "x".to_owned()];
        let sent = Message {
            // Not the content, which people see: it has no control characters.
            metadata: Some((*text).to_owned()),
            mentions: list,
            ..message(&id)
        };
        store.commit(Batch::new().insert(&sent)).await?;
        let found = store.read(Get::<Message>::id(&id)).await?;
        same!(found.map(|doc| doc.value), Some(sent));
        let by_text = store
            .read(
                Query::<Message>::new()
                    .filter(Filter::eq(Message::METADATA, *text))
                    .limit(10),
            )
            .await?;
        same!(ids(&by_text), [id.as_str()]);
        let by_element = store
            .read(
                Query::<Message>::new()
                    .filter(Filter::contains(Message::MENTIONS, *text))
                    .limit(10),
            )
            .await?;
        same!(ids(&by_element), [id.as_str()]);
    }
    // NUL can't be stored, and looking for it must not find a text that ends before it.
    let found = store
        .read(
            Query::<Message>::new()
                .filter(Filter::eq(Message::CONTENT, "\0"))
                .count(10),
        )
        .await?;
    same!(found, 0);
    let nul = Message {
        content: "a\0b".into(),
        ..message("nul")
    };
    let refused = store.commit(Batch::new().insert(&nul)).await;
    same!(matches!(refused, Err(StoreError::Invalid(_))), true);
    Ok(())
}

pub async fn doubles(place: Place) -> Check {
    let store = place.store();
    let edges = [
        0.0,
        0.1,
        -0.1,
        1.0 / 3.0,
        1e15,
        1e22,
        9_007_199_254_740_993.0,
        123_456_789.123_456_79,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        f64::EPSILON,
        5.0,
    ];
    for (i, number) in edges.into_iter().enumerate() {
        let id = format!("h{i}");
        let sent = TokenHolding {
            usd_value: Some(number),
            ..holding(&id)
        };
        store.commit(Batch::new().insert(&sent)).await?;
        let kept = TokenHolding {
            usd_value: Some(place.keeps(number)),
            ..sent
        };
        same!(
            store
                .read(Get::<TokenHolding>::id(&id))
                .await?
                .map(|doc| doc.value),
            Some(kept)
        );
        let equal = Filter::eq(TokenHolding::USD_VALUE, number);
        same!(
            ids(&store
                .read(Query::<TokenHolding>::new().filter(equal).limit(10))
                .await?),
            [id.as_str()]
        );
    }
    let broken = TokenHolding {
        usd_value: Some(f64::NAN),
        ..holding("nan")
    };
    let refused = store.commit(Batch::new().insert(&broken)).await;
    same!(matches!(refused, Err(StoreError::Invalid(_))), true);
    Ok(())
}

pub async fn numbers(place: Place) -> Check {
    let store = place.store();
    for (i, number) in [0, 1, -1, i64::MAX, -i64::MAX, (1 << 53) + 1]
        .into_iter()
        .enumerate()
    {
        let id = format!("c{i}");
        let sent = Conversation {
            participant_count: number,
            is_public: i % 2 == 0,
            ..conversation(&id)
        };
        store.commit(Batch::new().insert(&sent)).await?;
        same!(
            store
                .read(Get::<Conversation>::id(&id))
                .await?
                .map(|doc| doc.value),
            Some(sent)
        );
        let equal = Filter::eq(Conversation::PARTICIPANT_COUNT, number);
        same!(
            ids(&store
                .read(Query::<Conversation>::new().filter(equal).limit(10))
                .await?),
            [id.as_str()]
        );
    }
    let public = Filter::eq(Conversation::IS_PUBLIC, true);
    same!(
        ids(&store
            .read(Query::<Conversation>::new().filter(public).limit(10))
            .await?),
        ["c0", "c2", "c4"]
    );
    Ok(())
}

pub async fn lists(place: Place) -> Check {
    let store = place.store();
    let lists: [&[&str]; 4] = [
        &[],
        &[""],
        &["a", "a", "b"],
        &["[]", "null", "1", "\"", "\u{10ffff}"],
    ];
    for (i, list) in lists.into_iter().enumerate() {
        let id = format!("m{i}");
        let links: Vec<String> = list.iter().map(|text| (*text).to_owned()).collect();
        let sent = Message {
            links,
            ..message(&id)
        };
        store.commit(Batch::new().insert(&sent)).await?;
        same!(
            store
                .read(Get::<Message>::id(&id))
                .await?
                .map(|doc| doc.value),
            Some(sent)
        );
    }
    let emptied = Patch::new().unset(Message::LINKS);
    store
        .commit(Batch::new().update::<Message>("m3", emptied))
        .await?;
    same!(
        store
            .read(Get::<Message>::id("m3"))
            .await?
            .map(|doc| doc.links.len()),
        Some(0)
    );
    Ok(())
}

pub async fn defaults_and_nulls(place: Place) -> Check {
    let store = place.store();
    let plain = conversation("c");
    store.commit(Batch::new().insert(&plain)).await?;
    let found = store
        .read(Get::<Conversation>::id("c"))
        .await?
        .map(|doc| doc.value);
    same!(
        found
            .as_ref()
            .map(|doc| (doc.max_participants, doc.is_encrypted)),
        Some((200_000, true))
    );
    same!(found, Some(plain));
    let required = Patch::new().unset(Conversation::CREATOR_ID);
    let refused = store
        .commit(Batch::new().update::<Conversation>("c", required))
        .await;
    same!(matches!(refused, Err(StoreError::Invalid(_))), true);
    Ok(())
}

pub async fn at_commit(place: Place) -> Check {
    let store = place.store();
    let sent = Message {
        created_at: Some(Timestamp::AT_COMMIT),
        ..message("m1")
    };
    let done = store.commit(Batch::new().insert(&sent)).await?;
    same!(done.at, Timestamp::from_millis(START));
    same!(
        store
            .read(Get::<Message>::id("m1"))
            .await?
            .and_then(|doc| doc.created_at),
        Some(done.at)
    );
    place.now.set(START + 5);
    let patch = Patch::new().set(Message::UPDATED_AT, Timestamp::AT_COMMIT);
    let done = store
        .commit(Batch::new().update::<Message>("m1", patch))
        .await?;
    same!(
        store
            .read(Get::<Message>::id("m1"))
            .await?
            .and_then(|doc| doc.updated_at),
        Some(done.at)
    );
    same!(done.at, Timestamp::from_millis(START + 5));
    let old = [
        Timestamp::from_millis(FIRST_MOMENT),
        Timestamp::from_millis(LAST_MOMENT),
        Timestamp::from_millis(-1),
        Timestamp::from_millis(0),
    ];
    for (i, at) in old.into_iter().enumerate() {
        let id = format!("old{i}");
        let sent = Message {
            created_at: Some(at),
            ..message(&id)
        };
        store.commit(Batch::new().insert(&sent)).await?;
        same!(
            store
                .read(Get::<Message>::id(&id))
                .await?
                .and_then(|doc| doc.created_at),
            Some(at)
        );
    }
    Ok(())
}

pub async fn at_commit_in_conditions(place: Place) -> Check {
    let store = place.store();
    let expires_at = Some(Timestamp::from_millis(START + 10));
    store
        .commit(Batch::new().insert(&Message {
            expires_at,
            ..message("m1")
        }))
        .await?;
    let alive = || Filter::gt(Message::EXPIRES_AT, Timestamp::AT_COMMIT);
    let touch = || {
        let patch = Patch::new().set(Message::PLAIN_TEXT, "x");
        Batch::new()
            .expect_some(alive())
            .update_if::<Message>("m1", patch, alive())
    };
    place.now.set(START + 9);
    store.commit(touch()).await?;
    same!(
        store
            .read(Query::<Message>::new().filter(alive()).count(10))
            .await?,
        1
    );
    place.now.set(START + 10);
    same!(
        store.commit(touch()).await,
        Err(StoreError::ConditionFailed { op: 0, label: None })
    );
    same!(
        store
            .read(Query::<Message>::new().filter(alive()).count(10))
            .await?,
        0
    );
    Ok(())
}
