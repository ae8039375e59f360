//! Cursors: every document once, in order, in both directions.

use serde_json::json;

use super::*;
use crate::{Cursor, Order, Patch};

/// Twelve messages; senders repeat, plain texts repeat and miss.
async fn twelve(store: &Store) -> Check {
    let mut batch = Batch::new();
    for i in 0..12 {
        let plain_text = (i % 4 != 0).then(|| format!("t{}", i % 3));
        let sender_id = format!("s{}", i % 2);
        batch = batch.insert(&Message {
            plain_text,
            sender_id,
            ..message(&format!("m{i:02}"))
        });
    }
    store.commit(batch).await?;
    Ok(())
}

/// Walks a query forwards and back again in pages of each size, and gives the order it found.
async fn walked(store: &Store, query: Query<Message>) -> Result<Vec<String>, Failed> {
    let expected: Vec<String> = store
        .read(query.clone().limit(1000))
        .await?
        .into_iter()
        .map(|doc| doc.value.id)
        .collect();
    for limit in [1, 2, 5, 12, 13] {
        let query = query.clone().limit(limit);
        let mut page = store.read(query.clone().page()).await?;
        same!(&page.previous, &None);
        let mut forwards: Vec<String> = Vec::new();
        loop {
            forwards.extend(page.items.iter().map(|doc| doc.id.clone()));
            let Some(next) = page.next.clone() else { break };
            page = store.read(query.clone().after(next).page()).await?;
        }
        same!(&forwards, &expected);
        let mut backwards: Vec<String> = page.items.iter().map(|doc| doc.id.clone()).collect();
        while let Some(previous) = page.previous {
            page = store.read(query.clone().before(previous).page()).await?;
            same!(page.next.is_some(), true);
            backwards.splice(0..0, page.items.iter().map(|doc| doc.id.clone()));
        }
        same!(&backwards, &expected);
    }
    Ok(expected)
}

fn names(walked: &[String]) -> String {
    walked
        .iter()
        .map(|id| id.trim_start_matches('m'))
        .collect::<Vec<_>>()
        .join(" ")
}

pub async fn forward_and_backward(place: Place) -> Check {
    let store = place.store();
    twelve(&store).await?;
    let up = walked(&store, Query::new()).await?;
    same!(names(&up), "00 01 02 03 04 05 06 07 08 09 10 11");
    let down = walked(
        &store,
        Query::new().order(Order::desc(whisper_schema::Column::seq())),
    )
    .await?;
    same!(names(&down), "11 10 09 08 07 06 05 04 03 02 01 00");
    let by_id = walked(
        &store,
        Query::new().order(Order::desc(whisper_schema::Column::id())),
    )
    .await?;
    same!(by_id, down);
    let filtered = Query::new().filter(Filter::eq(Message::SENDER_ID, "s1"));
    same!(names(&walked(&store, filtered).await?), "01 03 05 07 09 11");
    Ok(())
}

pub async fn nulls_first_then_last(place: Place) -> Check {
    let store = place.store();
    twelve(&store).await?;
    let up = walked(&store, Query::new().order(Order::asc(Message::PLAIN_TEXT))).await?;
    same!(names(&up), "00 04 08 03 06 09 01 07 10 02 05 11");
    let down = walked(&store, Query::new().order(Order::desc(Message::PLAIN_TEXT))).await?;
    same!(names(&down), "11 05 02 10 07 01 09 06 03 08 04 00");
    Ok(())
}

pub async fn mixed_directions(place: Place) -> Check {
    let store = place.store();
    twelve(&store).await?;
    let query = Query::new()
        .order(Order::desc(Message::SENDER_ID))
        .order(Order::asc(Message::PLAIN_TEXT));
    same!(
        names(&walked(&store, query).await?),
        "03 09 01 07 05 11 00 04 08 06 10 02"
    );
    let query = Query::new()
        .order(Order::asc(Message::SENDER_ID))
        .order(Order::desc(Message::PLAIN_TEXT));
    same!(
        names(&walked(&store, query).await?),
        "02 10 06 08 04 00 11 05 07 01 09 03"
    );
    Ok(())
}

pub async fn booleans(place: Place) -> Check {
    let store = place.store();
    twelve(&store).await?;
    for id in ["m02", "m03", "m09"] {
        let pinned = Patch::new().set(Message::IS_PINNED, true);
        store
            .commit(Batch::new().update::<Message>(id, pinned))
            .await?;
    }
    let down = Query::new()
        .order(Order::desc(Message::IS_PINNED))
        .order(Order::desc(whisper_schema::Column::seq()));
    same!(
        names(&walked(&store, down).await?),
        "09 03 02 11 10 08 07 06 05 04 01 00"
    );
    let up = Query::new().order(Order::asc(Message::IS_PINNED));
    same!(
        names(&walked(&store, up).await?),
        "00 01 04 05 06 07 08 10 11 02 03 09"
    );
    Ok(())
}

