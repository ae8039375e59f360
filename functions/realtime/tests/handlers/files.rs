//! Events about messages with files: each listener has addresses of their own.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::{FileBucket, StoredFile, Timestamp};
use whisper_store::Batch;

use super::together::{in_order, told};
use super::world::{User, World};

/// A file of somebody's.
fn file(world: &World, who: &User, id: &str) {
    let file = StoredFile {
        id: id.into(),
        user_id: who.id.clone(),
        bucket: FileBucket::Messages,
        name: "a.jpg".into(),
        mime_type: "image/jpeg".into(),
        size: 5,
        content_id: id.into(),
        completed_at: Some(Timestamp::AT_COMMIT),
        ..StoredFile::default()
    };
    block_on(world.realtime.store().commit(Batch::new().insert(&file))).unwrap();
}

/// Where the first file of a message is for each of those who heard of it.
fn urls(told: &[(String, Value)], part: &str) -> Vec<(String, String)> {
    let url = |(to, event): &(String, Value)| {
        let url = event[part]["media"][0]["url"].as_str()?;
        Some((to.clone(), url.to_owned()))
    };
    told.iter().filter_map(url).collect()
}

/// Ann, three others in order, and the messages of a group of theirs; Ann has the files `f` and `t`.
fn scene() -> (World, [User; 4], String) {
    let world = World::new();
    let ann = world.user("ann");
    let [bob, cat, dan] = in_order(["bob", "cat", "dan"].map(|name| world.user(name)));
    let place = world.group(&ann, &[&bob, &cat, &dan]);
    file(&world, &ann, "f");
    file(&world, &ann, "t");
    let path = format!("/v1/conversations/{place}/messages");
    (world, [ann, bob, cat, dan], path)
}

/// The events about Ann's picture, which is sent by then.
fn of_sending(world: &World, users: &[User; 4], path: &str) -> Vec<(String, Value)> {
    let body =
        json!({"id": "m", "contentType": "image", "mediaFileIds": ["f"], "thumbnailFileId": "t"});
    let send = || {
        world.post(&users[0], path, &body).expect(201);
    };
    told(world, &users.each_ref(), send, || ())
}

#[test]
fn each_listener_has_an_address_of_their_own() {
    let (world, users, path) = scene();
    let sent = of_sending(&world, &users, &path);
    assert_eq!(urls(&sent, "message").len(), 4, "{sent:?}");
    for (to, event) in &sent {
        let message = &event["message"];
        for file in [&message["media"][0], &message["thumbnail"]] {
            let url = file["url"].as_str().unwrap();
            assert!(url.contains(&format!("?user={to}&expires=")), "{to}: {url}");
        }
        let who = users.iter().find(|who| who.id == *to).unwrap();
        let read = world.get(who, &format!("{path}?limit=1"));
        for part in ["media", "thumbnail"] {
            assert_eq!(read["items"][0][part], message[part]);
        }
    }
}

#[test]
fn an_edit_has_the_addresses_again_and_a_deletion_takes_them_away() {
    let (world, users, path) = scene();
    let heard = urls(&of_sending(&world, &users, &path), "message");
    let path = format!("{path}/m");
    let change = |method: Method, body: Value| {
        let change = || {
            let done = world.call(&users[0], method, &path, &body);
            assert!(done.response.status().is_success(), "{}", done.body);
        };
        told(&world, &users.each_ref(), change, || ())
    };
    let edited = change(Method::PATCH, json!({"content": "Look"}));
    assert_eq!(urls(&edited, "changes"), heard);
    let deleted = change(Method::DELETE, Value::Null);
    let changes = deleted.iter().map(|(_, event)| &event["changes"]);
    let changes: Vec<&Value> = changes.filter(|changes| changes.is_object()).collect();
    assert_eq!(changes.len(), 4, "{deleted:?}");
    for changes in changes {
        assert_eq!(changes["media"], json!([]));
        assert_eq!(changes.get("thumbnail"), Some(&Value::Null));
    }
}
