//! Uploads: what is taken, and what is refused with its field.

use serde_json::json;
use whisper_kit::Method;
use whisper_schema::prelude::{
    FileBook, FileChunk, FileContent, FileRemoval, MediaItem, StoredFile,
};

use crate::scene::{CHUNK, JPEG, MP4, PNG, Scene, block_on, bytes, content, header};

#[test]
fn a_file_is_declared_sent_and_read_back() {
    let (scene, sent) = (Scene::new(), bytes(JPEG, 3 * CHUNK + 77));
    let ann = scene.person();
    let what = json!({"bucket": "messages", "name": "beach.jpg", "mimeType": "image/jpeg", "size": sent.len()});
    let answer = scene.begin(&ann, &what);
    assert_eq!(
        header(&answer, "upload-limit"),
        format!("max-size={}, max-age=86400", sent.len())
    );
    let path = header(&answer, "location").to_owned();
    let begun = answer.expect(201);
    assert_eq!(
        (&begun["state"], &begun["uploadOffset"]),
        (&json!("uploading"), &json!(0))
    );
    let id = begun["id"].as_str().unwrap();
    assert_eq!(begun["uploadUrl"], content(id));
    assert_eq!(path, format!("/v1/files/{id}"));
    let answer = scene.sent(&ann, id, &sent);
    assert_eq!(header(&answer, "upload-complete"), "?1");
    let file = answer.expect(200);
    assert_eq!(
        (&file["state"], &file["mimeType"]),
        (&json!("ready"), &json!("image/jpeg"))
    );
    assert!(file["url"].as_str().unwrap().starts_with(&content(id)));
    assert_eq!(file.get("uploadUrl"), None);
    let read = scene.read(&content(id), &ann.token);
    assert_eq!(read.response.status().as_u16(), 200);
    assert_eq!(header(&read, "content-length"), sent.len().to_string());
    assert_eq!(header(&read, "content-type"), "image/jpeg");
    assert!(read.bytes == sent, "the bytes are those that were sent");
    assert_eq!(
        (scene.count::<FileChunk>(), scene.count::<MediaItem>()),
        (4, 1)
    );
    let kept: StoredFile = scene.get(id).unwrap();
    assert_eq!((kept.hash_state, kept.received), (None, kept.size));
}

#[test]
fn declarations_are_refused_by_their_fields() {
    let scene = Scene::new();
    let ann = scene.person();
    let good = json!({"bucket": "avatars", "name": "a", "mimeType": "image/png", "size": 10});
    for (field, value, wanted) in [
        ("bucket", json!("attic"), "bucket:enum"),
        ("name", json!(""), "name:required"),
        ("name", json!("x".repeat(257)), "name:size"),
        ("name", json!("a\u{202e}b"), "name:format"),
        ("mimeType", json!("image/svg+xml"), "mimeType:enum"),
        ("mimeType", json!("application/pdf"), "mimeType:enum"),
        ("mimeType", json!("picture"), "mimeType:format"),
        ("size", json!(0), "size:range"),
        ("size", json!(-1), "size:range"),
        ("size", json!(1.5), "size:type"),
        ("sha256", json!("abc"), "sha256:size"),
        ("sha256", json!("g".repeat(64)), "sha256:format"),
        ("color", json!(1), "color:unknown"),
    ] {
        let mut what = good.clone();
        what[field] = value;
        let problem = scene
            .begin(&ann, &what)
            .expect_problem(422, "validation_failed");
        let faults = problem["errors"].as_array().unwrap().iter();
        let faults: Vec<String> = faults
            .map(|fault| {
                format!(
                    "{}:{}",
                    fault["field"].as_str().unwrap(),
                    fault["rule"].as_str().unwrap()
                )
            })
            .collect();
        assert_eq!(faults, [wanted], "{what}");
    }
    let mut large = good;
    large["size"] = json!(10_000_001);
    let problem = scene
        .begin(&ann, &large)
        .expect_problem(413, "file_too_large");
    assert!(
        problem["detail"].as_str().unwrap().contains("10000000"),
        "{problem}"
    );
    assert_eq!(problem["errors"][0]["field"], "size");
    assert_eq!(scene.count::<StoredFile>() + scene.count::<FileBook>(), 0);
}

#[test]
fn a_retry_of_the_declaration_begins_one_upload() {
    let scene = Scene::new();
    let ann = scene.person();
    let what = json!({"bucket": "voice", "name": "a", "mimeType": "audio/ogg", "size": 10});
    let call = || {
        let mut request = scene
            .edge
            .request_of(Method::POST, "/v1/files", &ann.token, &what);
        request
            .headers
            .insert("idempotency-key", "k".parse().unwrap());
        scene.request(request)
    };
    let (first, second) = (call(), call());
    assert_eq!(header(&second, "idempotency-replayed"), "true");
    assert_eq!(first.expect(201), second.expect(201));
    assert_eq!(scene.count::<StoredFile>(), 1);
}

