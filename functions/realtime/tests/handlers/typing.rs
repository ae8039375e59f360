//! Signs that somebody is writing: the right to give them, their readers, and their cost.

use futures::executor::block_on;
use futures::future::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_messages::testing::fields;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::room::{Room, SECOND, room, room_with};

fn group(room: &Room) -> ([whisper_messages::testing::Person; 3], String) {
    let people = ["ann", "bob", "cid"].map(|name| room.person(name));
    let group = room.0.group(&[&people[0], &people[1], &people[2]]);
    (people, group)
}

/// The kinds that were told.
fn told(room: &Room) -> Vec<String> {
    let kinds = room.signals().into_iter().map(|signal| {
        let payload: Value = serde_json::from_str(&signal.payload).unwrap();
        payload["kind"].as_str().unwrap().to_owned()
    });
    kinds.collect()
}

#[test]
fn others_see_who_is_writing_for_six_seconds() {
    let room = room();
    let ([ann, bob, cid], group) = group(&room);
    assert_eq!(room.typing(&bob, &group), []);
    room.types(&ann, &group, "text").expect(204);
    room.advance(SECOND);
    room.types(&cid, &group, "recording").expect(204);
    let both = [
        (cid.id.clone(), "recording".to_owned()),
        (ann.id.clone(), "text".to_owned()),
    ];
    assert_eq!(room.typing(&bob, &group), both);
    assert_eq!(room.typing(&ann, &group), both[..1], "not the caller's own");
    room.advance(4_999);
    assert_eq!(room.typing(&bob, &group), both);
    room.advance(1);
    assert_eq!(room.typing(&bob, &group), both[..1]);
    room.advance(SECOND);
    assert_eq!(room.typing(&bob, &group), []);
}

#[test]
fn an_answer_names_the_people_and_when_it_is_void() {
    let room = room();
    let ([ann, bob, _], group) = group(&room);
    room.types(&ann, &group, "uploading").expect(204);
    let path = format!("/v1/conversations/{group}/typing");
    let list = room.get(&bob, &path).expect(200);
    let item = json!({
        "conversationId": group,
        "userId": ann.id,
        "kind": "uploading",
        "expiresAt": "2026-01-01T00:00:06.000Z",
    });
    assert_eq!(list["items"], json!([item]));
    let name = list["users"][&ann.id]["username"].as_str().unwrap();
    assert!(name.starts_with("ann_"), "{list}");
}

#[test]
fn without_a_body_it_is_text() {
    let room = room();
    let ([ann, bob, _], group) = group(&room);
    let path = format!("/v1/conversations/{group}/typing");
    room.call(&ann, Method::POST, &path, &Value::Null)
        .expect(204);
    assert_eq!(room.typing(&bob, &group), [(ann.id, "text".to_owned())]);
}

#[test]
fn what_is_repeated_within_three_seconds_is_not_written() {
    let room = room();
    let ([ann, ..], group) = group(&room);
    room.types(&ann, &group, "text").expect(204);
    for _ in 0..2 {
        room.advance(1_499);
        room.0.edge.rows_written();
        room.types(&ann, &group, "text").expect(204);
        assert_eq!(room.0.edge.rows_written(), Vec::<u64>::new());
    }
    assert_eq!(told(&room), ["text"]);
    room.advance(2);
    room.types(&ann, &group, "text").expect(204);
    assert_eq!(told(&room), ["text", "text"]);
}

/// The kinds that were told, and how many milliseconds after the first each was written.
fn written(room: &Room) -> Vec<(String, i64)> {
    let signals = room.signals();
    let first = signals[0].expires_at;
    let after = signals.iter().map(|signal| signal.expires_at.since(first));
    told(room).into_iter().zip(after).collect()
}

