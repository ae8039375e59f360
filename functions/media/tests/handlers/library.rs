//! The library: lists, changes, deletion.

use serde_json::{Value, json};
use whisper_files::{GONE, Holder, hold, release};
use whisper_kit::Method;
use whisper_messages::ids::mark_id;
use whisper_people::ids::member_id;
use whisper_schema::prelude::{
    Conversation, ConversationKind, ConversationMember, ConversationMemberRole,
    ConversationMemberStatus, FileBook, FileHold, MediaItem, Message, MessageMark, MessageMarkKind,
    StoredFile, Story,
};
use whisper_store::{Batch, Patch};

use crate::scene::{JPEG, MP4, PNG, Person, Scene, block_on, content};

fn list(scene: &Scene, who: &Person, query: &str) -> Vec<String> {
    let answer = scene
        .read(&format!("/v1/me/files{query}"), &who.token)
        .expect(200);
    let items = answer["items"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

fn change(scene: &Scene, who: &Person, id: &str, body: &Value) -> whisper_kit::testing::Answer {
    scene.send(Method::PATCH, &format!("/v1/files/{id}"), &who.token, body)
}

#[test]
fn files_are_found_by_bucket_type_album_and_tag() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    let mut ids = Vec::new();
    for (bucket, mime_type, bytes) in [
        ("messages", "image/jpeg", JPEG),
        ("messages", "video/mp4", MP4),
        ("stories", "image/png", PNG),
    ] {
        ids.push(scene.uploaded(&ann, (bucket, mime_type), bytes));
        scene.edge.advance(1000);
    }
    scene.begun(&ann, ("messages", "image/jpeg"), 10);
    scene.picture(&bob);
    let [picture, film, story] = [&ids[0], &ids[1], &ids[2]];
    change(
        &scene,
        &ann,
        film,
        &json!({"album": "Summer", "tags": ["sea", "family", "sea"]}),
    )
    .expect(200);
    change(&scene, &ann, story, &json!({"tags": ["family"]})).expect(200);
    for (query, wanted) in [
        ("", vec![story, film, picture]),
        ("?bucket=messages", vec![film, picture]),
        ("?type=image", vec![story, picture]),
        ("?bucket=messages&type=image", vec![picture]),
        ("?album=Summer", vec![film]),
        ("?tag=family", vec![story, film]),
        ("?tag=sea&album=Winter", vec![]),
        ("?bucket=voice", vec![]),
    ] {
        assert_eq!(
            list(&scene, &ann, query),
            wanted.into_iter().cloned().collect::<Vec<_>>(),
            "{query}"
        );
    }
    for wrong in ["?bucket=attic", "?type=paper", "?color=1", "?limit=0"] {
        scene
            .read(&format!("/v1/me/files{wrong}"), &ann.token)
            .expect_problem(400, "invalid_query");
    }
    let first = scene.read("/v1/me/files?limit=2", &ann.token).expect(200);
    let next = first["next"].as_str().unwrap();
    assert_eq!(
        list(&scene, &ann, &format!("?limit=2&after={next}")),
        std::slice::from_ref(picture)
    );
}

#[test]
fn a_file_gets_another_name_tags_and_album() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    let id = scene.picture(&ann);
    let body = json!({"name": "Größe.jpg", "album": "Summer", "tags": ["a", "b"]});
    let file = change(&scene, &ann, &id, &body).expect(200);
    assert_eq!(
        (&file["name"], &file["album"]),
        (&json!("Größe.jpg"), &json!("Summer"))
    );
    assert_eq!(file["tags"], json!(["a", "b"]));
    let file = change(&scene, &ann, &id, &json!({"album": null})).expect(200);
    assert_eq!(
        (file.get("album"), &file["tags"]),
        (None, &json!(["a", "b"]))
    );
    assert_eq!(scene.get::<MediaItem>(&id).unwrap().file_name, "Größe.jpg");
    for (body, field) in [
        (json!({"name": ""}), "name"),
        (json!({"album": "a\nb"}), "album"),
        (json!({"tags": ["x".repeat(51)]}), "tags[0]"),
        (
            json!({"tags": (0..31).map(|n| n.to_string()).collect::<Vec<_>>()}),
            "tags",
        ),
        (json!({"size": 1}), "size"),
    ] {
        let problem = change(&scene, &ann, &id, &body).expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
    }
    change(&scene, &bob, &id, &json!({"name": "b"})).expect_problem(404, "not_found");
    let uploading = scene.begun(&ann, ("messages", "image/jpeg"), 10);
    change(&scene, &ann, &uploading, &json!({"name": "b"}))
        .expect_problem(409, "upload_incomplete");
}

