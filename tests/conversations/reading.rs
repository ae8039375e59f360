//! How far somebody has read, and unread messages.

use super::{group, say};
use whisper_testkit::{TestApp, Value, json};

#[test]
fn messages_of_others_are_unread_until_they_are_read() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    let first = say(&app, &ann, &path, "one");
    let second = say(&app, &ann, &path, "two");
    say(&app, &bob, &path, "mine");
    assert_eq!(bob.get(&app, &path).expect(200)["my"]["unreadCount"], 2);
    let read = |body: &Value| bob.post(&app, &format!("{path}/read"), body).expect(200);
    assert_eq!(read(&json!({"messageId": second}))["unreadCount"], 0);
    let back = read(&json!({"messageId": first}));
    assert_eq!(
        back["lastReadMessageId"],
        second.as_str(),
        "reading never goes back"
    );
    say(&app, &ann, &path, "three");
    assert_eq!(
        bob.get(&app, &path).expect(200)["unreadCount"],
        json!({&bob.id: 1})
    );
    assert_eq!(read(&json!({}))["unreadCount"], 0);
    assert_eq!(ann.get(&app, &path).expect(200)["my"]["unreadCount"], 1);
}

#[test]
fn all_is_read_without_a_body_too_and_a_conversation_without_words_has_nothing_to_read() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    let read = || {
        bob.call(&app, "POST", &format!("{path}/read"))
            .send()
            .expect(200)
    };
    assert_eq!(read()["unreadCount"], 0);
    let message = say(&app, &ann, &path, "one");
    let state = read();
    assert_eq!(
        (&state["lastReadMessageId"], &state["unreadCount"]),
        (&json!(message), &json!(0))
    );
    assert!(state["lastReadAt"].is_string());
}

#[test]
fn only_messages_of_this_conversation_can_be_read_here() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    let elsewhere = group(&app, &ann, &[&bob]);
    let message = say(&app, &ann, &elsewhere, "there");
    let read = |body: Value| bob.post(&app, &format!("{path}/read"), &body);
    read(json!({"messageId": message})).expect_fields(&["messageId"]);
    read(json!({"messageId": "nothing"})).expect_fields(&["messageId"]);
    read(json!({"messageId": 5})).expect_fields(&["messageId"]);
    read(json!({"message": "x"})).expect_fields(&["message"]);
}

#[test]
fn what_was_sent_before_somebody_joined_is_not_unread() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[]);
    say(&app, &ann, &path, "before");
    super::add(&app, &ann, &path, &[&bob]).expect(200);
    assert_eq!(bob.get(&app, &path).expect(200)["my"]["unreadCount"], 0);
    say(&app, &ann, &path, "after");
    assert_eq!(bob.get(&app, &path).expect(200)["my"]["unreadCount"], 1);
}
