//! Three hosts on one database under load, one of which is killed: each message is there, heard and pushed once.

use std::collections::{BTreeMap, BTreeSet};

use whisper_testkit::push::PushService;
use whisper_testkit::{Events, Person, TestApp, Value};

use super::load::{room, under_load};
use super::server;
use crate::crash::{Sent, check};
use crate::push::device;

/// Acknowledged messages before the kill, and after it.
const BETWEEN: usize = 100;
/// The most pushes of one host that are on their way at a time.
const ON_THEIR_WAY: usize = 32;

fn three(url: &str, service: &PushService) -> Option<Vec<TestApp>> {
    let start = |_| {
        TestApp::own()
            .on_postgres(url)
            .variable("push_extra_origin", service.origin())
            .variable("push_contact", "mailto:ops@example.com")
            .start()
    };
    (0..3).map(start).collect()
}

/// The words of the new messages that a stream told of, each once.
fn words(heard: &[Value]) -> Vec<String> {
    let mut ids = BTreeSet::new();
    let created = heard
        .iter()
        .filter(|event| event["type"] == "message.created")
        .filter(|event| ids.insert(event["id"].as_str().unwrap()));
    let words = created.map(|event| event["message"]["id"].as_str().unwrap().to_owned());
    words.collect()
}

/// The ids of a room's messages, oldest first.
fn history(app: &TestApp, who: &Person, room: &str) -> Vec<String> {
    let (mut ids, mut after) = (Vec::new(), String::new());
    loop {
        let page = who.get(app, &format!("{room}?order=asc&limit=100{after}"));
        let page = page.expect(200);
        let items = page["items"].as_array().unwrap().iter();
        let written = items.filter(|item| item["isSystemMessage"] == false);
        ids.extend(written.map(|item| item["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return ids,
        }
    }
}

/// Waits until no push is due any more, by turns at these hosts.
fn push_all(hosts: &[TestApp]) {
    for host in hosts {
        // Leases of the host that died run out.
        host.advance("2m");
    }
    hosts[0].eventually(|| {
        for host in hosts {
            host.run_job("notification-push");
        }
        let counts = hosts[0].get("/internal/queue/counts");
        let counts = counts.bearer(hosts[0].operator_key()).send().expect(200);
        let left = |kind: &str, states: &[&str]| {
            let of = states.iter();
            of.map(|state| counts[kind][*state].as_u64().unwrap_or(0))
                .sum::<u64>()
        };
        let left = left("pushes", &["pending", "processing"]) + left("messages", &["pending"]);
        (left == 0).then_some(())
    });
}

#[test]
fn three_hosts_share_the_work_and_two_make_up_for_one_that_dies() {
    let Some(server) = server() else { return };
    let url = server.fresh_database();
    let service = PushService::start();
    let Some(mut hosts) = three(&url, &service) else {
        return;
    };
    let people: Vec<Person> = (0..7).map(|_| hosts[0].person("ann")).collect();
    let (senders, others) = people.split_at(3);
    let (listeners, sleeper) = (&others[..3], &others[3]);
    let room = room(&hosts[0], &people);
    device(&hosts[0], &service, sleeper, "/sleeper");
    let streams = listeners.iter().zip(&hosts);
    let mut streams: Vec<Events> = streams.map(|(who, host)| who.listen(host)).collect();
    for stream in &mut streams {
        stream.wait_for("stream.ready");
    }
    let mut known = Sent::default();
    let left = under_load(&hosts, senders, (&room, "m"), |acknowledged| {
        known.acknowledged.extend(acknowledged.next(BETWEEN));
        hosts[1].signal("KILL");
        known.acknowledged.extend(acknowledged.next(BETWEEN));
    });
    known.acknowledged.extend(left);
    let mut heard = streams[1].ends();
    let last = streams[1].last_id().map(str::to_owned);
    drop(hosts.remove(1));
    check(&hosts[0], &people[0], &room, &known);
    let all = history(&hosts[1], &people[0], &room);

    // Each stream tells all of them in the order of the history, the one of the dead host at another.
    streams[1] = listeners[1].listen_from(&hosts[1], last.as_deref());
    let newest = all.last().unwrap();
    let is_newest = |event: &Value| event["message"]["id"] == newest.as_str();
    let rest = streams[1].until(is_newest);
    heard.extend(rest);
    assert_eq!(words(&heard), all);
    for stream in [0, 2] {
        assert_eq!(words(&streams[stream].until(is_newest)), all);
    }

    push_all(&hosts);
    let mut pushed: BTreeMap<String, usize> = BTreeMap::new();
    for push in service.pushed() {
        *pushed.entry(push.header("topic").to_owned()).or_default() += 1;
    }
    assert_eq!(pushed.len(), all.len(), "a push for each message");
    let again = pushed.values().map(|times| times - 1);
    let again: usize = again.sum();
    assert!(again <= ON_THEIR_WAY, "{again} were pushed again");
}
