//! People who send at once to several hosts, and send again what nobody answered.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use whisper_testkit::{Person, TestApp, json};

use crate::crash::body;

/// How long a client waits before it sends again.
const AGAIN: Duration = Duration::from_millis(20);

/// The path of the messages of a group of these people, who all accepted it.
pub fn room(app: &TestApp, people: &[Person]) -> String {
    let (owner, others) = people.split_first().unwrap();
    let ids: Vec<&str> = others.iter().map(|person| person.id.as_str()).collect();
    let group = json!({"type": "group", "name": "Room", "participantIds": ids});
    let made = owner.post(app, "/v1/conversations", &group).expect(201);
    let id = made["id"].as_str().unwrap();
    others.iter().for_each(|other| other.accept(app, id));
    format!("/v1/conversations/{id}/messages")
}

/// Has these people send to a room, each to a host of their own at first, while `meanwhile` takes the ids of acknowledged messages in; then
/// the messages that are on their way are sent to their end. Gives the ids that `meanwhile` left.
pub fn under_load(
    hosts: &[TestApp],
    senders: &[Person],
    (room, round): (&str, &str),
    meanwhile: impl FnOnce(&Receiver<String>),
) -> Vec<String> {
    let is_over = AtomicBool::new(false);
    let (acknowledge, acknowledged) = channel();
    thread::scope(|scope| {
        for (n, who) in senders.iter().enumerate() {
            let (acknowledge, is_over) = (acknowledge.clone(), &is_over);
            let name = format!("{round}-s{n}");
            scope.spawn(move || send(hosts, (who, n), (room, &name), &acknowledge, is_over));
        }
        drop(acknowledge);
        meanwhile(&acknowledged);
        is_over.store(true, Ordering::Relaxed);
        acknowledged.iter().collect()
    })
}

/// Sends until it is over: each message until it is acknowledged, to the next host where one gives no answer.
fn send(
    hosts: &[TestApp],
    (who, mut at): (&Person, usize),
    (room, name): (&str, &str),
    acknowledge: &Sender<String>,
    is_over: &AtomicBool,
) {
    for n in 0.. {
        let id = format!("{name}-{n}");
        loop {
            let host = &hosts[at % hosts.len()];
            match who.call(host, "POST", room).json(&body(&id)).try_send() {
                Ok(reply) if matches!(reply.status, 200 | 201) => break,
                Ok(reply) => assert!(reply.status >= 500, "{} {}", reply.status, reply.text),
                Err(_) => at += 1,
            }
            thread::sleep(AGAIN);
        }
        acknowledge.send(id).unwrap();
        if is_over.load(Ordering::Relaxed) {
            return;
        }
    }
}
