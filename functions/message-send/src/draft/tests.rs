use serde_json::json;

use super::*;
use crate::content::testing::{read, refused, taken, with};

#[test]
fn what_every_message_may_carry() {
    let base = json!({"content": "Hello"});
    taken(
        &base,
        &[
            json!({"id": "A-1_b.c"}),
            json!({"id": "x".repeat(36)}),
            json!({"contentType": null, "metadata": null, "id": null}),
            json!({"metadata": "{}"}),
            json!({"mentions": vec!["u"; 100]}),
            json!({"forwardedFromMessageId": "m", "forwardedFromConversationId": "c"}),
        ],
    );
    refused(
        &base,
        &[
            (json!({"id": ""}), &["id:format"]),
            (json!({"id": "-x"}), &["id:format"]),
            (json!({"id": "x".repeat(37)}), &["id:format"]),
            (json!({"id": 5}), &["id:type"]),
            (json!({"contentType": "letter"}), &["contentType:enum"]),
            (json!({"contentType": 5}), &["contentType:type"]),
            (json!({"mentions": ["a b", "u"]}), &["mentions[0]:format"]),
            (json!({"mentions": vec!["u"; 101]}), &["mentions:size"]),
            (json!({"expiresAt": "soon"}), &["expiresAt:format"]),
            (json!({"metadata": "[]"}), &["metadata:format"]),
            (json!({"metadata": "{"}), &["metadata:format"]),
            (json!({"metadata": []}), &["metadata:type"]),
            (
                json!({"senderId": "u", "status": "read"}),
                &["senderId:unknown", "status:unknown"],
            ),
            (
                json!({"isSystemMessage": true}),
                &["isSystemMessage:unknown"],
            ),
        ],
    );
}

#[test]
fn everything_wrong_is_told_at_once() {
    let body = json!({
        "contentType": "location",
        "content": 5,
        "replyToMessageId": "-",
        "links": ["x"],
        "metadata": {"latitude": 91, "height": 1},
        "extra": true,
    });
    assert_eq!(
        read(&body).unwrap_err(),
        [
            "content:type",
            "extra:unknown",
            "links[0]:format",
            "metadata.height:unknown",
            "metadata.latitude:range",
            "metadata.longitude:required",
            "replyToMessageId:format",
        ]
    );
}

#[test]
fn metadata_that_could_not_be_read_is_not_missed_as_well() {
    let body = json!({"contentType": "location", "metadata": 5, "mediaUrls": 5});
    assert_eq!(
        read(&body).unwrap_err(),
        ["mediaUrls:type", "metadata:type"]
    );
}

#[test]
fn mistakes_beyond_the_twentieth_are_not_listed() {
    let fields: Map<String, Value> = (0..500).map(|n| (format!("f{n}"), Value::Null)).collect();
    assert_eq!(read(&Value::Object(fields)).unwrap_err().len(), 20);
}

