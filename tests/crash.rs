//! A power cut in the middle of a stream of sends: each acknowledged message is there, once, and everything agrees.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::mpsc;

use whisper_schema::Document;
use whisper_schema::prelude::{Event, Message, QueuedMessage, UserActivity, UserActivityType};
use whisper_store::{Filter, Query, Store};
use whisper_testkit::{Person, TestApp, Value, json};

/// Connections that send at the same time.
const SENDERS: usize = 8;
/// Acknowledged sends after which the power goes, once in each round.
const ROUNDS: [usize; 3] = [1, 60, 150];

/// Ids of the messages of one round, as its senders know them: answered with 201, or sent and never answered.
#[derive(Default)]
pub struct Sent {
    pub acknowledged: BTreeSet<String>,
    pub unanswered: BTreeSet<String>,
}

/// The message that a sender sends with this id.
pub fn body(id: &str) -> Value {
    json!({"id": id, "content": format!("message {id}")})
}

/// Sends until no answer comes; tells of each that did.
fn stream(
    app: &TestApp,
    who: &Person,
    room: &str,
    name: &str,
    acknowledge: &mpsc::Sender<String>,
) -> String {
    for n in 0.. {
        let id = format!("{name}-{n}");
        match who.call(app, "POST", room).json(&body(&id)).try_send() {
            Ok(reply) => {
                assert_eq!(reply.expect(201)["id"], id);
                acknowledge.send(id).unwrap();
            }
            Err(_) => return id,
        }
    }
    unreachable!("only a dead host ends the stream")
}

/// Many send at once; the host is killed after so many acknowledgements.
fn round(
    app: &TestApp,
    people: &[Person],
    room: &str,
    number: usize,
    acknowledgements: usize,
) -> Sent {
    let mut sent = Sent::default();
    std::thread::scope(|scope| {
        let (acknowledge, acknowledged) = mpsc::channel();
        let streams: Vec<_> = (0..SENDERS)
            .map(|n| {
                let (acknowledge, who) = (acknowledge.clone(), &people[n % people.len()]);
                scope
                    .spawn(move || stream(app, who, room, &format!("r{number}-s{n}"), &acknowledge))
            })
            .collect();
        drop(acknowledge);
        sent.acknowledged
            .extend(acknowledged.iter().take(acknowledgements));
        let killed = Command::new("kill")
            .args(["-9", &app.pid().to_string()])
            .status()
            .unwrap();
        assert!(killed.success());
        // Messages acknowledged until the very end count as well.
        sent.acknowledged.extend(acknowledged.iter());
        sent.unanswered
            .extend(streams.into_iter().map(|stream| stream.join().unwrap()));
    });
    sent
}

/// All that was sent, oldest first.
fn history(app: &TestApp, who: &Person, room: &str) -> Vec<Value> {
    let mut messages = Vec::new();
    let mut path = format!("{room}?order=asc&limit=100");
    loop {
        let page = who.get(app, &path).expect(200);
        let items = page["items"].as_array().unwrap().iter();
        messages.extend(
            items
                .filter(|item| item["isSystemMessage"] == false)
                .cloned(),
        );
        match page["next"].as_str() {
            Some(next) => path = format!("{room}?order=asc&limit=100&after={next}"),
            None => return messages,
        }
    }
}

fn ids(messages: &[Value]) -> BTreeSet<String> {
    let ids: Vec<&str> = messages
        .iter()
        .map(|message| message["id"].as_str().unwrap())
        .collect();
    let set: BTreeSet<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(set.len(), ids.len(), "no message is there twice");
    set
}

/// How often each key was found.
fn tally(keys: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    keys.fold(BTreeMap::new(), |mut tally, key| {
        *tally.entry(key).or_default() += 1;
        tally
    })
}

