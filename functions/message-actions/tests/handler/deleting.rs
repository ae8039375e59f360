//! Deleting for all: an empty message keeps the place, and the words are gone from everywhere.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::Answer;
use whisper_messages::ids::{mark_id, mention_id, poll_id};
use whisper_messages::testing::{Person, fields};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::world::{HOUR, World, two};

#[test]
fn an_empty_message_keeps_the_place() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    let ids = world.say_all(&ann, &group, &["1", "2", "3"]);
    world.delete(&ann, &group, &ids[1]).expect(204);
    for who in [&ann, &bob] {
        assert_eq!(world.history(who, &group, 2), ["1", "", "3"]);
    }
    let path = format!("/{}", ids[1]);
    let left = scene.read(&bob, &group, &path).expect(200);
    assert!(left["deletedAt"].is_string(), "{left}");
    assert_eq!(left["senderId"], ann.id);
    let message: Message = scene.get(&ids[1]);
    let empty = Message {
        id: ids[1].clone(),
        conversation_id: group.clone(),
        sender_id: ann.id.clone(),
        status: MessageStatus::Sent,
        created_at: message.created_at,
        deleted_at: message.deleted_at,
        updated_at: message.deleted_at,
        ..Message::default()
    };
    assert_eq!(message, empty);
}

#[test]
fn it_counts_for_nobody_and_stands_in_no_preview() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    let ids = world.say_all(&ann, &group, &["1", "2", "3"]);
    assert_eq!(world.preview(&bob, &group), (Some("3".into()), 3));
    world.delete(&ann, &group, &ids[2]).expect(204);
    assert_eq!(world.preview(&bob, &group), (Some("2".into()), 2));
    let shown: Conversation = world.scene.get(&group);
    assert_eq!(shown.last_message_text.as_deref(), Some("2"));
    world.delete(&ann, &group, &ids[0]).expect(204);
    assert_eq!(world.preview(&bob, &group), (Some("2".into()), 1));
    world.delete(&ann, &group, &ids[1]).expect(204);
    assert_eq!(world.preview(&bob, &group), (None, 0));
    let shown: Conversation = world.scene.get(&group);
    let none = (shown.last_message_id, shown.last_message_text);
    assert_eq!(none, (None, None));
}

#[test]
fn everything_that_has_or_shows_its_words_goes() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    let poll = json!({"id": "poll", "contentType": "poll", "content": "Tea?", "mentions": [bob.id],
        "metadata": {"options": ["yes", "no"]}});
    scene.send(&ann, &group, &poll).expect(201);
    let file = json!({"id": "file", "contentType": "image", "mediaUrls": ["https://a.example/1"],
        "content": "Look", "links": ["https://a.example"], "thumbnailUrl": "https://a.example/t",
        "replyToMessageId": "poll", "metadata": {"width": 3}});
    scene.send(&ann, &group, &file).expect(201);
    scene.put(&Notification {
        id: mention_id("poll", &bob.id),
        user_id: bob.id.clone(),
        ..Notification::default()
    });
    world.delete(&ann, &group, "poll").expect(204);
    world.delete(&ann, &group, "file").expect(204);
    assert_eq!(scene.all::<Poll>(), []);
    assert_eq!(scene.all::<Notification>(), []);
    for id in ["poll", "file"] {
        let row = serde_json::to_string(&scene.get::<Message>(id)).unwrap();
        for word in [
            "Tea",
            "yes",
            "Look",
            "a.example",
            "\"t\"",
            "width",
            poll_id("poll").as_str(),
        ] {
            assert!(!row.contains(word), "{word}: {row}");
        }
    }
}

#[test]
fn a_copy_is_its_senders_own_and_stays() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    let id = scene.say(&ann, &group, "words");
    let copy = json!({"contentType": "forward", "forwardedFromMessageId": id, "forwardedFromConversationId": group});
    scene.send(&bob, &group, &copy).expect(201);
    world.delete(&ann, &group, &id).expect(204);
    assert_eq!(world.history(&bob, &group, 10), ["", "words"]);
    let refused = scene.send(&bob, &group, &copy);
    assert_eq!(fields(refused), ["forwardedFromMessageId:reference"]);
}

