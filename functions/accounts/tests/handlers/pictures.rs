//! Pictures of profiles that are files: taken, held, let go, and shown.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Get, Patch, Query};

use super::common::{DAY, Person, edge, person};

/// A file of somebody's, as `media` leaves it once it is whole.
fn file(id: &str, owner: &Person, bucket: FileBucket, now: Timestamp) -> StoredFile {
    StoredFile {
        id: id.into(),
        user_id: owner.id.clone(),
        bucket,
        name: format!("{id}.jpg"),
        mime_type: "image/jpeg".into(),
        size: 5,
        received: 5,
        completed_at: Some(now),
        ends_at: Some(now.plus(DAY)),
        ..StoredFile::default()
    }
}

async fn put(edge: &TestEdge, file: StoredFile) {
    let batch = Batch::new().insert(&file);
    edge.store().commit(batch).await.unwrap();
}

/// Somebody with two pictures, `a1` and `a2`, and a cover, `c`.
async fn painter(edge: &TestEdge) -> Person {
    let ann = person(edge, "ann").await;
    let now = edge.ctx().now();
    for (id, bucket) in [
        ("a1", FileBucket::Avatars),
        ("a2", FileBucket::Avatars),
        ("c", FileBucket::Covers),
    ] {
        put(edge, file(id, &ann, bucket, now)).await;
    }
    ann
}

/// The files that are held, with the kinds of their holders.
async fn held(edge: &TestEdge) -> Vec<(String, FileHoldKind)> {
    let holds = edge.store().read(Query::<FileHold>::new().limit(10)).await;
    let holds = holds.unwrap().into_iter().map(|hold| hold.into_inner());
    let mut held: Vec<_> = holds.map(|hold| (hold.file_id, hold.kind)).collect();
    held.sort_by(|one, other| one.0.cmp(&other.0));
    held
}

async fn end(edge: &TestEdge, id: &str) -> Option<Timestamp> {
    let file = edge.store().read(Get::<StoredFile>::id(id)).await.unwrap();
    file.unwrap().ends_at
}

fn etag(answer: &Answer) -> String {
    let etag = answer.response.headers()["etag"].to_str().unwrap();
    etag.to_owned()
}

#[test]
fn a_picture_is_a_whole_file_of_ones_own_in_its_bucket() {
    block_on(async {
        let edge = edge();
        let (ann, bob) = (painter(&edge).await, person(&edge, "bob").await);
        let now = edge.ctx().now();
        put(&edge, file("others", &bob, FileBucket::Avatars, now)).await;
        let uploading = StoredFile {
            completed_at: None,
            ..file("uploading", &ann, FileBucket::Avatars, now)
        };
        put(&edge, uploading).await;
        for id in ["nothing", "others", "uploading", "c"] {
            let body = json!({"avatarFileId": id, "bio": "new"});
            let refused = ann.patch(&edge, &body).await;
            let refused = refused.expect_problem(422, "validation_failed");
            let fault = &refused["errors"][0];
            assert_eq!(
                (&fault["field"], &fault["rule"]),
                (&json!("avatarFileId"), &json!("reference")),
                "{id}"
            );
        }
        let both = json!({"avatarFileId": "c", "coverImageFileId": "a1"});
        let refused = ann.patch(&edge, &both).await.expect(422);
        assert_eq!(refused["errors"][1]["field"], "coverImageFileId");
        assert!(held(&edge).await.is_empty());
        assert_eq!(
            ann.get(&edge, "/v1/me").await.expect(200)["bio"],
            Value::Null
        );
    });
}

#[test]
fn a_profile_holds_the_pictures_that_it_has_and_no_others() {
    block_on(async {
        let edge = edge();
        let ann = painter(&edge).await;
        let (avatar, cover) = (FileHoldKind::Avatar, FileHoldKind::Cover);
        let change = async |body: Value| ann.patch(&edge, &body).await.expect(200);
        change(json!({"avatarFileId": "a1", "coverImageFileId": "c"})).await;
        let both = [("a1".to_owned(), avatar), ("c".to_owned(), cover)];
        assert_eq!(held(&edge).await, both);
        assert_eq!(
            (end(&edge, "a1").await, end(&edge, "c").await),
            (None, None)
        );
        change(json!({"avatarFileId": "a1", "bio": "the same picture"})).await;
        assert_eq!(held(&edge).await, both);
        edge.advance(1000);
        change(json!({"avatarFileId": "a2"})).await;
        assert_eq!(held(&edge).await[0], ("a2".to_owned(), avatar));
        let tomorrow = Some(edge.ctx().now().plus(DAY));
        assert_eq!(
            (end(&edge, "a1").await, end(&edge, "a2").await),
            (tomorrow, None)
        );
        change(json!({"avatarFileId": null, "coverImageFileId": null})).await;
        assert!(held(&edge).await.is_empty());
        assert_eq!(
            (end(&edge, "a2").await, end(&edge, "c").await),
            (tomorrow, tomorrow)
        );
    });
}

#[test]
fn of_two_pictures_at_once_the_one_that_the_profile_has_is_held() {
    block_on(async {
        let edge = edge();
        let ann = painter(&edge).await;
        let (one, other) = (json!({"avatarFileId": "a1"}), json!({"avatarFileId": "a2"}));
        let (first, second) = join!(ann.patch(&edge, &one), ann.patch(&edge, &other));
        first.expect(200);
        second.expect(200);
        let has = ann.get(&edge, "/v1/me").await.expect(200);
        let has = has["avatarFileId"].as_str().unwrap().to_owned();
        assert_eq!(held(&edge).await, [(has, FileHoldKind::Avatar)]);
    });
}

