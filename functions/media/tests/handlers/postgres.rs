//! The same on PostgreSQL, from the upload to the removal.

use serde_json::Value;
use whisper_files::{Holder, hold, release};
use whisper_kit::Method;
use whisper_schema::prelude::{
    Conversation, ConversationMember, FileChunk, FileContent, Message, StoredFile,
};
use whisper_store::Batch;

use crate::scene::{CHUNK, DAY, JPEG, Scene, bytes, content, header};

#[test]
fn a_file_comes_is_read_and_goes() {
    let Some(scene) = Scene::on_postgres() else {
        return;
    };
    let (ann, bob) = (scene.person(), scene.person());
    let sent = bytes(JPEG, 2 * CHUNK + 9);
    let id = scene.begun(&ann, ("messages", "image/jpeg"), sent.len());
    let part = scene.appended(&ann, &id, (0, false), &sent[..CHUNK + 5]);
    assert_eq!(part.response.status().as_u16(), 204);
    let at = CHUNK + 5;
    assert_eq!(
        header(&scene.offset(&ann, &id), "upload-offset"),
        at.to_string()
    );
    scene
        .appended(&ann, &id, (at, true), &sent[at..])
        .expect(200);
    let twin = scene.uploaded(&ann, ("stories", "image/jpeg"), &sent);
    assert_eq!(scene.count::<FileContent>(), 1);
    let read = scene.read(&content(&twin), &ann.token);
    assert!(read.bytes == sent, "the bytes are those that were sent");
    let listed = scene.read("/v1/me/files?bucket=stories&type=image", &ann.token);
    assert_eq!(listed.expect(200)["items"][0]["id"], twin.as_str());
    scene
        .read(&content(&id), &bob.token)
        .expect_problem(404, "not_found");
    let message = message_to(&scene, &ann.id, &bob.id);
    let file: StoredFile = scene.get(&id).unwrap();
    scene.commit(hold(Batch::new(), [&file], &Holder::message(&message)));
    assert!(scene.read(&content(&id), &bob.token).bytes == sent);
    let path = format!("/v1/files/{id}");
    let refused = scene.send(Method::DELETE, &path, &ann.token, &Value::Null);
    refused.expect_problem(409, "file_in_use");
    let now = scene.edge.ctx().now();
    let holds = [Holder::message(&message).row(&id)];
    scene.commit(release(Batch::new(), &holds, now));
    scene.edge.advance(DAY);
    assert_eq!(scene.run()["failed"], 0);
    assert_eq!(scene.count::<StoredFile>() + scene.count::<FileChunk>(), 0);
}

/// A message to a conversation of two members.
fn message_to(scene: &Scene, sender: &str, recipient: &str) -> Message {
    scene.put(&Conversation {
        id: "c".into(),
        creator_id: sender.into(),
        ..Conversation::default()
    });
    for user in [sender, recipient] {
        scene.put(&ConversationMember {
            id: whisper_people::ids::member_id("c", user),
            conversation_id: "c".into(),
            user_id: user.into(),
            ..ConversationMember::default()
        });
    }
    let message = Message {
        id: "m".into(),
        conversation_id: "c".into(),
        sender_id: sender.into(),
        created_at: Some(scene.edge.ctx().now()),
        ..Message::default()
    };
    scene.put(&message);
    message
}
