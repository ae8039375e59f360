//! How entries follow their messages.

use futures::executor::block_on;
use serde_json::json;
use whisper_kit::Method;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Patch};

use crate::{KEY, World, count};

/// As an installation from before there was a search: messages, and no event that tells of them.
fn forget_events(world: &World) {
    let all = Batch::new().delete_where::<Event>(Filter::and([]), 10_000);
    world.scene.commit(all);
}

#[test]
fn an_edit_is_found_by_its_new_words_alone() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    let ids = world.say(&ann, &room, &["hello world"]);
    world.edit(&ids[0], "goodbye world");
    // Before the entry follows, the old words are gone and the new ones not there yet.
    assert_eq!(world.found(&ann, &room, "query=hello"), [""; 0]);
    assert_eq!(world.found(&ann, &room, "query=world"), ["goodbye world"]);
    world.tell("message.edited", &ids[0]);
    world.take_in();
    assert_eq!(world.found(&ann, &room, "query=goodbye"), ["goodbye world"]);
    assert_eq!(world.entries(), [" goodbye world "]);
    world.edit(&ids[0], "!");
    world.tell("message.edited", &ids[0]);
    world.take_in();
    assert_eq!(world.entries(), [""; 0]);
}

#[test]
fn what_is_deleted_is_gone_at_once_and_its_words_soon() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    let link = json!({"content": "hello", "links": ["https://example.com"]});
    let id = world.send(&ann, &room, link);
    world.say(&ann, &room, &["hello again"]);
    world.delete(&id);
    assert_eq!(world.found(&ann, &room, "query=hello"), ["hello again"]);
    assert_eq!(world.entries().len(), 2);
    world.tell("message.deleted", &id);
    world.take_in();
    assert_eq!(world.entries(), [" hello again "]);
    assert_eq!(count::<MediaEntry>(&world), 0);
}

#[test]
fn what_has_expired_is_gone_to_the_millisecond_and_its_words_soon() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    let end = world.search.ctx().now().plus(5_000).to_string();
    let links =
        json!({"content": "hello soon", "links": ["https://example.com"], "expiresAt": end});
    world.send(&ann, &room, links);
    world.take_in();
    world.search.advance(4_999);
    assert_eq!(world.found(&ann, &room, "query=hello"), ["hello soon"]);
    world.search.advance(1);
    assert_eq!(world.found(&ann, &room, "query=hello"), [""; 0]);
    let job = "/internal/jobs/message-expiry";
    block_on(
        world
            .scene
            .actions
            .send(Method::POST, job, KEY, &serde_json::Value::Null),
    )
    .expect(200);
    world.take_in();
    assert_eq!(
        (count::<SearchEntry>(&world), count::<MediaEntry>(&world)),
        (0, 0)
    );
}

#[test]
fn the_job_takes_out_entries_whose_messages_ended_long_ago() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    let end = world.search.ctx().now().plus(5_000).to_string();
    let links =
        json!({"content": "hello soon", "links": ["https://example.com"], "expiresAt": end});
    world.send(&ann, &room, links);
    world.say(&ann, &room, &["hello"]);
    world.job();
    world.search.advance(60 * 60 * 1000);
    world.job();
    assert_eq!(count::<SearchEntry>(&world), 2);
    world.search.advance(10_000);
    world.job();
    assert_eq!(
        (world.entries(), count::<MediaEntry>(&world)),
        (vec![" hello ".to_owned()], 0)
    );
}

#[test]
fn messages_from_before_there_was_a_search_are_taken_in_by_the_job() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    for n in 0..120 {
        world.scene.say(&ann, &room, &format!("old {n}"));
    }
    let gone = world.scene.say(&ann, &room, "old and deleted");
    world.delete(&gone);
    forget_events(&world);
    world.take_in();
    assert_eq!(count::<SearchEntry>(&world), 0);
    let new = world.say(&ann, &room, &["new"]);
    assert_eq!(world.found(&ann, &room, "query=new"), ["new"]);
    let report = world.job();
    assert_eq!(
        (&report["done"], &report["capped"]),
        (&json!(122), &json!(false))
    );
    assert_eq!(count::<SearchEntry>(&world), 121);
    assert_eq!(world.found(&ann, &room, "query=%22old+7%22"), ["old 7"]);
    // Once for good: the log tells of later messages.
    let entry = Batch::new().delete::<SearchEntry>(&new[0]);
    world.scene.commit(entry);
    world.scene.say(&ann, &room, "newer");
    forget_events(&world);
    assert_eq!(world.job()["done"], 0);
    assert_eq!(count::<SearchEntry>(&world), 120);
}

#[test]
fn a_deletion_that_the_consumer_has_seen_is_not_undone_by_the_back_fill() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    let id = world.scene.say(&ann, &room, "old");
    forget_events(&world);
    world.delete(&id);
    world.tell("message.deleted", &id);
    world.take_in();
    world.job();
    assert_eq!(world.entries(), [""; 0]);
}

#[test]
fn an_entry_is_made_once_however_often_it_is_told() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    let ids = world.say(&ann, &room, &["hello"]);
    assert_eq!(world.take_in().done, 0);
    for kind in [
        "message.sent",
        "message.edited",
        "message.sent",
        "message.hidden",
    ] {
        world.tell(kind, &ids[0]);
    }
    assert_eq!(world.take_in().done, 4);
    assert_eq!(world.found(&ann, &room, "query=hello"), ["hello"]);
    // Two runs at once: one commits, the other finds nothing more to do.
    world.scene.say(&ann, &room, "hello again");
    let other = world.search.another(&search::api());
    let both = futures::future::join(
        search::react(world.search.ctx()),
        search::react(other.ctx()),
    );
    let (one, two) = block_on(both);
    assert_eq!(one.unwrap().done + two.unwrap().done, 1);
    assert_eq!(
        world.found(&ann, &room, "query=hello"),
        ["hello again", "hello"]
    );
}

#[test]
fn a_long_message_is_found_by_its_first_words() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    let mut words = "東".repeat(9_980);
    words.push_str("終わり last");
    let id = world.send(&ann, &room, json!({"content": words}));
    world.take_in();
    assert_eq!(
        world.ask(&ann, &room, "query=last").expect(200)["items"][0]["id"],
        id.as_str()
    );
    // A ligature of eighteen letters and blanks, over and over: more words than an entry holds.
    let patch = Patch::<Message>::new().set(Message::CONTENT, "\u{FDFA}".repeat(9_000) + " last");
    world.scene.change(&id, patch);
    world.tell("message.edited", &id);
    world.take_in();
    let entry: SearchEntry = world.scene.get(&id);
    assert!(entry.words.chars().count() <= 60_000 && entry.words.ends_with(' '));
    assert_eq!(
        world.ask(&ann, &room, "query=last").expect(200)["items"],
        json!([])
    );
}
