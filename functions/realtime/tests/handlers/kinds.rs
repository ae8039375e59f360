//! Each kind of event, and that only the users whom it concerns hear it.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;

use super::world::{User, World};

/// The events that each of these users hears of a doing, in the order of the users.
fn heard(world: &World, users: &[&User], doing: impl FnOnce()) -> Vec<Vec<Value>> {
    let from: Vec<String> = users.iter().map(|user| world.poll(user, None).1).collect();
    doing();
    let all = users.iter().zip(&from);
    all.map(|(user, from)| world.poll(user, Some(from)).0)
        .collect()
}

fn types(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect()
}

#[test]
fn a_message_is_told_to_members_alone_and_is_the_same_event_to_all() {
    let world = World::new();
    let [ann, bob, eve] = ["ann", "bob", "eve"].map(|name| world.user(name));
    let place = world.group(&ann, &[&bob]);
    let all = heard(&world, &[&ann, &bob, &eve], || {
        world.say(&ann, &place, "hello");
    });
    assert_eq!(types(&all[0]), ["message.created"]);
    assert_eq!(types(&all[1]), ["message.created"]);
    assert_eq!(all[0][0]["id"], all[1][0]["id"]);
    assert_eq!(types(&all[2]), Vec::<&str>::new());
}

/// The one change of a message among these events.
fn change<'a>(events: &'a [Value], path: &str) -> &'a Value {
    let change = events
        .iter()
        .find(|event| event["type"] == "message.changed");
    change.unwrap_or_else(|| panic!("{path}: {events:?}"))
}

#[test]
fn a_change_of_a_message_is_told_as_the_history_shows_it_then() {
    let world = World::new();
    let [ann, bob, eve] = ["ann", "bob", "eve"].map(|name| world.user(name));
    let place = world.group(&ann, &[&bob]);
    let message = world.say(&ann, &place, "hello");
    let one = format!("/v1/conversations/{place}/messages/{message}");
    let thumb = format!("{one}/reactions/%F0%9F%91%8D");
    let (put, delete) = (Method::PUT, Method::DELETE);
    let words = json!({"content": "better"});
    for (method, path, body, field) in [
        (Method::PATCH, one.clone(), &words, "content"),
        (put.clone(), thumb.clone(), &Value::Null, "reactionCounts"),
        (put, format!("{one}/pin"), &Value::Null, "pinnedAt"),
        (
            delete.clone(),
            format!("{one}/pin"),
            &Value::Null,
            "pinnedAt",
        ),
        (delete.clone(), thumb, &Value::Null, "reactionCounts"),
        (delete, format!("{one}?for=all"), &Value::Null, "deletedAt"),
    ] {
        let all = heard(&world, &[&ann, &bob, &eve], || {
            let answer = world.call(&ann, method, &path, body);
            assert!(
                answer.response.status().is_success(),
                "{path}: {}",
                answer.body
            );
        });
        for events in &all[..2] {
            let change = change(events, &path);
            assert_eq!(change["messageId"], json!(message));
            assert!(change["changes"].get(field).is_some(), "{path}: {change}");
            let by = change["byUserId"].as_str().unwrap();
            assert_eq!(change["users"][by]["username"], "ann", "{path}");
        }
        assert_eq!(types(&all[2]), Vec::<&str>::new(), "{path}");
        let shown = world.get(&bob, &one);
        for (key, value) in change(&all[1], &path)["changes"].as_object().unwrap() {
            let now = shown.get(key).unwrap_or(&Value::Null);
            assert_eq!(now, value, "{key} after {path}");
        }
    }
}

#[test]
fn own_doings_reach_ones_own_devices_alone() {
    let world = World::new();
    let [ann, bob] = ["ann", "bob"].map(|name| world.user(name));
    let place = world.group(&ann, &[&bob]);
    let message = world.say(&bob, &place, "hello");
    let one = format!("/v1/conversations/{place}/messages/{message}");
    let me = format!("/v1/conversations/{place}/me");
    let steps: [(Method, String, Value, &str); 5] = [
        (
            Method::PUT,
            format!("{one}/star"),
            Value::Null,
            "message.changed",
        ),
        (
            Method::PATCH,
            me.clone(),
            json!({"isMuted": true}),
            "conversation.mine",
        ),
        (
            Method::DELETE,
            format!("{one}?for=me"),
            Value::Null,
            "message.removed",
        ),
        (
            Method::PUT,
            format!("/v1/conversations/{place}/draft"),
            json!({"content": "I"}),
            "draft.changed",
        ),
        (
            Method::PUT,
            format!("/v1/blocks/{}", bob.id),
            Value::Null,
            "block.changed",
        ),
    ];
    for (method, path, body, kind) in steps {
        let all = heard(&world, &[&ann, &bob], || {
            let answer = world.call(&ann, method.clone(), &path, &body);
            assert!(
                answer.response.status().is_success(),
                "{path}: {}",
                answer.body
            );
        });
        assert_eq!(types(&all[0]), [kind], "{path}");
        assert_eq!(types(&all[1]), Vec::<&str>::new(), "{path}");
    }
}

