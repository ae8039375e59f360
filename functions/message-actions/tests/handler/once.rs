//! Messages that can be viewed once: the right to open them, the parts that are left then, and when the content goes.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_messages::testing::Person;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::world::{HOUR, World, two};

const MINUTE: i64 = 60_000;

/// A picture that can be viewed once.
pub fn picture() -> Value {
    json!({
        "contentType": "image", "content": "A caption", "mediaUrls": ["https://cdn.example/1"], "mediaFileIds": ["f"],
        "thumbnailUrl": "https://cdn.example/2", "thumbnailFileId": "t", "links": ["https://a.example"],
        "metadata": {"width": 640, "viewOnce": true},
    })
}

/// Sends it; gives its id.
fn show(world: &World, who: &Person, conversation: &str) -> String {
    for id in ["f", "t"] {
        world.scene.file(who, id, FileBucket::Messages);
    }
    let sent = world.scene.send(who, conversation, &picture()).expect(201);
    sent["id"].as_str().unwrap().to_owned()
}

fn open(world: &World, who: &Person, conversation: &str, id: &str) -> whisper_kit::testing::Answer {
    let rest = format!("/{id}/view");
    world.scene.act(who, Method::POST, conversation, &rest)
}

/// How far it got, as somebody sees it: in the history, and alone.
#[track_caller]
fn state(world: &World, who: &Person, conversation: &str, id: &str) -> Value {
    let rest = format!("/{id}");
    let one = world.scene.read(who, conversation, &rest).expect(200);
    let page = world.scene.read(who, conversation, "").expect(200);
    let items = page["items"].as_array().unwrap();
    let listed = items.iter().find(|item| item["id"] == id).unwrap();
    assert_eq!(listed["viewOnce"], one["viewOnce"]);
    for shown in [&one, listed] {
        assert!(!shown.to_string().contains("example"), "{shown}");
        assert!(!shown.to_string().contains("A caption"), "{shown}");
    }
    one["viewOnce"].clone()
}

#[test]
fn a_recipient_opens_it_once_and_the_sender_is_told() {
    let world = World::new();
    let (ann, bob) = (world.scene.person(), world.scene.person());
    let talk = world.scene.direct(&ann, &bob);
    let id = show(&world, &ann, &talk);
    let of = |who: &Person| state(&world, who, &talk, &id);
    assert_eq!(of(&bob), json!({"isOpened": false}));
    assert_eq!(of(&ann), json!({"isOpened": false, "openedCount": 0}));
    let opened = open(&world, &bob, &talk, &id).expect(200);
    for (field, value) in picture().as_object().unwrap() {
        assert_eq!(opened[field], *value, "{field}");
    }
    assert!(opened["users"].is_object());
    assert_eq!(of(&bob), json!({"isOpened": true}));
    assert_eq!(of(&ann), json!({"isOpened": true, "openedCount": 1}));
    let told = world.events("message.viewed");
    let wanted = json!({"conversationId": talk, "authorId": ann.id});
    assert_eq!(told, [(id.clone(), Some(bob.id.clone()), wanted)]);
    // The answer may have been lost: for a minute it is given again.
    world.scene.edge.advance(MINUTE - 1);
    assert_eq!(open(&world, &bob, &talk, &id).expect(200), opened);
    world.scene.edge.advance(1);
    open(&world, &bob, &talk, &id).expect_problem(410, "already_viewed");
    assert_eq!(world.events("message.viewed").len(), 1);
}

#[test]
fn only_recipients_open_it() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    let eve = world.scene.person();
    let id = show(&world, &ann, &group);
    let ordinary = world.scene.say(&ann, &group, "Words");
    open(&world, &ann, &group, &id).expect_problem(403, "forbidden");
    open(&world, &bob, &group, &ordinary).expect_problem(403, "forbidden");
    open(&world, &bob, &group, "nothing").expect_problem(404, "not_found");
    open(&world, &eve, &group, &id).expect_problem(404, "not_found");
    let nobody = Person {
        token: String::new(),
        ..bob.clone()
    };
    open(&world, &nobody, &group, &id).expect(401);
    let member = member_id(&group, &bob.id);
    let set = |column, value: bool| {
        let patch = Patch::<ConversationMember>::new().set(column, value);
        world.scene.change(&member, patch);
    };
    for column in [
        ConversationMember::IS_BLOCKED,
        ConversationMember::IS_REQUEST,
    ] {
        set(column, true);
        open(&world, &bob, &group, &id).expect_problem(403, "forbidden");
        set(column, false);
    }
    let left = |status| {
        let patch = Patch::<ConversationMember>::new().set(ConversationMember::STATUS, status);
        world.scene.change(&member, patch);
    };
    left(ConversationMemberStatus::Removed);
    open(&world, &bob, &group, &id).expect_problem(404, "not_found");
    left(ConversationMemberStatus::Active);
    assert_eq!(world.scene.all::<MessageOpening>(), []);
    open(&world, &bob, &group, &id).expect(200);
    let other = show(&world, &ann, &group);
    world.delete(&ann, &group, &other).expect(204);
    open(&world, &bob, &group, &other).expect_problem(404, "not_found");
}

