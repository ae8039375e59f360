//! Whether people are there: by their devices, and for whom.

use futures::executor::block_on;
use futures::future::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_messages::testing::{Person, fields};
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::room::{DAY, Room, SECOND, room, room_with};

fn two(room: &Room) -> [Person; 2] {
    ["ann", "bob"].map(|name| room.person(name))
}

fn nothing(user: &str) -> Value {
    json!({"userId": user, "status": "offline"})
}

fn availability(room: &Room, who: &Person, status: ProfileStatus) {
    let patch = Patch::<Profile>::new().set(Profile::STATUS, status);
    room.0.change(&who.id, patch);
}

#[test]
fn a_device_counts_for_45_seconds() {
    let room = room();
    let [ann, bob] = two(&room);
    assert_eq!(room.seen(&bob, &ann.id), nothing(&ann.id));
    let mine = room.is(&ann, "online");
    assert_eq!(
        mine,
        json!({"status": "online", "shown": "online", "countsUntil": "2026-01-01T00:00:45.000Z"})
    );
    room.advance(44_999);
    let there = json!({"userId": ann.id, "status": "online"});
    assert_eq!(room.seen(&bob, &ann.id), there);
    room.advance(1);
    let gone =
        json!({"userId": ann.id, "status": "offline", "lastSeen": "2026-01-01T00:00:00.000Z"});
    assert_eq!(room.seen(&bob, &ann.id), gone);
    let mine = room.get(&ann, "/v1/me/presence").expect(200);
    assert_eq!(mine, json!({"status": "online", "shown": "offline"}));
}

#[test]
fn devices_add_up() {
    let room = room();
    let [ann, bob] = two(&room);
    let phone = room.device(&ann);
    for (laptop, mobile, sum) in [
        ("online", "away", "online"),
        ("away", "away", "away"),
        ("away", "busy", "busy"),
        ("online", "busy", "busy"),
        ("online", "invisible", "online"),
        ("away", "invisible", "away"),
        ("invisible", "invisible", "offline"),
        ("invisible", "online", "online"),
    ] {
        room.is(&ann, laptop);
        let mine = room.is(&phone, mobile);
        assert_eq!(mine["shown"], sum, "{laptop} {mobile}");
        assert_eq!(room.status(&bob, &ann), sum, "{laptop} {mobile}");
        assert_eq!(room.is(&ann, laptop)["status"], laptop);
    }
}

#[test]
fn the_device_kept_up_last_gives_its_kind_and_keeps_it() {
    let room = room();
    let [ann, _] = two(&room);
    let body = json!({"status": "busy", "device": "ios"});
    let mine = room.call(&ann, Method::PUT, "/v1/me/presence", &body);
    assert_eq!(mine.expect(200)["device"], "ios");
    assert_eq!(room.is(&ann, "online")["device"], "ios");
    let presence = room.0.get::<Presence>(&ann.id);
    assert_eq!(presence.device.as_deref(), Some("ios"));
    let phone = room.device(&ann);
    room.advance(SECOND);
    let body = json!({"status": "away", "device": "web"});
    room.call(&phone, Method::PUT, "/v1/me/presence", &body)
        .expect(200);
    let presence = room.0.get::<Presence>(&ann.id);
    assert_eq!(presence.device.as_deref(), Some("web"));
}

#[test]
fn streams_are_told_when_the_sum_changes_and_else_not() {
    let room = room();
    let [ann, _] = two(&room);
    let phone = room.device(&ann);
    let mut expected = 0;
    for (who, status, tells) in [
        (&ann, "online", true),
        (&ann, "online", false),
        (&phone, "away", false),
        (&phone, "online", false),
        (&ann, "away", false),
        (&phone, "away", true),
        (&phone, "busy", true),
        (&ann, "online", false),
        (&phone, "invisible", true),
        (&ann, "invisible", true),
        (&ann, "invisible", false),
    ] {
        room.is(who, status);
        expected += usize::from(tells);
        assert_eq!(room.signals().len(), expected, "{status}");
    }
}