#[test]
fn nulls_are_dropped_and_mentions_counted_once() {
    let body = json!({"content": "x", "mentions": ["b", "a", "b"], "metadata": {"anything": null}});
    assert_eq!(read(&body).unwrap_err(), ["metadata.anything:unknown"]);
    let body = json!({"contentType": "game", "metadata": {"name": "x", "score": null}, "mentions": ["b", "a", "b"]});
    let draft = read(&body).unwrap();
    assert_eq!(*draft.mentions, ["b", "a"]);
    assert_eq!(draft.metadata_text("m").as_deref(), Some(r#"{"name":"x"}"#));
}

#[test]
fn metadata_as_text_is_the_same_as_the_object() {
    let metadata = json!({"latitude": 1.5, "longitude": 2});
    let object = json!({"contentType": "location", "metadata": metadata});
    let text = json!({"contentType": "location", "metadata": metadata.to_string()});
    assert_eq!(read(&object).unwrap(), read(&text).unwrap());
}

#[test]
fn a_deadline_is_missed_at_its_very_millisecond() {
    let draft = read(&json!({"content": "x", "expiresAt": "1970-01-01T00:00:01Z"})).unwrap();
    for (now, missed) in [(999, 0), (1000, 1), (1001, 1)] {
        assert_eq!(
            draft.missed(Timestamp::from_millis(now)).count(),
            missed,
            "{now}"
        );
    }
}

/// The stored message of `body`, roughly as the commit makes it.
fn stored(body: &Value) -> Message {
    let draft = read(body).unwrap();
    let mut message = Message {
        id: "m".into(),
        conversation_id: "c".into(),
        sender_id: "s".into(),
        expires_at: draft.expires_at,
        ..Message::default()
    };
    draft.put(&mut message);
    message
}

#[test]
fn the_same_body_is_known_again_and_another_is_not() {
    let base = json!({
        "contentType": "poll", "content": "Q", "mentions": ["u"], "replyToMessageId": "r",
        "expiresAt": "2026-01-01T00:00:00Z", "metadata": {"options": ["a", "b"]},
    });
    let stored = stored(&base);
    assert!(stored.metadata.as_deref().unwrap().contains("pollId"));
    let same = |change: Value| {
        read(&with(&base, &change))
            .unwrap()
            .is_stored_as(&stored, ("c", "s"), false)
    };
    assert!(same(json!({})));
    assert!(
        same(json!({"expiresAt": "2026-01-01T01:00:00+01:00"})),
        "the same time"
    );
    for change in [
        json!({"content": "R"}),
        json!({"contentType": "text", "metadata": null}),
        json!({"metadata": {"options": ["b", "a"]}}),
        json!({"metadata": {"isAnonymous": true}}),
        json!({"mentions": null}),
        json!({"replyToMessageId": null}),
        json!({"links": ["https://a.example"]}),
        json!({"expiresAt": null}),
        json!({"forwardedFromMessageId": "m", "forwardedFromConversationId": "c"}),
    ] {
        assert!(!same(change.clone()), "{change}");
    }
}

#[test]
fn what_changed_after_the_sending_is_no_difference() {
    let body = json!({"content": "first"});
    let draft = read(&body).unwrap();
    let changed = Message {
        content: "edited".into(),
        ..stored(&body)
    };
    assert!(!draft.is_stored_as(&changed, ("c", "s"), false));
    let edited = Message {
        edited_at: Some(Timestamp::default()),
        ..changed.clone()
    };
    assert!(draft.is_stored_as(&edited, ("c", "s"), false));
    let deleted = Message {
        deleted_at: Some(Timestamp::default()),
        ..changed
    };
    assert!(draft.is_stored_as(&deleted, ("c", "s"), false));
    assert!(!draft.is_stored_as(&deleted, ("c", "other"), false));
}

#[test]
fn what_a_bare_forward_copied_is_no_difference() {
    let body = json!({"contentType": "forward", "forwardedFromMessageId": "m0", "forwardedFromConversationId": "c0"});
    let copied = Message {
        content: "original".into(),
        ..stored(&body)
    };
    assert!(
        read(&body)
            .unwrap()
            .is_stored_as(&copied, ("c", "s"), false)
    );
    let own = with(&body, &json!({"content": "own"}));
    assert!(!read(&own).unwrap().is_stored_as(&copied, ("c", "s"), false));
    let elsewhere = with(&body, &json!({"forwardedFromMessageId": "m1"}));
    assert!(
        !read(&elsewhere)
            .unwrap()
            .is_stored_as(&copied, ("c", "s"), false)
    );
}

#[test]
fn an_earlier_end_is_no_difference_where_there_may_be_one() {
    let body = json!({"content": "first", "expiresAt": "2026-01-02T00:00:00Z"});
    let ends = |at: Option<i64>| Message {
        expires_at: at.map(Timestamp::from_millis),
        ..stored(&body)
    };
    let day = 1_767_312_000_000;
    for (at, when_it_may, else_so) in [
        (Some(day), true, true),
        (Some(day - 1), true, false),
        (Some(day + 1), false, false),
        (None, false, false),
    ] {
        let draft = read(&body).unwrap();
        for (may_end_earlier, wanted) in [(true, when_it_may), (false, else_so)] {
            let found = draft.is_stored_as(&ends(at), ("c", "s"), may_end_earlier);
            assert_eq!(found, wanted, "{at:?} {may_end_earlier}");
        }
    }
}

#[test]
fn a_content_that_is_gone_is_no_difference() {
    let body = json!({"contentType": "image", "mediaUrls": ["https://cdn.example/1"], "metadata": {"viewOnce": true}});
    let draft = read(&body).unwrap();
    let spent = Message {
        media_urls: Vec::new(),
        ..stored(&body)
    };
    assert!(draft.is_stored_as(&spent, ("c", "s"), true));
    let ordinary = read(&with(&body, &json!({"metadata": null}))).unwrap();
    assert!(!ordinary.is_stored_as(&spent, ("c", "s"), true));
}

#[test]
fn each_kind_has_its_details() {
    use whisper_schema::main_db::MessageContentType;

    let schema = schemars::schema_for!(Details).to_value();
    let variants = schema["anyOf"].as_array().unwrap();
    let mut tags: Vec<&str> = variants
        .iter()
        .map(|variant| variant["title"].as_str().unwrap())
        .collect();
    let mut kinds = MessageContentType::ELEMENTS.to_vec();
    tags.sort_unstable();
    kinds.sort_unstable();
    assert_eq!(tags, kinds);
}
