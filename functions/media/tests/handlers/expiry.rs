//! The job: files that nothing holds, uploads that took too long, chunks of contents that are gone.

use serde_json::{Value, json};
use whisper_files::{Holder, hold, release};
use whisper_kit::Method;
use whisper_schema::prelude::{
    FileBook, FileChunk, FileContent, FileRemoval, FileUsage, MediaItem, StoredFile,
};
use whisper_store::Batch;

use crate::scene::{CHUNK, DAY, JPEG, Scene, bytes};

#[test]
fn a_file_that_nothing_holds_goes_after_a_day() {
    let scene = Scene::new();
    let ann = scene.person();
    let (held, released, loose) = (
        scene.picture(&ann),
        scene.picture(&ann),
        scene.picture(&ann),
    );
    let mine = Holder::avatar(&ann.id);
    let file = |id: &str| scene.get::<StoredFile>(id).unwrap();
    scene.commit(hold(Batch::new(), [&file(&held), &file(&released)], &mine));
    scene.edge.advance(DAY / 2);
    let now = scene.edge.ctx().now();
    scene.commit(release(Batch::new(), &[mine.row(&released)], now));
    scene.edge.advance(DAY / 2 - 1);
    assert_eq!(scene.run()["done"], 0);
    scene.edge.advance(1);
    assert_eq!(scene.run()["done"], 1);
    assert!(scene.get::<StoredFile>(&loose).is_none());
    scene.edge.advance(DAY / 2);
    assert_eq!(scene.run()["done"], 1);
    assert!(scene.get::<StoredFile>(&released).is_none());
    scene.edge.advance(365 * DAY / 2);
    assert_eq!(scene.run()["done"], 0);
    assert_eq!(file(&held).ends_at, None);
    assert_eq!(
        (scene.count::<MediaItem>(), scene.count::<FileContent>()),
        (1, 1)
    );
    let book: FileBook = scene.get(&ann.id).unwrap();
    assert_eq!((book.bytes, book.uploading), (JPEG.len() as i64, 0));
}

#[test]
fn a_file_of_which_another_document_lets_go_stays() {
    let scene = Scene::new();
    let ann = scene.person();
    let id = scene.picture(&ann);
    let file: StoredFile = scene.get(&id).unwrap();
    let (one, other) = (Holder::avatar(&ann.id), Holder::cover(&ann.id));
    scene.commit(hold(hold(Batch::new(), [&file], &one), [&file], &other));
    let now = scene.edge.ctx().now();
    scene.commit(release(Batch::new(), &[one.row(&id)], now));
    scene.edge.advance(DAY);
    assert_eq!(scene.run()["done"], 1, "it was looked at");
    assert_eq!(scene.get::<StoredFile>(&id).unwrap().ends_at, None);
    scene.edge.advance(DAY);
    assert_eq!(scene.run()["found"], 0);
}

#[test]
fn several_files_of_one_content_go_together() {
    let scene = Scene::new();
    let ann = scene.person();
    let sent = bytes(JPEG, 20 * CHUNK);
    for _ in 0..3 {
        scene.uploaded(&ann, ("messages", "image/jpeg"), &sent);
    }
    scene.begun(&ann, ("messages", "image/jpeg"), 5);
    scene.run();
    assert_eq!(
        (scene.count::<FileContent>(), scene.count::<FileChunk>()),
        (1, 20)
    );
    scene.edge.advance(DAY);
    let rows = scene.edge.rows_written();
    assert!(!rows.is_empty());
    let report = scene.run();
    assert_eq!(
        (&report["failed"], &report["capped"]),
        (&json!(0), &json!(false)),
        "{report}"
    );
    let deleted = scene.edge.rows_written();
    assert!(
        deleted.iter().all(|rows| *rows < 40),
        "no commit is long: {deleted:?}"
    );
    assert_eq!(
        scene.count::<StoredFile>() + scene.count::<FileContent>(),
        0
    );
    assert_eq!(scene.count::<FileChunk>() + scene.count::<FileRemoval>(), 0);
    let usage = scene.count::<FileUsage>();
    assert_eq!(usage, 1);
    let book: FileBook = scene.get(&ann.id).unwrap();
    assert_eq!((book.bytes, book.uploading), (0, 0));
}

#[test]
fn the_job_is_the_operators() {
    let scene = Scene::new();
    let ann = scene.person();
    for token in ["", ann.token.as_str(), "other"] {
        let path = "/internal/jobs/media-expiry";
        let answer = scene.send(Method::POST, path, token, &Value::Null);
        assert_eq!(answer.response.status().as_u16(), 401);
    }
}

#[test]
fn without_a_place_for_bytes_there_are_no_routes() {
    let scene = Scene::with(&[("store", "appwrite")]);
    let ann = scene.person();
    let what = json!({"bucket": "messages", "name": "a", "mimeType": "image/jpeg", "size": 1});
    scene
        .begin(&ann, &what)
        .expect_problem(404, "route_not_found");
    for path in [
        "/v1/files/f",
        "/v1/files/f/content",
        "/v1/me/files",
        "/v1/me/files/usage",
    ] {
        scene
            .read(path, &ann.token)
            .expect_problem(404, "route_not_found");
    }
    assert_eq!(scene.run()["found"], 0);
}
