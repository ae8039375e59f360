//! How much one user may have.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::{FileBook, FileUsage, StoredFile};

use crate::scene::{JPEG, Person, Scene, block_on, bytes, content, header};

fn of_size(size: usize) -> Value {
    json!({"bucket": "messages", "name": "a", "mimeType": "image/jpeg", "size": size})
}

fn book(scene: &Scene, who: &Person) -> (i64, i64) {
    let book: FileBook = scene.get(&who.id).unwrap();
    (book.bytes, book.uploading)
}

#[test]
fn the_bytes_of_all_files_have_a_bound() {
    let scene = Scene::with(&[("file_megabytes_per_user", "2")]);
    let (ann, bob) = (scene.person(), scene.person());
    let sent = bytes(JPEG, 1_500_000);
    let id = scene.uploaded(&ann, ("messages", "image/jpeg"), &sent);
    let problem = scene
        .begin(&ann, &of_size(500_001))
        .expect_problem(507, "quota_exceeded");
    assert!(
        problem["detail"].as_str().unwrap().contains("2000000"),
        "{problem}"
    );
    assert_eq!(problem["errors"][0]["field"], "size");
    assert!(
        scene.edge.faults().is_empty(),
        "a quota is no fault of the server's"
    );
    // An upload counts as soon as it was declared.
    let other = scene.begun(&ann, ("messages", "image/jpeg"), 500_000);
    scene
        .begin(&ann, &of_size(1))
        .expect_problem(507, "quota_exceeded");
    scene.begin(&bob, &of_size(2_000_000)).expect(201);
    scene
        .send(Method::DELETE, &content(&other), &ann.token, &Value::Null)
        .expect(204);
    scene.begin(&ann, &of_size(500_000)).expect(201);
    assert_eq!(book(&scene, &ann), (2_000_000, 1));
    let path = format!("/v1/files/{id}");
    scene
        .send(Method::DELETE, &path, &ann.token, &Value::Null)
        .expect(204);
    assert_eq!(book(&scene, &ann), (500_000, 1));
}

#[test]
fn a_bucket_may_have_a_bound_of_its_own() {
    let scene = Scene::with(&[("file_megabytes_per_bucket", "1")]);
    let ann = scene.person();
    scene.begin(&ann, &of_size(600_000)).expect(201);
    let problem = scene
        .begin(&ann, &of_size(400_001))
        .expect_problem(507, "quota_exceeded");
    assert!(
        problem["detail"].as_str().unwrap().contains("messages"),
        "{problem}"
    );
    scene.begun(&ann, ("stories", "image/jpeg"), 900_000);
}

#[test]
fn uploads_under_way_have_a_bound() {
    let scene = Scene::with(&[("uploads_per_user", "2")]);
    let ann = scene.person();
    let first = scene.begun(&ann, ("messages", "image/jpeg"), JPEG.len());
    scene.begun(&ann, ("messages", "image/jpeg"), JPEG.len());
    let problem = scene
        .begin(&ann, &of_size(1))
        .expect_problem(507, "quota_exceeded");
    assert!(
        problem["detail"].as_str().unwrap().contains("at most 2"),
        "{problem}"
    );
    scene.sent(&ann, &first, JPEG).expect(200);
    scene.begin(&ann, &of_size(1)).expect(201);
}

#[test]
fn anonymous_accounts_have_a_tenth() {
    let scene = Scene::with(&[("file_megabytes_per_user", "10")]);
    let (id, token) = block_on(scene.edge.anonymous());
    let zoe = Person { id, token };
    scene
        .begin(&zoe, &of_size(1_000_001))
        .expect_problem(507, "quota_exceeded");
    scene.begin(&zoe, &of_size(1_000_000)).expect(201);
    scene
        .begin(&zoe, &of_size(1))
        .expect_problem(507, "quota_exceeded");
}

#[test]
fn declarations_and_parts_have_a_rate() {
    let scene = Scene::with(&[
        ("upload_rate_per_hour", "2"),
        ("upload_part_rate_per_minute", "3"),
    ]);
    let ann = scene.person();
    let id = scene.begun(&ann, ("messages", "image/jpeg"), JPEG.len());
    scene.begin(&ann, &of_size(1)).expect(201);
    let refused = scene.begin(&ann, &of_size(1));
    assert!(!header(&refused, "retry-after").is_empty());
    refused.expect_problem(429, "rate_limited");
    for at in 0..2 {
        let part = &JPEG[at..=at];
        assert_eq!(
            scene
                .appended(&ann, &id, (at, false), part)
                .response
                .status()
                .as_u16(),
            204
        );
    }
    assert_eq!(header(&scene.offset(&ann, &id), "upload-offset"), "2");
    scene
        .appended(&ann, &id, (2, true), &JPEG[2..])
        .expect_problem(429, "rate_limited");
    assert_eq!(scene.get::<StoredFile>(&id).unwrap().received, 2);
}

#[test]
fn the_room_is_told_with_what_each_bucket_takes() {
    let scene = Scene::with(&[("file_megabytes_per_user", "7")]);
    let ann = scene.person();
    scene.picture(&ann);
    let under_way = scene.begun(&ann, ("messages", "image/jpeg"), 100);
    let usage = scene.read("/v1/me/files/usage", &ann.token).expect(200);
    let size = JPEG.len() as i64;
    assert_eq!(usage["bytes"], size + 100);
    assert_eq!(
        (&usage["mostBytes"], &usage["mostUploads"]),
        (&json!(7_000_000), &json!(10))
    );
    let buckets = usage["buckets"].as_array().unwrap();
    assert_eq!(buckets.len(), 12);
    let messages = buckets
        .iter()
        .find(|bucket| bucket["bucket"] == "messages")
        .unwrap();
    assert_eq!(
        (&messages["files"], &messages["bytes"]),
        (&json!(2), &json!(size + 100))
    );
    assert_eq!(messages["mostFileBytes"], 100_000_000);
    assert!(
        messages["mimeTypes"]
            .as_array()
            .unwrap()
            .contains(&json!("application/pdf"))
    );
    assert_eq!(usage["uploads"][0]["id"], under_way.as_str());
    assert_eq!(usage["uploads"].as_array().unwrap().len(), 1);
    assert_eq!(scene.count::<FileUsage>(), 1);
}
