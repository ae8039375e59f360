//! The people whose presence a session's streams hear of.

use std::collections::BTreeSet;

use futures::executor::block_on;
use realtime::signals::watched;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::Answer;
use whisper_messages::testing::{Person, fields};
use whisper_people::contact_id;
use whisper_schema::prelude::*;

use crate::room::{DAY, Room, room, room_with};

fn watch(room: &Room, who: &Person, body: &Value) -> Answer {
    room.call(who, Method::PUT, "/v1/realtime/watched", body)
}

fn of(room: &Room, who: &Person, session: usize) -> BTreeSet<String> {
    let session = room.sessions(who)[session].clone();
    block_on(watched(&room.0.edge.ctx(), &who.id, &session)).unwrap()
}

fn set<const N: usize>(ids: [&str; N]) -> BTreeSet<String> {
    ids.map(str::to_owned).into()
}

fn contact(room: &Room, who: &Person, whom: &str, is_blocked: bool, kind: ContactRelationship) {
    room.0.put(&Contact {
        id: contact_id(&who.id, whom),
        user_id: who.id.clone(),
        contact_user_id: whom.to_owned(),
        relationship: kind,
        is_blocked,
        ..Contact::default()
    });
}

#[test]
fn contacts_and_those_named() {
    let room = room();
    let ann = room.person("ann");
    contact(&room, &ann, "bob", false, ContactRelationship::Friend);
    contact(&room, &ann, "cid", true, ContactRelationship::Friend);
    contact(&room, &ann, "dan", false, ContactRelationship::Blocked);
    let theirs = room.person("eve");
    contact(&room, &theirs, &ann.id, false, ContactRelationship::Friend);
    assert_eq!(of(&room, &ann, 0), set(["bob"]));
    let body = json!({"userIds": ["x", "bob", "x", ann.id]});
    watch(&room, &ann, &body).expect(204);
    assert_eq!(
        of(&room, &ann, 0),
        set(["bob", "x"]),
        "nobody watches themselves"
    );
    watch(&room, &ann, &json!({"userIds": ["y"]})).expect(204);
    assert_eq!(of(&room, &ann, 0), set(["bob", "y"]));
    watch(&room, &ann, &json!({"userIds": []})).expect(204);
    assert_eq!(of(&room, &ann, 0), set(["bob"]));
}

#[test]
fn each_session_has_its_own_and_open_streams_hear_of_a_change() {
    let room = room();
    let ann = room.person("ann");
    room.device(&ann);
    watch(&room, &ann, &json!({"userIds": ["x"]})).expect(204);
    assert_eq!(of(&room, &ann, 0), set(["x"]));
    assert_eq!(of(&room, &ann, 1), set([]));
    let signals = room.signals();
    let [signal] = signals.as_slice() else {
        panic!("{signals:?}")
    };
    assert_eq!((signal.kind, &signal.user_id), (SignalKind::Watch, &ann.id));
    let session = room.sessions(&ann)[0].clone();
    assert_eq!(signal.payload, json!({"sessionId": session}).to_string());
}

#[test]
fn it_lasts_a_day_and_as_long_as_streams_come_back() {
    let room = room();
    let ann = room.person("ann");
    let body = json!({"userIds": ["x"]});
    watch(&room, &ann, &body).expect(204);
    for _ in 0..3 {
        room.advance(DAY - 1);
        assert_eq!(of(&room, &ann, 0), set(["x"]), "it begins anew");
    }
    // Within its first half nothing is written.
    room.advance(DAY / 4);
    room.0.edge.rows_written();
    assert_eq!(of(&room, &ann, 0), set(["x"]));
    assert_eq!(room.0.edge.rows_written(), Vec::<u64>::new());
    room.advance(DAY * 3 / 4);
    assert_eq!(of(&room, &ann, 0), set([]));
}

#[test]
fn refusals() {
    let room = room_with(&[("watch_rate_per_minute", "2")]);
    let ann = room.person("ann");
    let nobody = Person {
        id: String::new(),
        token: String::new(),
    };
    let none = json!({"userIds": []});
    watch(&room, &nobody, &none).expect_problem(401, "unauthenticated");
    let ids = |n: usize| -> Value { (0..n).map(|n| json!(format!("u{n}"))).collect() };
    for (body, fault) in [
        (json!({}), "userIds:required"),
        (json!({"userIds": "x"}), "userIds:type"),
        (json!({"userIds": ["a b"]}), "userIds[0]:format"),
        (json!({"userIds": ids(201)}), "userIds:size"),
        (json!({"userIds": [], "until": 1}), "until:unknown"),
    ] {
        assert_eq!(fields(watch(&room, &ann, &body)), [fault], "{body}");
    }
    assert_eq!(room.0.all::<PresenceWatch>(), []);
    watch(&room, &ann, &json!({"userIds": ids(200)})).expect(204);
    assert_eq!(of(&room, &ann, 0).len(), 200);
    watch(&room, &ann, &none).expect(204);
    watch(&room, &ann, &json!({"userIds": ["x"]})).expect_problem(429, "rate_limited");
    assert_eq!(of(&room, &ann, 0), set([]));
}