#[test]
fn a_change_within_three_seconds_waits_until_they_are_over() {
    let room = room();
    let ([ann, ..], group) = group(&room);
    let expected = |all: &[(&str, i64)]| -> Vec<(String, i64)> {
        let all = all.iter().map(|(kind, after)| ((*kind).to_owned(), *after));
        all.collect()
    };
    room.types(&ann, &group, "text").expect(204);
    room.advance(SECOND);
    // In a test the wait is no wait; the sign is written with the time at which it is over.
    room.types(&ann, &group, "recording").expect(204);
    let mut all = vec![("text", 0), ("recording", 3_000)];
    assert_eq!(written(&room), expected(&all));
    room.advance(2 * SECOND);
    room.types(&ann, &group, "recording").expect(204);
    assert_eq!(written(&room), expected(&all));
    room.types(&ann, &group, "none").expect(204);
    all.push(("none", 6_000));
    assert_eq!(written(&room), expected(&all));
    room.advance(5 * SECOND);
    room.types(&ann, &group, "none").expect(204);
    room.types(&ann, &group, "text").expect(204);
    all.push(("text", 9_000));
    assert_eq!(written(&room), expected(&all));
    // Long after the last one nothing waits.
    room.advance(20 * SECOND);
    room.types(&ann, &group, "uploading").expect(204);
    all.push(("uploading", 28_000));
    assert_eq!(written(&room), expected(&all));
}

/// Gives a sign, and leaves the work after its answer.
fn answered(room: &Room, who: &whisper_messages::testing::Person, group: &str, kind: &str) {
    let edge = &room.0.edge;
    let path = format!("/v1/conversations/{group}/typing");
    let body = json!({"kind": kind});
    let request = edge.request_of(Method::POST, &path, &who.token, &body);
    block_on(edge.answer(request)).expect(204);
}

#[test]
fn of_changes_within_three_seconds_the_newest_is_told() {
    let room = room();
    let ([ann, ..], group) = group(&room);
    room.types(&ann, &group, "text").expect(204);
    for kind in ["recording", "uploading", "none"] {
        answered(&room, &ann, &group, kind);
    }
    assert_eq!(told(&room), ["text"]);
    block_on(room.0.edge.work_off());
    assert_eq!(told(&room), ["text", "none"]);
    assert_eq!(written(&room)[1].1, 3_000);
}

#[test]
fn a_sign_that_waited_is_given_by_the_rights_of_its_time() {
    let room = room();
    let ([ann, ..], group) = group(&room);
    room.types(&ann, &group, "text").expect(204);
    answered(&room, &ann, &group, "none");
    let gone = ConversationMemberStatus::Removed;
    let patch = Patch::new().set(ConversationMember::STATUS, gone);
    room.member(&group, &ann, patch);
    block_on(room.0.edge.work_off());
    assert_eq!(told(&room), ["text"]);
}

#[test]
fn the_end_of_nothing_is_nothing() {
    let room = room();
    let ([ann, ..], group) = group(&room);
    room.types(&ann, &group, "none").expect(204);
    room.types(&ann, &group, "text").expect(204);
    room.advance(6 * SECOND);
    room.types(&ann, &group, "none").expect(204);
    assert_eq!(told(&room), ["text"]);
}

#[test]
fn two_at_once_are_one_sign() {
    let room = room();
    let ([ann, bob, _], group) = group(&room);
    let path = format!("/v1/conversations/{group}/typing");
    let body = json!({});
    let say = || room.0.edge.send(Method::POST, &path, &ann.token, &body);
    let (one, other) = block_on(join(say(), say()));
    one.expect(204);
    other.expect(204);
    assert_eq!(told(&room), ["text"]);
    assert_eq!(room.typing(&bob, &group).len(), 1);
}

#[test]
fn a_sign_costs_one_read_and_one_commit_of_its_own_connection() {
    let room = room_with(&[]);
    let ([ann, ..], group) = group(&room);
    room.types(&ann, &group, "text").expect(204);
    room.advance(4 * SECOND);
    room.0.edge.statements();
    room.0.edge.rows_written();
    room.types(&ann, &group, "text").expect(204);
    let statements = room.0.edge.statements();
    assert_eq!(statements.len(), 2, "{statements:#?}");
    // The sign, its signal and the counter.
    assert_eq!(room.0.edge.rows_written(), [3]);
}

