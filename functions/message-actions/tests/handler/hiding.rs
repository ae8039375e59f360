//! Deleting for oneself, and clearing: other members see no difference, and the user sees the messages on no route.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_messages::ids::{mark_id, mention_id};
use whisper_messages::testing::{Person, fields};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::world::{World, two};

#[test]
fn a_message_deleted_for_me_is_gone_for_me_alone() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    let ids = world.say_all(&ann, &group, &["1", "2", "3"]);
    scene.hide(&bob, &group, &ids[2]).expect(204);
    scene.hide(&bob, &group, &ids[0]).expect(204);
    assert_eq!(world.history(&bob, &group, 10), ["2"]);
    assert_eq!(world.history(&ann, &group, 10), ["1", "2", "3"]);
    let path = format!("/{}", ids[0]);
    scene
        .read(&bob, &group, &path)
        .expect_problem(404, "not_found");
    scene.read(&ann, &group, &path).expect(200);
    assert_eq!(world.preview(&bob, &group), (Some("2".into()), 1));
    assert_eq!(world.preview(&ann, &group), (Some("3".into()), 0));
    assert_eq!(scene.get::<Message>(&ids[0]).deleted_for, [""; 0]);
}

#[test]
fn a_second_time_changes_nothing() {
    let world = World::new();
    let (ann, _, group) = two(&world);
    let id = world.scene.say(&ann, &group, "x");
    world.scene.hide(&ann, &group, &id).expect(204);
    world.scene.hide(&ann, &group, &id).expect(204);
    assert_eq!(world.scene.all::<MessageMark>().len(), 1);
    let events = world.events("message.hidden");
    let what = json!({"conversationId": group});
    assert_eq!(events, [(id, Some(ann.id), what)]);
}

#[test]
fn a_page_is_full_however_many_were_deleted_in_between() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    let words: Vec<String> = (0..30).map(|n| n.to_string()).collect();
    for (n, words) in words.iter().enumerate() {
        let id = world.scene.say(&ann, &group, words);
        if n % 3 != 0 {
            world.scene.hide(&bob, &group, &id).expect(204);
        }
    }
    let left: Vec<String> = words.iter().step_by(3).cloned().collect();
    for limit in [1, 2, 5, 30] {
        assert_eq!(world.history(&bob, &group, limit), left, "{limit}");
    }
}

#[test]
fn it_costs_others_nothing_and_oneself_no_statement_more() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    let id = world.scene.say(&ann, &group, "x");
    world.scene.say(&ann, &group, "y");
    let cost = || {
        world.scene.edge.statements();
        world.scene.read(&bob, &group, "").expect(200);
        world.scene.edge.statements().len()
    };
    cost();
    let before = cost();
    world.scene.hide(&bob, &group, &id).expect(204);
    assert_eq!(cost(), before);
}

#[test]
fn who_may_not_see_a_message_cant_delete_it_for_themselves() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    let id = scene.say(&ann, &group, "x");
    let stranger = scene.person();
    scene
        .hide(&stranger, &group, &id)
        .expect_problem(404, "not_found");
    scene
        .hide(&bob, &group, "nothing")
        .expect_problem(404, "not_found");
    let elsewhere = scene.group(&[&bob]);
    scene
        .hide(&bob, &elsewhere, &id)
        .expect_problem(404, "not_found");
    let nobody = Person {
        token: String::new(),
        ..bob.clone()
    };
    scene
        .hide(&nobody, &group, &id)
        .expect_problem(401, "unauthenticated");
    let left = Patch::<ConversationMember>::new().set(
        ConversationMember::STATUS,
        ConversationMemberStatus::Removed,
    );
    scene.change(&member_id(&group, &bob.id), left);
    scene
        .hide(&bob, &group, &id)
        .expect_problem(404, "not_found");
    assert_eq!(scene.all::<MessageMark>(), []);
}

#[test]
fn a_message_that_has_ended_cant_be_deleted() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, _, group) = two(&world);
    let end = scene.edge.ctx().now().plus(1000);
    let body = json!({"id": "brief", "content": "x", "expiresAt": end});
    scene.send(&ann, &group, &body).expect(201);
    scene.edge.advance(1000);
    scene
        .hide(&ann, &group, "brief")
        .expect_problem(404, "not_found");
}

#[test]
fn what_i_deleted_for_me_i_can_neither_answer_nor_forward() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    let id = scene.say(&ann, &group, "x");
    scene.hide(&bob, &group, &id).expect(204);
    let reply = json!({"contentType": "reply", "content": "y", "replyToMessageId": id});
    let forward = json!({"contentType": "forward", "forwardedFromMessageId": id, "forwardedFromConversationId": group});
    for (body, field) in [
        (&reply, "replyToMessageId:reference"),
        (&forward, "forwardedFromMessageId:reference"),
    ] {
        assert_eq!(fields(scene.send(&bob, &group, body)), [field]);
        scene.send(&ann, &group, body).expect(201);
    }
    world.clear(&ann, &group).expect(200);
    assert_eq!(
        fields(scene.send(&ann, &group, &reply)),
        ["replyToMessageId:reference"]
    );
}

