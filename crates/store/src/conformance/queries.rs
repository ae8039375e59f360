//! Filters, and the questions other than pages.

use super::*;
use crate::{Get, Order, Patch};

/// Messages m0 to m9 with an edit time each but for m0, m3, m6 and m9.
async fn ten(store: &Store) -> Check {
    let mut batch = Batch::new();
    for i in 0..10 {
        let edited_at = (i % 3 != 0).then(|| Timestamp::from_millis(START + i));
        let mentions = (0..i % 4).map(|n| format!("u{n}")).collect();
        let content = ["apple", "apricot", "banana", "äpfel", "Apple"][i as usize % 5].to_owned();
        batch = batch.insert(&Message {
            edited_at,
            mentions,
            content,
            ..message(&format!("m{i}"))
        });
    }
    store.commit(batch).await?;
    Ok(())
}

/// The numbers of the messages a filter finds.
async fn found(store: &Store, filter: Filter<Message>) -> Result<String, Failed> {
    let found = store
        .read(Query::<Message>::new().filter(filter).limit(100))
        .await?;
    Ok(ids(&found)
        .iter()
        .map(|id| id.trim_start_matches('m'))
        .collect())
}

pub async fn comparisons(place: Place) -> Check {
    let store = place.store();
    ten(&store).await?;
    let at = Timestamp::from_millis(START + 5);
    let cases = [
        (Filter::eq(Message::EDITED_AT, at), "5"),
        (Filter::ne(Message::EDITED_AT, at), "12478"),
        (Filter::lt(Message::EDITED_AT, at), "124"),
        (Filter::le(Message::EDITED_AT, at), "1245"),
        (Filter::gt(Message::EDITED_AT, at), "78"),
        (Filter::ge(Message::EDITED_AT, at), "578"),
        (
            Filter::eq(Message::EDITED_AT, "2026-01-01T01:00:00.005+01:00"),
            "5",
        ),
        (Filter::gt(Message::CONTENT, "b"), "2378"),
        (Filter::eq(Message::STATUS, MessageStatus::Read), ""),
        (Filter::eq(whisper_schema::Column::id(), "m4"), "4"),
    ];
    for (filter, expected) in cases {
        let what = format!("{filter:?}");
        same!(
            (found(&store, filter).await?, what.clone()),
            (expected.to_owned(), what)
        );
    }
    Ok(())
}

pub async fn nulls_never_compare(place: Place) -> Check {
    let store = place.store();
    ten(&store).await?;
    same!(
        found(&store, Filter::is_null(Message::EDITED_AT)).await?,
        "0369"
    );
    same!(
        found(&store, Filter::is_not_null(Message::EDITED_AT)).await?,
        "124578"
    );
    same!(
        found(&store, Filter::eq(Message::EDITED_AT, None::<Timestamp>)).await?,
        ""
    );
    same!(
        found(&store, Filter::ne(Message::EDITED_AT, None::<Timestamp>)).await?,
        ""
    );
    Ok(())
}

pub async fn lists_of_values(place: Place) -> Check {
    let store = place.store();
    ten(&store).await?;
    let of = |count: usize| {
        Filter::is_in(
            whisper_schema::Column::id(),
            (0..count).map(|i| format!("m{i}")),
        )
    };
    for count in 0..=10 {
        let expected: String = (0..count).map(|i| i.to_string()).collect();
        same!(found(&store, of(count)).await?, expected);
    }
    same!(found(&store, of(1000)).await?, "0123456789");
    same!(
        found(
            &store,
            Filter::is_in(Message::CONTENT, ["apple", "apple", "none"])
        )
        .await?,
        "05"
    );
    Ok(())
}

