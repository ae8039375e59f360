//! How far somebody has read goes by the order of the commits: many messages have the same time.

use std::collections::BTreeMap;

use super::{group, of_conversation, say};
use whisper_testkit::{Person, TestApp, Value, json};

const SENDS: usize = 160;
const AT_ONCE: usize = 16;

/// All that was sent, oldest first.
fn history(app: &TestApp, who: &Person, room: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut path = format!("{room}?order=asc&limit=100");
    loop {
        let page = who.get(app, &path).expect(200);
        let items = page["items"].as_array().unwrap().iter();
        all.extend(
            items
                .filter(|item| item["isSystemMessage"] == false)
                .cloned(),
        );
        match page["next"].as_str() {
            None => return all,
            Some(next) => path = format!("{room}?order=asc&limit=100&after={next}"),
        }
    }
}

#[test]
fn of_messages_with_one_time_those_behind_the_one_read_are_unread() {
    let app = TestApp::start();
    let (ann, bob, cat) = (app.person("ann"), app.person("bob"), app.person("cat"));
    let room = group(&app, &ann, &[&bob, &cat]);
    // Half of them each: one user may send 120 a minute.
    std::thread::scope(|scope| {
        for who in [&ann, &cat].into_iter().cycle().take(AT_ONCE) {
            let (app, room) = (&app, &room);
            scope.spawn(move || {
                (0..SENDS / AT_ONCE).for_each(|_| drop(say(app, who, room, "x")));
            });
        }
    });
    let sent = history(&app, &bob, &room);
    assert_eq!(sent.len(), SENDS);
    // The first of those that have the same time as others.
    let mut times: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, message) in sent.iter().enumerate() {
        times
            .entry(message["createdAt"].as_str().unwrap())
            .or_default()
            .push(at);
    }
    let most = times.values().max_by_key(|places| places.len()).unwrap();
    let at = most[0];
    let read = json!({"messageId": sent[at]["id"]});
    let answer = bob.post(&app, &format!("{}/read", of_conversation(&room)), &read);
    assert_eq!(answer.expect(200)["unreadCount"], SENDS - 1 - at);
    let shown = bob.get(&app, of_conversation(&room)).expect(200);
    assert_eq!(shown["my"]["unreadCount"], SENDS - 1 - at);
    for (place, message) in history(&app, &ann, &room).iter().enumerate() {
        let readers = if place <= at {
            json!([bob.id])
        } else {
            json!([])
        };
        assert_eq!(message["readBy"], readers, "{place} of {at}");
    }
}
