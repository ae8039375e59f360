//! Conversations, filters and orders as a list, a closure and a sort: so simple that it is right.

use std::cmp::Ordering;

use proptest::prelude::*;
use whisper_schema::prelude::*;
use whisper_store::{Filter, Order, Query};

/// A value as it compares: a missing one sorts before all others.
pub type Value = Option<Plain>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plain {
    Number(i64),
    Text(String),
}

/// The columns that the queries use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Key {
    Id,
    Kind,
    Name,
    Creator,
    Count,
    Public,
    LastAt,
}

pub const KEYS: [Key; 7] = [
    Key::Id,
    Key::Kind,
    Key::Name,
    Key::Creator,
    Key::Count,
    Key::Public,
    Key::LastAt,
];

impl Key {
    pub fn column(self) -> Column<Conversation> {
        match self {
            Key::Id => Conversation::ID,
            Key::Kind => Conversation::KIND,
            Key::Name => Conversation::DESCRIPTION,
            Key::Creator => Conversation::CREATOR_ID,
            Key::Count => Conversation::PARTICIPANT_COUNT,
            Key::Public => Conversation::IS_PUBLIC,
            Key::LastAt => Conversation::LAST_MESSAGE_AT,
        }
    }

    pub fn of(self, document: &Conversation) -> Value {
        let text = |text: &str| Some(Plain::Text(text.to_owned()));
        match self {
            Key::Id => text(&document.id),
            Key::Kind => text(document.kind.as_str()),
            Key::Name => document.description.as_deref().and_then(text),
            Key::Creator => text(&document.creator_id),
            Key::Count => Some(Plain::Number(document.participant_count)),
            Key::Public => Some(Plain::Number(document.is_public.into())),
            Key::LastAt => document
                .last_message_at
                .map(|at| Plain::Number(at.as_millis())),
        }
    }

    /// A value of the model as the store's filters take it.
    pub fn operand(self, value: &Value) -> serde_json::Value {
        match value {
            None => serde_json::Value::Null,
            Some(Plain::Text(text)) => text.clone().into(),
            Some(Plain::Number(number)) => match self {
                Key::Public => (*number != 0).into(),
                Key::LastAt => Timestamp::from_millis(*number).into(),
                _ => (*number).into(),
            },
        }
    }
}

/// A filter of the model.
#[derive(Clone, Debug)]
pub enum Test {
    Compare(Key, usize, Value),
    Null(Key),
    NotNull(Key),
    In(Key, Vec<Value>),
    StartsWith(Key, String),
    Tagged(String),
    And(Vec<Test>),
    Or(Vec<Test>),
}

pub type Comparison = fn(Column<Conversation>, serde_json::Value) -> Filter<Conversation>;

/// Whether a comparison holds for this order of two values.
type Holds = fn(Ordering) -> bool;

pub const COMPARISONS: [(Holds, Comparison); 6] = [
    (Ordering::is_eq, Filter::eq),
    (Ordering::is_ne, Filter::ne),
    (Ordering::is_lt, Filter::lt),
    (Ordering::is_le, Filter::le),
    (Ordering::is_gt, Filter::gt),
    (Ordering::is_ge, Filter::ge),
];

impl Test {
    pub fn filter(&self) -> Filter<Conversation> {
        match self {
            Test::Compare(key, how, value) => COMPARISONS[*how].1(key.column(), key.operand(value)),
            Test::Null(key) => Filter::is_null(key.column()),
            Test::NotNull(key) => Filter::is_not_null(key.column()),
            Test::In(key, values) => {
                Filter::is_in(key.column(), values.iter().map(|value| key.operand(value)))
            }
            Test::StartsWith(key, prefix) => Filter::starts_with(key.column(), prefix.as_str()),
            Test::Tagged(tag) => Filter::contains(Conversation::TAGS, tag.as_str()),
            Test::And(all) => Filter::and(all.iter().map(Test::filter)),
            Test::Or(any) => Filter::or(any.iter().map(Test::filter)),
        }
    }

    pub fn holds(&self, document: &Conversation) -> bool {
        match self {
            Test::Compare(key, how, value) => match (key.of(document), value) {
                (Some(found), Some(value)) => COMPARISONS[*how].0(found.cmp(value)),
                _ => false,
            },
            Test::Null(key) => key.of(document).is_none(),
            Test::NotNull(key) => key.of(document).is_some(),
            Test::In(key, values) => key
                .of(document)
                .is_some_and(|found| values.contains(&Some(found))),
            Test::StartsWith(key, prefix) => {
                matches!(key.of(document), Some(Plain::Text(text)) if text.starts_with(prefix))
            }
            Test::Tagged(tag) => document.tags.contains(tag),
            Test::And(all) => all.iter().all(|test| test.holds(document)),
            Test::Or(any) => any.iter().any(|test| test.holds(document)),
        }
    }
}

