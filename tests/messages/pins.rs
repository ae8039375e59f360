//! Pinned messages, stars and threads over HTTP.

use super::{alone, group, of_conversation, say, send};
use whisper_testkit::{TestApp, Value, json};

#[test]
fn owners_pin_and_members_see() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let messages = group(&app, &ann, &[&bob]);
    let message = say(&app, &bob, &messages, "The address");
    let pin = format!("{messages}/{message}/pin");
    bob.put(&app, &pin, &Value::Null)
        .expect_problem(403, "forbidden");
    eve.put(&app, &pin, &Value::Null)
        .expect_problem(404, "not_found");
    ann.put(&app, &pin, &Value::Null).expect(200);
    // Pinned once, and told once.
    ann.put(&app, &pin, &Value::Null).expect(200);
    let history = bob.get(&app, &messages).expect(200);
    let told = &history["items"];
    assert_eq!(
        told[0]["metadata"],
        json!({"event": "message_pinned", "messageId": message})
    );
    assert_eq!(
        (&told[0]["senderId"], &told[1]["content"]),
        (&json!(ann.id), &json!("The address"))
    );
    let seen = bob.get(&app, of_conversation(&messages)).expect(200);
    assert_eq!(seen["lastMessageSystem"], told[0]["metadata"]);
    let pins = format!("{}/pins", of_conversation(&messages));
    let list = bob.get(&app, &pins).expect(200);
    assert_eq!(list["items"][0]["message"]["content"], "The address");
    assert_eq!(list["items"][0]["pinnedBy"], ann.id);
    assert_eq!(list["users"][&ann.id]["username"], ann.username);
    eve.get(&app, &pins).expect_problem(404, "not_found");
    assert_eq!(
        alone(&app, &bob, &format!("{messages}/{message}"))["isPinned"],
        true
    );
    ann.delete(&app, &pin).expect(204);
    assert_eq!(bob.get(&app, &pins).expect(200)["items"], json!([]));
}

#[test]
fn a_thread_is_counted_and_read() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let messages = group(&app, &ann, &[&bob]);
    let message = say(&app, &ann, &messages, "Who comes?");
    for content in ["I", "I too"] {
        let reply =
            json!({"contentType": "reply", "content": content, "replyToMessageId": message});
        send(&app, &bob, &messages, &reply).expect(201);
    }
    let one = format!("{messages}/{message}");
    assert_eq!(alone(&app, &ann, &one)["replyCount"], 2);
    let thread = ann.get(&app, &format!("{one}/replies")).expect(200);
    assert_eq!(super::contents(&thread), ["I", "I too"]);
}

#[test]
fn stars_are_ones_own_over_all_conversations() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (here, there) = (group(&app, &ann, &[&bob]), group(&app, &bob, &[&ann]));
    let starred = |by: &whisper_testkit::Person| {
        let page = by.get(&app, "/v1/me/starred-messages").expect(200);
        let items = page["items"].as_array().unwrap().iter();
        let content = |item: &Value| item["message"]["content"].as_str().unwrap().to_owned();
        items.map(content).collect::<Vec<_>>()
    };
    let [one, two] = [(&here, "One"), (&there, "Two")].map(|(messages, content)| {
        let message = format!("{messages}/{}", say(&app, &bob, messages, content));
        for _ in 0..2 {
            ann.put(&app, &format!("{message}/star"), &Value::Null)
                .expect(200);
        }
        assert_eq!(alone(&app, &ann, &message)["isStarred"], true);
        message
    });
    assert_eq!(starred(&ann), ["Two", "One"]);
    assert_eq!(starred(&bob), [""; 0]);
    bob.put(&app, &format!("{one}/star"), &Value::Null)
        .expect(200);
    for _ in 0..2 {
        ann.delete(&app, &format!("{one}/star")).expect(204);
        assert_eq!(starred(&ann), ["Two"]);
    }
    assert_eq!(alone(&app, &ann, &one)["isStarred"], false);
    assert_eq!(starred(&bob), ["One"]);
    // A message that was deleted for all has no star.
    bob.delete(&app, &two).expect(204);
    assert_eq!(starred(&ann), [""; 0]);
}