#[test]
fn receipts_reach_those_who_share_theirs() {
    let world = World::new();
    let [ann, bob, cat] = ["ann", "bob", "cat"].map(|name| world.user(name));
    let place = world.group(&ann, &[&bob, &cat]);
    let message = world.say(&ann, &place, "hello");
    let path = format!("/v1/conversations/{place}/read");
    let off = json!({"privacySettings": {"readReceipts": "nobody"}});
    world.call(&cat, Method::PATCH, "/v1/me", &off).expect(200);
    let all = heard(&world, &[&ann, &bob, &cat], || {
        world
            .post(&bob, &path, &json!({"messageId": message}))
            .expect(200);
    });
    assert_eq!(types(&all[0]), ["receipt"]);
    let names = all[0][0]["users"].as_object().unwrap();
    assert_eq!(names.len(), 1);
    assert_eq!(names[&bob.id]["username"], "bob");
    assert_eq!(all[0][0]["userId"], json!(bob.id));
    assert_eq!(all[0][0]["messageId"], json!(message));
    assert_eq!(types(&all[1]), ["conversation.mine"]);
    assert_eq!(types(&all[2]), Vec::<&str>::new());
    let all = heard(&world, &[&ann, &bob, &cat], || {
        world
            .post(&cat, &path, &json!({"messageId": message}))
            .expect(200);
    });
    assert_eq!(types(&all[0]), Vec::<&str>::new(), "Cat shares none");
    assert_eq!(types(&all[2]), ["conversation.mine"]);
}

#[test]
fn members_come_and_go_and_each_hears_their_side() {
    let world = World::new();
    let [ann, bob, cat] = ["ann", "bob", "cat"].map(|name| world.user(name));
    let place = world.group(&ann, &[&bob]);
    let members = format!("/v1/conversations/{place}/members");
    let all = heard(&world, &[&ann, &bob, &cat], || {
        world
            .post(&ann, &members, &json!({"userIds": [cat.id]}))
            .expect(200);
    });
    for events in &all[..2] {
        assert_eq!(types(events), ["conversation.changed"]);
        assert_eq!(events[0]["changes"]["participantCount"], 3);
        assert_eq!(events[0]["members"][0]["userId"], json!(cat.id));
        let told = &events[0]["messages"][0];
        assert_eq!(told["isSystemMessage"], true);
    }
    assert_eq!(types(&all[2]), ["conversation.added"]);
    assert_eq!(all[2][0]["users"][&ann.id]["username"], "ann");
    let all = heard(&world, &[&ann, &bob, &cat], || {
        let path = format!("{members}/{}", cat.id);
        world
            .call(&ann, Method::DELETE, &path, &Value::Null)
            .expect(204);
    });
    assert_eq!(types(&all[1]), ["conversation.changed"]);
    assert_eq!(all[1][0]["leftUserIds"], json!([cat.id]));
    assert_eq!(all[1][0]["users"][&cat.id]["username"], "cat");
    assert_eq!(types(&all[2]), ["conversation.removed"]);
    assert_eq!(all[2][0]["reason"], "removed");
}

#[test]
fn much_is_read_again_so_often_a_minute() {
    let world = World::with(&[("replay_rate_per_minute", "2")]);
    let [ann, bob] = ["ann", "bob"].map(|name| world.user(name));
    let place = world.group(&ann, &[&bob]);
    let (_, from, _) = world.poll(&bob, None);
    for n in 0..501 {
        world.say(&ann, &place, &n.to_string());
    }
    let (_, near, _) = world.poll(&bob, None);
    world.say(&ann, &place, "one more");
    let path = |after: &str| format!("/v1/realtime/poll?after={after}");
    let get = |who: &User, path: &str| world.call(who, Method::GET, path, &Value::Null);
    for _ in 0..2 {
        get(&bob, &path(&from)).expect(200);
    }
    let refused = get(&bob, &path(&from));
    assert!(refused.response.headers().contains_key("retry-after"));
    refused.expect_problem(429, "rate_limited");
    let stream = format!("/v1/realtime?after={from}");
    get(&bob, &stream).expect_problem(429, "rate_limited");
    get(&bob, &path(&near)).expect(200);
    get(&ann, &path(&from)).expect(200);
    world.realtime.advance(60_000);
    get(&bob, &path(&from)).expect(200);
}