#[test]
fn strangers_and_former_members_get_the_404_of_nothing() {
    let room = room();
    let ([ann, bob, cid], group) = group(&room);
    let stranger = room.person("dan");
    let left = |status| Patch::new().set(ConversationMember::STATUS, status);
    room.member(&group, &bob, left(ConversationMemberStatus::Removed));
    room.member(&group, &cid, left(ConversationMemberStatus::Left));
    room.types(&ann, &group, "text").expect(204);
    let nothing = room
        .types(&ann, "nothing", "text")
        .expect_problem(404, "not_found");
    for who in [&stranger, &bob, &cid] {
        let refused = room
            .types(who, &group, "text")
            .expect_problem(404, "not_found");
        assert_eq!(refused["detail"], nothing["detail"]);
        let path = format!("/v1/conversations/{group}/typing");
        room.get(who, &path).expect_problem(404, "not_found");
    }
    assert_eq!(told(&room).len(), 1);
}

#[test]
fn refusals_of_requests() {
    let room = room();
    let ([ann, ..], group) = group(&room);
    let path = format!("/v1/conversations/{group}/typing");
    let nobody = whisper_messages::testing::Person {
        id: String::new(),
        token: String::new(),
    };
    room.types(&nobody, &group, "text")
        .expect_problem(401, "unauthenticated");
    room.get(&nobody, &path)
        .expect_problem(401, "unauthenticated");
    assert_eq!(fields(room.types(&ann, &group, "singing")), ["kind:enum"]);
    let post = |body: Value| room.call(&ann, Method::POST, &path, &body);
    assert_eq!(fields(post(json!({"kind": 7}))), ["kind:type"]);
    assert_eq!(fields(post(json!({"king": "text"}))), ["king:unknown"]);
    let mut broken = room
        .0
        .edge
        .request_of(Method::POST, &path, &ann.token, &json!({}));
    broken.body = "{\"kind\":".into();
    block_on(room.0.edge.request(broken)).expect_problem(400, "invalid_json");
    room.types(&ann, "a b", "text").expect(404);
    assert_eq!(told(&room), Vec::<String>::new());
}

#[test]
fn only_members_who_may_write_give_signs() {
    let room = room();
    let ([ann, bob, _], group) = group(&room);
    let role = |role| Patch::new().set(ConversationMember::ROLE, role);
    room.member(&group, &ann, role(ConversationMemberRole::Admin));
    let settings = json!({"sendMessages": "admins"}).to_string();
    let patch = Patch::<Conversation>::new().set(Conversation::SETTINGS, settings);
    room.0.change(&group, patch);
    room.types(&bob, &group, "text")
        .expect_problem(403, "forbidden");
    room.types(&ann, &group, "text").expect(204);
    assert_eq!(
        room.typing(&bob, &group).len(),
        1,
        "he reads it all the same"
    );
}

#[test]
fn channels_and_broadcasts_tell_nobody() {
    for kind in [ConversationKind::Channel, ConversationKind::Broadcast] {
        let room = room();
        let ([ann, bob, _], group) = group(&room);
        let patch = Patch::<Conversation>::new().set(Conversation::KIND, kind);
        room.0.change(&group, patch);
        let owner = Patch::new().set(ConversationMember::ROLE, ConversationMemberRole::Owner);
        room.member(&group, &ann, owner);
        room.types(&ann, &group, "text").expect(204);
        assert_eq!(told(&room), Vec::<String>::new(), "{kind}");
        assert_eq!(room.typing(&bob, &group), []);
        if kind == ConversationKind::Channel {
            room.types(&bob, &group, "text")
                .expect_problem(403, "forbidden");
        }
    }
}

#[test]
fn encrypted_conversations_have_signs() {
    let room = room();
    let ([ann, bob, _], group) = group(&room);
    let patch = Patch::<Conversation>::new().set(Conversation::IS_ENCRYPTED, true);
    room.0.change(&group, patch);
    room.types(&ann, &group, "text").expect(204);
    assert_eq!(room.typing(&bob, &group).len(), 1);
}