pub async fn ties(place: Place) -> Check {
    let store = place.store();
    twelve(&store).await?;
    let up = walked(&store, Query::new().order(Order::asc(Message::CONTENT))).await?;
    same!(names(&up), "00 01 02 03 04 05 06 07 08 09 10 11");
    let down = walked(&store, Query::new().order(Order::desc(Message::CONTENT))).await?;
    same!(names(&down), "11 10 09 08 07 06 05 04 03 02 01 00");
    Ok(())
}

pub async fn malformed_cursors(place: Place) -> Check {
    let store = place.store();
    let query = || Query::<Message>::new().order(Order::asc(Message::CREATED_AT));
    let wrong = [
        json!([]),
        json!(["a"]),
        json!([1]),
        json!([true]),
        json!([[]]),
        json!([null, null]),
    ];
    let sentinel = json!(["@commit"]);
    for values in wrong.into_iter().chain([sentinel]) {
        let values = values.as_array().cloned().unwrap_or_default();
        let cursor = Cursor { values, seq: 1 };
        let after = store.read(query().after(cursor.clone()).page()).await;
        same!(matches!(after, Err(StoreError::Invalid(_))), true);
        let before = store.read(query().before(cursor).page()).await;
        same!(matches!(before, Err(StoreError::Invalid(_))), true);
    }
    // A cursor with NULL for a column that has no NULL is refused.
    let cursor = Cursor {
        values: vec![json!(null)],
        seq: 1,
    };
    let refused = store
        .read(
            Query::<Message>::new()
                .order(Order::asc(Message::CONTENT))
                .after(cursor)
                .page(),
        )
        .await;
    same!(matches!(refused, Err(StoreError::Invalid(_))), true);
    Ok(())
}

pub async fn limits(place: Place) -> Check {
    let store = place.store();
    for limit in [0, 1001, u32::MAX] {
        let refused = store
            .read(Query::<Message>::new().limit(limit).page())
            .await;
        same!(matches!(refused, Err(StoreError::Invalid(_))), true);
    }
    let empty = store.read(Query::<Message>::new().page()).await?;
    same!(
        (empty.items.len(), empty.next, empty.previous, empty.first),
        (0, None, None, None)
    );
    Ok(())
}

pub async fn a_cursor_outlives_its_document(place: Place) -> Check {
    let store = place.store();
    twelve(&store).await?;
    let page = store.read(Query::<Message>::new().limit(3).page()).await?;
    store
        .commit(
            Batch::new()
                .delete::<Message>("m02")
                .insert(&message("new")),
        )
        .await?;
    let next = store
        .read(Query::<Message>::new().after(page.next).limit(2).page())
        .await?;
    same!(ids(&next.items), ["m03", "m04"]);
    let newest = store
        .read(
            Query::<Message>::new()
                .order(Order::desc(whisper_schema::Column::seq()))
                .limit(1)
                .page(),
        )
        .await?;
    same!(ids(&newest.items), ["new"]);
    store.commit(Batch::new().insert(&message("newer"))).await?;
    // The first item's cursor asks for the documents that came since.
    let order = Order::desc(whisper_schema::Column::seq());
    let since = store
        .read(
            Query::<Message>::new()
                .order(order)
                .before(newest.first)
                .page(),
        )
        .await?;
    same!(ids(&since.items), ["newer"]);
    Ok(())
}

pub async fn first_and_most(place: Place) -> Check {
    let store = place.store();
    same!(store.read(Query::<Message>::new().first()).await?, None);
    let mut batch = Batch::new();
    for i in 0..1500 {
        batch = batch.insert(&message(&format!("m{i:04}")));
    }
    store.commit(batch).await?;
    let most = || Query::<Message>::new().limit(MAX_LIMIT);
    let some = store.read(most().page()).await?;
    same!(
        (
            some.items.len(),
            some.items.first().map(|doc| doc.id.as_str())
        ),
        (1000, Some("m0000"))
    );
    let rest = store.read(most().after(some.next)).await?;
    same!(
        (rest.len(), rest.last().map(|doc| doc.id.as_str())),
        (500, Some("m1499"))
    );
    let end = store
        .read(
            Query::<Message>::new()
                .order(Order::desc(whisper_schema::Column::seq()))
                .first(),
        )
        .await?;
    same!(end.map(|doc| doc.value.id), Some("m1499".to_owned()));
    Ok(())
}