#[test]
fn it_is_told_once() {
    let world = World::new();
    let (ann, _, group) = two(&world);
    let id = world.scene.say(&ann, &group, "x");
    world.delete(&ann, &group, &id).expect(204);
    world.delete(&ann, &group, &id).expect(204);
    let what = json!({"conversationId": group, "senderId": ann.id, "replyToMessageId": null});
    let events = world.events("message.deleted");
    assert_eq!(events, [(id.clone(), Some(ann.id.clone()), what)]);
}

#[test]
fn who_deleted_it_for_themselves_still_sees_nothing_of_it() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    let ids = world.say_all(&ann, &group, &["1", "2"]);
    world.scene.hide(&bob, &group, &ids[0]).expect(204);
    world.delete(&ann, &group, &ids[0]).expect(204);
    world.sweep();
    assert_eq!(world.history(&bob, &group, 10), ["2"]);
    assert_eq!(world.history(&ann, &group, 10), ["", "2"]);
    // The same for Ann, who hides a message that was deleted for all before.
    world.scene.hide(&ann, &group, &ids[0]).expect(204);
    assert_eq!(world.history(&ann, &group, 10), ["2"]);
    let again = world.delete(&ann, &group, &ids[0]);
    again.expect_problem(404, "not_found");
}

#[test]
fn the_place_goes_when_the_message_would_have() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, _, group) = two(&world);
    let end = scene.edge.ctx().now().plus(1000);
    let body = json!({"id": "brief", "content": "x", "expiresAt": end});
    scene.send(&ann, &group, &body).expect(201);
    world.delete(&ann, &group, "brief").expect(204);
    assert_eq!(world.history(&ann, &group, 10), [""]);
    scene.edge.advance(1000);
    assert_eq!(world.history(&ann, &group, 10), [""; 0]);
    world.sweep();
    assert_eq!(scene.all::<Message>(), []);
}

/// A group of Ann, who said something, with Bob in a role.
fn moderated(role: ConversationMemberRole) -> (World, Person, Person, String, String) {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    world.give(&bob, &group, role);
    let id = world.scene.say(&ann, &group, "x");
    (world, ann, bob, group, id)
}

#[test]
fn those_who_moderate_delete_what_others_said_at_any_time() {
    use ConversationMemberRole::{Admin, Moderator, Owner};
    for role in [Owner, Admin, Moderator] {
        let (world, _, bob, group, id) = moderated(role);
        let bob = world.later(1000 * HOUR, &bob);
        world.delete(&bob, &group, &id).expect(204);
        let events = world.events("message.deleted");
        assert_eq!(events[0].1, Some(bob.id), "{role}");
    }
    let (world, ann, bob, group, id) = moderated(ConversationMemberRole::Member);
    world
        .delete(&bob, &group, &id)
        .expect_problem(403, "forbidden");
    let direct = world.scene.direct(&ann, &bob);
    world.give(&bob, &direct, Owner);
    let id = world.scene.say(&ann, &direct, "y");
    world
        .delete(&bob, &direct, &id)
        .expect_problem(403, "forbidden");
}

#[test]
fn the_sender_has_so_many_hours() {
    let world = World::new();
    let (ann, _, group) = two(&world);
    let ids = world.say_all(&ann, &group, &["1", "2"]);
    let ann = world.later(48 * HOUR, &ann);
    world.delete(&ann, &group, &ids[0]).expect(204);
    world.scene.edge.advance(1);
    world
        .delete(&ann, &group, &ids[1])
        .expect_problem(409, "too_late");
    world.scene.hide(&ann, &group, &ids[1]).expect(204);
    let world = World::with(&[("delete_window_hours", "0")]);
    let (ann, _, group) = two(&world);
    let id = world.scene.say(&ann, &group, "x");
    let ann = world.later(10_000 * HOUR, &ann);
    world.delete(&ann, &group, &id).expect(204);
}

#[test]
fn strangers_and_those_who_left_delete_nothing() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    let id = scene.say(&ann, &group, "x");
    let stranger = scene.person();
    let nobody = Person {
        token: String::new(),
        ..ann.clone()
    };
    world
        .delete(&stranger, &group, &id)
        .expect_problem(404, "not_found");
    world
        .delete(&nobody, &group, &id)
        .expect_problem(401, "unauthenticated");
    world
        .delete(&ann, &group, "nothing")
        .expect_problem(404, "not_found");
    let elsewhere = scene.group(&[&ann, &bob]);
    world
        .delete(&ann, &elsewhere, &id)
        .expect_problem(404, "not_found");
    let left = Patch::<ConversationMember>::new()
        .set(ConversationMember::STATUS, ConversationMemberStatus::Left);
    scene.change(&member_id(&group, &ann.id), left);
    world
        .delete(&ann, &group, &id)
        .expect_problem(404, "not_found");
    assert_eq!(world.history(&bob, &group, 10), ["x"]);
}