#[test]
fn the_content_has_to_be_of_a_type_that_the_bucket_takes() {
    let scene = Scene::new();
    let ann = scene.person();
    let page = b"<html><script>alert(1)</script></html>";
    for (bucket, mime_type, sent) in [
        ("avatars", "image/jpeg", page.to_vec()),
        ("avatars", "image/jpeg", b"%PDF-1.7".to_vec()),
        ("messages", "image/jpeg", page.to_vec()),
        ("stickers", "image/png", bytes(MP4, 2 * CHUNK)),
        ("video", "video/mp4", bytes(JPEG, 3 * CHUNK)),
        ("documents", "application/pdf", b"MZ\x90\0\x03".to_vec()),
    ] {
        let id = scene.begun(&ann, (bucket, mime_type), sent.len());
        let problem = scene
            .sent(&ann, &id, &sent)
            .expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], "content", "{problem}");
        scene
            .read(&format!("/v1/files/{id}"), &ann.token)
            .expect_problem(404, "not_found");
    }
    let book: FileBook = scene.get(&ann.id).unwrap();
    assert_eq!((book.bytes, book.uploading), (0, 0));
    assert_eq!(scene.count::<FileRemoval>(), 6);
    assert_eq!(scene.run()["done"], 6);
    assert_eq!(scene.count::<FileChunk>() + scene.count::<FileRemoval>(), 0);
}

#[test]
fn another_type_of_the_bucket_is_taken_as_what_it_is() {
    let scene = Scene::new();
    let ann = scene.person();
    let id = scene.uploaded(&ann, ("messages", "image/jpeg"), PNG);
    let file = scene
        .read(&format!("/v1/files/{id}"), &ann.token)
        .expect(200);
    assert_eq!(file["mimeType"], "image/png");
    let recording = scene.uploaded(&ann, ("voice", "audio/mp4"), MP4);
    let read = scene.read(&content(&recording), &ann.token);
    assert_eq!(header(&read, "content-type"), "audio/mp4");
}

#[test]
fn a_wrong_hash_and_a_wrong_size_refuse_and_nothing_stays() {
    let scene = Scene::new();
    let ann = scene.person();
    let sent = bytes(JPEG, CHUNK + 5);
    let what = json!({"bucket": "messages", "name": "a", "mimeType": "image/jpeg", "size": sent.len(), "sha256": "0".repeat(64)});
    let begin = || {
        scene.begin(&ann, &what).expect(201)["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let id = begin();
    let answer = scene.sent(&ann, &id, &sent);
    assert_eq!(header(&answer, "upload-complete"), "?1");
    let problem = answer.expect_problem(422, "validation_failed");
    assert_eq!(problem["errors"][0]["field"], "sha256");
    scene
        .sent(&ann, &id, &sent)
        .expect_problem(404, "not_found");
    for length in [3, CHUNK, CHUNK + 4] {
        let id = begin();
        let mut short = scene.append(&ann, &id, (0, true));
        short.body = sent[..length].to_vec().into();
        let problem = scene
            .request(short)
            .expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], "size");
    }
    let id = begin();
    let longer = bytes(JPEG, CHUNK + 6);
    let pieces: Vec<_> = longer
        .chunks(1000)
        .map(|piece| Ok(piece.to_vec().into()))
        .collect();
    let request = scene.append(&ann, &id, (0, true));
    let answer = block_on(scene.edge.request_in_pieces(request, pieces));
    answer.expect_problem(422, "validation_failed");
    scene.run();
    assert_eq!(scene.count::<FileChunk>() + scene.count::<FileContent>(), 0);
}

#[test]
fn the_same_content_is_kept_once_for_each_owner() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    let sent = bytes(JPEG, 2 * CHUNK);
    let (first, second) = (
        scene.uploaded(&ann, ("messages", "image/jpeg"), &sent),
        scene.uploaded(&ann, ("stories", "image/jpeg"), &sent),
    );
    let others = scene.uploaded(&bob, ("messages", "image/jpeg"), &sent);
    scene.run();
    assert_eq!(
        (scene.count::<FileContent>(), scene.count::<FileChunk>()),
        (2, 4)
    );
    let content_of = |id: &str| scene.get::<StoredFile>(id).unwrap().content_id;
    assert_eq!(content_of(&first), content_of(&second));
    assert_ne!(content_of(&first), content_of(&others));
    let delete = |id: &str| {
        let path = format!("/v1/files/{id}");
        scene
            .send(Method::DELETE, &path, &ann.token, &serde_json::Value::Null)
            .expect(204);
        scene.run();
    };
    delete(&first);
    let read = scene.read(&content(&second), &ann.token);
    assert!(read.bytes == sent, "the other file still has the content");
    delete(&second);
    assert_eq!(
        (scene.count::<FileContent>(), scene.count::<FileChunk>()),
        (1, 2)
    );
    assert!(scene.read(&content(&others), &bob.token).bytes == sent);
}

#[test]
fn an_upload_is_for_its_owner_alone() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    let id = scene.begun(&ann, ("messages", "image/jpeg"), JPEG.len());
    scene.sent(&bob, &id, JPEG).expect_problem(404, "not_found");
    scene
        .appended(&bob, &id, (0, true), JPEG)
        .expect_problem(404, "not_found");
    for (method, path) in [
        (Method::HEAD, content(&id)),
        (Method::GET, content(&id)),
        (Method::DELETE, content(&id)),
        (Method::GET, format!("/v1/files/{id}")),
        (Method::DELETE, format!("/v1/files/{id}")),
    ] {
        let answer = scene.send(method.clone(), &path, &bob.token, &serde_json::Value::Null);
        assert_eq!(answer.response.status().as_u16(), 404, "{method} {path}");
        let answer = scene.send(method.clone(), &path, "", &serde_json::Value::Null);
        assert_eq!(answer.response.status().as_u16(), 401, "{method} {path}");
    }
    scene
        .read(&content(&id), &ann.token)
        .expect_problem(409, "upload_incomplete");
    scene.sent(&ann, &id, JPEG).expect(200);
}