#[test]
fn two_devices_at_once_are_both_counted() {
    let room = room();
    let [ann, bob] = two(&room);
    let phone = room.device(&ann);
    for (one, other, sum) in [
        ("away", "busy", "busy"),
        ("away", "away", "away"),
        ("online", "away", "online"),
        ("invisible", "online", "online"),
    ] {
        let (one, other) = (json!({"status": one}), json!({"status": other}));
        let put = |who: &Person, body: &Value| {
            let (token, body) = (who.token.clone(), body.clone());
            let edge = &room.0.edge;
            async move {
                edge.send(Method::PUT, "/v1/me/presence", &token, &body)
                    .await
            }
        };
        let (one, other) = block_on(join(put(&ann, &one), put(&phone, &other)));
        one.expect(200);
        other.expect(200);
        assert_eq!(room.status(&bob, &ann), sum);
    }
}

#[test]
fn a_word_is_remembered_for_a_day_and_costs_two_reads_and_a_commit() {
    let room = room();
    let [ann, bob] = two(&room);
    room.is(&ann, "busy");
    room.advance(60 * SECOND);
    let mine = room.get(&ann, "/v1/me/presence").expect(200);
    assert_eq!(mine, json!({"status": "busy", "shown": "offline"}));
    room.keep(&[&ann]);
    assert_eq!(room.status(&bob, &ann), "busy");
    room.advance(SECOND);
    room.0.edge.statements();
    room.0.edge.rows_written();
    room.is(&ann, "busy");
    // The session by itself, the devices, the commit, and the answer.
    assert_eq!(room.0.edge.statements().len(), 4);
    assert_eq!(room.0.edge.rows_written(), [2]);
    room.advance(DAY - 1);
    room.keep(&[&ann]);
    assert_eq!(room.status(&room.device(&bob), &ann), "busy");
}

#[test]
#[allow(clippy::too_many_lines)]
fn every_rule_for_every_viewer() {
    // A setting, and the presence of somebody who is there, and of somebody who was ten minutes ago, for a friend and a stranger.
    let hidden = ("offline", "");
    for (settings, friend, stranger) in [
        (json!({}), ("online", "at"), ("online", "at")),
        (
            json!({"onlineStatus": "everyone"}),
            ("online", "at"),
            ("online", "at"),
        ),
        (json!({"onlineStatus": "friends"}), ("online", "at"), hidden),
        (json!({"onlineStatus": "nobody"}), hidden, hidden),
        (
            json!({"lastSeen": "friends"}),
            ("online", "at"),
            ("online", ""),
        ),
        (
            json!({"lastSeen": "nobody"}),
            ("online", ""),
            ("online", ""),
        ),
        (
            json!({"lastSeen": "recently"}),
            ("online", "recently"),
            ("online", "recently"),
        ),
        (
            json!({"lastSeen": "recently", "onlineStatus": "friends"}),
            ("online", "recently"),
            hidden,
        ),
        (json!({"profile": "friends"}), ("online", "at"), hidden),
        (json!({"profile": "nobody"}), hidden, hidden),
        (json!({"lastSeen": "often"}), ("online", ""), ("online", "")),
        (json!({"onlineStatus": 7}), hidden, hidden),
    ] {
        for is_own in [false, true] {
            let room = room();
            let [ann, bob] = two(&room);
            let (cid, dan, eve) = (room.person("cid"), room.person("dan"), room.person("eve"));
            room.befriend(&ann, &bob);
            room.0.block(&ann, &dan);
            room.0.block(&eve, &ann);
            // A user sees no more of others than they show: the same rules hold for the caller's own presence.
            match is_own {
                false => room.settings(&ann, &settings),
                true => [&bob, &cid]
                    .map(|who| room.settings(who, &settings))
                    .into_iter()
                    .collect(),
            }
            room.is(&ann, "online");
            for (who, (status, _)) in [
                (&bob, friend),
                (&cid, stranger),
                (&dan, hidden),
                (&eve, hidden),
            ] {
                let expected = json!({"userId": ann.id, "status": status});
                assert_eq!(room.seen(who, &ann.id), expected, "{settings} {is_own}");
            }
            room.advance(600 * SECOND);
            for (who, (_, last)) in [
                (&bob, friend),
                (&cid, stranger),
                (&dan, hidden),
                (&eve, hidden),
            ] {
                let mut expected = nothing(&ann.id);
                match last {
                    "" => {}
                    "at" => expected["lastSeen"] = json!("2026-01-01T00:00:00.000Z"),
                    roughly => expected["lastSeenRoughly"] = json!(roughly),
                }
                assert_eq!(room.seen(who, &ann.id), expected, "{settings} {is_own}");
            }
        }
    }
}

