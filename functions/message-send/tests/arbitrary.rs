//! Every body that is sent is read or refused; nothing makes the rules panic.
#![allow(clippy::unwrap_used)]

use message_send::draft::SendMessage;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use whisper_schema::body::{MOST_FINDINGS, read};
use whisper_schema::main_db::{Message, MessageContentType};

const KEYS: [&str; 52] = [
    "linkPreview",
    "url",
    "title",
    "description",
    "siteName",
    "imageUrl",
    "width",
    "height",
    "durationMs",
    "sizeBytes",
    "mimeType",
    "waveform",
    "fileName",
    "stickerId",
    "latitude",
    "longitude",
    "accuracyMeters",
    "name",
    "address",
    "liveUntil",
    "phone",
    "email",
    "userId",
    "options",
    "allowMultiple",
    "isAnonymous",
    "expiresAt",
    "chain",
    "txHash",
    "amount",
    "token",
    "contractAddress",
    "tokenId",
    "giftType",
    "tokenAmount",
    "tokenAddress",
    "nftContractAddress",
    "nftTokenId",
    "recipientId",
    "animation",
    "storyId",
    "score",
    "state",
    "id",
    "content",
    "mediaUrls",
    "mediaFileIds",
    "thumbnailUrl",
    "mentions",
    "links",
    "replyToMessageId",
    "forwardedFromMessageId",
];

/// Texts that are nearly right, and texts that are not.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z0-9+./:@_-]{0,40}",
        "https?://[^/]{0,10}/?.{0,10}",
        "(0x)?[0-9a-fA-F]{0,70}",
        "[0-9]{0,80}(\\.[0-9]{0,80})?",
        "[0-9]{1,6}-[0-9]{1,3}-[0-9]{1,3}T[0-9:]{1,9}[.0-9]{0,12}(Z|[+-][0-9:]{1,6})",
        prop::sample::select(vec![
            "solana", "base", "token", "nft", "wrapped", "hearts", "@commit", "\0", ""
        ])
        .prop_map(String::from),
    ]
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-200i64..200).prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            object(inner),
        ]
    })
}

fn object(values: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let key = prop_oneof![4 => prop::sample::select(&KEYS[..]).prop_map(String::from), 1 => any::<String>()];
    prop::collection::btree_map(key, values, 0..10)
        .prop_map(|map| Value::Object(map.into_iter().collect()))
}

fn body() -> impl Strategy<Value = Map<String, Value>> {
    let kind = prop::sample::select(MessageContentType::ELEMENTS);
    let kind = prop_oneof![8 => kind.prop_map(Value::from), 1 => value()];
    // An object, the same as text, or anything.
    let metadata = prop_oneof![
        6 => object(value()),
        1 => object(value()).prop_map(|object| Value::from(object.to_string())),
        1 => value(),
    ];
    (kind, object(value()), metadata).prop_map(|(kind, body, metadata)| {
        let mut body = body.as_object().cloned().unwrap_or_default();
        body.insert("contentType".into(), kind);
        body.insert("metadata".into(), metadata);
        body
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn a_body_is_read_or_refused_with_its_fields(body in body()) {
        match read::<SendMessage>(&body) {
            Ok(draft) => {
                prop_assert!(draft.content.chars().count() <= 10_000);
                let stored = draft.metadata_text("m1").unwrap_or_default();
                prop_assert!(stored.chars().count() <= 10_000);
            }
            Err(wrong) => {
                prop_assert!((1..=MOST_FINDINGS).contains(&wrong.len()));
                for found in wrong {
                    prop_assert!(!found.field.is_empty() || body.contains_key(""));
                }
            }
        }
    }

    #[test]
    fn a_draft_that_was_read_is_read_again_the_same(content in "[a-zé😀 ]{0,40}", latitude in -90.0..=90.0, longitude in -180.0..=180.0) {
        let body = json!({"contentType": "location", "content": content, "metadata": {"latitude": latitude, "longitude": longitude}});
        let draft: SendMessage = read(body.as_object().unwrap()).unwrap();
        let stored = Message {
            id: "m1".into(),
            conversation_id: "c".into(),
            sender_id: "s".into(),
            content_type: MessageContentType::Location,
            content: draft.content.clone(),
            metadata: draft.metadata_text("m1"),
            ..Message::default()
        };
        // The body of a retry comes over the wire as text once more.
        let again: Value = serde_json::from_str(&body.to_string()).unwrap();
        let again: SendMessage = read(again.as_object().unwrap()).unwrap();
        prop_assert!(again.is_stored_as(&stored, ("c", "s"), false));
        prop_assert!(!again.is_stored_as(&stored, ("c", "t"), false));
        prop_assert!(!again.is_stored_as(&stored, ("d", "s"), false));
    }
}
