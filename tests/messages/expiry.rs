//! Messages that end: no part of them is left in any collection or file.

use futures::executor::block_on;
use whisper_schema::Document;
use whisper_schema::prelude::{
    Conversation, Event, Message, Notification, NotificationKind, Push, QueuedMessage, UserActivity,
};
use whisper_store::{Filter, Query, Store};

use super::{contents, conversation_of, direct, group, id, of_conversation, say, send};
use whisper_testkit::{Person, TestApp, Value, json};

const WORDS: &str = "until-the-cock-crows";

/// Ten minutes after an RFC 3339 time in UTC, by way of the offset.
fn in_ten_minutes(at: &Value) -> String {
    format!("{}-00:10", at.as_str().unwrap().strip_suffix('Z').unwrap())
}

/// Sends words that end in ten minutes.
fn brief(app: &TestApp, by: &Person, room: &str) -> Value {
    let now = send(app, by, room, &json!({"content": "stays"})).expect(201);
    let body = json!({"content": WORDS, "expiresAt": in_ten_minutes(&now["createdAt"])});
    send(app, by, room, &body).expect(201)
}

/// How many documents of a collection have the words.
fn kept<D: Document>(store: &Store) -> usize {
    let all = block_on(store.read(Query::<D>::new().limit(1000))).unwrap();
    let texts = all
        .iter()
        .map(|doc| serde_json::to_string(&doc.value).unwrap());
    texts.filter(|text| text.contains(WORDS)).count()
}

#[test]
fn a_preview_ends_with_its_message_and_the_one_before_is_shown_when_it_is_removed() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let talk = direct(&app, &ann, &bob);
    let message = brief(&app, &ann, &talk);
    let shown = || bob.get(&app, of_conversation(&talk)).expect(200);
    assert_eq!(shown()["lastMessageText"], WORDS);
    app.advance("10m");
    bob.get(&app, &format!("{talk}/{}", id(&message)))
        .expect_problem(404, "not_found");
    let (one, list) = (shown(), bob.get(&app, "/v1/conversations").expect(200));
    let read = bob.post(
        &app,
        &format!("{}/read", of_conversation(&talk)),
        &json!({}),
    );
    for answer in [one, list, read.expect(200)] {
        assert!(!answer.to_string().contains(WORDS), "{answer}");
    }
    assert_eq!(shown()["my"]["unreadCount"], 0);
    let run = app.run_job("message-expiry").expect(200);
    assert_eq!((&run["done"], &run["failed"]), (&json!(1), &json!(0)));
    assert_eq!(shown()["lastMessageText"], "stays");
    assert_eq!(app.run_job("message-expiry").expect(200)["found"], 0);
    say(&app, &ann, &talk, "next");
    assert_eq!(shown()["my"]["unreadCount"], 1, "no place is given twice");
}

#[test]
fn copies_and_mentions_go_as_well() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (room, other) = (group(&app, &ann, &[&bob]), group(&app, &ann, &[&bob]));
    let now = send(&app, &ann, &room, &json!({"content": "stays"})).expect(201);
    let until = in_ten_minutes(&now["createdAt"]);
    let body = json!({"content": WORDS, "expiresAt": until, "mentions": [bob.id]});
    let origin = send(&app, &ann, &room, &body).expect(201);
    let forward = json!({"contentType": "forward", "forwardedFromMessageId": origin["id"], "forwardedFromConversationId": conversation_of(&room)});
    let copy = send(&app, &ann, &other, &forward).expect(201);
    assert_eq!(
        (&copy["content"], &copy["expiresAt"]),
        (&json!(WORDS), &origin["expiresAt"])
    );
    let inbox = || bob.get(&app, "/v1/notifications").expect(200)["items"].clone();
    app.eventually(|| (inbox().as_array().unwrap().len() == 1).then_some(()));
    app.advance("10m");
    app.run_job("message-expiry").expect(200);
    assert_eq!(inbox(), json!([]));
    assert!(contents(&bob.get(&app, &other).expect(200)).is_empty());
}

#[test]
fn word_of_a_reaction_goes_with_the_reaction_and_with_the_message() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let message = brief(&app, &ann, &room);
    let reaction = format!("{room}/{}/reactions/%F0%9F%91%8D", id(&message));
    let store = crate::stored::store(&app);
    let of_reactions = Filter::eq(Notification::KIND, NotificationKind::Like);
    let told = Query::new().filter(of_reactions);
    let told = || block_on(store.read(told.clone().count(9))).unwrap();
    bob.put(&app, &reaction, &json!(null)).expect(200);
    app.eventually(|| (told() == 1).then_some(()));
    bob.delete(&app, &reaction).expect(204);
    assert_eq!(told(), 0);
    bob.put(&app, &reaction, &json!(null)).expect(200);
    app.eventually(|| (told() == 1).then_some(()));
    app.advance("10m");
    app.run_job("message-expiry").expect(200);
    assert_eq!(told(), 0);
}

#[test]
fn its_words_are_not_kept_in_the_database() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    brief(&app, &ann, &room);
    let store = crate::stored::store(&app);
    let everywhere = || {
        [
            kept::<Message>(&store),
            kept::<Conversation>(&store),
            kept::<UserActivity>(&store),
            kept::<Event>(&store),
            kept::<QueuedMessage>(&store),
            kept::<Push>(&store),
            kept::<Notification>(&store),
        ]
    };
    assert_eq!(everywhere(), [1, 1, 0, 0, 0, 0, 0]);
    app.advance("10m");
    app.run_job("message-expiry").expect(200);
    assert_eq!(everywhere(), [0; 7]);
}

#[test]
fn no_byte_of_the_database_has_a_word_of_it() {
    let Some(mut app) = TestApp::own().start() else {
        return;
    };
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    let now = send(&app, &ann, &room, &json!({"content": "stays"})).expect(201);
    let word = "cockcrowing";
    let body =
        json!({"content": format!("until {word}"), "expiresAt": in_ten_minutes(&now["createdAt"])});
    send(&app, &ann, &room, &body).expect(201);
    let found = |app: &TestApp| {
        let path = format!("{}/search?query={word}", of_conversation(&room));
        let found = ann.get(app, &path).expect(200);
        found["items"].as_array().unwrap().len()
    };
    app.eventually(|| (found(&app) == 1).then_some(()));
    app.advance("10m");
    app.run_job("message-expiry").expect(200);
    // The index follows by the event of it.
    app.run_job("search").expect(200);
    let Some(file) = app.sqlite_file() else {
        return;
    };
    // The last connection to close the database writes its log back.
    assert!(app.stop());
    let bytes = std::fs::read(file).unwrap();
    assert!(bytes.windows(5).any(|some| some == b"stays"));
    let word = word.as_bytes();
    assert!(!bytes.windows(word.len()).any(|some| some == word));
}
