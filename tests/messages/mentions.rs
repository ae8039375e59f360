//! Mentions over HTTP: by id, `@all` and `@admins`, the list of them, and their count.

use super::{group, id, of_conversation, say, send};
use whisper_testkit::{Person, Reply, TestApp, Value, json};

const MINE: &str = "/v1/me/mentions";

/// The words of the messages that mention somebody, the newest first.
fn mentions(app: &TestApp, who: &Person) -> Vec<String> {
    let page = who.get(app, MINE).expect(200);
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["content"].as_str().unwrap().to_owned())
        .collect()
}

/// Waits until these messages mention somebody.
#[track_caller]
fn mentioned(app: &TestApp, who: &Person, wanted: &[&str]) {
    app.eventually(|| (mentions(app, who) == wanted).then_some(()));
}

/// The messages that somebody hasn't read, and how many of them mention them.
fn unread(app: &TestApp, who: &Person) -> (Value, Value) {
    let totals = who.get(app, "/v1/me/unread").expect(200);
    (totals["messages"].clone(), totals["mentions"].clone())
}

fn try_mention(app: &TestApp, by: &Person, to: &str, words: &str, whom: &[&str]) -> Reply {
    send(app, by, to, &json!({"content": words, "mentions": whom}))
}

/// Says something that mentions these; gives the message's path.
fn mention(app: &TestApp, by: &Person, to: &str, words: &str, whom: &[&str]) -> String {
    let sent = try_mention(app, by, to, words, whom).expect(201);
    format!("{to}/{}", id(&sent))
}

fn edit(app: &TestApp, by: &Person, message: &str, body: &Value) -> Reply {
    by.call(app, "PATCH", message).json(body).send()
}

fn give(app: &TestApp, by: &Person, room: &str, to: &Person, role: &str) {
    let path = format!("{}/members/{}", of_conversation(room), to.id);
    edit(app, by, &path, &json!({ "role": role })).expect(200);
}

#[test]
fn members_are_mentioned_by_id_and_with_their_groups() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let eve = app.person("eve");
    let (here, there) = (group(&app, &ann, &[&bob, &cid]), group(&app, &ann, &[&bob]));
    give(&app, &ann, &here, &bob, "moderator");
    give(&app, &ann, &here, &cid, "admin");
    let first = mention(&app, &ann, &here, "to bob", &[&bob.id, &eve.id]);
    mention(&app, &ann, &there, "to all there", &["@all"]);
    mention(&app, &ann, &here, "to nobody", &[]);
    mention(&app, &bob, &here, "to the admins", &["@admins"]);
    let last = mention(&app, &ann, &here, "to both", &[&cid.id, "@all"]);
    mentioned(&app, &bob, &["to both", "to all there", "to bob"]);
    mentioned(&app, &cid, &["to both", "to the admins"]);
    mentioned(&app, &ann, &["to the admins"]);
    // A message that mentions a stranger tells them nothing.
    assert_eq!(mentions(&app, &eve), [""; 0]);
    assert_eq!(unread(&app, &eve), (json!(0), json!(0)));
    eve.get(&app, &first).expect_problem(404, "not_found");

    let page = bob.get(&app, &format!("{MINE}?limit=2")).expect(200);
    assert_eq!(page["users"][&ann.id]["username"], ann.username);
    let next = page["next"].as_str().unwrap();
    let rest = bob.get(&app, &format!("{MINE}?after={next}")).expect(200);
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest["items"][0]["content"], "to bob");

    assert_eq!(unread(&app, &bob), (json!(4), json!(3)));
    assert_eq!(unread(&app, &cid), (json!(4), json!(2)));
    let read = json!({"messageId": last.rsplit('/').next().unwrap()});
    bob.post(&app, &format!("{}/read", of_conversation(&here)), &read)
        .expect(200);
    assert_eq!(unread(&app, &bob), (json!(1), json!(1)));
    // Read messages stay in the list.
    mentioned(&app, &bob, &["to both", "to all there", "to bob"]);
}

