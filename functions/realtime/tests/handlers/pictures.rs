//! Addresses of files in events: signed for the one who hears them, and in none that many hear alike.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::{Conversation, FileBucket, Profile, StoredFile};
use whisper_store::{Batch, Patch};

use super::world::{User, World};

/// Gives somebody a picture, and a conversation the same one, as they stand once they are changed.
fn painted(world: &World, who: &User, place: &str) {
    let now = world.realtime.ctx().now();
    let file = StoredFile {
        id: "face".into(),
        user_id: who.id.clone(),
        bucket: FileBucket::Avatars,
        name: "a.jpg".into(),
        mime_type: "image/jpeg".into(),
        size: 5,
        completed_at: Some(now),
        ..StoredFile::default()
    };
    let of_person = Patch::new().set(Profile::AVATAR_FILE_ID, "face");
    let of_place = Patch::new().set(Conversation::AVATAR_FILE_ID, "face");
    let batch = Batch::new()
        .insert(&file)
        .update(&who.id, of_person)
        .update(place, of_place);
    block_on(world.realtime.store().commit(batch)).unwrap();
}

#[test]
fn a_change_of_a_conversation_has_ids_and_its_coming_has_addresses_of_ones_own() {
    let world = World::new();
    let [ann, bob, cat] = ["ann", "bob", "cat"].map(|name| world.user(name));
    let place = world.group(&ann, &[&bob]);
    painted(&world, &ann, &place);
    let [from_bob, from_cat] = [&bob, &cat].map(|user| world.poll(user, None).1);
    let path = format!("/v1/conversations/{place}");
    let body = json!({"userIds": [cat.id]});
    let added = world.post(&ann, &format!("{path}/members"), &body);
    added.expect(200);
    let renamed = json!({"name": "Painters"});
    let renamed = world.call(&ann, Method::PATCH, &path, &renamed);
    renamed.expect(200);
    let heard = Value::from(world.poll(&bob, Some(&from_bob)).0);
    assert_eq!(heard[1]["changes"]["avatarFileId"], "face");
    assert_eq!(heard[1]["users"][&ann.id]["username"], "ann");
    assert!(!heard.to_string().contains("sig="), "{heard}");
    let heard = world.poll(&cat, Some(&from_cat)).0;
    assert_eq!(heard[0]["type"], "conversation.added");
    for file in [
        &heard[0]["conversation"]["avatar"],
        &heard[0]["users"][&ann.id]["avatar"],
    ] {
        let url = file["url"].as_str().unwrap();
        assert!(url.contains(&cat.id), "{url}");
    }
}