#[test]
fn somebody_who_was_blocked_still_takes_back_what_they_said() {
    let world = World::new();
    let (ann, bob) = (world.scene.person(), world.scene.person());
    let talk = world.scene.direct(&ann, &bob);
    let id = world.scene.say(&ann, &talk, "x");
    let blocked = Patch::<ConversationMember>::new().set(ConversationMember::IS_BLOCKED, true);
    world.scene.change(&member_id(&talk, &ann.id), blocked);
    world.delete(&ann, &talk, &id).expect(204);
    assert_eq!(world.history(&bob, &talk, 10), [""]);
}

fn bulk(world: &World, who: &Person, group: &str, body: &Value) -> Answer {
    world
        .scene
        .act_with(who, Method::POST, group, "/delete", body)
}

#[test]
fn many_are_deleted_at_once() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    let words: Vec<String> = (0..70).map(|n| n.to_string()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ids = world.say_all(&ann, &group, &words);
    bulk(&world, &ann, &group, &json!({"ids": ids[..50]})).expect(204);
    bulk(
        &world,
        &bob,
        &group,
        &json!({"ids": ids[30..], "for": "me"}),
    )
    .expect(204);
    assert_eq!(world.history(&bob, &group, 7), [""; 30]);
    let left = world.history(&ann, &group, 7);
    assert_eq!(
        (left.len(), &left[49..51]),
        (70, &["".to_owned(), "50".to_owned()][..])
    );
    bulk(
        &world,
        &ann,
        &group,
        &json!({"ids": ids[..50], "for": "all"}),
    )
    .expect(204);
    assert_eq!(world.events("message.deleted").len(), 50);
    assert_eq!(world.events("message.hidden").len(), 40);
    assert_eq!(world.preview(&bob, &group), (None, 0));
}

#[test]
fn of_many_none_is_deleted_where_one_may_not_be() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    let ids = world.say_all(&ann, &group, &["1", "2"]);
    let other = world.scene.say(&bob, &group, "3");
    let one = json!({"ids": [ids[0], "nothing", "neither"]});
    let refused = bulk(&world, &ann, &group, &one);
    assert_eq!(fields(refused), ["ids:reference", "ids:reference"]);
    let one = json!({"ids": [ids[0], other]});
    bulk(&world, &ann, &group, &one).expect_problem(403, "forbidden");
    let ann = world.later(49 * HOUR, &ann);
    let late = world.scene.say(&ann, &group, "4");
    let one = json!({"ids": [late, ids[0]]});
    bulk(&world, &ann, &group, &one).expect_problem(409, "too_late");
    assert_eq!(world.history(&ann, &group, 10), ["1", "2", "3", "4"]);
    let repeated = json!({"ids": [late, late]});
    bulk(&world, &ann, &group, &repeated).expect(204);
    for (body, wanted) in [
        (json!({}), "ids:required"),
        (json!({"ids": []}), "ids:size"),
        (json!({"ids": vec!["x"; 101]}), "ids:size"),
        (json!({"ids": ["-"]}), "ids[0]:format"),
        (json!({"ids": ["x"], "for": "them"}), "for:enum"),
    ] {
        assert_eq!(fields(bulk(&world, &ann, &group, &body)), [wanted]);
    }
}

