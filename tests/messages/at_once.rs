//! Two at once: reactions, edits and pins; and the limit of pins.

use std::thread;

use super::{alone, group, of_conversation, say};
use whisper_testkit::{Person, TestApp, Value, json};

/// The path of a reaction, as clients write it.
fn reaction(message: &str, emoji: &str) -> String {
    let encoded: String = emoji.bytes().map(|b| format!("%{b:02X}")).collect();
    format!("{message}/reactions/{encoded}")
}

/// The sorted answers to calls at once, each with its method and path.
fn at_once(app: &TestApp, calls: &[(&Person, String)]) -> Vec<u16> {
    let mut statuses: Vec<u16> = thread::scope(|scope| {
        let call = |(who, path)| {
            let (who, path): (&Person, &String) = (who, path);
            scope.spawn(move || who.put(app, path, &Value::Null).status)
        };
        let calls = calls.iter().map(|(who, path)| (*who, path)).map(call);
        let calls: Vec<_> = calls.collect();
        calls.into_iter().map(|one| one.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    statuses
}

#[test]
fn reactions_at_once_are_counted_and_stay_within_the_limit_of_each() {
    let app = TestApp::start();
    let people: Vec<Person> = (0..6).map(|n| app.person(&format!("p{n}"))).collect();
    let others: Vec<&Person> = people[1..].iter().collect();
    let room = group(&app, &people[0], &others);
    let message = format!("{room}/{}", say(&app, &people[0], &room, "Done!"));
    // All of them the same, each of them twice.
    let all: Vec<(&Person, String)> = people
        .iter()
        .chain(&people)
        .map(|who| (who, reaction(&message, "👍")))
        .collect();
    assert_eq!(at_once(&app, &all), [200; 12]);
    // One of them five more, of which two fit.
    let more: Vec<(&Person, String)> = ["🎉", "🚀", "🐝", "🌻", "🍀"]
        .map(|emoji| (&people[1], reaction(&message, emoji)))
        .into();
    assert_eq!(at_once(&app, &more), [200, 200, 409, 409, 409]);
    let seen = alone(&app, &people[1], &message);
    assert_eq!(
        seen["reactionCounts"][0],
        json!({"reaction": "👍", "count": 6})
    );
    assert_eq!(seen["reactionCounts"].as_array().unwrap().len(), 3);
    assert_eq!(seen["myReactions"].as_array().unwrap().len(), 3);
    let list = people[0].get(&app, &format!("{message}/reactions?limit=100"));
    assert_eq!(list.expect(200)["items"].as_array().unwrap().len(), 8);
}

#[test]
fn of_edits_at_once_none_is_lost() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    let message = format!("{room}/{}", say(&app, &ann, &room, "0"));
    let etag = ann.get(&app, &message);
    let etag = etag.header("etag").unwrap().to_owned();
    let edits = |words: [&str; 3], etag: &str| {
        let mut statuses = thread::scope(|scope| {
            let both = words.map(|words| {
                let (app, ann, message) = (&app, &ann, &message);
                scope.spawn(move || {
                    let call = ann.call(app, "PATCH", message).header("if-match", etag);
                    call.json(&json!({"content": words})).send().status
                })
            });
            both.map(|one| one.join().unwrap())
        });
        statuses.sort_unstable();
        statuses
    };
    assert_eq!(edits(["1", "2", "3"], &etag), [200, 412, 412]);
    assert_eq!(edits(["4", "5", "6"], "*"), [200; 3]);
    let versions = ann.get(&app, &format!("{message}/versions")).expect(200);
    let versions = versions["items"].as_array().unwrap().iter();
    let mut words: Vec<String> = versions
        .map(|one| one["content"].as_str().unwrap().to_owned())
        .collect();
    let last = alone(&app, &ann, &message);
    words.push(last["content"].as_str().unwrap().to_owned());
    words.sort_unstable();
    // The first words, one of the first three edits, and all of the others.
    assert!(["1", "2", "3"].contains(&words[1].as_str()), "{words:?}");
    words.remove(1);
    assert_eq!(words, ["0", "4", "5", "6"]);
}

#[test]
fn a_hundred_messages_are_pinned_and_no_more_even_at_once() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let role = format!("{}/members/{}", of_conversation(&room), bob.id);
    let role = ann.call(&app, "PATCH", &role);
    role.json(&json!({"role": "moderator"})).send().expect(200);
    let messages: Vec<String> = (0..102)
        .map(|n| say(&app, &ann, &room, &format!("{n}")))
        .collect();
    let pin = |n: usize| format!("{room}/{}/pin", messages[n]);
    // The same one of two people at once is one pin.
    let both = [(&ann, pin(0)), (&bob, pin(0))];
    assert_eq!(at_once(&app, &both), [200, 200]);
    (1..98).for_each(|n| drop(ann.put(&app, &pin(n), &Value::Null).expect(200)));
    let rush = [98, 99, 100, 101].map(|n| (if n % 2 == 0 { &ann } else { &bob }, pin(n)));
    assert_eq!(at_once(&app, &rush), [200, 200, 409, 409]);
    let pins = || {
        let path = format!("{}/pins?limit=100", of_conversation(&room));
        let list = ann.get(&app, &path).expect(200);
        assert!(list["next"].is_null(), "no second page");
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|one| one["messageId"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(pins().len(), 100);
    let is_left = |n: &usize| !pins().contains(&json!(messages[*n]));
    let left = (98..102).find(is_left).unwrap();
    ann.put(&app, &pin(left), &Value::Null)
        .expect_problem(409, "too_many_pins");
    // One that is pinned already stays so.
    ann.put(&app, &pin(0), &Value::Null).expect(200);
    ann.delete(&app, &pin(7)).expect(204);
    ann.put(&app, &pin(left), &Value::Null).expect(200);
    let list = pins();
    assert_eq!((list.len(), &list[0]), (100, &json!(messages[left])));
    assert!(!list.contains(&json!(messages[7])));
}