#[test]
fn an_entry_that_cannot_be_told_is_stepped_over() {
    let world = World::new();
    let [ann, bob] = ["ann", "bob"].map(|name| world.user(name));
    let [broken, place] = [0; 2].map(|_| world.group(&ann, &[&bob]));
    let (_, from, _) = world.poll(&bob, None);
    let words = ["one", "two", "three", "four"];
    world.say(&ann, &place, words[0]);
    world.say(&ann, &broken, "lost");
    for word in &words[1..] {
        world.say(&ann, &place, word);
    }
    // A kind that there isn't: it can't be read any more.
    let sql = format!("UPDATE conversations SET type = 'nonsense' WHERE _id = '{broken}'");
    block_on(world.realtime.spoil(&sql));
    let (events, next, is_reset) = world.poll(&bob, Some(&from));
    let told: Vec<&Value> = events
        .iter()
        .map(|event| &event["message"]["content"])
        .collect();
    assert_eq!(told, words);
    assert!(!is_reset);
    assert_eq!(world.poll(&bob, Some(&next)).0, Vec::<Value>::new());
}

#[test]
fn a_handover_is_told_with_both_roles() {
    let world = World::new();
    let [ann, bob, cat] = ["ann", "bob", "cat"].map(|name| world.user(name));
    let place = world.group(&ann, &[&bob, &cat]);
    let all = heard(&world, &[&ann, &bob, &cat], || {
        let path = format!("/v1/conversations/{place}/members/{}", bob.id);
        let owner = json!({"role": "owner"});
        world.call(&ann, Method::PATCH, &path, &owner).expect(200);
    });
    for events in &all {
        assert_eq!(types(events), ["conversation.changed"]);
        let members = events[0]["members"].as_array().unwrap().iter();
        let mut roles: Vec<_> = members
            .map(|member| (member["userId"].clone(), member["role"].clone()))
            .collect();
        roles.sort_by_key(|(user, _)| user.to_string());
        let mut wanted = vec![
            (json!(ann.id), json!("admin")),
            (json!(bob.id), json!("owner")),
        ];
        wanted.sort_by_key(|(user, _)| user.to_string());
        assert_eq!(roles, wanted);
    }
    let own = |events: &[Value]| events[0]["changes"]["my"]["role"].clone();
    let roles = [own(&all[0]), own(&all[1]), own(&all[2])];
    assert_eq!(roles, [json!("admin"), json!("owner"), Value::Null]);
}

#[test]
fn a_place_is_good_for_five_hundred_events_and_a_day() {
    let world = World::new();
    let [ann, bob] = ["ann", "bob"].map(|name| world.user(name));
    let place = world.group(&ann, &[&bob]);
    let (_, from, _) = world.poll(&bob, None);
    for n in 0..500 {
        world.say(&ann, &place, &n.to_string());
    }
    let (events, _, is_reset) = world.poll(&bob, Some(&from));
    assert_eq!((events.len(), is_reset), (500, false));
    world.say(&ann, &place, "one more");
    let (events, next, is_reset) = world.poll(&bob, Some(&from));
    assert_eq!((events.len(), is_reset), (0, true));
    world.say(&ann, &place, "behind it");
    let (events, ..) = world.poll(&bob, Some(&next));
    assert_eq!(events[0]["message"]["content"], "behind it");
    world.realtime.advance(24 * 3_600_000 + 60_000);
    let bob = User {
        token: block_on(world.realtime.session(&bob.id)),
        ..bob
    };
    let (events, _, is_reset) = world.poll(&bob, Some(&next));
    assert_eq!((events.len(), is_reset), (0, true));
}

#[test]
fn long_messages_are_told_again_in_parts_and_each_once() {
    let world = World::new();
    let [ann, bob] = ["ann", "bob"].map(|name| world.user(name));
    let place = world.group(&ann, &[&bob]);
    let (_, from, _) = world.poll(&bob, None);
    // Of three bytes each: 40 of these messages are 1.2 MB.
    let long = |n: usize| format!("{n} {}", "字".repeat(9_900));
    let mut sent: Vec<String> = (0..20).map(long).collect();
    sent.push("a short one".to_owned());
    sent.extend((20..60).map(long));
    for words in &sent {
        world.say(&ann, &place, words);
    }
    let (mut next, mut heard, mut parts) = (from.clone(), Vec::new(), Vec::new());
    while heard.len() < sent.len() {
        let (events, place, is_reset) = world.poll(&bob, Some(&next));
        assert!(!is_reset && !events.is_empty());
        let bytes: usize = events.iter().map(|event| event.to_string().len()).sum();
        parts.push(bytes);
        let words = events.iter().map(|event| &event["message"]["content"]);
        heard.extend(words.map(|words| words.as_str().unwrap().to_owned()));
        next = place;
    }
    assert_eq!(heard, sent);
    assert!(
        parts.len() > 1 && parts.iter().all(|bytes| *bytes <= 1 << 20),
        "{parts:?}"
    );
    // A stream tells all of them, one part after the other.
    let path = format!("/v1/realtime?after={from}");
    let told = world.call(&bob, Method::GET, &path, &Value::Null).streamed;
    let count = told.matches("event: message.created").count();
    assert_eq!(count, sent.len());
}