/// A list is asked for whole, however long it is, in reads and in commits.
pub async fn long_lists_of_values(place: Place) -> Check {
    let store = place.store();
    ten(&store).await?;
    let texts = |n: usize| {
        (0..n)
            .map(|i| format!("no \"{i}\""))
            .chain(["apple".to_owned()])
    };
    for n in [7, 8, 9, 1500] {
        let apples = Filter::is_in(Message::CONTENT, texts(n));
        same!(found(&store, apples).await?, "05");
        let none = Filter::is_in(Message::CONTENT, texts(n).take(n));
        same!(found(&store, none).await?, "");
    }
    let seqs = |id: &'static str| Query::new().filter(Filter::eq(Column::<Message>::id(), id));
    let m3 = store.read(seqs("m3").first()).await?.map(|doc| doc.seq);
    let numbers = (0..20).map(|i| -i).chain(m3);
    let numbered = Filter::is_in(Column::seq(), numbers);
    same!(found(&store, numbered).await?, "3");
    let kinds = MessageContentType::ALL.iter().copied();
    let all = Filter::is_in(Message::CONTENT_TYPE, kinds);
    same!(found(&store, all).await?, "0123456789");
    let zeros = (0..9).map(|i| format!("\0{i}"));
    let zero = Filter::is_in(Message::CONTENT, zeros.chain(["apple".to_owned()]));
    same!(found(&store, zero).await?, "05");
    let ids = || (0..30).map(|i| format!("m{}", i * 2));
    let these = || Filter::is_in(Column::<Message>::id(), ids());
    let edited = Patch::new().set(Message::PLAIN_TEXT, "x");
    let batch = Batch::new()
        .update_if("m0", edited, Filter::is_in(Message::CONTENT, texts(20)))
        .expect_some(these())
        .delete_where(these(), 100);
    let affected = store.commit(batch).await?.affected;
    same!(affected, [1, 0, 5]);
    same!(found(&store, Filter::and([])).await?, "13579");
    let refused = store.commit(Batch::new().expect_some(these())).await;
    let unmet = StoreError::ConditionFailed { op: 0, label: None };
    same!(refused, Err(unmet));
    Ok(())
}