#[test]
fn my_mention_in_it_and_my_star_of_it_go_too() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    let id = scene.say(&ann, &group, "x");
    for who in [&ann, &bob] {
        scene.put(&Notification {
            id: mention_id(&id, &who.id),
            user_id: who.id.clone(),
            ..Notification::default()
        });
        scene.put(&MessageMark {
            id: mark_id(MessageMarkKind::Starred, &who.id, &id),
            user_id: who.id.clone(),
            message_id: id.clone(),
            conversation_id: group.clone(),
            kind: MessageMarkKind::Starred,
            ..MessageMark::default()
        });
    }
    scene.hide(&bob, &group, &id).expect(204);
    let left: Vec<String> = scene
        .all::<Notification>()
        .into_iter()
        .map(|n| n.user_id)
        .collect();
    assert_eq!(left, [ann.id.as_str()]);
    let stars = scene.all::<MessageMark>().into_iter();
    let stars = stars.filter(|mark| mark.kind == MessageMarkKind::Starred);
    assert_eq!(stars.map(|mark| mark.user_id).collect::<Vec<_>>(), [ann.id]);
}

#[test]
fn deletions_are_limited_per_minute_and_a_tenth_for_anonymous_accounts() {
    let world = World::with(&[("message_change_rate_per_minute", "20")]);
    let scene = &world.scene;
    let (bob, guest) = (scene.person(), scene.anonymous());
    let group = scene.group(&[&bob, &guest]);
    let ids: Vec<String> = (0..21)
        .map(|n| scene.say(&bob, &group, &n.to_string()))
        .collect();
    for (who, allowed) in [(&bob, 20), (&guest, 2)] {
        for id in &ids[..allowed] {
            scene.hide(who, &group, id).expect(204);
        }
        let refused = scene.hide(who, &group, &ids[allowed]);
        refused.expect_problem(429, "rate_limited");
    }
    scene.edge.advance(60_000);
    scene.hide(&bob, &group, &ids[20]).expect(204);
}

#[test]
fn a_cleared_conversation_begins_anew_for_me_alone() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    let ids = world.say_all(&ann, &group, &["1", "2"]);
    scene.hide(&bob, &group, &ids[1]).expect(204);
    let my = world.clear(&bob, &group).expect(200);
    assert_eq!(
        (&my["unreadCount"], &my["role"]),
        (&json!(0), &json!("member"))
    );
    assert_eq!(world.history(&bob, &group, 10), [""; 0]);
    assert_eq!(world.preview(&bob, &group), (None, 0));
    let path = format!("/{}", ids[0]);
    scene
        .read(&bob, &group, &path)
        .expect_problem(404, "not_found");
    scene
        .hide(&bob, &group, &ids[0])
        .expect_problem(404, "not_found");
    assert_eq!(
        scene.all::<MessageMark>(),
        [],
        "it hides what is hidden anyway"
    );
    assert_eq!(world.history(&ann, &group, 10), ["1", "2"]);
    let third = scene.say(&ann, &group, "3");
    assert_eq!(world.history(&bob, &group, 10), ["3"]);
    assert_eq!(world.preview(&bob, &group), (Some("3".into()), 1));
    scene.hide(&bob, &group, &third).expect(204);
    assert_eq!(world.preview(&bob, &group), (None, 0));
}

#[test]
fn clearing_is_told_once_and_an_empty_conversation_has_nothing_to_clear() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    world.clear(&bob, &group).expect(200);
    let id = world.scene.say(&ann, &group, "1");
    world.clear(&bob, &group).expect(200);
    world.clear(&bob, &group).expect(200);
    let events = world.events("conversation.cleared");
    assert_eq!(
        events,
        [(group.clone(), Some(bob.id), json!({"messageId": id}))]
    );
    let stranger = world.scene.person();
    world
        .clear(&stranger, &group)
        .expect_problem(404, "not_found");
}

#[test]
fn marks_of_a_message_go_with_it_however_many_there_are() {
    let world = World::with(&[("operator_key", "key")]);
    let scene = &world.scene;
    let (ann, _, group) = two(&world);
    let end = scene.edge.ctx().now().plus(1000);
    let body = json!({"id": "brief", "content": "x", "expiresAt": end});
    scene.send(&ann, &group, &body).expect(201);
    let stays = scene.say(&ann, &group, "stays");
    for n in 0..450 {
        let user = format!("u{n}");
        scene.put(&MessageMark {
            id: mark_id(MessageMarkKind::Deleted, &user, "brief"),
            user_id: user,
            message_id: "brief".into(),
            conversation_id: group.clone(),
            ..MessageMark::default()
        });
    }
    scene.hide(&ann, &group, &stays).expect(204);
    scene.edge.advance(1000);
    let path = "/internal/jobs/message-expiry";
    let run = scene.actions.send(Method::POST, path, "key", &Value::Null);
    assert_eq!(futures::executor::block_on(run).expect(200)["done"], 1);
    let left = scene.all::<MessageMark>();
    assert_eq!(
        left.iter().map(|mark| &mark.message_id).collect::<Vec<_>>(),
        [&stays]
    );
    assert!(scene.edge.rows_written().iter().all(|rows| *rows <= 800));
}
