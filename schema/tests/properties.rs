//! Properties of any document of any collection.

use proptest::collection::vec;
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use whisper_schema::prelude::*;
use whisper_schema::validate::is_document_id;
use whisper_schema::{
    Attribute, Collection, Hex, Kind, Text, collections, system_collections, validate,
    validate_patch,
};

/// Any collection, the API's or the server's own.
fn any_collection() -> impl Strategy<Value = &'static Collection> {
    let all: Vec<_> = collections()
        .iter()
        .chain(system_collections())
        .copied()
        .collect();
    prop::sample::select(all)
}

/// A valid value of a kind. Sizes are in characters, so texts hold some of four bytes.
fn valid_value(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::String { size } => vec(
            prop::sample::select(vec!['a', '"', '\n', 'é', '漢', '🦀']),
            0..=size.min(60) as usize,
        )
        .prop_map(|chars| Value::from(chars.into_iter().collect::<String>()))
        .boxed(),
        Kind::Integer { min, max } => (min.unwrap_or(i64::MIN)..=max.unwrap_or(i64::MAX))
            .prop_map(Value::from)
            .boxed(),
        Kind::Double { .. } => prop_oneof![
            any::<i64>().prop_map(Value::from),
            prop::num::f64::NORMAL.prop_map(Value::from),
        ]
        .boxed(),
        Kind::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Datetime => any_timestamp().prop_map(Value::from).boxed(),
        Kind::Enum { elements } => prop::sample::select(elements).prop_map(Value::from).boxed(),
        Kind::Email => "[a-z0-9]{1,20}@[a-z]{1,20}\\.[a-z]{2,9}"
            .prop_map(Value::from)
            .boxed(),
        Kind::Url => {
            "https?://[a-z]{1,9}(\\.[a-z]{1,9}){0,3}(:[0-9]{1,4})?(/[A-Za-z0-9_~-]{0,9}(%20)?){0,3}"
                .prop_map(Value::from)
                .boxed()
        }
        Kind::Ip => any::<std::net::IpAddr>()
            .prop_map(|ip| Value::from(ip.to_string()))
            .boxed(),
        Kind::Bytes { size } => vec(any::<u8>(), 0..=size.min(60) as usize)
            .prop_map(|bytes| Value::from(Hex(&bytes)))
            .boxed(),
    }
}

fn any_timestamp() -> impl Strategy<Value = Timestamp> {
    (Timestamp::MIN.as_millis()..=Timestamp::MAX.as_millis()).prop_map(Timestamp::from_millis)
}

fn valid_attribute(attribute: &'static Attribute) -> BoxedStrategy<Option<Value>> {
    let one = match (attribute.text, attribute.kind) {
        // A name has a visible character, and stands on one line.
        (Some(Text::Name), Kind::String { size }) => valid_value(attribute.kind)
            .prop_map(move |name| {
                let name = name.as_str().unwrap_or_default().replace('\n', " ");
                let name = format!("a{name}");
                Value::from(name.chars().take(size as usize).collect::<String>())
            })
            .boxed(),
        _ => valid_value(attribute.kind),
    };
    let value = match attribute.array {
        true => vec(one, 0..4).prop_map(Value::from).boxed(),
        false => one,
    };
    match attribute.required && attribute.default.is_none() {
        true => value.prop_map(Some).boxed(),
        false => prop_oneof![value.prop_map(Some), Just(None), Just(Some(Value::Null))].boxed(),
    }
}

/// A valid document of a collection.
fn valid_document(collection: &'static Collection) -> impl Strategy<Value = Map<String, Value>> {
    let values: Vec<_> = collection.attributes.iter().map(valid_attribute).collect();
    ("[A-Za-z0-9][A-Za-z0-9_.-]{0,35}", values).prop_map(|(id, values)| {
        let keys = collection.attributes.iter().map(|a| a.key);
        let fields = keys
            .zip(values)
            .filter_map(|(key, value)| Some((key.to_owned(), value?)));
        fields.chain([("id".to_owned(), id.into())]).collect()
    })
}

fn any_valid() -> impl Strategy<Value = (&'static Collection, Map<String, Value>)> {
    any_collection().prop_flat_map(|c| (Just(c), valid_document(c)))
}

