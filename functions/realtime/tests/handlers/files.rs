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

#[test]
fn each_listener_has_an_address_of_their_own() {
    let world = World::new();
    let ann = world.user("ann");
    let [bob, cat, dan] = in_order(["bob", "cat", "dan"].map(|name| world.user(name)));
    let place = world.group(&ann, &[&bob, &cat, &dan]);
    let path = format!("/v1/conversations/{place}/messages");
    file(&world, &ann, "f");
    file(&world, &ann, "t");
    let body =
        json!({"id": "m", "contentType": "image", "mediaFileIds": ["f"], "thumbnailFileId": "t"});
    let all = [&ann, &bob, &cat, &dan];
    let sent = told(
        &world,
        &all,
        || {
            world.post(&ann, &path, &body).expect(201);
        },
        || (),
    );
    let heard = urls(&sent, "message");
    assert_eq!(heard.len(), 4, "{sent:?}");
    for (to, url) in &heard {
        let event = &sent.iter().find(|(other, _)| other == to).unwrap().1;
        let thumbnail = event["message"]["thumbnail"]["url"].as_str().unwrap();
        for url in [url, thumbnail] {
            assert!(url.contains(&format!("?user={to}&expires=")), "{to}: {url}");
        }
        let who = all.iter().find(|who| who.id == *to).unwrap();
        let read = world.get(who, &format!("{path}?limit=1"));
        assert_eq!(read["items"][0]["media"], event["message"]["media"]);
    }
    let edit = || {
        let edited = world.call(
            &ann,
            Method::PATCH,
            &format!("{path}/m"),
            &json!({"content": "Look"}),
        );
        edited.expect(200);
    };
    let edited = told(&world, &all, edit, || ());
    let changes: Vec<_> = edited
        .iter()
        .map(|(to, event)| (to.clone(), event.clone()))
        .collect();
    assert_eq!(urls(&changes, "changes"), heard);
    let pinned = told(
        &world,
        &all,
        || {
            world
                .call(&ann, Method::DELETE, &format!("{path}/m"), &Value::Null)
                .expect(204);
        },
        || (),
    );
    for (_, event) in pinned
        .iter()
        .filter(|(_, event)| event["type"] == "message.changed")
    {
        assert_eq!(
            (&event["changes"]["media"], &event["changes"]["thumbnail"]),
            (&Value::Null, &Value::Null)
        );
    }
}
