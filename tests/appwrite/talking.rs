//! Two who signed up at Appwrite talk to each other.

use std::collections::BTreeSet;
use std::thread;

use whisper_testkit::{Value, json};

use super::package::package;
use super::{Person, Project};

#[test]
fn a_message_is_sent_once_however_often_and_both_read_it() {
    let Some(project) = Project::shared() else {
        return;
    };
    let (ann, bob) = (project.person("ann"), project.person("bob"));
    let me = ann.get(&project.accounts, "/v1/me").expect(200);
    assert_eq!(
        (&me["id"], &me["displayName"]),
        (&json!("ann"), &json!("ann"))
    );
    let talk = ann.talk_to(&bob);
    let body = json!({"id": "ann-1", "contentType": "text", "content": "hi"});
    let sent = ann.send(&talk, &body);
    assert_eq!(sent.headers["location"], format!("{talk}/ann-1"));
    assert_eq!(sent.headers.get_all("content-length").iter().count(), 1);
    let sent = sent.expect(201);
    assert_eq!(
        (&sent["senderId"], &sent["status"]),
        (&json!("ann"), &json!("sent"))
    );

    let again = ann.send(&talk, &body);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.expect(200), sent);
    let other = json!({"id": "ann-1", "contentType": "text", "content": "something else"});
    ann.send(&talk, &other).refused(409, "message_id_taken");

    bob.send(&talk, &json!({"content": "hello"})).expect(201);
    for person in [&ann, &bob] {
        let path = format!("{talk}?limit=10&order=asc");
        let page = person.get(&project.messages, &path).expect(200);
        let contents: Vec<_> = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| &m["content"])
            .collect();
        assert_eq!(contents, ["hi", "hello"]);
    }
    let one = bob
        .get(&project.actions, &format!("{talk}/ann-1"))
        .expect(200);
    assert_eq!(one["content"], "hi");
    let seen = bob
        .get(&project.conversations, talk.trim_end_matches("/messages"))
        .expect(200);
    assert_eq!(seen["lastMessageText"], "hello");
}

#[test]
fn many_at_once_are_all_sent() {
    let Some(project) = Project::shared() else {
        return;
    };
    let (ann, bob) = (project.person("ann2"), project.person("bob2"));
    let talk = ann.talk_to(&bob);
    let sent: BTreeSet<String> = thread::scope(|scope| {
        let sending: Vec<_> = (0..12)
            .map(|n| {
                let (who, talk) = (if n % 2 == 0 { &ann } else { &bob }, &talk);
                scope.spawn(move || {
                    let body =
                        json!({"id": format!("at-once-{n}"), "content": format!("number {n}")});
                    let sent = sent_at_last(who, talk, &body);
                    sent["id"].as_str().unwrap().to_owned()
                })
            })
            .collect();
        sending.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(sent.len(), 12);
    let page = bob
        .get(&project.messages, &format!("{talk}?limit=50"))
        .expect(200);
    let found: BTreeSet<String> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(found, sent);
}

/// Sends as a client does that wants its message sent: all of them change the same conversation, and a send that loses
/// that race for longer than a request or a function may take is refused with 503 or 504. The message's id makes it the
/// same one when it is sent again.
fn sent_at_last(who: &Person<'_>, talk: &str, body: &Value) -> Value {
    for _ in 0..100 {
        let sent = who.send(talk, body);
        match sent.status {
            503 | 504 => {}
            // An earlier attempt sent the message, and its answer didn't come.
            200 => return sent.expect(200),
            _ => return sent.expect(201),
        }
    }
    panic!("{body} was put off a hundred times");
}

#[test]
fn what_a_message_costs_in_requests() {
    let Some(package) = package() else {
        return;
    };
    let project = Project::start(package);
    let (ann, bob) = (project.person("ann"), project.person("bob"));
    let talk = ann.talk_to(&bob);
    ann.send(&talk, &json!({"content": "the first"}))
        .expect(201);
    // A message to somebody who hasn't answered counts against one more limit.
    bob.send(&talk, &json!({"content": "the answer"}))
        .expect(201);
    project.server.requests();
    // Another call brings another JWT.
    let ann = project.person_again("ann");
    ann.send(&talk, &json!({"content": "the second"}))
        .expect(201);
    let requests = project.server.requests();
    let of = |route: &str| requests.get(route).copied().unwrap_or_default();
    assert_eq!(of("GET /account"), 1, "{requests:?}");
    assert_eq!(of("POST /tablesdb/transactions"), 1, "{requests:?}");
    // The JWT's owner, seven reads beside each other (one is whether that account is in use), and the three
    // of a transaction, for any batch.
    let all: usize = requests.values().sum();
    assert!(all <= 11, "{requests:#?}");

    // The server's word about a JWT holds for a minute.
    ann.send(&talk, &json!({"content": "the third"}))
        .expect(201);
    let again: usize = project.server.requests().values().sum();
    assert_eq!(again, all - 1);
}