/// Few different texts, so that they meet; with characters that could be mistaken on the way.
pub fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "a",
        "ab",
        "A",
        "b%",
        "ä",
        "\u{fffe}",
        "\u{10000}",
        "'",
        "z\u{10ffff}",
    ])
    .prop_map(str::to_owned)
}

pub fn number() -> impl Strategy<Value = i64> {
    prop_oneof![-2..3i64, Just(i64::MIN), Just(i64::MAX)]
}

pub fn time() -> impl Strategy<Value = i64> {
    -2..3i64
}

pub fn document() -> impl Strategy<Value = Conversation> {
    let kinds = prop::sample::select(ConversationKind::ALL);
    let tags = prop::collection::vec(text(), 0..3);
    let last = prop::option::of(time());
    (
        kinds,
        prop::option::of(text()),
        text(),
        number(),
        any::<bool>(),
        last,
        tags,
    )
        .prop_map(
            |(kind, description, creator_id, participant_count, is_public, last, tags)| {
                Conversation {
                    kind,
                    description,
                    creator_id,
                    participant_count,
                    is_public,
                    last_message_at: last.map(Timestamp::from_millis),
                    tags,
                    ..Conversation::default()
                }
            },
        )
}

pub fn key() -> impl Strategy<Value = Key> {
    prop::sample::select(KEYS.to_vec())
}

pub fn key_and_value() -> impl Strategy<Value = (Key, Value)> {
    key().prop_flat_map(|key| {
        let value = match key {
            Key::Id => (0..30u8).prop_map(|i| Plain::Text(id(i.into()))).boxed(),
            Key::Kind => prop::sample::select(ConversationKind::ELEMENTS)
                .prop_map(|kind| Plain::Text(kind.to_owned()))
                .boxed(),
            Key::Name | Key::Creator => text().prop_map(Plain::Text).boxed(),
            Key::Count => number().prop_map(Plain::Number).boxed(),
            Key::Public => (0..2i64).prop_map(Plain::Number).boxed(),
            Key::LastAt => time().prop_map(Plain::Number).boxed(),
        };
        (Just(key), prop::option::weighted(0.9, value))
    })
}

pub fn test() -> impl Strategy<Value = Test> {
    let texts = prop::sample::select(vec![Key::Id, Key::Kind, Key::Name, Key::Creator]);
    let leaf = prop_oneof![
        4 => (key_and_value(), 0..6usize).prop_map(|((key, value), how)| Test::Compare(key, how, value)),
        1 => key().prop_map(Test::Null),
        1 => key().prop_map(Test::NotNull),
        1 => prop::collection::vec(key_and_value(), 0..5).prop_map(|values| {
            let key = values.first().map_or(Key::Id, |(key, _)| *key);
            Test::In(key, values.into_iter().filter(|(other, _)| *other == key).map(|(_, value)| value).collect())
        }),
        1 => (texts, text()).prop_map(|(key, prefix)| Test::StartsWith(key, prefix)),
        1 => text().prop_map(Test::Tagged),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        let several = || prop::collection::vec(inner.clone(), 0..3);
        prop_oneof![several().prop_map(Test::And), several().prop_map(Test::Or)]
    })
}

pub fn orders() -> impl Strategy<Value = Vec<(Key, bool)>> {
    prop::collection::vec((key(), any::<bool>()), 0..4).prop_map(|mut orders| {
        let mut seen = Vec::new();
        orders.retain(|(key, _)| {
            !seen.contains(key) && {
                seen.push(*key);
                true
            }
        });
        orders
    })
}

pub fn id(i: usize) -> String {
    format!("d{i:02}")
}

/// The ids of the documents that the model finds, in order. The documents lie in commit order.
pub fn expected(documents: &[Conversation], tests: &[Test], orders: &[(Key, bool)]) -> Vec<String> {
    let mut found: Vec<(usize, &Conversation)> = documents
        .iter()
        .enumerate()
        .filter(|(_, document)| tests.iter().all(|test| test.holds(document)))
        .collect();
    found.sort_by(|(a_seq, a), (b_seq, b)| {
        let by_columns = orders.iter().map(|(key, descending)| {
            let order = key.of(a).cmp(&key.of(b));
            if *descending { order.reverse() } else { order }
        });
        let last = orders.last().is_some_and(|(_, descending)| *descending);
        let by_seq = if last {
            b_seq.cmp(a_seq)
        } else {
            a_seq.cmp(b_seq)
        };
        by_columns
            .fold(Ordering::Equal, Ordering::then)
            .then(by_seq)
    });
    found
        .into_iter()
        .map(|(_, document)| document.id.clone())
        .collect()
}

pub fn query(tests: &[Test], orders: &[(Key, bool)]) -> Query<Conversation> {
    let mut query = Query::new();
    for test in tests {
        query = query.filter(test.filter());
    }
    for (key, descending) in orders {
        let column = key.column();
        query = query.order(if *descending {
            Order::desc(column)
        } else {
            Order::asc(column)
        });
    }
    query
}