#[test]
fn opening_has_a_rate() {
    let world = World::with(&[("view_rate_per_minute", "1")]);
    let (ann, bob, group) = two(&world);
    let ids = [show(&world, &ann, &group), show(&world, &ann, &group)];
    open(&world, &bob, &group, &ids[0]).expect(200);
    open(&world, &bob, &group, &ids[1]).expect_problem(429, "rate_limited");
    open(&world, &bob, &group, &ids[0]).expect(200);
    assert_eq!(world.scene.all::<MessageOpening>().len(), 1);
}

/// Whether the picture is in the database, whole or not at all.
fn kept(world: &World, id: &str) -> bool {
    let message: Message = world.scene.get(id);
    let is_whole = !message.media_urls.is_empty();
    let parts = [
        message.content.is_empty(),
        message.media_file_ids.is_empty(),
        message.thumbnail_url.is_none(),
        message.thumbnail_file_id.is_none(),
        message.links.is_empty(),
        message.metadata.as_deref() == Some(r#"{"viewOnce":true}"#),
    ];
    assert!(parts.iter().all(|gone| *gone != is_whole), "{message:?}");
    is_whole
}

#[test]
fn when_all_have_opened_it_the_content_goes_and_the_place_stays() {
    let world = World::new();
    let (ann, bob, cid) = (
        world.scene.person(),
        world.scene.person(),
        world.scene.person(),
    );
    let group = world.scene.group(&[&ann, &bob, &cid]);
    let id = show(&world, &ann, &group);
    open(&world, &bob, &group, &id).expect(200);
    world.scene.edge.advance(MINUTE);
    world.sweep();
    assert!(kept(&world, &id), "one hasn't");
    assert_eq!(world.scene.all::<OpenedMessage>(), []);
    open(&world, &cid, &group, &id).expect(200);
    world.sweep();
    assert!(kept(&world, &id), "the answer may be asked for again");
    world.scene.edge.advance(MINUTE);
    world.sweep();
    assert!(!kept(&world, &id));
    let told = world.events("message.spent");
    let wanted = json!({"conversationId": group, "senderId": ann.id});
    assert_eq!(told, [(id.clone(), None, wanted)]);
    assert_eq!(
        state(&world, &ann, &group, &id),
        json!({"isOpened": true, "openedCount": 2})
    );
    for who in [&bob, &cid] {
        open(&world, who, &group, &id).expect_problem(410, "already_viewed");
    }
    // Somebody who comes later finds nothing.
    let dan = world.scene.person();
    world.scene.join(&group, &dan.id);
    open(&world, &dan, &group, &id).expect_problem(410, "already_viewed");
    assert_eq!(world.sweep()["found"], 0);
}

#[test]
fn who_left_is_waited_for_no_more_and_who_is_there_is() {
    let world = World::new();
    let (ann, bob, cid) = (
        world.scene.person(),
        world.scene.person(),
        world.scene.person(),
    );
    let group = world.scene.group(&[&ann, &bob, &cid]);
    let id = show(&world, &ann, &group);
    open(&world, &bob, &group, &id).expect(200);
    let leave = |who: &Person| {
        let left = ConversationMemberStatus::Left;
        let patch = Patch::<ConversationMember>::new().set(ConversationMember::STATUS, left);
        world.scene.change(&member_id(&group, &who.id), patch);
    };
    // Bob has seen it and leaves: Cid hasn't.
    leave(&bob);
    world.scene.edge.advance(MINUTE);
    world.sweep();
    assert!(kept(&world, &id));
    open(&world, &cid, &group, &id).expect(200);
    world.scene.edge.advance(MINUTE);
    world.sweep();
    assert!(!kept(&world, &id));
}

#[test]
fn two_who_open_it_at_once_are_both_counted() {
    let world = World::new();
    let (ann, bob, cid) = (
        world.scene.person(),
        world.scene.person(),
        world.scene.person(),
    );
    let group = world.scene.group(&[&ann, &bob, &cid]);
    let id = show(&world, &ann, &group);
    let path = format!("/v1/conversations/{group}/messages/{id}/view");
    let actions = &world.scene.actions;
    let (one, other) = block_on(async {
        join!(
            actions.send(Method::POST, &path, &bob.token, &Value::Null),
            actions.send(Method::POST, &path, &cid.token, &Value::Null)
        )
    });
    assert_eq!(one.expect(200)["content"], "A caption");
    assert_eq!(other.expect(200)["content"], "A caption");
    world.scene.edge.advance(MINUTE);
    world.sweep();
    assert!(!kept(&world, &id));
    assert_eq!(state(&world, &ann, &group, &id)["openedCount"], 2);
}

#[test]
fn after_14_days_nothing_of_it_is_left() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    let cid = world.scene.person();
    world.scene.join(&group, &cid.id);
    let id = show(&world, &ann, &group);
    open(&world, &bob, &group, &id).expect(200);
    world.sweep();
    for _ in 0..14 {
        world.scene.edge.advance(24 * HOUR);
        world.sweep();
    }
    let bob = world.later(0, &bob);
    open(&world, &bob, &group, &id).expect_problem(404, "not_found");
    assert!(
        world
            .scene
            .all::<Message>()
            .iter()
            .all(|message| message.id != id)
    );
    assert_eq!(world.scene.all::<MessageOpening>(), []);
    assert_eq!(world.scene.all::<OpenedMessage>(), []);
}

