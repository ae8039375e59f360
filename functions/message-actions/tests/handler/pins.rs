//! Pinned messages: the right to pin, the number of pins, and the members who see them.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_messages::testing::{Person, Scene};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch};

use crate::{Place, both};

struct Group {
    scene: Scene,
    /// The owner.
    ann: Person,
    /// An ordinary member.
    bob: Person,
    place: Place,
}

fn group() -> Group {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    scene.name(&ann, "ann");
    let group = scene.group(&[&ann, &bob]);
    give(&scene, &group, &ann, ConversationMemberRole::Owner);
    let place = Place::new(&scene, &bob, &group);
    Group {
        scene,
        ann,
        bob,
        place,
    }
}

fn give(scene: &Scene, group: &str, who: &Person, role: ConversationMemberRole) {
    let patch = Patch::<ConversationMember>::new().set(ConversationMember::ROLE, role);
    scene.change(&member_id(group, &who.id), patch);
}

/// The ids of the pinned messages that somebody sees.
fn pinned(scene: &Scene, who: &Person, conversation: &str, query: &str) -> (Vec<String>, Value) {
    let path = format!("/v1/conversations/{conversation}/pins{query}");
    let page = scene
        .actions
        .send(Method::GET, &path, &who.token, &Value::Null);
    let page = futures::executor::block_on(page).expect(200);
    let items = page["items"].as_array().unwrap().iter();
    let ids = items.map(|item| {
        assert_eq!(item["messageId"], item["message"]["id"]);
        item["messageId"].as_str().unwrap().to_owned()
    });
    (ids.collect(), page)
}

#[test]
fn a_pinned_message_says_so_and_stands_in_the_list() {
    let Group {
        scene,
        ann,
        bob,
        place,
    } = group();
    let first = place.act(&scene, &ann, Method::PUT, "/pin").expect(200);
    assert_eq!(first["pinnedBy"], ann.id);
    scene.actions.advance(1_000);
    let again = place.act(&scene, &ann, Method::PUT, "/pin").expect(200);
    assert_eq!(again, first);
    let seen = place.seen(&scene, &bob);
    assert_eq!(
        (&seen["isPinned"], &seen["pinnedAt"]),
        (&json!(true), &first["pinnedAt"])
    );
    let second = Place::new(&scene, &bob, &place.conversation);
    second.act(&scene, &ann, Method::PUT, "/pin").expect(200);
    let (ids, page) = pinned(&scene, &bob, &place.conversation, "?limit=1");
    assert_eq!(ids, std::slice::from_ref(&second.message));
    assert_eq!(page["users"][&ann.id]["username"], "ann");
    let next = page["next"].as_str().unwrap();
    let after = format!("?after={next}");
    let (ids, _) = pinned(&scene, &bob, &place.conversation, &after);
    assert_eq!(ids, std::slice::from_ref(&place.message));

    for _ in 0..2 {
        place.act(&scene, &ann, Method::DELETE, "/pin").expect(204);
    }
    let seen = place.seen(&scene, &bob);
    assert_eq!(
        (&seen["isPinned"], seen.get("pinnedAt")),
        (&json!(false), None)
    );
    let (ids, _) = pinned(&scene, &bob, &place.conversation, "");
    assert_eq!(ids, [second.message]);
    let events = scene.events(&["message.pinned", "message.unpinned"]);
    let kinds: Vec<&str> = events
        .iter()
        .map(|(event, _)| event.kind.as_str())
        .collect();
    assert_eq!(
        kinds,
        ["message.pinned", "message.pinned", "message.unpinned"]
    );
    let told = json!({"conversationId": place.conversation, "messageId": place.message, "authorId": bob.id});
    assert_eq!(events[0].1, told);
}

#[test]
fn who_may_pin_is_a_setting() {
    let Group {
        scene,
        ann,
        bob,
        place,
    } = group();
    let pin = |who: &Person, method: Method| place.act(&scene, who, method, "/pin");
    pin(&bob, Method::PUT).expect_problem(403, "forbidden");
    pin(&ann, Method::PUT).expect(200);
    pin(&bob, Method::DELETE).expect_problem(403, "forbidden");
    give(
        &scene,
        &place.conversation,
        &bob,
        ConversationMemberRole::Moderator,
    );
    pin(&bob, Method::DELETE).expect(204);
    let settings = json!({"pinMessages": "owner"}).to_string();
    let settings = Patch::<Conversation>::new().set(Conversation::SETTINGS, settings);
    scene.change(&place.conversation, settings);
    pin(&bob, Method::PUT).expect_problem(403, "forbidden");
    pin(&ann, Method::PUT).expect(200);
}

