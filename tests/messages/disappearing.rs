//! Messages that disappear by their conversation's timer, and media that can be viewed once.

use whisper_testkit::{Person, Reply, TestApp, Value, json};

use super::{contents, conversation_of, direct, group, id, of_conversation, send};

fn set_timer(app: &TestApp, by: &Person, room: &str, seconds: i64) -> Reply {
    by.call(app, "PATCH", of_conversation(room))
        .header("if-match", "*")
        .json(&json!({"settings": {"messageTimerSeconds": seconds}}))
        .send()
}

fn picture() -> Value {
    json!({
        "contentType": "image", "content": "A caption that nobody finds", "mediaUrls": ["https://cdn.example/once.png"],
        "metadata": {"viewOnce": true},
    })
}

#[test]
fn messages_go_when_the_timer_of_their_conversation_says_so() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let talk = direct(&app, &ann, &bob);
    send(&app, &ann, &talk, &json!({"content": "stays"})).expect(201);
    let set = set_timer(&app, &bob, &talk, 60).expect(200);
    assert_eq!(set["settings"], json!({"messageTimerSeconds": 60}));
    let told = &ann.get(&app, &talk).expect(200)["items"][0];
    assert_eq!(
        told["metadata"],
        json!({"event": "message_timer_changed", "seconds": 60})
    );
    assert_eq!(
        (&told["senderId"], &told["isSystemMessage"]),
        (&json!(bob.id), &json!(true))
    );
    send(&app, &ann, &talk, &json!({"content": "goes"})).expect(201);
    let read = |who: &Person| contents(&who.get(&app, &talk).expect(200)).join(" ");
    assert_eq!(read(&bob), "goes stays");
    app.advance("1m");
    assert_eq!(read(&bob), "stays");
    assert_eq!(app.run_job("message-expiry").expect(200)["done"], 1);
    set_timer(&app, &ann, &talk, 0).expect(200);
    let sent = send(&app, &ann, &talk, &json!({"content": "stays too"})).expect(201);
    assert_eq!(sent.get("expiresAt"), None);
    set_timer(&app, &ann, &talk, 3).expect_fields(&["settings.messageTimerSeconds"]);
}

#[test]
fn in_a_group_those_set_the_timer_whom_its_setting_names() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let room = group(&app, &ann, &[&bob]);
    set_timer(&app, &bob, &room, 60).expect_problem(403, "forbidden");
    set_timer(&app, &eve, &room, 60).expect_problem(404, "not_found");
    let all = json!({"settings": {"setMessageTimer": "everyone"}});
    ann.call(&app, "PATCH", of_conversation(&room))
        .header("if-match", "*")
        .json(&all)
        .send()
        .expect(200);
    set_timer(&app, &bob, &room, 60).expect(200);
    let sent = send(&app, &ann, &room, &json!({"content": "goes"})).expect(201);
    assert!(sent["expiresAt"].is_string());
}

/// Nothing of the picture stands in these answers, nor in the lists over all conversations.
fn shows_nothing(app: &TestApp, people: &[&Person], paths: &[&str]) {
    let lists = ["/v1/conversations", "/v1/me/starred-messages"];
    for path in paths.iter().chain(&lists) {
        for who in people {
            let answer = who.get(app, path).expect(200).to_string();
            let is_shown = answer.contains("once.png") || answer.contains("caption");
            assert!(!is_shown, "{path}: {answer}");
        }
    }
}

#[test]
fn media_are_viewed_once_and_are_nowhere_before_and_after() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let talk = direct(&app, &ann, &bob);
    let sent = send(&app, &ann, &talk, &picture()).expect(201);
    send(&app, &bob, &talk, &json!({"content": "Findable"})).expect(201);
    let message = format!("{talk}/{}", id(&sent));
    let here = of_conversation(&talk);
    let found = |what: &str| {
        let found = bob.get(&app, &format!("{here}/{what}")).expect(200);
        found["items"].as_array().unwrap().len()
    };
    app.eventually(|| (found("search?query=findable") == 1).then_some(()));
    assert_eq!(found("search?query=caption"), 0);
    assert_eq!(found("media?kind=images"), 0);
    bob.put(&app, &format!("{message}/star"), &json!(null))
        .expect(200);
    let everywhere = || shows_nothing(&app, &[&ann, &bob], &[&talk, here, &message]);
    everywhere();
    ann.post(&app, &format!("{message}/view"), &json!(null))
        .expect_problem(403, "forbidden");
    let view = || bob.post(&app, &format!("{message}/view"), &json!(null));
    let opened = view().expect(200);
    assert_eq!(opened["mediaUrls"], picture()["mediaUrls"]);
    assert_eq!(opened["content"], picture()["content"]);
    everywhere();
    let seen = ann.get(&app, &message).expect(200);
    assert_eq!(
        seen["viewOnce"],
        json!({"isOpened": true, "openedCount": 1})
    );
    app.advance("61s");
    view().expect_problem(410, "already_viewed");
    assert_eq!(app.run_job("message-expiry").expect(200)["failed"], 0);
    view().expect_problem(410, "already_viewed");
    everywhere();
    let views = ann.get(&app, &format!("{message}/views")).expect(200);
    assert_eq!(views["items"][0]["userId"], bob.id);
    let forward = json!({"contentType": "forward", "forwardedFromMessageId": sent["id"], "forwardedFromConversationId": here.rsplit('/').next()});
    send(&app, &bob, &talk, &forward).expect_fields(&["forwardedFromMessageId"]);
    assert_eq!(
        send(&app, &ann, &talk, &with_id(&sent)).expect(200)["id"],
        sent["id"]
    );
}

/// The same body again, as a client sends it that missed the answer.
fn with_id(sent: &Value) -> Value {
    let mut body = picture();
    body["id"] = sent["id"].clone();
    body
}

#[test]
fn no_byte_of_the_database_has_the_content_once_all_have_viewed_it() {
    let Some(mut app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let talk = direct(&app, &ann, &bob);
    let mut body = picture();
    body["content"] = json!("cockcrowing");
    let sent = send(&app, &ann, &talk, &body).expect(201);
    send(&app, &ann, &talk, &json!({"content": "staysbehind"})).expect(201);
    bob.post(&app, &format!("{talk}/{}/view", id(&sent)), &json!(null))
        .expect_problem(403, "forbidden");
    bob.accept(&app, conversation_of(&talk));
    bob.post(&app, &format!("{talk}/{}/view", id(&sent)), &json!(null))
        .expect(200);
    app.advance("61s");
    assert_eq!(app.run_job("message-expiry").expect(200)["done"], 1);
    app.run_job("search").expect(200);
    let Some(file) = app.sqlite_file() else {
        return;
    };
    assert!(app.stop());
    let bytes = std::fs::read(file).unwrap();
    let has = |word: &[u8]| bytes.windows(word.len()).any(|some| some == word);
    assert!(has(b"staysbehind"));
    assert!(!has(b"cockcrowing") && !has(b"once.png"));
}
