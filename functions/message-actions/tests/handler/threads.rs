//! Answers to a message, and their number on it.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_messages::testing::{Person, Scene};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::Place;

fn answer(scene: &Scene, who: &Person, to: &Place, more: &Value) -> String {
    let mut body = json!({"content": "Yes", "replyToMessageId": to.message});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let sent = scene.send(who, &to.conversation, &body).expect(201);
    sent["id"].as_str().unwrap().to_owned()
}

fn replies(scene: &Scene, who: &Person, place: &Place, query: &str) -> (Vec<String>, Value) {
    let rest = format!("/replies{query}");
    let page = place.act(scene, who, Method::GET, &rest).expect(200);
    let items = page["items"].as_array().unwrap().iter();
    let ids = items.map(|item| item["id"].as_str().unwrap().to_owned());
    (ids.collect(), page)
}

fn run_expiry(scene: &Scene) -> Value {
    let path = "/internal/jobs/message-expiry";
    let run = scene.actions.send(Method::POST, path, "key", &Value::Null);
    futures::executor::block_on(run).expect(200)
}

#[test]
fn answers_are_counted_on_their_message_and_paged() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    scene.name(&bob, "bob");
    let place = Place::new(&scene, &ann, &scene.group(&[&ann, &bob]));
    assert_eq!(place.seen(&scene, &ann)["replyCount"], 0);
    let first = answer(&scene, &bob, &place, &json!({}));
    let second = answer(&scene, &ann, &place, &json!({"contentType": "reply"}));
    let third = answer(&scene, &bob, &place, &json!({}));
    scene.say(&ann, &place.conversation, "Something else");
    assert_eq!(place.seen(&scene, &ann)["replyCount"], 3);
    let (ids, page) = replies(&scene, &ann, &place, "?limit=2");
    assert_eq!(ids, [first.clone(), second.clone()]);
    assert_eq!(page["users"][&bob.id]["username"], "bob");
    let next = page["next"].as_str().unwrap();
    let (ids, _) = replies(&scene, &ann, &place, &format!("?after={next}"));
    assert_eq!(ids, std::slice::from_ref(&third));
    let (ids, _) = replies(&scene, &ann, &place, "?order=desc");
    assert_eq!(ids, [third, second, first]);
}

#[test]
fn an_answer_that_is_sent_again_counts_once() {
    let scene = crate::scene();
    let ann = scene.person();
    let place = Place::new(&scene, &ann, &scene.group(&[&ann]));
    let body = json!({"id": "answer", "content": "Yes", "replyToMessageId": place.message});
    scene.send(&ann, &place.conversation, &body).expect(201);
    scene.send(&ann, &place.conversation, &body).expect(200);
    let (one, two) = scene.send_both(
        &ann,
        &place.conversation,
        &json!({"id": "a", "content": "1", "replyToMessageId": place.message}),
        &json!({"id": "b", "content": "2", "replyToMessageId": place.message}),
    );
    one.expect(201);
    two.expect(201);
    assert_eq!(place.seen(&scene, &ann)["replyCount"], 3);
}

#[test]
fn answers_that_end_lower_the_number() {
    let scene = crate::scene_with(&[("operator_key", "key")]);
    let ann = scene.person();
    let place = Place::new(&scene, &ann, &scene.group(&[&ann]));
    let end = |after: i64| json!({"expiresAt": scene.edge.ctx().now().plus(after)});
    let (soon, later) = (end(1_000), end(2_000));
    answer(&scene, &ann, &place, &soon);
    answer(&scene, &ann, &place, &soon);
    let last = answer(&scene, &ann, &place, &later);
    run_expiry(&scene);
    scene.edge.advance(1_000);
    assert_eq!(run_expiry(&scene)["done"], 2);
    assert_eq!(place.seen(&scene, &ann)["replyCount"], 1);
    let (ids, _) = replies(&scene, &ann, &place, "");
    assert_eq!(ids, [last]);
    scene.edge.advance(1_000);
    assert_eq!(run_expiry(&scene)["done"], 1);
    assert_eq!(place.seen(&scene, &ann)["replyCount"], 0);
    assert_eq!(scene.all::<MessageThread>(), []);
}