/// Whether the delivery entries, the activities and the events in the file are those of these messages.
fn assert_agreement(app: &TestApp, messages: &BTreeSet<String>) {
    let store = crate::stored::store(app);
    let once: BTreeMap<String, usize> = messages.iter().map(|id| (id.clone(), 1)).collect();
    let stored = all::<Message>(&store, Some(Filter::eq(Message::IS_SYSTEM_MESSAGE, false)));
    assert_eq!(tally(stored.into_iter().map(|m| m.id)), once, "messages");
    let queued = all::<QueuedMessage>(&store, None);
    assert_eq!(
        tally(queued.into_iter().map(|q| q.message_id)),
        once,
        "messageQueue"
    );
    let sent = Filter::eq(UserActivity::ACTIVITY_TYPE, UserActivityType::MessageSent);
    let activities = all::<UserActivity>(&store, Some(sent));
    let message_of = |activity: UserActivity| {
        let metadata: Value = serde_json::from_str(&activity.metadata.unwrap()).unwrap();
        metadata["messageId"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        tally(activities.into_iter().map(message_of)),
        once,
        "userActivity"
    );
    let events = all::<Event>(&store, Some(Filter::eq(Event::KIND, "message.sent")));
    assert_eq!(
        tally(events.into_iter().map(|event| event.subject)),
        once,
        "events"
    );
}

fn all<D: Document>(store: &Store, filter: Option<Filter<D>>) -> Vec<D> {
    let query = filter.into_iter().fold(Query::new(), Query::filter);
    crate::stored::all(store, query)
}

/// Whether every acknowledged message is stored, once, and none that was never sent.
pub fn check(app: &TestApp, who: &Person, room: &str, known: &Sent) {
    let messages = history(app, who, room);
    let stored = ids(&messages);
    let lost: Vec<_> = known.acknowledged.difference(&stored).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let sent: BTreeSet<String> = known
        .acknowledged
        .union(&known.unanswered)
        .cloned()
        .collect();
    let unknown: Vec<_> = stored.difference(&sent).collect();
    assert!(unknown.is_empty(), "never sent: {unknown:?}");
    for message in &messages {
        assert_eq!(
            message["content"],
            format!("message {}", message["id"].as_str().unwrap())
        );
    }
    let shown = who
        .get(app, room.strip_suffix("/messages").unwrap())
        .expect(200);
    let newest = messages.last().unwrap();
    assert_eq!(
        (&shown["lastMessageId"], &shown["lastMessageAt"]),
        (&newest["id"], &newest["createdAt"])
    );
    assert_eq!(
        (&shown["lastMessageText"], &shown["lastMessageSenderId"]),
        (&newest["content"], &newest["senderId"])
    );
    assert_agreement(app, &stored);
}

#[test]
fn what_was_acknowledged_survives_a_kill_and_is_there_once() {
    let Some(mut app) = TestApp::own()
        .variable("message_rate_per_minute", "0")
        .start()
    else {
        return;
    };
    let people = [app.person("ann"), app.person("bob")];
    let group = json!({"type": "group", "name": "Room", "participantIds": [people[1].id]});
    let made = people[0]
        .post(&app, "/v1/conversations", &group)
        .expect(201);
    let room = format!(
        "/v1/conversations/{}/messages",
        made["id"].as_str().unwrap()
    );
    let mut known = Sent::default();
    for (number, acknowledgements) in ROUNDS.into_iter().enumerate() {
        let sent = round(&app, &people, &room, number, acknowledgements);
        app.kill();
        app = app.restart();
        known.acknowledged.extend(sent.acknowledged);
        known.unanswered.extend(sent.unanswered.iter().cloned());
        check(&app, &people[0], &room, &known);
        // A sender without an answer sends again, with the same id; so does one who missed the answer.
        let retried = sent.unanswered.iter().chain(known.acknowledged.first());
        for id in retried {
            let sender = id.rsplit("-s").next().unwrap().split('-').next().unwrap();
            let who = &people[sender.parse::<usize>().unwrap() % people.len()];
            let reply = who.post(&app, &room, &body(id));
            assert!(matches!(reply.status, 200 | 201), "{}", reply.text);
            assert_eq!(
                reply.header("idempotency-replayed"),
                (reply.status == 200).then_some("true")
            );
        }
        known.acknowledged.extend(sent.unanswered);
        known.unanswered.clear();
        check(&app, &people[0], &room, &known);
    }
}
