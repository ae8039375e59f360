//! All 19 content types: one that is taken, and one that is refused, of each.

use super::{alone, direct, group, id, say, send};
use whisper_testkit::{Person, TestApp, Value, json};

const HASH: &str = "0x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const ADDRESS: &str = "0x0123456789abcdef0123456789abcdef01234567";

/// A body that is taken, a field and a value for it that are not, and the fault then.
type Case = (Value, &'static str, Value, &'static str);

fn media() -> Vec<Case> {
    let url = json!(["https://cdn.example/1"]);
    vec![
        (
            json!({"contentType": "image", "mediaUrls": url, "metadata": {"width": 640, "mimeType": "image/png"}}),
            "mediaUrls",
            json!([]),
            "mediaUrls",
        ),
        (
            json!({"contentType": "video", "mediaUrls": url, "metadata": {"durationMs": 1500}}),
            "metadata",
            json!({"durationMs": -1}),
            "metadata.durationMs",
        ),
        (
            json!({"contentType": "audio", "mediaUrls": url}),
            "mediaUrls",
            json!(["ftp://cdn.example/1"]),
            "mediaUrls[0]",
        ),
        (
            json!({"contentType": "gif", "mediaUrls": url}),
            "metadata",
            json!({"mimeType": "audio/ogg"}),
            "metadata.mimeType",
        ),
        (
            json!({"contentType": "voice", "mediaUrls": url, "metadata": {"durationMs": 900, "waveform": [0, 255]}}),
            "metadata",
            json!({"waveform": [1]}),
            "metadata.durationMs",
        ),
        (
            json!({"contentType": "file", "mediaUrls": url, "metadata": {"fileName": "a.pdf"}}),
            "metadata",
            json!({"fileName": "../a.pdf"}),
            "metadata.fileName",
        ),
    ]
}

fn plain() -> Vec<Case> {
    vec![
        (
            json!({"content": "Hello"}),
            "content",
            json!("x".repeat(10_001)),
            "content",
        ),
        (
            json!({"contentType": "link", "links": ["https://a.example"]}),
            "links",
            json!([]),
            "links",
        ),
        (
            json!({"contentType": "sticker", "metadata": {"stickerId": "s1"}}),
            "metadata",
            json!({}),
            "metadata.stickerId",
        ),
        (
            json!({"contentType": "location", "metadata": {"latitude": 47.37, "longitude": 8.54}}),
            "metadata",
            json!({"latitude": 91, "longitude": 8.54}),
            "metadata.latitude",
        ),
        (
            json!({"contentType": "contact", "metadata": {"name": "Cat", "phone": "+41791234567"}}),
            "metadata",
            json!({"name": "Cat"}),
            "metadata.phone",
        ),
        (
            json!({"contentType": "poll", "content": "Where?", "metadata": {"options": ["Here", "There"]}}),
            "metadata",
            json!({"options": ["Here"]}),
            "metadata.options",
        ),
        (
            json!({"contentType": "game", "metadata": {"name": "Chess", "state": {"move": 1}}}),
            "metadata",
            json!({"name": "Chess", "score": "1"}),
            "metadata.score",
        ),
    ]
}

fn web3(friend: &Person) -> Vec<Case> {
    let gift = |amount: &str| json!({"giftType": "token", "chain": "base", "tokenAmount": amount, "recipientId": friend.id});
    vec![
        (
            json!({"contentType": "crypto_tx", "metadata": {"chain": "ethereum", "txHash": HASH}}),
            "metadata",
            json!({"chain": "bitcoin", "txHash": HASH}),
            "metadata.chain",
        ),
        (
            json!({"contentType": "nft", "metadata": {"chain": "polygon", "contractAddress": ADDRESS, "tokenId": "1"}}),
            "metadata",
            json!({"chain": "polygon", "contractAddress": "0x1", "tokenId": "1"}),
            "metadata.contractAddress",
        ),
        (
            json!({"contentType": "token_gift", "metadata": gift("1.5")}),
            "metadata",
            gift("0"),
            "metadata.tokenAmount",
        ),
    ]
}

fn references(app: &TestApp, ann: &Person, message: &str, friend: &Person) -> Vec<Case> {
    let story = json!({"contentType": "text", "text": "Today", "privacy": "public"});
    let story = id(&friend.post(app, "/v1/stories", &story).expect(201));
    let elsewhere = group(app, ann, &[]);
    let origin = say(app, ann, &elsewhere, "Elsewhere");
    let from = super::conversation_of(&elsewhere);
    vec![
        (
            json!({"contentType": "reply", "content": "Yes", "replyToMessageId": message}),
            "replyToMessageId",
            json!(origin),
            "replyToMessageId",
        ),
        (
            json!({"contentType": "forward", "forwardedFromMessageId": origin, "forwardedFromConversationId": from}),
            "forwardedFromMessageId",
            json!("nothing"),
            "forwardedFromMessageId",
        ),
        (
            json!({"contentType": "story_reply", "content": "Nice", "metadata": {"storyId": story}}),
            "metadata",
            json!({"storyId": "nothing"}),
            "metadata.storyId",
        ),
    ]
}

#[test]
fn each_of_the_19_kinds_is_sent_read_and_refused_by_its_own_rules() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let talk = direct(&app, &ann, &bob);
    let message = say(&app, &bob, &talk, "Hello");
    let mut cases = [media(), plain(), web3(&bob)].concat();
    cases.extend(references(&app, &ann, &message, &bob));
    let mut kinds = std::collections::BTreeSet::new();
    for (body, field, value, wrong) in cases {
        let sent = send(&app, &ann, &talk, &body).expect(201);
        kinds.insert(sent["contentType"].as_str().unwrap().to_owned());
        let path = format!("{talk}/{}", id(&sent));
        let mut alone = alone(&app, &ann, &path);
        // The answer to a send shows no results yet.
        alone.as_object_mut().unwrap().remove("poll");
        assert_eq!(alone, sent);
        let mut refused = body.clone();
        refused[field] = value;
        send(&app, &ann, &talk, &refused).expect_fields(&[wrong]);
    }
    assert_eq!(kinds.len(), 19, "{kinds:?}");
}

#[test]
fn everything_wrong_is_told_at_once_and_nothing_is_written() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    let body = json!({
        "id": "-", "contentType": "location", "content": 5, "links": ["x"], "senderId": "me",
        "metadata": {"latitude": 91, "height": 1},
    });
    send(&app, &ann, &room, &body).expect_fields(&[
        "id",
        "content",
        "links[0]",
        "senderId",
        "metadata.latitude",
        "metadata.longitude",
        "metadata.height",
    ]);
    send(&app, &ann, &room, &json!({"contentType": "letter"})).expect_fields(&["contentType"]);
    assert_eq!(super::count(&app, &ann, &room), 0);
}

#[test]
fn metadata_comes_back_as_an_object_however_it_was_sent() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    let body =
        json!({"contentType": "location", "metadata": "{\"latitude\": 1.5, \"longitude\": 2}"});
    let sent = send(&app, &ann, &room, &body).expect(201);
    assert_eq!(sent["metadata"], json!({"latitude": 1.5, "longitude": 2}));
}

#[test]
fn a_time_that_has_passed_is_refused() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    let past = "2020-01-01T00:00:00Z";
    send(
        &app,
        &ann,
        &room,
        &json!({"content": "x", "expiresAt": past}),
    )
    .expect_fields(&["expiresAt"]);
    let poll = json!({"contentType": "poll", "content": "Q", "metadata": {"options": ["a", "b"], "expiresAt": past}});
    send(&app, &ann, &room, &poll).expect_fields(&["metadata.expiresAt"]);
}
