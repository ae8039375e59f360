//! Searches: words in scopes.

use super::*;
use crate::{Cursor, Get, Order, Patch, Phrase};

fn entry(id: &str, scope: &str, position: i64, words: &str) -> SearchEntry {
    SearchEntry {
        id: id.to_owned(),
        conversation_id: scope.to_owned(),
        position,
        sender_id: "u".to_owned(),
        words: words.to_owned(),
        sent_at: Timestamp::from_millis(START),
        ..SearchEntry::default()
    }
}

/// Entries whose order of places is another one than that of their commits.
async fn some(store: &Store) -> Check {
    let entries = [
        entry("a", "c1", 70, " the quick fox "),
        entry("b", "c1", 20, " quick the fox "),
        entry("c", "c2", 90, " the quick fox "),
        entry("d", "c1", 50, " 東京 京都 都 "),
        entry("e", "c1", 60, " große grosse a 7 "),
        entry("f", "C1", 40, " the quick "),
        entry("g", "c1-2", 30, " the "),
        entry("h", "c1", 10, " foxes the "),
    ];
    let batch = entries.iter().fold(Batch::new(), Batch::insert);
    store.commit(batch).await?;
    Ok(())
}

fn phrase(words: &str) -> Phrase {
    Phrase {
        words: words
            .trim_end_matches('*')
            .split(' ')
            .map(str::to_owned)
            .collect(),
        is_prefix: words.ends_with('*'),
    }
}

fn matches(scopes: &[&str], phrases: &[&str]) -> Filter<SearchEntry> {
    let phrases = phrases.iter().map(|words| phrase(words));
    Filter::matches(SearchEntry::WORDS, scopes.iter().copied(), phrases)
}

fn newest(filter: Filter<SearchEntry>) -> Query<SearchEntry> {
    Query::new()
        .filter(filter)
        .order(Order::desc(SearchEntry::POSITION))
        .limit(100)
}

/// The finds of a search, by place and in the order of commits, and their number; all must agree.
async fn found(store: &Store, filter: Filter<SearchEntry>) -> Result<String, Failed> {
    let by_commit = Query::new().filter(filter.clone()).limit(100);
    let count = by_commit.clone().count(100);
    let (by_place, by_commit, count) = store.read((newest(filter), by_commit, count)).await?;
    same!(count, by_place.len() as u64);
    let mut sorted = ids(&by_place);
    sorted.sort_unstable();
    same!(ids(&by_commit), sorted);
    Ok(ids(&by_place).concat())
}

pub async fn found_by_words(place: Place) -> Check {
    let store = place.store();
    some(&store).await?;
    for (phrases, expected) in [
        (&["fox"][..], "ab"),
        (&["fox*"], "abh"),
        (&["fo*"], "abh"),
        (&["ox"], ""),
        (&["quick fox"], "a"),
        (&["the quick"], "a"),
        (&["quick the fo*"], "b"),
        (&["quick", "the"], "ab"),
        (&["the", "qu*", "fox"], "ab"),
        (&["the the"], ""),
        (&["東京"], "d"),
        (&["東京 京都"], "d"),
        (&["都"], "d"),
        (&["東*"], "d"),
        (&["東京 都"], ""),
        (&["große"], "e"),
        (&["grosse"], "e"),
        (&["gro*"], "e"),
        (&["a"], "e"),
        (&["a 7"], "e"),
        (&["7*"], "e"),
        (&["none*"], ""),
        (&["none", "fox"], ""),
    ] {
        let what = format!("{phrases:?}");
        let found = found(&store, matches(&["c1"], phrases)).await?;
        same!((found, what.clone()), (expected.to_owned(), what));
    }
    Ok(())
}

