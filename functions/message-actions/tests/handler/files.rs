//! Files of messages: when the messages let go of them.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_messages::testing::Person;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::broadcasts::Circle;
use crate::channels::Station;
use crate::world::{World, two};

const MINUTE: i64 = 60_000;

/// Sends a picture, with the file of this id; gives the message's id.
fn show(world: &World, who: &Person, conversation: &str, file: &str, more: &Value) -> String {
    world.scene.file(who, file, FileBucket::Messages);
    let mut body = json!({"contentType": "image", "mediaFileIds": [file]});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let sent = world.scene.send(who, conversation, &body).expect(201);
    sent["id"].as_str().unwrap().to_owned()
}

/// Copies a message of a conversation into another.
fn forward(world: &World, who: &Person, (from, message): (&str, &str), to: &str) -> String {
    let copy = json!({"contentType": "forward", "forwardedFromMessageId": message, "forwardedFromConversationId": from});
    let sent = world.scene.send(who, to, &copy).expect(201);
    sent["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_message_that_is_deleted_for_all_lets_go_of_its_files_and_copies_keep_theirs() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    let own = world.scene.group(&[&bob]);
    let message = show(&world, &ann, &group, "f", &json!({"thumbnailFileId": "f"}));
    let copy = forward(&world, &bob, (&group, &message), &own);
    world.scene.hide(&bob, &group, &message).expect(204);
    assert_eq!(world.scene.holders("f"), [message.clone(), copy.clone()]);
    world.delete(&ann, &group, &message).expect(204);
    let holds = world.scene.all::<FileHold>();
    let holders: Vec<&str> = holds.iter().map(|hold| hold.holder_id.as_str()).collect();
    assert_eq!(holders, [copy.as_str()]);
    let shown = world
        .scene
        .read(&ann, &group, &format!("/{message}"))
        .expect(200);
    assert_eq!(
        (&shown["media"], &shown["mediaFileIds"]),
        (&json!([]), &json!([]))
    );
    let bobs = world
        .scene
        .read(&bob, &own, &format!("/{copy}"))
        .expect(200);
    assert_eq!(bobs["media"][0]["id"], "f");
    world.delete(&bob, &own, &copy).expect(204);
    assert!(world.scene.holders("f").is_empty());
}

#[test]
fn a_deletion_of_words_reads_no_more_than_before() {
    let world = World::new();
    let (ann, _, group) = two(&world);
    let cost = |message: &str| {
        world.scene.actions.statements();
        world.delete(&ann, &group, message).expect(204);
        world.scene.actions.statements().len()
    };
    let [first, words] = ["1", "2"].map(|words| world.scene.say(&ann, &group, words));
    let shown = show(&world, &ann, &group, "f", &json!({}));
    world.scene.say(
        &ann,
        &group,
        "The newest, which the list of conversations shows",
    );
    cost(&first);
    let plain = cost(&words);
    assert_eq!(cost(&shown), plain + 1);
}

#[test]
fn a_message_that_ends_lets_go_of_its_files() {
    let world = World::new();
    let (ann, _, group) = two(&world);
    let end = world.scene.edge.ctx().now().plus(MINUTE);
    show(&world, &ann, &group, "ends", &json!({"expiresAt": end}));
    let stays = show(&world, &ann, &group, "stays", &json!({}));
    world.sweep();
    assert_eq!(world.scene.holders("ends").len(), 1);
    world.scene.edge.advance(MINUTE);
    assert_eq!(world.sweep()["failed"], 0);
    assert!(world.scene.holders("ends").is_empty());
    assert_eq!(world.scene.holders("stays"), [stays]);
}

#[test]
fn media_that_can_be_viewed_once_are_shown_by_the_opening_alone_and_go_with_it() {
    let world = World::new();
    let (ann, bob) = (world.scene.person(), world.scene.person());
    let talk = world.scene.direct(&ann, &bob);
    let once = json!({"metadata": {"viewOnce": true}});
    let message = show(&world, &ann, &talk, "f", &once);
    for who in [&ann, &bob] {
        for rest in ["", &format!("/{message}")] {
            let shown = world.scene.read(who, &talk, rest).expect(200).to_string();
            assert!(
                shown.contains("\"media\":[]") && !shown.contains("/v1/files"),
                "{shown}"
            );
        }
    }
    let rest = format!("/{message}/view");
    let opened = world
        .scene
        .act(&bob, Method::POST, &talk, &rest)
        .expect(200);
    let url = opened["media"][0]["url"].as_str().unwrap();
    assert!(
        url.starts_with(&format!("/v1/files/f/content?user={}&", bob.id)),
        "{url}"
    );
    assert_eq!(world.scene.holders("f"), std::slice::from_ref(&message));
    world.scene.edge.advance(MINUTE);
    assert_eq!(world.sweep()["failed"], 0);
    assert!(world.scene.holders("f").is_empty());
    // The rest of the message goes later, and its files were let go of already.
    world.delete(&ann, &talk, &message).expect(204);
}

#[test]
fn the_copies_of_a_broadcast_hold_its_files_until_they_go() {
    let circle = Circle::new(2);
    let (world, ann) = (&circle.world, &circle.ann);
    let post = show(world, ann, &circle.list, "f", &json!({}));
    circle.job();
    assert_eq!(world.scene.holders("f").len(), 3);
    let others = world.scene.all::<FileHold>().into_iter();
    assert!(others.into_iter().all(|hold| hold.user_id == ann.id));
    world.delete(ann, &circle.list, &post).expect(204);
    assert_eq!(world.sweep()["failed"], 0);
    assert!(world.scene.holders("f").is_empty());
}

#[test]
fn comments_on_a_channels_picture_hold_it_as_well() {
    let station = Station::new();
    let world = &station.world;
    let group = station.link();
    let post = show(world, &station.ann, &station.channel, "f", &json!({}));
    let holds = world.scene.all::<FileHold>();
    assert_eq!(
        holds[0].user_id, station.ann.id,
        "the author's, not the channel's"
    );
    let opened = station.comments(&station.rob, &post).expect(201);
    let copy = opened["messageId"].as_str().unwrap();
    assert_eq!(world.scene.holders("f"), [post.as_str(), copy]);
    let shown = world
        .scene
        .read(&station.ann, &group, &format!("/{copy}"))
        .expect(200);
    assert_eq!(shown["media"][0]["id"], "f");
    world
        .delete(&station.ann, &station.channel, &post)
        .expect(204);
    assert!(world.scene.holders("f").is_empty());
}

#[test]
fn lists_and_answers_show_files_too() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    let first = world.scene.say(&ann, &group, "Well?");
    let message = show(&world, &ann, &group, "f", &json!({}));
    let patch = Patch::<Message>::new().set(Message::REPLY_TO_MESSAGE_ID, first.as_str());
    world.scene.change(&message, patch);
    let starred = format!("/{message}/star");
    world
        .scene
        .act(&bob, Method::PUT, &group, &starred)
        .expect(200);
    let actions = &world.scene.actions;
    let stars = actions.send(
        Method::GET,
        "/v1/me/starred-messages",
        &bob.token,
        &Value::Null,
    );
    let stars = block_on(stars).expect(200);
    let replies = world
        .scene
        .read(&bob, &group, &format!("/{first}/replies"))
        .expect(200);
    for shown in [&stars["items"][0]["message"], &replies["items"][0]] {
        let url = shown["media"][0]["url"].as_str().unwrap();
        assert!(url.contains(&format!("user={}&", bob.id)), "{url}");
    }
}