#[test]
fn everybody_of_whom_nothing_is_seen_looks_the_same() {
    let room = room();
    let [ann, bob] = two(&room);
    let (cid, dan) = (room.person("cid"), room.person("dan"));
    for who in [&ann, &bob, &cid, &dan] {
        room.is(who, "online");
    }
    room.is(&bob, "invisible");
    availability(&room, &cid, ProfileStatus::Invisible);
    room.disable(&dan);
    let without_profile = room.0.person();
    room.is(&without_profile, "online");
    let ids = [
        &bob.id,
        &cid.id,
        &dan.id,
        &without_profile.id,
        &"unknown".to_owned(),
    ];
    for later in [0, 600 * SECOND] {
        room.advance(later);
        room.keep(&[&bob]);
        for id in ids {
            assert_eq!(room.seen(&ann, id), nothing(id), "{later}");
        }
    }
}

#[test]
fn a_follower_who_is_kept_out_sees_nothing() {
    let room = room();
    let [ann, bob] = two(&room);
    room.befriend(&ann, &bob);
    room.is(&ann, "online");
    assert_eq!(room.status(&bob, &ann), "online");
    room.follow(&bob, &ann, FollowStatus::Blocked);
    assert_eq!(room.status(&bob, &ann), "offline");
}

#[test]
fn the_availability_of_the_profile_goes_above_devices() {
    use ProfileStatus::{Active, Away, Busy, Invisible, Offline};
    let room = room();
    let [ann, bob] = two(&room);
    for (chosen, device, sees) in [
        (Active, "online", "online"),
        (Active, "away", "away"),
        (Away, "online", "away"),
        (Away, "busy", "busy"),
        (Busy, "away", "busy"),
        (Invisible, "online", "offline"),
        (Offline, "busy", "offline"),
        (Busy, "invisible", "offline"),
    ] {
        availability(&room, &ann, chosen);
        let mine = room.is(&ann, device);
        assert_eq!(mine["shown"], sees, "{chosen} {device}");
        assert_eq!(room.status(&bob, &ann), sees, "{chosen} {device}");
    }
}

#[test]
fn rough_times_are_spans() {
    let room = room();
    let [ann, bob] = two(&room);
    room.settings(&ann, &json!({"lastSeen": "recently"}));
    room.is(&ann, "online");
    let hour = DAY / 24;
    for (step, span) in [
        (hour, "recently"),
        (3 * DAY - hour, "recently"),
        (1, "withinWeek"),
        (4 * DAY - 1, "withinWeek"),
        (1, "withinMonth"),
        (23 * DAY - 1, "withinMonth"),
        (1, "longAgo"),
    ] {
        room.advance(step);
        let bob = room.device(&bob);
        assert_eq!(room.seen(&bob, &ann.id)["lastSeenRoughly"], span);
    }
}

#[test]
fn becoming_invisible_leaves_no_fresh_time() {
    let room = room();
    let [ann, bob] = two(&room);
    room.is(&ann, "online");
    room.advance(10 * SECOND);
    room.is(&ann, "invisible");
    room.advance(30 * SECOND);
    room.keep(&[&ann]);
    assert_eq!(room.seen(&bob, &ann.id), nothing(&ann.id));
    room.advance(60 * SECOND);
    // Ann's stream has ended: `lastSeen` is the time of the last status that others could see.
    let last = room.seen(&bob, &ann.id)["lastSeen"].take();
    assert_eq!(last, "2026-01-01T00:00:00.000Z");
}

