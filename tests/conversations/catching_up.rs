//! Catching up on the list of conversations, and how much is unread in all of them.

use super::{direct, follow, group, id, ids, patch, say};
use whisper_testkit::{Person, Reply, TestApp, Value, json};

const LIST: &str = "/v1/conversations";

fn since(app: &TestApp, who: &Person, place: &Value) -> Reply {
    who.get(app, &format!("{LIST}?since={}", place.as_str().unwrap()))
}

#[test]
fn after_a_day_away_one_call_tells_what_changed_and_what_is_gone() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let made: Vec<String> = (0..4).map(|_| group(&app, &ann, &[&bob, &cid])).collect();
    say(&app, &ann, &made[0], "hello");
    let edited = say(&app, &ann, &made[1], "helo");
    // A change is told once all that were begun before it are done, also those of others on the same PostgreSQL server.
    let first = app.eventually(|| {
        let first = bob.get(&app, LIST).expect(200);
        let nothing = since(&app, &bob, &first["since"]).expect(200);
        assert_eq!(nothing["gone"], json!([]));
        ids(&nothing).is_empty().then_some(first)
    });
    app.advance("24h");
    let (ann, cid) = (super::again(&app, &ann), super::again(&app, &cid));
    say(&app, &ann, &made[0], "are you there?");
    let fix = json!({"content": "hello"});
    patch(&app, &ann, &format!("{}/messages/{edited}", made[1]), &fix).expect(200);
    ann.delete(&app, &format!("{}/members/{}", made[2], bob.id))
        .expect(204);
    cid.post(&app, &format!("{}/read", made[3]), &json!({}))
        .expect(200);
    let bob = super::again(&app, &bob);
    let seen = app.eventually(|| {
        let seen = since(&app, &bob, &first["since"]).expect(200);
        (ids(&seen).len() == 2).then_some(seen)
    });
    assert_eq!(ids(&seen), [id(&made[0]), id(&made[1])]);
    assert_eq!(seen["gone"], json!([id(&made[2])]));
    assert_eq!(seen["items"][0]["my"]["unreadCount"], 2);
    assert_eq!(seen["items"][1]["lastMessageText"], "hello");
    // On from there: a message that is deleted, and his own settings on another device.
    let place = &seen["since"];
    ann.delete(&app, &format!("{}/messages/{edited}", made[1]))
        .expect(204);
    patch(
        &app,
        &bob,
        &format!("{}/me", made[3]),
        &json!({"isMuted": true}),
    )
    .expect(200);
    let seen = app.eventually(|| {
        let seen = since(&app, &bob, place).expect(200);
        (ids(&seen).len() == 2).then_some(seen)
    });
    let mut changed = ids(&seen);
    changed.sort_unstable();
    let mut expected = [id(&made[1]), id(&made[3])];
    expected.sort_unstable();
    assert_eq!(changed, expected);
    // A place is its user's own, and good for four weeks.
    since(&app, &ann, place).expect_problem(400, "invalid_cursor");
    app.advance("28d");
    since(&app, &super::again(&app, &bob), &first["since"]).expect_problem(410, "resync_required");
}

#[test]
fn a_first_page_that_did_not_change_is_not_sent_again() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    app.advance("1m");
    let first = ann.get(&app, LIST);
    let etag = first.header("etag").unwrap();
    let again = || {
        ann.call(&app, "GET", LIST)
            .header("if-none-match", etag)
            .send()
    };
    assert_eq!(again().expect(304), Value::Null);
    // A message in a conversation that isn't Ann's doesn't change her ETag.
    let elsewhere = group(&app, &bob, &[]);
    say(&app, &bob, &elsewhere, "to myself");
    again().expect(304);
    say(&app, &bob, &path, "hello");
    again().expect(200);
}

#[test]
fn all_that_is_unread_is_counted_in_one_call() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    follow(&app, &ann, &bob);
    let (loud, quiet) = (group(&app, &ann, &[&bob]), group(&app, &ann, &[&bob]));
    let talk = direct(&app, &bob, &ann);
    for path in [&loud, &quiet, &talk] {
        say(&app, &bob, path, "hello");
    }
    let mention = json!({"content": "@ann", "mentions": [ann.id]});
    bob.post(&app, &format!("{loud}/messages"), &mention)
        .expect(201);
    patch(
        &app,
        &ann,
        &format!("{quiet}/me"),
        &json!({"muteSeconds": 3600}),
    )
    .expect(200);
    app.run_job("search");
    let counts =
        |of: &Value| ["messages", "conversations", "mentions"].map(|key| of[key].as_u64().unwrap());
    let seen = ann.get(&app, "/v1/me/unread").expect(200);
    assert_eq!(
        (counts(&seen), counts(&seen["muted"])),
        ([3, 2, 1], [1, 1, 0])
    );
    ann.post(&app, &format!("{loud}/read"), &json!({}))
        .expect(200);
    patch(
        &app,
        &ann,
        &format!("{loud}/me"),
        &json!({"isMarkedUnread": true}),
    )
    .expect(200);
    patch(
        &app,
        &ann,
        &format!("{talk}/me"),
        &json!({"isArchived": true}),
    )
    .expect(200);
    let seen = ann.get(&app, "/v1/me/unread").expect(200);
    assert_eq!(
        (counts(&seen), counts(&seen["archived"])),
        ([0, 1, 0], [1, 1, 0])
    );
    app.advance("1h");
    let seen = super::again(&app, &ann)
        .get(&app, "/v1/me/unread")
        .expect(200);
    assert_eq!(
        (counts(&seen), counts(&seen["muted"])),
        ([1, 2, 0], [0, 0, 0])
    );
}

#[test]
fn keeping_a_stranger_as_a_contact_moves_their_request_to_the_list() {
    let app = TestApp::start();
    let (ann, eve) = (app.person("ann"), app.person("eve"));
    let path = direct(&app, &eve, &ann);
    say(&app, &eve, &path, "hello");
    let first = ann.get(&app, LIST).expect(200);
    assert_eq!(ids(&first).len(), 0);
    ann.put(&app, &format!("/v1/contacts/{}", eve.id), &json!({}))
        .expect(201);
    let seen = since(&app, &ann, &first["since"]).expect(200);
    assert_eq!(ids(&seen), [id(&path)]);
    assert_eq!(seen["items"][0]["my"]["isRequest"], false);
}

#[test]
fn a_message_deleted_for_oneself_is_no_preview_in_what_changed() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    let (kept, hidden) = (say(&app, &ann, &path, "one"), say(&app, &ann, &path, "two"));
    let place = bob.get(&app, LIST).expect(200)["since"].clone();
    let message = format!("{path}/messages/{hidden}?for=me");
    bob.delete(&app, &message).expect(204);
    let seen = since(&app, &bob, &place).expect(200);
    assert_eq!(seen["items"][0]["lastMessageId"], json!(kept));
    let others = ann.get(&app, LIST).expect(200);
    assert_eq!(others["items"][0]["lastMessageId"], json!(hidden));
}