pub async fn prefixes(place: Place) -> Check {
    let store = place.store();
    ten(&store).await?;
    for (prefix, expected) in [
        ("ap", "0156"),
        ("apple", "05"),
        ("apples", ""),
        ("A", "49"),
        ("ä", "38"),
    ] {
        same!(
            found(&store, Filter::starts_with(Message::CONTENT, prefix)).await?,
            expected
        );
    }
    same!(
        found(&store, Filter::starts_with(Message::CONTENT, "")).await?,
        "0123456789"
    );
    same!(
        found(&store, Filter::starts_with(Message::CONTENT, "%")).await?,
        ""
    );
    let path = Message {
        content: r"App\Exceptions\A".into(),
        ..message("path")
    };
    store.commit(Batch::new().insert(&path)).await?;
    for (prefix, is_one) in [
        (r"App\", true),
        (r"App\Ex", true),
        (r"App\Exceptions\A", true),
        (r"App\\", false),
        (r"\App", false),
        ("AppEx", false),
    ] {
        let starts = Filter::starts_with(Message::CONTENT, prefix);
        let found = store
            .read(Query::<Message>::new().filter(starts).limit(10))
            .await?;
        same!(ids(&found) == ["path"], is_one);
    }
    Ok(())
}

pub async fn elements(place: Place) -> Check {
    let store = place.store();
    ten(&store).await?;
    same!(
        found(&store, Filter::contains(Message::MENTIONS, "u0")).await?,
        "1235679"
    );
    same!(
        found(&store, Filter::contains(Message::MENTIONS, "u2")).await?,
        "37"
    );
    same!(
        found(&store, Filter::contains(Message::MENTIONS, "u")).await?,
        ""
    );
    Ok(())
}

pub async fn and_or(place: Place) -> Check {
    let store = place.store();
    ten(&store).await?;
    let apple = || Filter::starts_with(Message::CONTENT, "ap");
    let edited = || Filter::is_not_null(Message::EDITED_AT);
    same!(found(&store, Filter::and([apple(), edited()])).await?, "15");
    same!(
        found(&store, Filter::or([apple(), edited()])).await?,
        "01245678"
    );
    same!(found(&store, Filter::and([])).await?, "0123456789");
    same!(found(&store, Filter::or([])).await?, "");
    let nested = Filter::or([
        Filter::and([apple(), edited()]),
        Filter::and([Filter::or([]), edited()]),
    ]);
    same!(found(&store, nested).await?, "15");
    let both = store
        .read(
            Query::<Message>::new()
                .filter(apple())
                .filter(edited())
                .limit(10),
        )
        .await?;
    same!(ids(&both), ["m1", "m5"]);
    Ok(())
}

pub async fn values_of_others(place: Place) -> Check {
    let store = place.store();
    let mut batch = Batch::new();
    for i in 0..300 {
        batch = batch.insert(&conversation(&format!("c{i:03}")));
        if i % 3 == 0 {
            batch = batch.insert(&Message {
                conversation_id: format!("c{i:03}"),
                sender_id: if i % 2 == 0 { "u" } else { "v" }.to_owned(),
                ..message(&format!("m{i:03}"))
            });
        }
    }
    store.commit(batch).await?;
    let id = whisper_schema::Column::<Conversation>::id();
    let of = |user: &str| Filter::eq(Message::SENDER_ID, user);
    let inside = Filter::is_among(id, Message::CONVERSATION_ID, of("u"));
    let count = |filter: Filter<Conversation>| Query::new().filter(filter).count(1000);
    let all = |filter: Filter<Message>| Filter::is_among(id, Message::CONVERSATION_ID, filter);
    let outside = Filter::is_not_among(id, Message::CONVERSATION_ID, of("u"));
    let (inside_n, outside_n, none, everything, both) = store
        .read((
            count(inside.clone()),
            count(outside.clone()),
            count(all(of("w"))),
            count(Filter::is_not_among(id, Message::CONVERSATION_ID, of("w"))),
            count(Filter::or([inside.clone(), all(of("v"))])),
        ))
        .await?;
    same!(
        (inside_n, outside_n, none, everything, both),
        (50, 250, 0, 300, 100)
    );
    let newest = Query::new()
        .filter(inside.clone())
        .order(Order::desc(whisper_schema::Column::seq()))
        .limit(3);
    let page = store.read(newest.clone().page()).await?;
    same!(ids(&page.items), ["c294", "c288", "c282"]);
    let page = store.read(newest.after(page.next).page()).await?;
    same!(ids(&page.items), ["c276", "c270", "c264"]);
    // The values may be ids, of documents that others decide in turn.
    let talked = Filter::is_among(id, Message::CONVERSATION_ID, of("v"));
    let in_these = Filter::is_among(Message::CONVERSATION_ID, id, talked);
    same!(
        store.read(Query::new().filter(in_these).count(99)).await?,
        50
    );
    // A column that may be empty stands neither inside nor outside.
    let replies = Filter::is_not_among(
        Message::REPLY_TO_MESSAGE_ID,
        Message::CONVERSATION_ID,
        of("w"),
    );
    same!(store.read(Query::new().filter(replies).count(9)).await?, 0);
    // The column of the other documents must always have a value, and a commit takes no such filter.
    let nullable = Filter::is_among(id, Message::REPLY_TO_MESSAGE_ID, of("u"));
    let refused = store.read(count(nullable)).await;
    same!(matches!(refused, Err(StoreError::Invalid(_))), true);
    let refused = store.commit(Batch::new().expect_some(inside)).await;
    same!(matches!(refused, Err(StoreError::Invalid(_))), true);
    Ok(())
}

pub async fn reads_in_one_statement(place: Place) -> Check {
    let store = place.store();
    ten(&store).await?;
    store
        .commit(Batch::new().insert(&conversation("c")))
        .await?;
    let apples = Query::<Message>::new().filter(Filter::starts_with(Message::CONTENT, "ap"));
    let last = Query::<Message>::new()
        .order(Order::desc(whisper_schema::Column::seq()))
        .first();
    let set = (
        Get::<Conversation>::id("c"),
        Get::<Conversation>::id("nowhere"),
        apples.clone(),
        apples.clone().count(100),
        last,
        vec![apples.clone().limit(1), apples.limit(2)],
        None::<Get<Message>>,
    );
    let (here, gone, apples, count, last, several, nothing) = store.read(set).await?;
    same!(here.map(|doc| doc.value.id), Some("c".to_owned()));
    same!(gone, None);
    same!(ids(&apples), ["m0", "m1", "m5", "m6"]);
    same!(count, 4);
    same!(last.map(|doc| doc.value.id), Some("m9".to_owned()));
    same!(several.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
    same!(nothing, None);
    Ok(())
}

pub async fn counts(place: Place) -> Check {
    let store = place.store();
    ten(&store).await?;
    same!(
        store
            .read(Query::<Message>::new().limit(1).count(100))
            .await?,
        10
    );
    same!(store.read(Query::<Message>::new().count(7)).await?, 7);
    let by_text = |text: &str| Query::new().filter(Filter::eq(Message::CONTENT, text));
    let queries = vec![
        by_text("apple"),
        by_text("none"),
        by_text("banana"),
        Query::new(),
    ];
    same!(store.count_many(queries, 3).await?, [2, 0, 2, 3]);
    let many = (0..1100).map(|_| by_text("apple")).collect();
    same!(store.count_many(many, 9).await?, vec![2; 1100]);
    same!(
        store.count_many(Vec::<Query<Message>>::new(), 9).await?,
        Vec::<u64>::new()
    );
    Ok(())
}

pub async fn wrong_filters(place: Place) -> Check {
    let store = place.store();
    let wrong = [
        Filter::eq(Message::CONTENT, 1),
        Filter::eq(Message::CREATED_AT, "yesterday"),
        Filter::eq(Message::IS_PINNED, "yes"),
        Filter::eq(Message::MENTIONS, "u0"),
        Filter::contains(Message::CONTENT, "u0"),
        Filter::starts_with(Message::CREATED_AT, "2026"),
        Filter::starts_with(Message::MENTIONS, "u"),
        Filter::is_in(Message::CONTENT, (0..10_001).map(|i| i.to_string())),
        Filter::or([Filter::and([Filter::eq(
            whisper_schema::Column::seq(),
            "first",
        )])]),
    ];
    for filter in wrong {
        let what = format!("{filter:?}");
        let refused = store.read(Query::new().filter(filter.clone()).page()).await;
        same!(
            (matches!(refused, Err(StoreError::Invalid(_))), what.clone()),
            (true, what)
        );
        let refused = store.commit(Batch::new().expect_some(filter)).await;
        same!(matches!(refused, Err(StoreError::Invalid(_))), true);
    }
    Ok(())
}

/// Queries and conditions find exactly the documents that say of themselves that they stand.
pub async fn standing(place: Place) -> Check {
    let store = place.store();
    let at = |offset: i64| Some(Timestamp::from_millis(START + offset));
    let mut all = Vec::new();
    for (i, expires_at) in [None, at(-1), at(0), at(1)].into_iter().enumerate() {
        for (j, deleted_at) in [None, at(-1), at(1)].into_iter().enumerate() {
            all.push(Message {
                expires_at,
                deleted_at,
                ..message(&format!("m{i}{j}"))
            });
        }
    }
    let batch = all.iter().fold(Batch::new(), Batch::insert);
    store.commit(batch).await?;
    let now = Timestamp::from_millis(START);
    let that = |hold: fn(&Message, Timestamp) -> bool| {
        let found = all.iter().filter(move |message| hold(message, now));
        found.map(|message| message.id.as_str()).collect::<Vec<_>>()
    };
    for at in [now, Timestamp::AT_COMMIT] {
        let standing = Query::<Message>::new().filter(Filter::stands(at)).limit(20);
        let lasting = Query::<Message>::new().filter(Filter::lasts(at)).limit(20);
        let (standing, lasting) = store.read((standing, lasting)).await?;
        same!(ids(&standing), that(Message::stands));
        same!(ids(&lasting), that(Message::lasts));
    }
    for message in &all {
        let touched = Patch::<Message>::new().set(Message::PLAIN_TEXT, "x");
        let stands = Filter::stands(Timestamp::AT_COMMIT);
        let batch = Batch::new().update_if(&message.id, touched, stands);
        same!(store.commit(batch).await.is_ok(), message.stands(now));
    }
    Ok(())
}
