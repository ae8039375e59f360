//! The time in which a message may be edited and deleted for all, what is never edited, and deletions of many at once.

use super::{alone, contents, conversation_of, direct, group, id, of_conversation, say, send};
use whisper_testkit::{Person, Reply, TestApp, Value, json};

fn edit(app: &TestApp, who: &Person, message: &str) -> Reply {
    let call = who.call(app, "PATCH", message);
    call.json(&json!({"content": "changed"})).send()
}

fn delete_many(app: &TestApp, who: &Person, messages: &str, ids: &[String], whom: &str) -> Reply {
    let body = json!({"ids": ids, "for": whom});
    who.post(app, &format!("{messages}/delete"), &body)
}

#[test]
fn its_sender_edits_and_deletes_a_message_for_48_hours_and_moderators_delete_any() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (room, talk) = (group(&app, &ann, &[&bob]), direct(&app, &ann, &bob));
    let [first, second, third] = ["1", "2", "3"].map(|words| say(&app, &bob, &room, words));
    let own = format!("{talk}/{}", say(&app, &ann, &talk, "own"));
    app.advance("47h");
    let (ann, bob) = (ann.sign_in(&app), bob.sign_in(&app));
    let one = format!("{room}/{first}");
    assert_eq!(edit(&app, &bob, &one).expect(200)["content"], "changed");
    bob.delete(&app, &format!("{room}/{second}")).expect(204);
    app.advance("2h");
    let (ann, bob) = (ann.sign_in(&app), bob.sign_in(&app));
    let last = format!("{room}/{third}");
    for message in [&one, &last] {
        edit(&app, &bob, message).expect_problem(409, "too_late");
        bob.delete(&app, message).expect_problem(409, "too_late");
    }
    let ids = [first.clone(), third.clone()];
    delete_many(&app, &bob, &room, &ids, "all").expect_problem(409, "too_late");
    // Between two nobody moderates.
    ann.delete(&app, &own).expect_problem(409, "too_late");
    edit(&app, &ann, &own).expect_problem(409, "too_late");
    let seen = contents(&ann.get(&app, &room).expect(200)).join(" ");
    assert_eq!(seen, "3  changed", "nothing happened");
    // For themselves people delete at any time, and so do moderators for all.
    bob.delete(&app, &format!("{last}?for=me")).expect(204);
    ann.delete(&app, &format!("{own}?for=me")).expect(204);
    assert_eq!(alone(&app, &ann, &last)["content"], "3");
    delete_many(&app, &ann, &room, &ids, "all").expect(204);
    assert_eq!(contents(&ann.get(&app, &room).expect(200)), [""; 3]);
    assert_eq!(contents(&bob.get(&app, &talk).expect(200)), ["own"]);
}

#[test]
fn copies_and_what_is_viewed_once_and_the_servers_own_words_stay_as_they_are() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let origin = say(&app, &ann, &room, "origin");
    let sent = |body: &Value| format!("{room}/{}", id(&send(&app, &ann, &room, body).expect(201)));
    let forward = sent(&json!({
        "contentType": "forward", "forwardedFromMessageId": origin,
        "forwardedFromConversationId": conversation_of(&room),
    }));
    let once = sent(&json!({
        "contentType": "image", "content": "once", "mediaUrls": ["https://cdn.example/once.png"],
        "metadata": {"viewOnce": true},
    }));
    let deleted = format!("{room}/{}", say(&app, &ann, &room, "deleted"));
    ann.delete(&app, &deleted).expect(204);
    for message in [&forward, &once, &deleted] {
        edit(&app, &ann, message).expect_problem(409, "not_editable");
        edit(&app, &bob, message).expect_problem(403, "forbidden");
    }
    let history = ann.get(&app, &format!("{room}?order=asc")).expect(200);
    let told = &history["items"][0];
    assert_eq!(
        (&told["isSystemMessage"], &told["senderId"]),
        (&json!(true), &json!(ann.id))
    );
    let told = format!("{room}/{}", id(told));
    edit(&app, &ann, &told).expect_problem(403, "forbidden");
    ann.delete(&app, &told).expect_problem(403, "forbidden");
    assert_eq!(
        ann.get(&app, &format!("{room}?order=asc")).expect(200),
        history
    );
    edit(&app, &ann, &format!("{room}/{origin}")).expect(200);
    // A copy keeps the words that it was made of.
    assert_eq!(alone(&app, &bob, &forward)["content"], "origin");
}

#[test]
fn many_are_deleted_for_oneself_all_of_them_or_none() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let room = group(&app, &ann, &[&bob]);
    let mut ids: Vec<String> = ["1", "2", "3"]
        .map(|words| say(&app, &ann, &room, words))
        .into();
    let many: Vec<String> = (0..101).map(|n| format!("m{n}")).collect();
    for whom in ["me", "all"] {
        delete_many(&app, &bob, &room, &many, whom).expect_fields(&["ids"]);
        delete_many(&app, &bob, &room, &[], whom).expect_fields(&["ids"]);
    }
    delete_many(&app, &bob, &room, &ids, "them").expect_fields(&["for"]);
    delete_many(&app, &eve, &room, &ids, "me").expect_problem(404, "not_found");
    delete_many(&app, &bob, &room, &ids, "all").expect_problem(403, "forbidden");
    let with_another = [ids[0].clone(), "nothing".to_owned()];
    delete_many(&app, &bob, &room, &with_another, "me").expect_fields(&["ids"]);
    assert_eq!(contents(&bob.get(&app, &room).expect(200)), ["3", "2", "1"]);
    // An id that is there twice is one.
    let last = ids.pop().unwrap();
    ids.push(ids[0].clone());
    for _ in 0..2 {
        delete_many(&app, &bob, &room, &ids, "me").expect(204);
        assert_eq!(contents(&bob.get(&app, &room).expect(200)), ["3"]);
    }
    assert_eq!(contents(&ann.get(&app, &room).expect(200)), ["3", "2", "1"]);
    let mine = bob.get(&app, of_conversation(&room)).expect(200);
    assert_eq!(mine["my"]["unreadCount"], 1);
    assert_eq!(mine["lastMessageId"], last);
}