/// Any JSON, three levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,30}".prop_map(Value::from),
        "(https?|javascript|data)://.{0,30}".prop_map(Value::from),
        ".{0,10}@.{0,10}".prop_map(Value::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(Z|.{0,6})".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z]{1,3}", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Reads and writes JSON as the documents of a collection do.
fn round_trip(collection: &Collection, document: Value) -> serde_json::Result<Value> {
    fn through<D: Serialize + DeserializeOwned>(document: Value) -> serde_json::Result<Value> {
        serde_json::to_value(serde_json::from_value::<D>(document)?)
    }
    match collection.id {
        "profiles" => through::<Profile>(document),
        "conversations" => through::<Conversation>(document),
        "messages" => through::<Message>(document),
        "stories" => through::<Story>(document),
        "cryptoTransactions" => through::<CryptoTransaction>(document),
        "stickerPacks" => through::<StickerPack>(document),
        "userActivity" => through::<UserActivity>(document),
        "accounts" => through::<Account>(document),
        _ => Ok(document),
    }
}

proptest! {
    #[test]
    fn valid_documents_pass((collection, document) in any_valid()) {
        prop_assert_eq!(validate(collection, &document), []);
    }

    /// A document that was read is written the same, but for values that stand in for missing ones.
    #[test]
    fn valid_documents_come_back((collection, document) in any_valid()) {
        let back = round_trip(collection, document.clone().into()).expect("it is read");
        for (key, value) in &document {
            let same = match (value, &back[key]) {
                (Value::Null, _) => true,
                (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
                (a, b) => a == b,
            };
            prop_assert!(same, "{}: {} came back as {}", key, value, back[key]);
        }
        prop_assert_eq!(validate(collection, back.as_object().expect("an object")), []);
    }

    /// One value of another sort is one violation of that field, however the rest looks.
    #[test]
    fn a_violation_names_its_field((collection, mut document) in any_valid(), pick in any::<prop::sample::Index>()) {
        let attribute = &collection.attributes[pick.index(collection.attributes.len())];
        document.insert(attribute.key.to_owned(), json!({}));
        let violations = validate(collection, &document);
        prop_assert_eq!(violations.len(), 1);
        prop_assert_eq!(&violations[0].field, attribute.key);
        prop_assert_eq!(violations[0].rule.as_str(), "type");
    }

    /// Every object that passes can be read as a document: validation is no laxer than the types.
    #[test]
    fn whatever_passes_can_be_read((collection, mut document) in any_valid(), other in any_json(), pick in any::<prop::sample::Index>()) {
        let attribute = &collection.attributes[pick.index(collection.attributes.len())];
        document.insert(attribute.key.to_owned(), other);
        if validate(collection, &document).is_empty() {
            prop_assert!(round_trip(collection, document.into()).is_ok());
        }
    }

    /// A patch breaks the same rules as the document it would make.
    #[test]
    fn patches_are_judged_like_documents((collection, mut document) in any_valid(), other in any_json(), pick in any::<prop::sample::Index>()) {
        let attribute = &collection.attributes[pick.index(collection.attributes.len())];
        prop_assume!(!(other.is_null() && attribute.default.is_some()));
        let patch = Map::from_iter([(attribute.key.to_owned(), other.clone())]);
        document.insert(attribute.key.to_owned(), other);
        prop_assert_eq!(validate_patch(collection, &patch), validate(collection, &document));
    }

    /// A field the collection doesn't have is always named, and so is a missing id.
    #[test]
    fn any_object_is_judged(fields in prop::collection::hash_map("[a-zA-Z]{1,9}", any_json(), 0..6), collection in any_collection()) {
        let document: Map<_, _> = fields.into_iter().collect();
        let violations = validate(collection, &document);
        let named = |field: &str, rule: &str| violations.iter().any(|v| v.field == field && v.rule.as_str() == rule);
        prop_assert!(document.contains_key("id") || named("id", "required"));
        for key in document.keys().filter(|key| *key != "id") {
            prop_assert_eq!(named(key, "unknown"), collection.attribute(key).is_none());
        }
    }

    #[test]
    fn sizes_count_characters(text in "[^\\pC\\pZ]{0,80}") {
        let text = format!("a{text}");
        let follow = json!({ "id": "f", "followerId": text, "followingId": "b" });
        let document = follow.as_object().expect("an object");
        prop_assert_eq!(validate(Follow::COLLECTION, document), []);
        let reaction = json!({ "id": "f", "postId": "p", "userId": "u", "reaction": text });
        let fits = text.chars().count() <= 50;
        prop_assert_eq!(validate(PostReaction::COLLECTION, reaction.as_object().expect("an object")).is_empty(), fits);
    }

    #[test]
    fn timestamps_come_back(at in any_timestamp()) {
        let text = at.to_string();
        prop_assert_eq!(text.len(), 24);
        prop_assert_eq!(Timestamp::parse(&text), Ok(at));
    }

    /// The order of the texts is the order in time.
    #[test]
    fn timestamps_sort_as_texts(a in any_timestamp(), b in any_timestamp()) {
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
    }

    #[test]
    fn offsets_are_taken_off(at in any_timestamp(), hours in 0..24i64, minutes in 0..60i64, east: bool) {
        let offset = (hours * 60 + minutes) * 60_000;
        let shift = if east { offset } else { -offset };
        prop_assume!(at.as_millis() + shift >= Timestamp::MIN.as_millis() && at.as_millis() + shift <= Timestamp::MAX.as_millis());
        let local = at.plus(shift).to_string();
        let sign = if east { '+' } else { '-' };
        let text = local.replace('Z', &format!("{sign}{hours:02}:{minutes:02}"));
        prop_assert_eq!(Timestamp::parse(&text), Ok(at));
    }

    #[test]
    fn any_text_is_judged(text in ".{0,60}") {
        // No text panics; an id is valid by the rule alone.
        let _ = Timestamp::parse(&text);
        let legal = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        let expected = (1..=36).contains(&text.len())
            && text.chars().all(legal)
            && text.starts_with(|c: char| c.is_ascii_alphanumeric());
        prop_assert_eq!(is_document_id(&text), expected);
    }
}