#[test]
fn the_picture_goes_with_the_name_and_the_cover_with_the_profile() {
    block_on(async {
        let edge = edge();
        let (ann, bob) = (painter(&edge).await, person(&edge, "bob").await);
        let body = json!({"avatarFileId": "a1", "coverImageFileId": "c"});
        let mine = ann.patch(&edge, &body).await.expect(200);
        assert_eq!(mine["coverImage"]["id"], "c");
        assert_eq!(mine, ann.get(&edge, "/v1/me").await.expect(200));
        let seen = bob.get(&edge, "/v1/users/ann").await.expect(200);
        let avatar = &seen["avatar"];
        assert_eq!(
            (&avatar["id"], &avatar["mimeType"], &avatar["size"]),
            (&json!("a1"), &json!("image/jpeg"), &json!(5))
        );
        let url = avatar["url"].as_str().unwrap();
        let signed = format!("/v1/files/a1/content?user={}&expires=", bob.id);
        assert!(url.starts_with(&signed), "{url}");
        assert_eq!(seen["coverImage"]["id"], "c");
        let found = bob
            .get(&edge, &format!("/v1/users?ids={}", ann.id))
            .await
            .expect(200);
        assert_eq!(&found["items"][0]["avatar"], avatar);
        let hidden = json!({"privacySettings": {"profile": "nobody"}});
        ann.patch(&edge, &hidden).await.expect(200);
        let seen = bob.get(&edge, "/v1/users/ann").await.expect(200);
        assert_eq!((&seen["avatar"], seen.get("coverImage")), (avatar, None));
        bob.block(&edge, &ann).await;
        let found = bob
            .get(&edge, &format!("/v1/users?ids={}", ann.id))
            .await
            .expect(200);
        assert_eq!(found["items"], json!([]));
    });
}

#[test]
fn an_id_of_former_times_stays_until_it_is_changed_and_shows_nothing() {
    block_on(async {
        let edge = edge();
        let ann = painter(&edge).await;
        let patch = Patch::new().set(Profile::AVATAR_FILE_ID, "former");
        edge.store()
            .commit(Batch::new().update(&ann.id, patch))
            .await
            .unwrap();
        let kept = json!({"avatarFileId": "former", "bio": "new"});
        let me = ann.patch(&edge, &kept).await.expect(200);
        assert_eq!(
            (&me["avatarFileId"], me.get("avatar")),
            (&json!("former"), None)
        );
        ann.patch(&edge, &json!({"avatarFileId": "a1"}))
            .await
            .expect(200);
        ann.patch(&edge, &kept)
            .await
            .expect_problem(422, "validation_failed");
    });
}

#[test]
fn an_etag_is_another_one_when_the_addresses_are_and_stands_for_the_same_edit() {
    block_on(async {
        let edge = edge();
        let ann = painter(&edge).await;
        let read = ann.patch(&edge, &json!({"avatarFileId": "a1"})).await;
        let same = ann.get(&edge, "/v1/me").await;
        assert_eq!(etag(&read), etag(&same));
        edge.advance(10 * 60_000);
        let later = ann.get(&edge, "/v1/me").await;
        assert_ne!(etag(&later), etag(&read));
        assert_ne!(later.body["avatar"]["url"], read.body["avatar"]["url"]);
        let (former, body) = (etag(&read), json!({"bio": "new"}));
        ann.patch_if(&edge, &former, &body).await.expect(200);
    });
}

#[test]
fn pictures_cost_one_statement_where_there_are_any() {
    block_on(async {
        let edge = edge();
        let (ann, bob) = (painter(&edge).await, person(&edge, "bob").await);
        let path = format!("/v1/users?ids={},{}", ann.id, bob.id);
        bob.get(&edge, &path).await.expect(200);
        let mut costs = Vec::new();
        for avatar in [json!(null), json!("a1")] {
            ann.patch(&edge, &json!({"avatarFileId": avatar}))
                .await
                .expect(200);
            edge.statements();
            bob.get(&edge, &path).await.expect(200);
            costs.push(edge.statements().len());
        }
        assert_eq!(costs, [1, 2]);
    });
}

#[test]
fn where_no_files_are_kept_no_id_is_one() {
    block_on(async {
        let edge = TestEdge::new(&accounts::api(), &[("store", "appwrite")]);
        let ann = painter(&edge).await;
        let refused = ann.patch(&edge, &json!({"avatarFileId": "a1"})).await;
        refused.expect_problem(422, "validation_failed");
        let patch = Patch::new().set(Profile::AVATAR_FILE_ID, "a1");
        let batch = Batch::new().update(&ann.id, patch);
        edge.store().commit(batch).await.unwrap();
        let me = ann.get(&edge, "/v1/me").await.expect(200);
        assert_eq!(
            (&me["avatarFileId"], me.get("avatar")),
            (&json!("a1"), None)
        );
        let none = json!({"avatarFileId": null});
        let me = ann.patch(&edge, &none).await.expect(200);
        assert_eq!(me.get("avatarFileId"), None);
    });
}
