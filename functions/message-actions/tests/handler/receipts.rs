//! The members who received and read a message, and the times.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_messages::testing::{Person, Scene};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch};

use crate::world::World;

/// Says that somebody received or read up to a message, a second later.
fn reaches(world: &World, who: &Person, conversation: &str, message: &str, reads: bool) {
    world.scene.edge.advance(1_000);
    let (path, body) = match reads {
        true => (
            format!("/{conversation}/read"),
            json!({"messageId": message}),
        ),
        false => {
            let named = json!({"conversationId": conversation, "messageId": message});
            ("/delivered".to_owned(), json!({"messages": [named]}))
        }
    };
    world.ask_with(Method::POST, who, &path, &body).expect(200);
}

fn list(world: &World, who: &Person, conversation: &str, message: &str, query: &str) -> Value {
    let rest = format!("/{message}/receipts{query}");
    let answer = world.scene.act(who, Method::GET, conversation, &rest);
    answer.expect(200)
}

fn users(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|item| item["userId"].as_str().unwrap()).collect()
}

fn turn_off(scene: &Scene, who: &Person) {
    let off = Patch::new().set(Profile::PRIVACY_SETTINGS, r#"{"readReceipts": "nobody"}"#);
    scene.change::<Profile>(&who.id, off);
}

#[test]
fn the_sender_learns_who_received_and_read_and_when() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, cat, dan) = (
        scene.person(),
        scene.person(),
        scene.person(),
        scene.person(),
    );
    scene.name(&bob, "bob");
    let group = scene.group(&[&ann, &bob, &cat, &dan]);
    let first = scene.say(&ann, &group, "1");
    let second = scene.say(&ann, &group, "2");
    reaches(&world, &bob, &group, &first, false);
    let received = scene.edge.ctx().now();
    reaches(&world, &cat, &group, &second, false);
    reaches(&world, &bob, &group, &first, true);
    let read = scene.edge.ctx().now();
    // The time of the first message's receipt stays when Bob reads the second.
    reaches(&world, &bob, &group, &second, true);
    let page = list(&world, &ann, &group, &first, "");
    assert_eq!(
        page["items"],
        json!([{"userId": bob.id, "readAt": read, "deliveredAt": received}])
    );
    assert_eq!(page["users"][&bob.id]["username"], "bob");
    let counts = [
        "readCount",
        "deliveredCount",
        "readCapped",
        "deliveredCapped",
        "isListed",
    ];
    let counts = counts.map(|key| page[key].clone());
    assert_eq!(
        counts,
        [json!(1), json!(2), json!(false), json!(false), json!(true)]
    );
    let page = list(&world, &ann, &group, &first, "?state=delivered");
    assert_eq!(users(&page), [cat.id.as_str()]);
    assert_eq!(page["items"][0]["readAt"], Value::Null);
    // One page at a time, both ways.
    reaches(&world, &cat, &group, &second, true);
    reaches(&world, &dan, &group, &second, true);
    let page = list(&world, &ann, &group, &first, "?limit=2");
    assert_eq!(users(&page), [bob.id.as_str(), &cat.id]);
    let next = page["next"].as_str().unwrap();
    let page = list(
        &world,
        &ann,
        &group,
        &first,
        &format!("?limit=2&after={next}"),
    );
    assert_eq!(
        (users(&page), page["next"].is_null()),
        (vec![dan.id.as_str()], true)
    );
    assert_eq!(page["readCount"], 3);
}

#[test]
fn nobody_else_learns_it_and_only_of_a_message_that_stands() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, eve) = (scene.person(), scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    let message = scene.say(&ann, &group, "1");
    let rest = format!("/{message}/receipts");
    let ask = |who: &Person, rest: &str| scene.act(who, Method::GET, &group, rest);
    ask(&bob, &rest).expect_problem(403, "forbidden");
    ask(&eve, &rest).expect_problem(404, "not_found");
    ask(&ann, "/nothing/receipts").expect_problem(404, "not_found");
    let nobody = Person {
        token: "none".into(),
        ..ann.clone()
    };
    ask(&nobody, &rest).expect(401);
    ask(&ann, &format!("{rest}?state=seen")).expect_problem(400, "invalid_query");
    let elsewhere = scene.group(&[&ann, &bob]);
    let other = scene.say(&ann, &elsewhere, "2");
    ask(&ann, &format!("/{other}/receipts")).expect_problem(404, "not_found");
    let gone = Patch::new().set(Message::DELETED_AT, scene.edge.ctx().now());
    scene.change::<Message>(&message, gone);
    ask(&ann, &rest).expect_problem(404, "not_found");
}

#[test]
fn those_who_are_gone_or_blocked_or_came_later_are_not_among_them() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, cat, dan) = (
        scene.person(),
        scene.person(),
        scene.person(),
        scene.person(),
    );
    let group = scene.group(&[&ann, &bob, &cat]);
    let message = scene.say(&ann, &group, "1");
    let later = scene.say(&ann, &group, "2");
    scene.join(&group, &dan.id);
    let joined = Patch::new().set(ConversationMember::JOINED_POSITION, scene.place(&message));
    scene.change::<ConversationMember>(&member_id(&group, &dan.id), joined);
    for who in [&bob, &cat, &dan] {
        reaches(&world, who, &group, &later, true);
    }
    let seen = |message: &str| {
        let page = list(&world, &ann, &group, message, "");
        let users: Vec<String> = users(&page).into_iter().map(str::to_owned).collect();
        assert_eq!(page["readCount"], users.len());
        users
    };
    assert_eq!(seen(&message), [bob.id.clone(), cat.id.clone()]);
    assert_eq!(seen(&later).len(), 3);
    scene.block(&bob, &ann);
    assert_eq!(seen(&message), std::slice::from_ref(&cat.id));
    let left = format!("/{group}/leave");
    world.ask(Method::POST, &cat, &left).expect(204);
    assert!(seen(&message).is_empty());
    assert_eq!(seen(&later), [dan.id]);
}

