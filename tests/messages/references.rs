//! Messages about something else: replies, forwards, gifts, answers to stories.

use super::{conversation_of, direct, group, id, say, send};
use whisper_testkit::{Person, Reply, TestApp, Value, json};

#[test]
fn a_reply_and_its_target_are_of_one_conversation() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let (here, there) = (group(&app, &ann, &[]), group(&app, &ann, &[]));
    let (target, elsewhere) = (
        say(&app, &ann, &here, "Here"),
        say(&app, &ann, &there, "There"),
    );
    let reply = |kind: &str, to: &str| json!({"contentType": kind, "content": "Yes", "replyToMessageId": to});
    for kind in ["reply", "text"] {
        let sent = send(&app, &ann, &here, &reply(kind, &target)).expect(201);
        assert_eq!(sent["replyToMessageId"], target);
        send(&app, &ann, &here, &reply(kind, &elsewhere)).expect_fields(&["replyToMessageId"]);
    }
}

fn forward(app: &TestApp, by: &Person, to: &str, message: &str, from: &str) -> Reply {
    let from = conversation_of(from);
    let body = json!({"contentType": "forward", "forwardedFromMessageId": message, "forwardedFromConversationId": from});
    send(app, by, to, &body)
}

#[test]
fn a_forward_carries_what_its_sender_may_read() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (shared, mine, private) = (
        group(&app, &ann, &[&bob]),
        group(&app, &ann, &[]),
        group(&app, &bob, &[]),
    );
    let body =
        json!({"contentType": "image", "content": "Look", "mediaUrls": ["https://cdn.example/1"]});
    let origin = id(&send(&app, &bob, &shared, &body).expect(201));
    let copy = forward(&app, &ann, &mine, &origin, &shared).expect(201);
    assert_eq!(
        (&copy["content"], &copy["mediaUrls"]),
        (&json!("Look"), &json!(["https://cdn.example/1"]))
    );
    assert_eq!(copy["metadata"]["originalContentType"], "image");

    let hidden = say(&app, &bob, &private, "Private");
    let unseen =
        forward(&app, &ann, &mine, &hidden, &private).expect_fields(&["forwardedFromMessageId"]);
    let absent =
        forward(&app, &ann, &mine, "nothing", &private).expect_fields(&["forwardedFromMessageId"]);
    assert_eq!(
        (&unseen["detail"], &unseen["errors"]),
        (&absent["detail"], &absent["errors"])
    );
}

#[test]
fn a_gift_is_for_another_member() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let room = group(&app, &ann, &[&bob]);
    let gift = |to: &Person| json!({"contentType": "token_gift", "metadata": {"giftType": "token", "chain": "base", "tokenAmount": "1", "recipientId": to.id}});
    send(&app, &ann, &room, &gift(&bob)).expect(201);
    for other in [&ann, &eve] {
        send(&app, &ann, &room, &gift(other)).expect_fields(&["metadata.recipientId"]);
    }
}

fn story(app: &TestApp, by: &Person, more: &Value) -> String {
    let mut body = json!({"contentType": "text", "text": "Today", "privacy": "public"});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    id(&by.post(app, "/v1/stories", &body).expect(201))
}

fn answer(app: &TestApp, by: &Person, to: &str, story: &str) -> Reply {
    let body =
        json!({"contentType": "story_reply", "content": "Nice", "metadata": {"storyId": story}});
    send(app, by, to, &body)
}

const NO_STORY: [&str; 1] = ["metadata.storyId"];

#[test]
fn an_answer_to_a_story_is_counted_there() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (talk, room) = (direct(&app, &ann, &bob), group(&app, &ann, &[&bob]));
    let shown = story(&app, &bob, &json!({}));
    answer(&app, &ann, &talk, &shown).expect(201);
    answer(&app, &ann, &room, &shown).expect_fields(&NO_STORY);
    answer(&app, &bob, &talk, &shown).expect_fields(&NO_STORY);
    let found = ann.get(&app, &format!("/v1/stories/{shown}")).expect(200);
    assert_eq!(found["replyCount"], 1);
}

#[test]
fn a_story_that_is_hidden_or_takes_no_replies_gets_none() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let talk = direct(&app, &ann, &bob);
    for more in [
        json!({"privacy": "private"}),
        json!({"privacy": "friends"}),
        json!({"allowReplies": false}),
    ] {
        let hidden = story(&app, &bob, &more);
        answer(&app, &ann, &talk, &hidden).expect_fields(&NO_STORY);
    }
}