#[test]
fn an_edit_and_a_deletion_take_it_away() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let say = |words: &str| mention(&app, &ann, &room, words, &[&bob.id]);
    let [edited, deleted, hidden, _] = ["edited", "deleted", "hidden", "stays"].map(say);
    let plain = format!("{room}/{}", super::say(&app, &ann, &room, "plain"));
    mentioned(&app, &bob, &["stays", "hidden", "deleted", "edited"]);
    assert_eq!(unread(&app, &bob), (json!(5), json!(4)));
    edit(&app, &ann, &edited, &json!({"mentions": []})).expect(200);
    assert_eq!(mentions(&app, &bob), ["stays", "hidden", "deleted"]);
    ann.delete(&app, &deleted).expect(204);
    bob.delete(&app, &format!("{hidden}?for=me")).expect(204);
    assert_eq!(mentions(&app, &bob), ["stays"], "at once");
    app.eventually(|| (unread(&app, &bob) == (json!(3), json!(1))).then_some(()));
    let body = json!({"content": "not plain", "mentions": ["@all"]});
    edit(&app, &ann, &plain, &body).expect(200);
    mentioned(&app, &bob, &["not plain", "stays"]);
    app.eventually(|| (unread(&app, &bob) == (json!(3), json!(2))).then_some(()));
}

#[test]
fn nobody_hears_of_it_who_was_removed_or_blocked_its_author() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let room = group(&app, &ann, &[&bob, &cid]);
    mention(&app, &ann, &room, "of ann", &["@all"]);
    mention(&app, &cid, &room, "of cid", &[&bob.id]);
    mentioned(&app, &bob, &["of cid", "of ann"]);
    let block = format!("/v1/blocks/{}", cid.id);
    bob.put(&app, &block, &Value::Null).expect(204);
    assert_eq!(mentions(&app, &bob), ["of ann"]);
    assert_eq!(unread(&app, &bob).1, json!(1));
    bob.delete(&app, &block).expect(204);
    assert_eq!(mentions(&app, &bob), ["of cid", "of ann"]);
    // A block that the author made is one in between as well.
    let block = format!("/v1/blocks/{}", bob.id);
    cid.put(&app, &block, &Value::Null).expect(204);
    assert_eq!(mentions(&app, &bob), ["of ann"]);
    cid.delete(&app, &block).expect(204);
    let member = format!("{}/members/{}", of_conversation(&room), bob.id);
    ann.delete(&app, &member).expect(204);
    assert_eq!(mentions(&app, &bob), [""; 0]);
    assert_eq!(unread(&app, &bob), (json!(0), json!(0)));
    assert_eq!(mentions(&app, &cid), ["of ann"], "a member still");
}

#[test]
fn the_settings_say_who_mentions_groups_of_members() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    mention(&app, &bob, &room, "first", &["@all"]);
    let settings = json!({"settings": {"mentionAll": "admins"}});
    ann.call(&app, "PATCH", of_conversation(&room))
        .header("if-match", "*")
        .json(&settings)
        .send()
        .expect(200);
    let own = format!("{room}/{}", say(&app, &bob, &room, "plain"));
    for whom in ["@all", "@admins"] {
        try_mention(&app, &bob, &room, "no", &[whom]).expect_problem(403, "forbidden");
        edit(&app, &bob, &own, &json!({"mentions": [whom]})).expect_problem(403, "forbidden");
    }
    try_mention(&app, &bob, &room, "no", &["@everybody"]).expect_fields(&["mentions[0]"]);
    mention(&app, &bob, &room, "by id", &[&ann.id]);
    mentioned(&app, &ann, &["by id", "first"]);
    give(&app, &ann, &room, &bob, "admin");
    edit(&app, &bob, &own, &json!({"mentions": ["@admins"]})).expect(200);
    mentioned(&app, &ann, &["by id", "plain", "first"]);
}