#[test]
fn whoever_does_not_tell_is_not_told() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, cat) = (scene.person(), scene.person(), scene.person());
    for who in [&ann, &bob, &cat] {
        scene.name(who, &format!("u{}", &who.id[24..]));
    }
    let group = scene.group(&[&ann, &bob, &cat]);
    let message = scene.say(&ann, &group, "1");
    turn_off(scene, &bob);
    for who in [&bob, &cat] {
        reaches(&world, who, &group, &message, true);
    }
    assert_eq!(
        users(&list(&world, &ann, &group, &message, "")),
        [cat.id.as_str()]
    );
    let delivered = list(&world, &ann, &group, &message, "?state=delivered");
    assert_eq!(users(&delivered), [bob.id.as_str()]);
    assert_eq!(delivered["items"][0]["readAt"], Value::Null);
    turn_off(scene, &ann);
    let read = list(&world, &ann, &group, &message, "");
    assert_eq!((users(&read).len(), &read["readCount"]), (0, &json!(0)));
    // A member who read is listed here, as the sender isn't told of reading.
    let delivered = list(&world, &ann, &group, &message, "?state=delivered");
    assert_eq!(users(&delivered), [bob.id.as_str(), &cat.id]);
    assert!(!delivered.to_string().contains("readAt"), "{delivered}");
}

#[test]
fn a_stranger_learns_nothing_about_their_request() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob) = (scene.person(), scene.person());
    let talk = scene.direct(&ann, &bob);
    scene.name(&bob, "bob");
    let is_request = |is: bool| {
        let asked = Patch::new().set(ConversationMember::IS_REQUEST, is);
        scene.change::<ConversationMember>(&member_id(&talk, &bob.id), asked);
    };
    is_request(true);
    let message = scene.say(&ann, &talk, "Hi");
    reaches(&world, &bob, &talk, &message, true);
    let seen = || {
        let page = list(&world, &ann, &talk, &message, "?state=read");
        (
            users(&page).len(),
            page["readCount"].clone(),
            page["deliveredCount"].clone(),
        )
    };
    assert_eq!(seen(), (0, json!(0), json!(0)));
    is_request(false);
    assert_eq!(seen(), (1, json!(1), json!(1)));
}

#[test]
fn whoever_may_not_see_the_members_learns_how_many() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    let settings = Patch::new().set(Conversation::SETTINGS, r#"{"seeMembers":"admins"}"#);
    scene.change::<Conversation>(&group, settings);
    let message = scene.say(&ann, &group, "1");
    reaches(&world, &bob, &group, &message, true);
    let page = list(&world, &ann, &group, &message, "");
    assert_eq!((users(&page).len(), &page["isListed"]), (0, &json!(false)));
    assert_eq!(
        (&page["readCount"], &page["users"]),
        (&json!(1), &json!({}))
    );
}

/// Adds members who have read up to a place.
fn crowd(scene: &Scene, conversation: &str, those: std::ops::Range<usize>, place: i64) {
    for start in those.clone().step_by(500) {
        let members = (start..those.end.min(start + 500)).map(|n| ConversationMember {
            id: member_id(conversation, &format!("u{n}")),
            conversation_id: conversation.to_owned(),
            user_id: format!("u{n}"),
            receipt_position: Some(place),
            delivered_position: Some(place),
            joined_at: Timestamp::AT_COMMIT,
            ..ConversationMember::default()
        });
        scene.commit(members.fold(Batch::new(), |batch, member| batch.insert(&member)));
    }
}

#[test]
fn of_more_than_512_members_it_is_told_how_many_up_to_a_thousand() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    let message = scene.say(&ann, &group, "1");
    reaches(&world, &bob, &group, &message, true);
    let seen = |members: i64| {
        let count = Patch::new().set(Conversation::PARTICIPANT_COUNT, members);
        scene.change::<Conversation>(&group, count);
        let page = list(&world, &ann, &group, &message, "");
        let keys = ["readCount", "readCapped", "deliveredCount", "isListed"];
        (users(&page).len(), keys.map(|key| page[key].clone()))
    };
    assert_eq!(
        seen(512),
        (1, [json!(1), json!(false), json!(1), json!(true)])
    );
    assert_eq!(
        seen(513),
        (0, [json!(1), json!(false), json!(1), json!(false)])
    );
    let place = scene.place(&message);
    crowd(scene, &group, 0..999, place);
    assert_eq!(
        seen(1_001).1,
        [json!(1_000), json!(false), json!(1_000), json!(false)]
    );
    crowd(scene, &group, 999..2_000, place);
    assert_eq!(
        seen(2_002).1,
        [json!(1_000), json!(true), json!(1_000), json!(false)]
    );
    scene.actions.statements();
    list(&world, &ann, &group, &message, "");
    assert_eq!(
        scene.actions.statements().len(),
        2,
        "the message, the counts"
    );
}