/// Has these documents of a user hold a file.
fn held(scene: &Scene, id: &str, holders: &[Holder<'_>]) {
    let file: StoredFile = scene.get(id).unwrap();
    let batch = holders
        .iter()
        .fold(Batch::new(), |batch, holder| hold(batch, [&file], holder));
    scene.commit(batch);
}

/// A message to a group and a story of a user.
fn documents(scene: &Scene, of: &Person) -> (Message, Story) {
    scene.put(&Conversation {
        id: "c1".into(),
        kind: ConversationKind::Group,
        ..Conversation::default()
    });
    scene.put(&ConversationMember {
        id: member_id("c1", &of.id),
        conversation_id: "c1".into(),
        user_id: of.id.clone(),
        ..ConversationMember::default()
    });
    let message = Message {
        id: "m1".into(),
        conversation_id: "c1".into(),
        sender_id: of.id.clone(),
        created_at: Some(scene.edge.ctx().now()),
        ..Message::default()
    };
    scene.put(&message);
    let story = Story {
        id: "s1".into(),
        user_id: of.id.clone(),
        ..Story::default()
    };
    (message, story)
}

#[test]
fn a_file_that_documents_hold_is_not_deleted_and_they_are_told() {
    let scene = Scene::new();
    let ann = scene.person();
    let id = scene.picture(&ann);
    let (message, story) = documents(&scene, &ann);
    let holders = [
        Holder::message(&message),
        Holder::story(&story),
        Holder::avatar(&ann.id),
    ];
    held(&scene, &id, &holders);
    let path = format!("/v1/files/{id}");
    let file = scene.read(&path, &ann.token).expect(200);
    assert_eq!(file.get("endsAt"), None);
    let uses = file["usedIn"].as_array().unwrap();
    let use_of = json!({"kind": "message", "id": "m1", "conversationId": "c1"});
    assert!(uses.len() == 3 && uses.contains(&use_of), "{uses:?}");
    let refused = scene.send(Method::DELETE, &path, &ann.token, &Value::Null);
    let problem = refused.expect_problem(409, "file_in_use");
    let places = problem["errors"].to_string();
    for place in [
        "/v1/conversations/c1/messages/m1",
        "/v1/stories/s1",
        "/v1/me",
    ] {
        assert!(places.contains(&format!("{place}\"")), "{places}");
    }
    let holds = holders.map(|holder| holder.row(&id));
    let now = scene.edge.ctx().now();
    scene.commit(release(Batch::new(), &holds, now));
    let deleted = scene.send(Method::DELETE, &path, &ann.token, &Value::Null);
    deleted.expect(204);
    let left = scene.count::<StoredFile>() + scene.count::<MediaItem>();
    assert_eq!(left + scene.count::<FileHold>(), 0);
}

#[test]
fn a_file_that_others_passed_on_leaves_its_owner_alone() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    let id = scene.picture(&ann);
    let copy = Story {
        id: "s".into(),
        user_id: bob.id.clone(),
        ..Story::default()
    };
    held(&scene, &id, &[Holder::story(&copy)]);
    let path = format!("/v1/files/{id}");
    let delete = || scene.send(Method::DELETE, &path, &ann.token, &Value::Null);
    delete().expect(204);
    delete().expect_problem(404, "not_found");
    scene
        .read(&content(&id), &ann.token)
        .expect_problem(404, "not_found");
    assert_eq!(list(&scene, &ann, ""), Vec::<String>::new());
    let book = scene.get::<FileBook>(&ann.id).unwrap();
    assert_eq!(book.bytes, JPEG.len() as i64, "its bytes are kept");
    let file: StoredFile = scene.get(&id).expect("the copy has it");
    let again = hold(Batch::new(), [&file], &Holder::avatar(&ann.id));
    let again = block_on(scene.edge.store().commit(again));
    assert!(again.is_err_and(|error| error.failed_at(GONE)));
    let now = scene.edge.ctx().now();
    scene.commit(release(Batch::new(), &[Holder::story(&copy).row(&id)], now));
    scene.edge.advance(StoredFile::KEPT);
    scene.run();
    assert_eq!(scene.count::<StoredFile>(), 0);
    assert_eq!(scene.get::<FileBook>(&ann.id).unwrap().bytes, 0);
}