#[test]
fn answers_that_are_deleted_for_all_lower_the_number() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let place = Place::new(&scene, &ann, &scene.group(&[&ann, &bob]));
    let ids: Vec<String> = (0..4)
        .map(|_| answer(&scene, &bob, &place, &json!({})))
        .collect();
    let delete = |id: &str| {
        let rest = format!("/{id}");
        scene.act(&bob, Method::DELETE, &place.conversation, &rest)
    };
    delete(&ids[0]).expect(204);
    delete(&ids[0]).expect(204);
    assert_eq!(place.seen(&scene, &ann)["replyCount"], 3);
    let (left, _) = replies(&scene, &ann, &place, "");
    assert_eq!(left, ids[1..]);
    // Two at once.
    let other = scene.actions.another(&message_actions::api());
    let path = |id: &str| format!("/v1/conversations/{}/messages/{id}", place.conversation);
    let (one, two) = crate::both(
        (&scene.actions, &other),
        (Method::DELETE, &path(&ids[1]), &bob),
        (Method::DELETE, &path(&ids[2]), &bob),
    );
    one.expect(204);
    two.expect(204);
    assert_eq!(place.seen(&scene, &ann)["replyCount"], 1);
    delete(&ids[3]).expect(204);
    assert_eq!(place.seen(&scene, &ann)["replyCount"], 0);
    assert_eq!(scene.all::<MessageThread>(), []);
}

#[test]
fn a_message_that_is_deleted_for_all_keeps_its_answers_and_loses_pin_and_stars() {
    let scene = crate::scene();
    let ann = scene.person();
    let place = Place::new(&scene, &ann, &scene.group(&[&ann]));
    let reply = answer(&scene, &ann, &place, &json!({}));
    let owner = Patch::<ConversationMember>::new()
        .set(ConversationMember::ROLE, ConversationMemberRole::Owner);
    scene.change(&member_id(&place.conversation, &ann.id), owner);
    place.act(&scene, &ann, Method::PUT, "/pin").expect(200);
    place.act(&scene, &ann, Method::PUT, "/star").expect(200);
    place.act(&scene, &ann, Method::DELETE, "").expect(204);
    let seen = place.seen(&scene, &ann);
    assert_eq!(
        (&seen["replyCount"], &seen["isPinned"], &seen["isStarred"]),
        (&json!(1), &json!(false), &json!(false))
    );
    assert_eq!(replies(&scene, &ann, &place, "").0, [reply]);
    assert_eq!(scene.all::<MessagePin>(), []);
    assert_eq!(scene.all::<MessageMark>(), []);
    let again = json!({"content": "Late", "replyToMessageId": place.message});
    let late = scene.send(&ann, &place.conversation, &again);
    assert_eq!(late.expect(422)["errors"][0]["field"], "replyToMessageId");
}

#[test]
fn a_message_that_ends_takes_its_number_and_its_pin_along() {
    let scene = crate::scene_with(&[("operator_key", "key")]);
    let ann = scene.person();
    let talk = scene.direct(&ann, &scene.person());
    let end = scene.edge.ctx().now().plus(1_000);
    let body = json!({"id": "brief", "content": "Brief", "expiresAt": end});
    scene.send(&ann, &talk, &body).expect(201);
    let place = Place {
        conversation: talk,
        message: "brief".into(),
    };
    answer(&scene, &ann, &place, &json!({"expiresAt": end}));
    answer(&scene, &ann, &place, &json!({}));
    place.act(&scene, &ann, Method::PUT, "/pin").expect(200);
    run_expiry(&scene);
    scene.edge.advance(1_000);
    // The system message of the pin names it, and ends as well.
    assert_eq!(run_expiry(&scene)["done"], 3);
    assert_eq!(scene.all::<MessageThread>(), []);
    assert_eq!(scene.all::<MessagePin>(), []);
    assert_eq!(scene.all::<Message>().len(), 1);
}

#[test]
fn only_who_sees_the_message_sees_its_answers() {
    let scene = crate::scene();
    let (ann, bob, eve) = (scene.person(), scene.person(), scene.person());
    let place = Place::new(&scene, &ann, &scene.group(&[&ann, &bob]));
    let reply = answer(&scene, &ann, &place, &json!({}));
    let list = |who: &Person| place.act(&scene, who, Method::GET, "/replies");
    list(&eve).expect_problem(404, "not_found");
    let nobody = Person {
        id: String::new(),
        token: String::new(),
    };
    list(&nobody).expect_problem(401, "unauthenticated");
    let left = Patch::<ConversationMember>::new()
        .set(ConversationMember::STATUS, ConversationMemberStatus::Left);
    scene.change(&member_id(&place.conversation, &bob.id), left);
    list(&bob).expect_problem(404, "not_found");
    let hidden = format!("/{reply}?for=me");
    scene
        .act(&ann, Method::DELETE, &place.conversation, &hidden)
        .expect(204);
    let (ids, _) = replies(&scene, &ann, &place, "");
    assert!(ids.is_empty(), "what one deleted for oneself: {ids:?}");
}
