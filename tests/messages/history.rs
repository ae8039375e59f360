//! Reading a conversation: pages in both directions, messages that are not shown, receipts.

use super::{contents, group, id, of_conversation, say, send};
use whisper_testkit::{Person, TestApp, Value, json};

fn said(app: &TestApp, words: &[&str]) -> (Person, String) {
    let ann = app.person("ann");
    let room = group(app, &ann, &[]);
    words
        .iter()
        .for_each(|words| drop(say(app, &ann, &room, words)));
    (ann, room)
}

fn cursor<'a>(page: &'a Value, which: &str) -> &'a str {
    page[which]
        .as_str()
        .unwrap_or_else(|| panic!("no {which} in {page}"))
}

#[test]
fn pages_lead_back_to_the_first_message_and_up_again() {
    let app = TestApp::start();
    let (ann, room) = said(&app, &["1", "2", "3", "4", "5"]);
    let page = |query: String| ann.get(&app, &format!("{room}?limit=2{query}")).expect(200);
    let newest = page(String::new());
    let middle = page(format!("&after={}", cursor(&newest, "next")));
    let oldest = page(format!("&after={}", cursor(&middle, "next")));
    assert_eq!(
        [contents(&newest), contents(&middle), contents(&oldest)],
        [vec!["5", "4"], vec!["3", "2"], vec!["1"]]
    );
    assert!(oldest.get("next").is_none());
    let up = page(format!("&before={}", cursor(&oldest, "previous")));
    assert_eq!(contents(&up), ["3", "2"]);
}

#[test]
fn the_link_header_leads_to_the_next_page() {
    let app = TestApp::start();
    let (ann, room) = said(&app, &["1", "2", "3"]);
    let reply = ann.get(&app, &format!("{room}?limit=3&order=asc"));
    let links = reply.header("link").unwrap().to_owned();
    let next = links
        .split(", ")
        .find(|link| link.ends_with("rel=\"next\""))
        .unwrap();
    let path = next.trim_start_matches('<').split('>').next().unwrap();
    assert_eq!(contents(&ann.get(&app, path).expect(200)), ["3"]);
}

#[test]
fn a_client_polls_for_newer_messages_with_previous() {
    let app = TestApp::start();
    let (ann, room) = said(&app, &["1"]);
    let page = ann.get(&app, &room).expect(200);
    let at = cursor(&page, "previous");
    let poll = |query: &str| ann.get(&app, &format!("{room}?{query}={at}")).expect(200);
    assert!(contents(&poll("before")).is_empty());
    say(&app, &ann, &room, "2");
    say(&app, &ann, &room, "3");
    assert_eq!(contents(&poll("before")), ["3", "2"]);
    assert_eq!(contents(&poll("order=asc&after")), ["2", "3"]);
}

#[test]
fn a_wrong_part_is_refused() {
    let app = TestApp::start();
    let (ann, room) = said(&app, &["1"]);
    let elsewhere = group(&app, &ann, &[]);
    let page = ann.get(&app, &room).expect(200);
    let at = cursor(&page, "previous");
    for wrong in [
        "limit=0",
        "limit=101",
        "limit=x",
        "order=up",
        "page=1",
        &format!("after={at}&before={at}"),
    ] {
        ann.get(&app, &format!("{room}?{wrong}"))
            .expect_problem(400, "invalid_query");
    }
    ann.get(&app, &format!("{room}?after=made-up"))
        .expect_problem(400, "invalid_cursor");
    ann.get(&app, &format!("{elsewhere}?after={at}"))
        .expect_problem(400, "invalid_cursor");
}

#[test]
fn an_expired_message_is_gone_at_that_second() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, room) = said(&app, &["stays"]);
    let brief = send(
        &app,
        &ann,
        &room,
        &json!({"content": "stays too", "expiresAt": "2999-01-01T00:00:00Z"}),
    )
    .expect(201);
    let path = format!("{room}/{}", id(&brief));
    ann.get(&app, &path).expect(200);
    let sent = brief["createdAt"].as_str().unwrap();
    let soon = in_ten_minutes(sent);
    let gone = send(
        &app,
        &ann,
        &room,
        &json!({"content": "goes", "expiresAt": soon}),
    )
    .expect(201);
    let gone_path = format!("{room}/{}", id(&gone));
    ann.get(&app, &gone_path).expect(200);
    app.advance("10m");
    ann.get(&app, &gone_path).expect_problem(404, "not_found");
    assert_eq!(
        contents(&ann.get(&app, &room).expect(200)),
        ["stays too", "stays"]
    );
}

/// Ten minutes after an RFC 3339 time in UTC, by way of the offset.
fn in_ten_minutes(at: &str) -> String {
    // 10:00Z is the same as 09:50-00:10, so 10:00-00:10 is ten minutes later.
    format!("{}-00:10", at.strip_suffix('Z').unwrap())
}

#[test]
fn who_has_read_a_message_is_shown() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let message = say(&app, &ann, &room, "1");
    let before = ann.get(&app, &format!("{room}/{message}")).expect(200);
    assert_eq!(before["readBy"], json!([]));
    bob.post(
        &app,
        &format!("{}/read", of_conversation(&room)),
        &json!({}),
    )
    .expect(200);
    let after = ann.get(&app, &format!("{room}/{message}")).expect(200);
    assert_eq!(
        (&after["readBy"], &after["deliveredTo"]),
        (&json!([bob.id]), &json!([bob.id]))
    );
}