const HOUR: i64 = 3_600_000;

/// Ann's file, which a message of hers to a group holds; deletes it after this change.
fn deleted_after(hours: &str, change: impl FnOnce(&Scene, &Person)) -> u16 {
    let scene = Scene::with(&[("delete_window_hours", hours)]);
    let ann = scene.person();
    let id = scene.picture(&ann);
    let (message, _) = documents(&scene, &ann);
    held(&scene, &id, &[Holder::message(&message)]);
    change(&scene, &ann);
    let token = block_on(scene.edge.session(&ann.id));
    let path = format!("/v1/files/{id}");
    let deleted = scene.send(Method::DELETE, &path, &token, &Value::Null);
    let status = deleted.response.status().as_u16();
    let is_there = scene.get::<StoredFile>(&id).unwrap().removed_at.is_none();
    assert_eq!(is_there, status == 409, "{}", deleted.body);
    let now = scene.edge.ctx().now();
    let holds = [Holder::message(&message).row(&id)];
    scene.commit(release(Batch::new(), &holds, now));
    scene.edge.advance(StoredFile::KEPT);
    assert_eq!(scene.run()["failed"], 0);
    assert_eq!(scene.get::<FileBook>(&ann.id).unwrap().bytes, 0);
    status
}

fn member(scene: &Scene, who: &Person, patch: Patch<ConversationMember>) {
    let id = member_id("c1", &who.id);
    scene.commit(Batch::new().update(&id, patch));
}

#[test]
fn a_message_that_its_sender_cant_delete_for_all_counts_as_others() {
    let later = |millis: i64| move |scene: &Scene, _: &Person| scene.edge.advance(millis);
    assert_eq!(deleted_after("48", later(48 * HOUR)), 409);
    assert_eq!(deleted_after("48", later(48 * HOUR + 1)), 204);
    assert_eq!(deleted_after("2", later(2 * HOUR + 1)), 204);
    assert_eq!(deleted_after("0", later(1_000 * HOUR)), 409);
    let left = |scene: &Scene, ann: &Person| {
        let status = ConversationMemberStatus::Left;
        let left = Patch::new().set(ConversationMember::STATUS, status);
        member(scene, ann, left);
    };
    assert_eq!(deleted_after("48", left), 204);
    let moderates = |scene: &Scene, ann: &Person| {
        let role = ConversationMemberRole::Moderator;
        member(scene, ann, Patch::new().set(ConversationMember::ROLE, role));
        scene.edge.advance(1_000 * HOUR);
    };
    assert_eq!(deleted_after("48", moderates), 409);
    let hides = |scene: &Scene, ann: &Person| {
        scene.put(&MessageMark {
            id: mark_id(MessageMarkKind::Deleted, &ann.id, "m1"),
            user_id: ann.id.clone(),
            message_id: "m1".into(),
            conversation_id: "c1".into(),
            kind: MessageMarkKind::Deleted,
            ..MessageMark::default()
        });
    };
    assert_eq!(deleted_after("48", hides), 204);
}

#[test]
fn a_picture_of_a_conversation_that_its_owner_left_counts_as_others() {
    let scene = Scene::new();
    let ann = scene.person();
    let id = scene.picture(&ann);
    documents(&scene, &ann);
    held(&scene, &id, &[Holder::conversation_avatar("c1", &ann.id)]);
    let path = format!("/v1/files/{id}");
    let delete = || scene.send(Method::DELETE, &path, &ann.token, &Value::Null);
    delete().expect_problem(409, "file_in_use");
    let status = ConversationMemberStatus::Left;
    let left = Patch::new().set(ConversationMember::STATUS, status);
    member(&scene, &ann, left);
    delete().expect(204);
}