#[test]
fn many_count_as_many_against_the_limit() {
    let world = World::with(&[("message_change_rate_per_minute", "30")]);
    let (ann, _, group) = two(&world);
    let words: Vec<String> = (0..31).map(|n| n.to_string()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ids = world.say_all(&ann, &group, &words);
    bulk(&world, &ann, &group, &json!({"ids": ids[..28]})).expect(204);
    let rest = json!({"ids": ids[28..]});
    bulk(&world, &ann, &group, &rest).expect_problem(429, "rate_limited");
    world.delete(&ann, &group, &ids[28]).expect(204);
    assert_eq!(world.events("message.deleted").len(), 29);
}

#[test]
fn what_hangs_on_it_goes_however_much_there_is() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, _, group) = two(&world);
    let ids = world.say_all(&ann, &group, &["goes", "stays"]);
    for id in &ids {
        for n in 0..450 {
            let user = format!("u{n}");
            let kind = match n % 9 {
                0 => MessageMarkKind::Deleted,
                _ => MessageMarkKind::Starred,
            };
            scene.put(&MessageMark {
                id: mark_id(kind, &user, id),
                user_id: user.clone(),
                message_id: id.clone(),
                conversation_id: group.clone(),
                kind,
                ..MessageMark::default()
            });
        }
        scene.put(&MessageReaction {
            id: format!("r{}", &id[24..]),
            message_id: id.clone(),
            ..MessageReaction::default()
        });
    }
    scene.edge.rows_written();
    world.delete(&ann, &group, &ids[0]).expect(204);
    assert_eq!(scene.all::<MessageReaction>().len(), 1);
    world.sweep();
    let marks = scene.all::<MessageMark>().into_iter();
    let marks = marks.filter(|mark| mark.message_id == ids[0]);
    assert!(
        marks
            .clone()
            .all(|mark| mark.kind == MessageMarkKind::Deleted)
    );
    assert_eq!((marks.count(), scene.all::<MessageMark>().len()), (50, 500));
    assert_eq!(scene.all::<MessageRemains>(), []);
    let rows = scene.edge.rows_written();
    assert!(rows.iter().all(|rows| *rows < 300), "{rows:?}");
}

#[test]
fn two_who_delete_at_once_both_succeed() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    world.give(&bob, &group, ConversationMemberRole::Admin);
    let ids = world.say_all(&ann, &group, &["1", "2", "3"]);
    let path = |id: &str| format!("/v1/conversations/{group}/messages/{id}");
    let actions = &world.scene.actions;
    // Twice the same message; then the two newest of those that are left, each of which becomes the preview when the
    // other goes.
    for (first, second) in [(&ids[2], &ids[2]), (&ids[1], &ids[0])] {
        let (first, second) = (path(first), path(second));
        let first = actions.send(Method::DELETE, &first, &ann.token, &Value::Null);
        let second = actions.send(Method::DELETE, &second, &bob.token, &Value::Null);
        let (first, second) = block_on(futures::future::join(first, second));
        first.expect(204);
        second.expect(204);
    }
    assert_eq!(world.events("message.deleted").len(), 3);
    let shown: Conversation = world.scene.get(&group);
    assert_eq!(shown.last_message_text, None);
}

#[test]
fn a_deletion_costs_the_same_in_any_group() {
    let cost = |members: usize| {
        let world = World::new();
        let ann = world.scene.person();
        let group = world.scene.group(&[&ann]);
        for n in 0..members {
            world.scene.join(&group, &format!("m{n}"));
        }
        let ids = world.say_all(&ann, &group, &["1", "2"]);
        world.delete(&ann, &group, &ids[0]).expect(204);
        world.scene.edge.statements();
        world.scene.edge.rows_written();
        world.delete(&ann, &group, &ids[1]).expect(204);
        let rows = world.scene.edge.rows_written();
        (world.scene.edge.statements().len(), rows)
    };
    assert_eq!(cost(0), cost(300));
}

/// Fewer are unread than before, also where the list shows another message.
#[test]
fn whoever_catches_up_hears_of_an_older_message_that_goes() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    let place = |world: &World| {
        let list = world.ask(Method::GET, &bob, "").expect(200);
        list["since"].as_str().unwrap().to_owned()
    };
    let unread = |world: &World, since: &str| {
        let changed = world.ask(Method::GET, &bob, &format!("?since={since}"));
        let changed = changed.expect(200);
        let items = changed["items"].as_array().unwrap();
        items.first().map(|item| item["my"]["unreadCount"].clone())
    };
    let said = world.say_all(&ann, &group, &["1", "2", "3", "4"]);
    let since = place(&world);
    assert_eq!(unread(&world, &since), None);
    world.delete(&ann, &group, &said[0]).expect(204);
    assert_eq!(unread(&world, &since), Some(json!(3)));
    // A message that ends and that the job removes.
    let ends = world.scene.edge.ctx().now().plus(60_000);
    let patch = Patch::<Message>::new().set(Message::EXPIRES_AT, ends);
    world.scene.change(&said[1], patch);
    world.scene.put(&MessageExpiry {
        id: said[1].clone(),
        conversation_id: group.clone(),
        expires_at: ends,
    });
    world.scene.edge.advance(61_000);
    let since = place(&world);
    world.sweep();
    assert_eq!(unread(&world, &since), Some(json!(2)));
}
