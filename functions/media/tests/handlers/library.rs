//! The library: lists, changes, deletion.

use serde_json::{Value, json};
use whisper_files::{Holder, hold, release};
use whisper_kit::Method;
use whisper_schema::prelude::{FileBook, FileHold, MediaItem, Message, StoredFile, Story};
use whisper_store::Batch;

use crate::scene::{JPEG, MP4, PNG, Person, Scene, content};

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

/// A message and a story of a user.
fn documents(of: &Person) -> (Message, Story) {
    let message = Message {
        id: "m1".into(),
        conversation_id: "c1".into(),
        sender_id: of.id.clone(),
        ..Message::default()
    };
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
    let (message, story) = documents(&ann);
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
    assert_eq!(scene.get::<FileBook>(&ann.id).unwrap().bytes, 0);
    assert!(scene.get::<StoredFile>(&id).is_some(), "the copy has it");
    let now = scene.edge.ctx().now();
    scene.commit(release(Batch::new(), &[Holder::story(&copy).row(&id)], now));
    scene.edge.advance(StoredFile::KEPT);
    scene.run();
    assert_eq!(scene.count::<StoredFile>(), 0);
    assert_eq!(scene.get::<FileBook>(&ann.id).unwrap().bytes, 0);
}