#[test]
fn between_two_both_pin_unless_one_was_blocked() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let talk = scene.direct(&ann, &bob);
    let place = Place::new(&scene, &ann, &talk);
    place.act(&scene, &bob, Method::PUT, "/pin").expect(200);
    let blocked = Patch::<ConversationMember>::new().set(ConversationMember::IS_BLOCKED, true);
    scene.change(&member_id(&talk, &bob.id), blocked);
    let unpin = place.act(&scene, &bob, Method::DELETE, "/pin");
    unpin.expect_problem(403, "forbidden");
    place.act(&scene, &ann, Method::DELETE, "/pin").expect(204);
}

#[test]
fn strangers_and_messages_that_are_not_there_are_a_404() {
    let Group {
        scene, ann, place, ..
    } = group();
    let eve = scene.person();
    let nobody = Person {
        id: String::new(),
        token: String::new(),
    };
    let unknown = Place {
        message: "nothing".into(),
        ..place.clone()
    };
    for method in [Method::PUT, Method::DELETE] {
        let act = |who: &Person, place: &Place| place.act(&scene, who, method.clone(), "/pin");
        act(&nobody, &place).expect_problem(401, "unauthenticated");
        act(&eve, &place).expect_problem(404, "not_found");
        act(&ann, &unknown).expect_problem(404, "not_found");
    }
    let path = format!("/v1/conversations/{}/pins", place.conversation);
    for (who, status) in [(&eve, 404), (&nobody, 401)] {
        let list = scene
            .actions
            .send(Method::GET, &path, &who.token, &Value::Null);
        futures::executor::block_on(list).expect(status);
    }
    let deleted = Patch::<Message>::new().set(Message::DELETED_AT, scene.actions.ctx().now());
    place.act(&scene, &ann, Method::PUT, "/pin").expect(200);
    scene.change(&place.message, deleted);
    place
        .act(&scene, &ann, Method::PUT, "/pin")
        .expect_problem(404, "not_found");
    let (ids, _) = pinned(&scene, &ann, &place.conversation, "");
    assert!(ids.is_empty(), "{ids:?}");
}

#[test]
fn a_hundred_messages_are_pinned_and_no_more() {
    let Group {
        scene, ann, place, ..
    } = group();
    let pins = (0..98).map(|n| MessagePin {
        id: format!("m{n}"),
        conversation_id: place.conversation.clone(),
        place: n,
        ..MessagePin::default()
    });
    scene.commit(pins.fold(Batch::new(), |batch, pin| batch.insert(&pin)));
    let places: Vec<Place> = (0..3)
        .map(|_| Place::new(&scene, &ann, &place.conversation))
        .collect();
    let path = |place: &Place| {
        let (conversation, message) = (&place.conversation, &place.message);
        format!("/v1/conversations/{conversation}/messages/{message}/pin")
    };
    let other = scene.actions.another(&message_actions::api());
    places[0].act(&scene, &ann, Method::PUT, "/pin").expect(200);
    // Two at once for the last place.
    let (one, two) = both(
        (&scene.actions, &other),
        (Method::PUT, &path(&places[1]), &ann),
        (Method::PUT, &path(&places[2]), &ann),
    );
    let mut statuses = [one, two].map(|answer| answer.response.status().as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(scene.all::<MessagePin>().len(), 100);
    place
        .act(&scene, &ann, Method::PUT, "/pin")
        .expect_problem(409, "too_many_pins");
    places[0]
        .act(&scene, &ann, Method::DELETE, "/pin")
        .expect(204);
    place.act(&scene, &ann, Method::PUT, "/pin").expect(200);
}

#[test]
fn two_who_pin_the_same_message_at_once_pin_it_once() {
    let Group {
        scene, ann, place, ..
    } = group();
    let other = scene.actions.another(&message_actions::api());
    let (conversation, message) = (&place.conversation, &place.message);
    let path = format!("/v1/conversations/{conversation}/messages/{message}/pin");
    let (one, two) = both(
        (&scene.actions, &other),
        (Method::PUT, &path, &ann),
        (Method::PUT, &path, &ann),
    );
    assert_eq!(one.expect(200), two.expect(200));
    assert_eq!(scene.events(&["message.pinned"]).len(), 1);
}