#[test]
fn two_of_whom_one_has_not_answered_hear_nothing_of_each_other() {
    let room = room();
    let [ann, bob] = ["ann", "bob"].map(|name| room.person(name));
    let direct = room.0.direct(&ann, &bob);
    let asked = |is| Patch::new().set(ConversationMember::IS_REQUEST, is);
    room.member(&direct, &bob, asked(true));
    for who in [&ann, &bob] {
        room.types(who, &direct, "text").expect(204);
    }
    assert_eq!(told(&room), Vec::<String>::new());
    room.member(&direct, &bob, asked(false));
    for (who, other) in [(&ann, &bob), (&bob, &ann)] {
        room.types(who, &direct, "text").expect(204);
        assert_eq!(room.typing(other, &direct).len(), 1);
    }
}

#[test]
fn a_block_parts_two() {
    let room = room();
    let [ann, bob] = ["ann", "bob"].map(|name| room.person(name));
    let direct = room.0.direct(&ann, &bob);
    room.types(&ann, &direct, "text").expect(204);
    assert_eq!(room.typing(&bob, &direct).len(), 1);
    // Ann blocks Bob: his membership says so, and the sign that stands is not his to see.
    room.0.block(&ann, &bob);
    let blocked = Patch::new().set(ConversationMember::IS_BLOCKED, true);
    room.member(&direct, &bob, blocked);
    assert_eq!(room.typing(&bob, &direct), []);
    room.types(&bob, &direct, "text")
        .expect_problem(403, "forbidden");
    room.advance(6 * SECOND);
    room.types(&ann, &direct, "text").expect(204);
    assert_eq!(told(&room), ["text"]);
}

#[test]
fn signs_of_people_who_left_or_are_parted_are_not_shown() {
    let room = room();
    let ([ann, bob, cid], group) = group(&room);
    room.types(&ann, &group, "text").expect(204);
    room.types(&cid, &group, "text").expect(204);
    room.0.block(&cid, &bob);
    assert_eq!(room.typing(&bob, &group), [(ann.id.clone(), "text".into())]);
    let gone = ConversationMemberStatus::Removed;
    let left = Patch::new().set(ConversationMember::STATUS, gone);
    room.member(&group, &ann, left);
    assert_eq!(room.typing(&bob, &group), []);
}

#[test]
fn an_answer_names_at_most_twenty() {
    let room = room();
    let ([ann, ..], group) = group(&room);
    for n in 0..25 {
        let who = room.person(&format!("p{n}"));
        room.0.join(&group, &who.id);
        room.advance(10);
        room.types(&who, &group, "text").expect(204);
    }
    assert_eq!(room.typing(&ann, &group).len(), 20);
}

#[test]
fn changes_of_kind_have_a_limit() {
    let room = room_with(&[("typing_rate_per_minute", "4")]);
    let ([ann, bob, _], group) = group(&room);
    for kind in ["text", "recording", "text", "none"] {
        room.types(&ann, &group, kind).expect(204);
        room.advance(3 * SECOND);
    }
    let refused = room.types(&ann, &group, "text");
    refused.expect_problem(429, "rate_limited");
    assert_eq!(told(&room).len(), 4);
    room.types(&bob, &group, "text").expect(204);
    room.advance(60 * SECOND);
    room.types(&ann, &group, "text").expect(204);
}

#[test]
fn where_members_are_hidden_nobody_is_named() {
    let room = room();
    let ([ann, bob, _], group) = group(&room);
    let hidden = json!({"seeMembers": "admins"}).to_string();
    let patch = Patch::<Conversation>::new().set(Conversation::SETTINGS, hidden);
    room.0.change(&group, patch);
    room.types(&bob, &group, "text").expect(204);
    assert_eq!(told(&room), Vec::<String>::new());
    assert_eq!(room.typing(&ann, &group), []);
}
