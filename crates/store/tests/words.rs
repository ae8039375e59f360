//! Searches against a model that looks at every document.
#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use support::{block_on, store};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Order, Patch, Phrase, Query};

const SCOPES: &[&str] = &["c", "c1", "C", "c-1", "d"];
const WORDS: &[&str] = &["a", "ab", "abc", "b", "ba", "7", "東京", "京", "große"];

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS), 1..6)
        .prop_map(|words| format!(" {} ", words.join(" ")))
}

fn phrase() -> impl Strategy<Value = Phrase> {
    let words = prop::collection::vec(prop::sample::select(WORDS), 1..3);
    (words, any::<bool>()).prop_map(|(words, is_prefix)| Phrase {
        words: words.into_iter().map(str::to_owned).collect(),
        is_prefix,
    })
}

/// A change: put an entry with words, change its words, or delete it.
#[derive(Clone, Debug)]
enum Change {
    Put(usize, &'static str, String),
    Words(usize, String),
    Delete(usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (0usize..12, prop::sample::select(SCOPES), words()).prop_map(|(n, scope, words)| Change::Put(n, scope, words)),
        1 => (0usize..12, words()).prop_map(|(n, words)| Change::Words(n, words)),
        1 => (0usize..12).prop_map(Change::Delete),
    ]
}

fn holds(words: &str, phrases: &[Phrase]) -> bool {
    let words: Vec<&str> = words.split_whitespace().collect();
    phrases.iter().all(|phrase| {
        words.windows(phrase.words.len()).any(|place| {
            let (last, others) = phrase.words.split_last().unwrap();
            let end = place[place.len() - 1];
            let begins = if phrase.is_prefix {
                end.starts_with(last.as_str())
            } else {
                end == last
            };
            begins && others.iter().zip(place).all(|(asked, word)| asked == word)
        })
    })
}

type Model = Vec<Option<(&'static str, String)>>;

fn apply(model: &mut Model, change: &Change) -> Batch {
    let id = |n: usize| format!("m{n}");
    match change {
        Change::Put(n, scope, words) => {
            model[*n] = Some((*scope, words.clone()));
            // Places run against the order of commits for some.
            Batch::new().upsert(&SearchEntry {
                id: id(*n),
                conversation_id: (*scope).to_owned(),
                position: (*n as i64 * 7) % 12 + 1,
                words: words.clone(),
                ..SearchEntry::default()
            })
        }
        Change::Words(n, words) => match &mut model[*n] {
            Some(entry) => {
                entry.1 = words.clone();
                Batch::new().update(
                    &id(*n),
                    Patch::new().set(SearchEntry::WORDS, words.as_str()),
                )
            }
            None => Batch::new(),
        },
        Change::Delete(n) => match model[*n].take() {
            Some(_) => Batch::new().delete::<SearchEntry>(&id(*n)),
            None => Batch::new(),
        },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn searches_find_what_a_look_at_each_document_finds(
        changes in prop::collection::vec(prop::collection::vec(change(), 1..4), 1..12),
        searches in prop::collection::vec(
            (prop::collection::vec(phrase(), 1..3), prop::sample::subsequence(SCOPES, 1..=SCOPES.len())), 1..12),
        limit in 1u32..6,
    ) {
        let (store, _driver) = store();
        let mut model: Model = vec![None; 12];
        for some in &changes {
            let batch = some.iter().fold(Batch::new(), |batch, change| batch.append(apply(&mut model, change)));
            block_on(store.commit(batch)).unwrap();
        }
        for (phrases, scopes) in &searches {
            let mut expected: Vec<(i64, String)> = Vec::new();
            for (n, entry) in model.iter().enumerate() {
                if let Some((scope, words)) = entry
                    && scopes.contains(scope) && holds(words, phrases) {
                    expected.push(((n as i64 * 7) % 12 + 1, format!("m{n}")));
                }
            }
            expected.sort_by_key(|(place, _)| -place);
            let expected: Vec<String> = expected.into_iter().map(|(_, id)| id).collect();
            let query = Query::new()
                .filter(Filter::matches(SearchEntry::WORDS, scopes.iter().copied(), phrases.iter().cloned()))
                .order(Order::desc(SearchEntry::POSITION))
                .limit(limit);
            let mut found = Vec::new();
            let mut next = None;
            loop {
                let page = block_on(store.read(query.clone().after(next).page())).unwrap();
                found.extend(page.items.into_iter().map(|doc| doc.into_inner().id));
                next = page.next;
                if next.is_none() { break }
            }
            prop_assert_eq!(&found, &expected, "{:?} in {:?}", phrases, scopes);
        }
    }
}
