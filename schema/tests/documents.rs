//! Documents on the wire, and the metadata that the derive makes of them.

use serde_json::{Value, json};
use whisper_schema::prelude::*;
use whisper_schema::{Collection, json_schema};

#[test]
fn written_in_camel_case_without_nothing() {
    let message = Message {
        id: "m1".into(),
        conversation_id: "c1".into(),
        content: "hi".into(),
        media_urls: vec!["https://example.com/a".into()],
        created_at: Some(Timestamp::from_millis(0)),
        ..Message::default()
    };
    let empty = Vec::<String>::new();
    let expected = json!({
        "id": "m1", "conversationId": "c1", "senderId": "", "content": "hi", "contentType": "text",
        "mediaUrls": ["https://example.com/a"], "mediaFileIds": empty, "deletedFor": empty,
        "isSystemMessage": false, "isPinned": false, "mentions": empty, "links": empty,
        "readBy": empty, "deliveredTo": empty, "status": "sending",
        "createdAt": "1970-01-01T00:00:00.000Z",
    });
    assert_eq!(json!(message), expected);
    assert_eq!(
        serde_json::from_value::<Message>(expected).expect("a message"),
        message
    );
    assert_eq!(message.id(), "m1");
}

#[test]
fn the_id_is_written_first() {
    let text = serde_json::to_string(&Follow {
        id: "f".into(),
        ..Follow::default()
    });
    assert!(
        text.expect("JSON")
            .starts_with(r#"{"id":"f","followerId":"","#)
    );
}

#[test]
fn missing_and_null_take_what_stands_in() {
    let sparse = json!({
        "id": "p", "userId": "u", "badges": null, "status": null, "bio": null, "level": null,
        "somethingNew": { "is": ["ignored"] },
    });
    let profile: Profile = serde_json::from_value(sparse).expect("a profile");
    let expected = Profile {
        id: "p".into(),
        user_id: "u".into(),
        ..Profile::default()
    };
    assert_eq!(profile, expected);
    assert_eq!((profile.level, profile.status), (1, ProfileStatus::Active));
    assert_eq!(profile.theme, ProfileTheme::Auto);
}

#[test]
fn unreadable_documents() {
    let error = |document: Value| {
        serde_json::from_value::<Follow>(document)
            .expect_err("refused")
            .to_string()
    };
    assert_eq!(
        error(json!({ "id": "a", "followingId": "b" })),
        "missing field `followerId`"
    );
    assert_eq!(
        error(json!({ "followerId": "a", "followingId": "b" })),
        "missing field `id`"
    );
    assert!(error(json!([])).contains("expected a document of follows"));
    let choice = json!({ "id": "a", "followerId": "a", "followingId": "b", "status": "maybe" });
    assert_eq!(
        error(choice),
        r#"must be one of "pending", "accepted", "blocked""#
    );
    let twice = r#"{"id":"a","followerId":"a","followingId":"b","id":"c"}"#;
    let error = serde_json::from_str::<Follow>(twice).expect_err("refused");
    assert!(
        error.to_string().starts_with("duplicate field `id`"),
        "{error}"
    );
}

#[test]
fn doubles_are_read_from_integers_and_written_finite() {
    let metric: AppMetric = serde_json::from_value(json!({
        "id": "a", "metricName": "m", "metricValue": 3, "timestamp": "1970-01-01T00:00:00Z",
    }))
    .expect("a metric");
    assert_eq!(metric.metric_value, 3.0);
    let lost = AppMetric {
        metric_value: f64::NAN,
        ..metric
    };
    let error = serde_json::to_value(lost).expect_err("refused").to_string();
    assert_eq!(error, "metricValue must be a finite number");
    let holding = TokenHolding {
        usd_value: Some(f64::INFINITY),
        ..TokenHolding::default()
    };
    let error = serde_json::to_value(holding)
        .expect_err("refused")
        .to_string();
    assert_eq!(error, "usdValue must be a finite number");
}

#[test]
fn columns_name_attributes() {
    assert_eq!(Message::CREATED_AT.key(), "createdAt");
    assert_eq!(Conversation::KIND.key(), "type");
    assert_eq!(Message::ID.key(), "_id");
    assert_eq!(Column::<Message>::seq().key(), "_seq");
    let attribute = Story::EXPIRES_AT.attribute().expect("an attribute");
    assert!(attribute.required && attribute.key == "expiresAt");
    assert_eq!(Story::ID.attribute(), None);
}

#[test]
fn choices_are_their_strings() {
    assert_eq!(MessageContentType::ALL.len(), 19);
    for choice in MessageContentType::ALL {
        assert_eq!(choice.as_str().parse(), Ok(*choice));
        assert_eq!(json!(choice), json!(choice.to_string()));
        assert_eq!(Value::from(*choice), json!(choice.as_str()));
    }
    assert_eq!(NftTokenStandard::ELEMENTS, ["ERC721", "ERC1155", "SPL"]);
    let error = "gone".parse::<AccountStatus>().expect_err("refused");
    assert_eq!(error.to_string(), r#"must be one of "active", "disabled""#);
}

#[test]
fn json_schema_says_what_the_metadata_says() {
    let schema = json_schema::collection_schema(TokenGift::COLLECTION, "TokenGift").to_value();
    assert_eq!(schema["title"], "TokenGift");
    assert_eq!(
        schema["required"],
        json!([
            "id",
            "senderId",
            "recipientId",
            "giftType",
            "chain",
            "animation",
            "status"
        ])
    );
    assert_eq!(schema["properties"]["message"]["maxLength"], 500);
    assert_eq!(schema["properties"]["usdValue"]["format"], "double");
    assert_eq!(
        schema["properties"]["giftType"]["enum"],
        json!(["token", "nft", "wrapped"])
    );
    assert_eq!(schema["properties"]["status"]["default"], "pending");
}

/// Every collection has one address, so that it can be told by it.
#[test]
fn collections_are_found_by_id() {
    let found = whisper_schema::collection("messages").expect("the collection");
    assert!(std::ptr::eq::<Collection>(found, Message::COLLECTION));
    assert_eq!(
        whisper_schema::collection("events").map(|c| c.monotonic),
        Some(true)
    );
    assert_eq!(whisper_schema::collection("message"), None);
}
