//! People who send at once to several hosts, and send again what nobody answered.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use whisper_testkit::{Person, TestApp, json};

use crate::crash::body;

/// How long a client waits before it sends again.
const AGAIN: Duration = Duration::from_millis(20);
/// How long a message may take, a restart of the database or of a host included.
const PATIENCE: Duration = Duration::from_secs(60);

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

/// The ids of messages, as they are acknowledged.
pub struct Acknowledged(Receiver<String>);

impl Acknowledged {
    /// The next ones, so many.
    #[track_caller]
    pub fn next(&self, count: usize) -> Vec<String> {
        let one = |_| self.0.recv_timeout(PATIENCE).expect("an acknowledgement");
        (0..count).map(one).collect()
    }
}

/// Tells senders when it is dropped.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Has these people send to a room, each to a host of their own at first, while `meanwhile` takes the ids of acknowledged messages in; then
/// the messages that are on their way are sent to their end. Gives the ids that `meanwhile` left.
pub fn under_load(
    hosts: &[TestApp],
    senders: &[Person],
    (room, round): (&str, &str),
    meanwhile: impl FnOnce(&Acknowledged),
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
        let acknowledged = Acknowledged(acknowledged);
        // Senders end also when it panics.
        let over = Over(&is_over);
        meanwhile(&acknowledged);
        drop(over);
        acknowledged.0.iter().collect()
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
        let end = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < end, "{id} isn't acknowledged");
            let host = &hosts[at % hosts.len()];
            match who.call(host, "POST", room).json(&body(&id)).try_send() {
                Ok(reply) if matches!(reply.status, 200 | 201) => break,
                Ok(reply) => assert!(reply.status >= 500, "{} {}", reply.status, reply.text),
                Err(_) => at += 1,
            }
            thread::sleep(AGAIN);
        }
        let _ = acknowledge.send(id);
        if is_over.load(Ordering::Relaxed) {
            return;
        }
    }
}