pub async fn scopes(place: Place) -> Check {
    let store = place.store();
    some(&store).await?;
    for (scopes, expected) in [
        (&["c1"][..], "abh"),
        (&["c2"], "c"),
        (&["C1"], "f"),
        (&["c1-2"], "g"),
        (&["c"], ""),
        (&[], ""),
        (&["c1", "c2"], "cabh"),
        (&["c2", "c1", "c1", "c1-2", "none", "C1"], "cafgbh"),
    ] {
        same!(found(&store, matches(scopes, &["the"])).await?, expected);
    }
    let many: Vec<String> = (0..1000).map(|i| format!("c{i}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    same!(found(&store, matches(&many, &["the", "fox"])).await?, "cab");
    Ok(())
}

pub async fn beside_other_filters(place: Place) -> Check {
    let store = place.store();
    some(&store).await?;
    let the = || matches(&["c1", "c2"], &["the"]);
    let in_c1 = Filter::eq(SearchEntry::CONVERSATION_ID, "c1");
    same!(
        found(&store, Filter::and([in_c1.clone(), the()])).await?,
        "abh"
    );
    let high = Filter::gt(SearchEntry::POSITION, 20);
    same!(
        found(&store, Filter::and([the(), high.clone()])).await?,
        "ca"
    );
    let either = Filter::or([the(), matches(&["c1"], &["都"])]);
    same!(found(&store, Filter::and([either, in_c1])).await?, "adbh");
    let twice = Filter::and([the(), matches(&["c1"], &["quick fox"])]);
    same!(found(&store, twice).await?, "a");
    let lasting = Filter::and([the(), Filter::lasts(Timestamp::from_millis(START))]);
    same!(found(&store, lasting).await?, "cabh");
    let query = newest(Filter::and([the(), high]));
    let read = (
        Get::<SearchEntry>::id("d"),
        query.clone().first(),
        query.page(),
    );
    let (d, first, page) = store.read(read).await?;
    same!(d.map(|doc| doc.value.position), Some(50));
    same!(first.map(|doc| doc.value.id), Some("c".to_owned()));
    same!(ids(&page.items), ["c", "a"]);
    Ok(())
}

pub async fn words_change(place: Place) -> Check {
    let store = place.store();
    some(&store).await?;
    let words = |words: &str| Patch::new().set(SearchEntry::WORDS, words);
    let fox = || matches(&["c1", "c2"], &["fox"]);
    store
        .commit(Batch::new().update("a", words(" the dog ")))
        .await?;
    same!(found(&store, fox()).await?, "cb");
    same!(found(&store, matches(&["c1"], &["dog"])).await?, "a");
    store
        .commit(Batch::new().upsert(&entry("a", "c1", 70, " fox ")))
        .await?;
    same!(found(&store, fox()).await?, "cab");
    store
        .commit(Batch::new().upsert(&entry("a", "c1", 70, " fox ")))
        .await?;
    same!(found(&store, fox()).await?, "cab");
    store
        .commit(Batch::new().upsert(&entry("z", "c2", 80, " fox ")))
        .await?;
    same!(found(&store, fox()).await?, "czab");
    let sender = Patch::new().set(SearchEntry::SENDER_ID, "v");
    store
        .commit(Batch::new().update("a", sender).delete::<SearchEntry>("b"))
        .await?;
    same!(found(&store, fox()).await?, "cza");
    let in_c2 = Filter::eq(SearchEntry::CONVERSATION_ID, "c2");
    store.commit(Batch::new().delete_where(in_c2, 10)).await?;
    same!(found(&store, fox()).await?, "a");
    // Nothing of a batch that fails is found.
    let refused = Batch::new()
        .insert(&entry("y", "c1", 75, " fox "))
        .expect_none(Filter::<SearchEntry>::eq(SearchEntry::SENDER_ID, "v"));
    same!(store.commit(refused).await.is_err(), true);
    same!(found(&store, fox()).await?, "a");
    Ok(())
}

pub async fn pages_of_a_search(place: Place) -> Check {
    let store = place.store();
    let mut batch = Batch::new();
    for i in 0..20 {
        // Every fourth entry has another word.
        let words = if i % 4 == 0 { " no " } else { " yes " };
        batch = batch.insert(&entry(&format!("m{i:02}"), "c1", 100 - i, words));
    }
    store.commit(batch).await?;
    let yes = || matches(&["c1"], &["ye*"]);
    for order in [
        Order::desc(SearchEntry::POSITION),
        Order::asc(SearchEntry::POSITION),
    ] {
        let query = Query::new().filter(yes()).order(order);
        let all: Vec<String> = store
            .read(query.clone().limit(50))
            .await?
            .iter()
            .map(|doc| doc.id.clone())
            .collect();
        same!(all.len(), 15);
        for limit in [1, 4, 15, 16] {
            let query = query.clone().limit(limit);
            let mut page = store.read(query.clone().page()).await?;
            let mut walked: Vec<String> = Vec::new();
            loop {
                walked.extend(page.items.iter().map(|doc| doc.id.clone()));
                let Some(next) = page.next.clone() else { break };
                page = store.read(query.clone().after(next).page()).await?;
            }
            same!(&walked, &all);
            let mut back: Vec<String> = page.items.iter().map(|doc| doc.id.clone()).collect();
            while let Some(previous) = page.previous {
                page = store.read(query.clone().before(previous).page()).await?;
                back.splice(0..0, page.items.iter().map(|doc| doc.id.clone()));
            }
            same!(&back, &all);
        }
    }
    // A place is where a page begins, whether or not a document has it.
    let from = Cursor {
        values: vec![90.into()],
        seq: 0,
    };
    let after = newest(yes()).after(from).limit(2);
    same!(ids(&store.read(after).await?), ["m11", "m13"]);
    Ok(())
}

pub async fn wrong_searches(place: Place) -> Check {
    let store = place.store();
    let of = |words: &[&str]| Phrase {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        is_prefix: false,
    };
    let search = |phrases: Vec<Phrase>| Filter::matches(SearchEntry::WORDS, ["c1"], phrases);
    let wrong = [
        search(vec![]),
        search(vec![of(&[])]),
        search(vec![of(&["a"]), of(&[""])]),
        search(vec![of(&["a b"])]),
        search(vec![of(&["A"])]),
        search(vec![of(&["a\""])]),
        search(vec![of(&["a*"])]),
        matches(&["c 1"], &["a"]),
        matches(&["c1\" OR \""], &["a"]),
        matches(&["c1", ""], &["a"]),
        matches(&vec!["c1"; 1001], &["a"]),
        Filter::matches(SearchEntry::SENDER_ID, ["c1"], [of(&["a"])]),
    ];
    for filter in wrong {
        let what = format!("{filter:?}");
        let refused = store.read(newest(filter)).await;
        same!(
            (matches!(refused, Err(StoreError::Invalid(_))), what.clone()),
            (true, what)
        );
    }
    // A commit doesn't search.
    let refused = store
        .commit(Batch::new().expect_some(matches(&["c1"], &["a"])))
        .await;
    same!(matches!(refused, Err(StoreError::Invalid(_))), true);
    Ok(())
}