#[test]
fn it_is_starred_pinned_and_deleted_and_never_edited() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    let id = show(&world, &ann, &group);
    world.give(&ann, &group, ConversationMemberRole::Owner);
    let put = |what: &str| {
        let rest = format!("/{id}/{what}");
        let answer = world.scene.act(&ann, Method::PUT, &group, &rest);
        answer.expect(200)
    };
    put("star");
    put("pin");
    for path in [
        "/v1/me/starred-messages",
        &format!("/v1/conversations/{group}/pins"),
    ] {
        let list = world
            .scene
            .actions
            .send(Method::GET, path, &ann.token, &Value::Null);
        let list = block_on(list).expect(200);
        assert_eq!(list["items"][0]["messageId"], *id);
        assert!(!list.to_string().contains("example"), "{list}");
    }
    let edit = json!({"content": "Other words"});
    let rest = format!("/{id}");
    let edited = world
        .scene
        .act_with(&ann, Method::PATCH, &group, &rest, &edit);
    edited.expect_problem(409, "not_editable");
    open(&world, &bob, &group, &id).expect(200);
    world.delete(&ann, &group, &id).expect(204);
    assert_eq!(world.scene.all::<MessageOpening>(), []);
    world.scene.edge.advance(MINUTE);
    world.sweep();
    assert_eq!(world.scene.all::<OpenedMessage>(), []);
    assert_eq!(world.events("message.spent"), []);
}

#[test]
fn its_sender_learns_who_opened_it_and_when() {
    let world = World::new();
    let (ann, bob, cid) = (
        world.scene.person(),
        world.scene.person(),
        world.scene.person(),
    );
    let group = world.scene.group(&[&ann, &bob, &cid]);
    let id = show(&world, &ann, &group);
    let list = |who: &Person, query: &str| {
        let rest = format!("/{id}/views{query}");
        world.scene.read(who, &group, &rest)
    };
    let users = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| item["userId"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(users(&list(&ann, "").expect(200)).is_empty());
    open(&world, &bob, &group, &id).expect(200);
    open(&world, &cid, &group, &id).expect(200);
    let all = list(&ann, "").expect(200);
    assert_eq!(users(&all), [cid.id.clone(), bob.id.clone()]);
    assert!(all["items"][0]["openedAt"].is_string() && all["users"].is_object());
    let first = list(&ann, "?limit=1").expect(200);
    let next = first["next"].as_str().unwrap();
    let second = list(&ann, &format!("?limit=1&after={next}")).expect(200);
    assert_eq!(users(&second), std::slice::from_ref(&bob.id));
    list(&bob, "").expect_problem(403, "forbidden");
    list(&world.scene.person(), "").expect_problem(404, "not_found");
    let settings = Patch::new().set(Conversation::SETTINGS, r#"{"seeMembers":"admins"}"#);
    world.scene.change::<Conversation>(&group, settings);
    list(&ann, "").expect_problem(403, "forbidden");
}

#[test]
fn a_history_with_such_messages_costs_no_more_statements() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    world.scene.say(&ann, &group, "Words");
    let cost = || {
        world.scene.edge.statements();
        world.scene.read(&bob, &group, "").expect(200);
        world.scene.edge.statements().len()
    };
    cost();
    let before = cost();
    show(&world, &ann, &group);
    show(&world, &bob, &group);
    assert_eq!(cost(), before);
}

#[test]
fn openings_by_users_with_a_block_in_between_are_neither_listed_nor_counted() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    let cid = world.scene.person();
    world.scene.join(&group, &cid.id);
    let id = show(&world, &ann, &group);
    world.scene.block(&cid, &ann);
    open(&world, &cid, &group, &id).expect(200);
    assert_eq!(
        state(&world, &ann, &group, &id),
        json!({"isOpened": false, "openedCount": 0})
    );
    open(&world, &bob, &group, &id).expect(200);
    assert_eq!(
        state(&world, &ann, &group, &id),
        json!({"isOpened": true, "openedCount": 1})
    );
}
