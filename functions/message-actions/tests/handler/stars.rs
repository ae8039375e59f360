//! Starred messages: one's own, over all conversations, as far as one still sees them.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_messages::testing::{Person, Scene};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::Place;

fn starred(scene: &Scene, who: &Person, query: &str) -> (Vec<String>, Value) {
    let path = format!("/v1/me/starred-messages{query}");
    let page = scene
        .actions
        .send(Method::GET, &path, &who.token, &Value::Null);
    let page = block_on(page).expect(200);
    let items = page["items"].as_array().unwrap().iter();
    let ids = items.map(|item| {
        assert_eq!(item["messageId"], item["message"]["id"]);
        assert_eq!(item["message"]["isStarred"], true);
        item["messageId"].as_str().unwrap().to_owned()
    });
    (ids.collect(), page)
}

/// Two places in two conversations of these.
fn two(scene: &Scene, ann: &Person, bob: &Person) -> [Place; 2] {
    let (group, talk) = (scene.group(&[ann, bob]), scene.direct(ann, bob));
    [
        Place::new(scene, bob, &group),
        Place::new(scene, bob, &talk),
    ]
}

#[test]
fn a_star_is_ones_own_and_set_once() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    scene.name(&bob, "bob");
    let [one, other] = two(&scene, &ann, &bob);
    let first = one.act(&scene, &ann, Method::PUT, "/star").expect(200);
    scene.actions.advance(1_000);
    let again = one.act(&scene, &ann, Method::PUT, "/star").expect(200);
    assert_eq!(again, first);
    other.act(&scene, &ann, Method::PUT, "/star").expect(200);
    assert_eq!(one.seen(&scene, &ann)["isStarred"], true);
    assert_eq!(one.seen(&scene, &bob)["isStarred"], false);
    let (ids, page) = starred(&scene, &ann, "");
    assert_eq!(ids, [other.message.clone(), one.message.clone()]);
    assert_eq!(page["users"][&bob.id]["username"], "bob");
    assert!(starred(&scene, &bob, "").0.is_empty());
    let (ids, page) = starred(&scene, &ann, "?limit=1");
    assert_eq!(ids, [other.message]);
    let next = page["next"].as_str().unwrap();
    let (ids, _) = starred(&scene, &ann, &format!("?after={next}"));
    assert_eq!(ids, std::slice::from_ref(&one.message));
    for _ in 0..2 {
        one.act(&scene, &ann, Method::DELETE, "/star").expect(204);
    }
    assert_eq!(starred(&scene, &ann, "").0.len(), 1);
    let events = scene.events(&["message.starred", "message.unstarred"]);
    assert_eq!(events.len(), 3);
    assert_eq!(events[0].1, json!({"conversationId": one.conversation}));
}

#[test]
fn what_one_sees_no_more_is_not_among_them() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let [one, other] = two(&scene, &ann, &bob);
    let third = Place::new(&scene, &ann, &one.conversation);
    for place in [&one, &other, &third] {
        place.act(&scene, &ann, Method::PUT, "/star").expect(200);
    }
    let deleted = Patch::<Message>::new().set(Message::DELETED_AT, scene.actions.ctx().now());
    scene.change(&other.message, deleted);
    let hidden = format!("/{}?for=me", third.message);
    scene
        .act(&ann, Method::DELETE, &third.conversation, &hidden)
        .expect(204);
    assert_eq!(
        starred(&scene, &ann, "").0,
        std::slice::from_ref(&one.message)
    );
    let left = Patch::<ConversationMember>::new()
        .set(ConversationMember::STATUS, ConversationMemberStatus::Left);
    scene.change(&member_id(&one.conversation, &ann.id), left);
    assert!(starred(&scene, &ann, "").0.is_empty());
    one.act(&scene, &ann, Method::PUT, "/star")
        .expect_problem(404, "not_found");
}

#[test]
fn strangers_star_nothing() {
    let scene = crate::scene();
    let (ann, bob, eve) = (scene.person(), scene.person(), scene.person());
    let [one, _] = two(&scene, &ann, &bob);
    let nobody = Person {
        id: String::new(),
        token: String::new(),
    };
    for method in [Method::PUT, Method::DELETE] {
        let act = |who: &Person| one.act(&scene, who, method.clone(), "/star");
        act(&nobody).expect_problem(401, "unauthenticated");
        act(&eve).expect_problem(404, "not_found");
    }
    let list = scene
        .actions
        .send(Method::GET, "/v1/me/starred-messages", "", &Value::Null);
    block_on(list).expect_problem(401, "unauthenticated");
}

/// Lists over several conversations ask no group how far its members have read.
#[test]
fn they_say_nothing_wrong_about_how_far_they_got() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let places = two(&scene, &bob, &ann);
    for place in &places {
        place.act(&scene, &ann, Method::PUT, "/star").expect(200);
        scene.mark(&place.conversation, &bob, &place.message);
        assert_eq!(place.seen(&scene, &ann)["status"], "read");
    }
    let (ids, page) = starred(&scene, &ann, "");
    assert_eq!(ids, [&*places[1].message, &*places[0].message]);
    assert_eq!(page["items"][0]["message"]["status"], "read");
    assert_eq!(page["items"][1]["message"].get("status"), None);
}