#[test]
fn somebody_sees_themselves() {
    let room = room();
    let [ann, _] = two(&room);
    room.settings(
        &ann,
        &json!({"onlineStatus": "nobody", "lastSeen": "nobody"}),
    );
    room.is(&ann, "away");
    assert_eq!(room.status(&ann, &ann), "away");
}

#[test]
fn several_at_once_in_their_order_each_once() {
    let room = room();
    let [ann, bob] = two(&room);
    room.is(&bob, "busy");
    let path = format!("/v1/presence?ids=x,{},{},x,{}", bob.id, ann.id, bob.id);
    let found = room.get(&ann, &path).expect(200);
    let seen: Vec<_> = found["items"].as_array().unwrap().iter().collect();
    let ids: Vec<_> = seen
        .iter()
        .map(|item| item["userId"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["x", &bob.id, &ann.id]);
    assert_eq!(seen[1]["status"], "busy");
    room.0.edge.statements();
    room.get(&ann, &path).expect(200);
    assert_eq!(room.0.edge.statements().len(), 1);
}

#[test]
fn refusals_of_requests() {
    let room = room();
    let [ann, _] = two(&room);
    let nobody = Person {
        id: String::new(),
        token: String::new(),
    };
    for (method, path) in [
        (Method::GET, "/v1/me/presence"),
        (Method::PUT, "/v1/me/presence"),
        (Method::GET, "/v1/presence?ids=a"),
    ] {
        let refused = room.call(&nobody, method, path, &json!({"status": "online"}));
        refused.expect_problem(401, "unauthenticated");
    }
    let put = |body: Value| room.call(&ann, Method::PUT, "/v1/me/presence", &body);
    assert_eq!(fields(put(json!({}))), ["status:required"]);
    assert_eq!(fields(put(json!({"status": "offline"}))), ["status:enum"]);
    assert_eq!(fields(put(json!({"status": true}))), ["status:type"]);
    let long = json!({"status": "online", "device": "x".repeat(51)});
    assert_eq!(fields(put(long)), ["device:size"]);
    let other = json!({"status": "online", "userId": "bob"});
    assert_eq!(fields(put(other)), ["userId:unknown"]);
    let many = format!("/v1/presence?ids={}", vec!["a"; 101].join(","));
    for path in [
        "/v1/presence",
        "/v1/presence?ids=",
        "/v1/presence?ids=a,,b",
        "/v1/presence?ids=a%20b",
        "/v1/presence?ids=a&who=b",
        &many,
    ] {
        room.get(&ann, path).expect_problem(400, "invalid_query");
    }
    assert_eq!(room.0.all::<PresenceDevice>(), []);
    assert_eq!(room.0.all::<Presence>(), []);
}

#[test]
fn words_have_a_limit() {
    let room = room_with(&[("presence_rate_per_minute", "2")]);
    let [ann, bob] = two(&room);
    room.is(&ann, "online");
    room.is(&ann, "away");
    let body = json!({"status": "busy"});
    let refused = room.call(&ann, Method::PUT, "/v1/me/presence", &body);
    refused.expect_problem(429, "rate_limited");
    assert_eq!(room.status(&bob, &ann), "away");
    room.is(&bob, "online");
}

#[test]
fn a_user_has_at_most_twenty_devices() {
    let room = room();
    let [ann, bob] = two(&room);
    room.is(&ann, "busy");
    for _ in 0..20 {
        room.advance(SECOND);
        let device = room.device(&ann);
        room.is(&device, "online");
    }
    assert_eq!(room.0.all::<PresenceDevice>().len(), 20);
    assert_eq!(room.status(&bob, &ann), "online", "the busy one is out");
}
