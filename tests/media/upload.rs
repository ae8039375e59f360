//! Real files, up and down.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use whisper_testkit::{TestApp, Value, json};

use super::{append, begin, content, id, picture, put, sha256, uploaded};

/// A picture of one point, in each of the formats that every browser shows.
const GIF: &str = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const WEBP: &str = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA";

fn pdf() -> Vec<u8> {
    let text = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n\
        trailer<</Root 1 0 R>>\n%%EOF\n";
    text.as_bytes().to_vec()
}

/// The beginning of a film, with its brands and an empty box.
fn film() -> Vec<u8> {
    let brands = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41";
    [brands.as_slice(), b"\0\0\0\x08free"].concat()
}

/// A picture that is a page as well.
fn polyglot() -> Vec<u8> {
    let page =
        b"\xff\xfe\0\x40<html><body onload=\"alert(document.cookie)\"><script>alert(1)</script>";
    [&picture(20)[..], page].concat()
}

#[test]
fn files_of_all_sorts_come_back_as_they_were_sent() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let decoded = |text: &str| STANDARD.decode(text).unwrap();
    for (bucket, mime_type, bytes, shown) in [
        ("avatars", "image/jpeg", picture(1000), "inline"),
        ("stickers", "image/png", decoded(PNG), "inline"),
        ("gifs", "image/gif", decoded(GIF), "inline"),
        ("covers", "image/webp", decoded(WEBP), "inline"),
        ("documents", "application/pdf", pdf(), "attachment"),
        ("video", "video/mp4", film(), "inline"),
        ("messages", "image/jpeg", polyglot(), "attachment"),
        ("messages", "image/jpeg", picture(3_000_000), "inline"),
    ] {
        let file = uploaded(&app, &ann, (bucket, mime_type), &bytes);
        assert_eq!(file["sha256"], sha256(&bytes));
        let read = ann.get(&app, &content(id(&file)));
        assert_eq!(read.status, 200, "{mime_type}");
        assert!(read.bytes == bytes, "{mime_type} of {} bytes", bytes.len());
        assert_eq!(read.header("content-type"), Some(mime_type));
        let length = bytes.len().to_string();
        assert_eq!(read.header("content-length"), Some(length.as_str()));
        assert_eq!(read.header("x-content-type-options"), Some("nosniff"));
        let disposition = read.header("content-disposition").unwrap();
        assert!(disposition.starts_with(shown), "{mime_type}: {disposition}");
    }
}

#[test]
fn what_is_not_what_it_says_is_refused() {
    let app = TestApp::start();
    let ann = app.person("ann");
    for (bucket, mime_type, bytes) in [
        ("avatars", "image/png", polyglot()[20..].to_vec()),
        ("avatars", "image/png", pdf()),
        ("voice", "audio/mpeg", picture(1_000_000)),
    ] {
        let id = begin(&app, &ann, (bucket, mime_type), &bytes);
        put(&app, &ann, &id, &bytes).expect_fields(&["content"]);
        ann.get(&app, &format!("/v1/files/{id}"))
            .expect_problem(404, "not_found");
    }
    let bytes = picture(600_000);
    let id = begin(&app, &ann, ("messages", "image/jpeg"), &bytes);
    let mut other = bytes.clone();
    other[599_999] ^= 1;
    put(&app, &ann, &id, &other).expect_fields(&["sha256"]);
    put(&app, &ann, &id, &bytes).expect_problem(404, "not_found");
    let large =
        json!({"bucket": "stickers", "name": "a", "mimeType": "image/png", "size": 5_000_001});
    let problem = ann
        .post(&app, "/v1/files", &large)
        .expect_problem(413, "file_too_large");
    assert!(problem["detail"].as_str().unwrap().contains("5000000"));
    let page = json!({"bucket": "messages", "name": "a", "mimeType": "text/html", "size": 5});
    ann.post(&app, "/v1/files", &page)
        .expect_fields(&["mimeType"]);
}

#[test]
fn quotas_name_the_number() {
    let own = TestApp::own()
        .variable("file_megabytes_per_user", "1")
        .variable("uploads_per_user", "1");
    let Some(app) = own.start() else { return };
    let ann = app.person("ann");
    let bytes = picture(700_000);
    let id = begin(&app, &ann, ("messages", "image/jpeg"), &bytes);
    let one_more = |size: usize| {
        let what =
            json!({"bucket": "messages", "name": "a", "mimeType": "image/jpeg", "size": size});
        ann.post(&app, "/v1/files", &what)
    };
    one_more(1).expect_problem(507, "quota_exceeded");
    put(&app, &ann, &id, &bytes).expect(200);
    let problem = one_more(300_001).expect_problem(507, "quota_exceeded");
    assert!(problem["detail"].as_str().unwrap().contains("1000000"));
    one_more(300_000).expect(201);
    let usage = ann.get(&app, "/v1/me/files/usage").expect(200);
    assert_eq!(usage["bytes"], 1_000_000);
}

#[test]
fn the_library_lists_renames_and_deletes() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let file = uploaded(&app, &ann, ("messages", "image/jpeg"), &picture(100));
    let path = format!("/v1/files/{}", id(&file));
    let change = json!({"name": "At the beach", "album": "Summer", "tags": ["sea"]});
    let changed = ann
        .call(&app, "PATCH", &path)
        .json(&change)
        .send()
        .expect(200);
    assert_eq!(changed["name"], "At the beach");
    let listed = ann
        .get(&app, "/v1/me/files?album=Summer&tag=sea&type=image")
        .expect(200);
    assert_eq!(listed["items"][0]["id"], file["id"]);
    ann.delete(&app, &path).expect(204);
    ann.get(&app, &path).expect_problem(404, "not_found");
    let listed = ann.get(&app, "/v1/me/files").expect(200);
    assert_eq!(listed["items"], json!([]));
}

#[test]
fn an_upload_ends_after_a_day_and_a_file_that_nothing_holds_as_well() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let ann = app.person("ann");
    let bytes = picture(400_000);
    uploaded(&app, &ann, ("messages", "image/jpeg"), &bytes);
    let other = begin(&app, &ann, ("messages", "image/jpeg"), &bytes);
    let part = append(&app, &ann, &other, (0, false), &bytes[..300_000]);
    assert_eq!(part.status, 204);
    let report = app.run_job("media-expiry").expect(200);
    assert_eq!(report["done"], 0);
    app.advance("25h");
    // The time has to be borne out by jobs that ran, so that a clock that jumped removes nothing. A run may end before all is gone.
    let mut done = 0;
    app.eventually(|| {
        app.run_job("story-expiry").expect(200);
        let report = app.run_job("media-expiry").expect(200);
        assert_eq!(report["failed"], 0);
        done += report["done"].as_u64().unwrap();
        (done >= 4).then_some(())
    });
    assert_eq!(done, 4);
    let ann = ann.sign_in(&app);
    let usage = ann.get(&app, "/v1/me/files/usage").expect(200);
    assert_eq!(
        (&usage["bytes"], &usage["uploads"]),
        (&json!(0), &Value::from(Vec::<Value>::new()))
    );
}
