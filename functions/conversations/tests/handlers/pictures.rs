//! Pictures of conversations that are files: taken, held, let go, and shown.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::Answer;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Get, Query};

use super::hall::Hall;
use super::room::{Room, User};

/// A day in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

impl Room {
    /// A file of somebody's, as `media` leaves it once it is whole.
    async fn file(&self, id: &str, owner: &User, bucket: FileBucket) -> StoredFile {
        let now = self.edge.ctx().now();
        let file = StoredFile {
            id: id.into(),
            user_id: owner.id.clone(),
            bucket,
            name: "a.jpg".into(),
            mime_type: "image/jpeg".into(),
            size: 5,
            completed_at: Some(now),
            ends_at: Some(now.plus(DAY)),
            ..StoredFile::default()
        };
        self.commit(Batch::new().insert(&file)).await;
        file
    }

    /// The files that are held, with their holders.
    async fn held(&self) -> Vec<(String, String)> {
        let holds = self.edge.store().read(Query::<FileHold>::new().limit(10));
        let holds = holds.await.unwrap().into_iter();
        let holds = holds.map(|hold| hold.into_inner());
        holds.map(|hold| (hold.file_id, hold.holder_id)).collect()
    }

    async fn end(&self, id: &str) -> Option<Timestamp> {
        let file = self.edge.store().read(Get::<StoredFile>::id(id)).await;
        file.unwrap().unwrap().ends_at
    }

    async fn make(&self, who: &User, kind: &str, file: &str) -> Answer {
        let body = json!({"type": kind, "name": "Painters", "avatarFileId": file});
        self.post(who, "/v1/conversations", body).await
    }
}

impl Hall {
    async fn paint(&self, who: &User, file: Value) -> Answer {
        let body = json!({ "avatarFileId": file });
        self.room
            .send_matching(Method::PATCH, who, &self.path(""), &body)
            .await
    }
}

fn refused(answer: Answer) {
    let refused = answer.expect_problem(422, "validation_failed");
    let fault = &refused["errors"][0];
    let seen = (&fault["field"], &fault["rule"]);
    assert_eq!(seen, (&json!("avatarFileId"), &json!("reference")));
}

#[test]
fn a_picture_is_a_whole_file_of_ones_own_in_the_bucket() {
    block_on(async {
        let hall = Hall::new().await;
        let room = &hall.room;
        room.file("theirs", &hall.mia, FileBucket::Avatars).await;
        room.file("cover", &hall.ann, FileBucket::Covers).await;
        for file in ["nothing", "theirs", "cover"] {
            refused(room.make(&hall.ann, "group", file).await);
            refused(hall.paint(&hall.ann, json!(file)).await);
        }
        assert!(room.held().await.is_empty());
    });
}

#[test]
fn a_conversation_holds_the_picture_that_it_has() {
    block_on(async {
        let hall = Hall::new().await;
        let room = &hall.room;
        hall.give(&hall.mia, "admin").await;
        room.file("one", &hall.ann, FileBucket::Avatars).await;
        room.file("two", &hall.mia, FileBucket::Avatars).await;
        let held = |file: &str| vec![(file.to_owned(), hall.id.clone())];
        hall.paint(&hall.ann, json!("one")).await.expect(200);
        assert_eq!(
            (room.held().await, room.end("one").await),
            (held("one"), None)
        );
        // The picture that is there stays somebody else's.
        hall.paint(&hall.mia, json!("one")).await.expect(200);
        let changed = hall.paint(&hall.mia, json!("two")).await.expect(200);
        assert_eq!(changed["avatar"]["id"], "two");
        let tomorrow = Some(room.edge.ctx().now().plus(DAY));
        assert_eq!(
            (room.held().await, room.end("one").await),
            (held("two"), tomorrow)
        );
        let changed = hall.paint(&hall.ann, Value::Null).await.expect(200);
        assert_eq!(changed.get("avatar"), None);
        assert_eq!(
            (room.held().await, room.end("two").await),
            (vec![], tomorrow)
        );
    });
}

#[test]
fn the_picture_goes_with_the_last_member() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        for kind in ["group", "channel", "community", "broadcast"] {
            room.file(kind, &ann, FileBucket::Avatars).await;
            let made = room.make(&ann, kind, kind).await.expect(201);
            let id = made["id"].as_str().unwrap();
            assert_eq!(made["avatar"]["id"], kind);
            assert_eq!(room.held().await, [(kind.to_owned(), id.to_owned())]);
            let leave = format!("/v1/conversations/{id}/leave");
            room.post(&ann, &leave, Value::Null).await.expect(204);
            let tomorrow = Some(room.edge.ctx().now().plus(DAY));
            assert_eq!(
                (room.held().await, room.end(kind).await),
                (vec![], tomorrow)
            );
        }
    });
}

#[test]
fn members_get_an_address_of_their_own() {
    block_on(async {
        let hall = Hall::new().await;
        let room = &hall.room;
        room.file("one", &hall.ann, FileBucket::Avatars).await;
        hall.paint(&hall.ann, json!("one")).await.expect(200);
        let seen = room.get(&hall.mia, &hall.path("")).await;
        let url = seen["avatar"]["url"].as_str().unwrap();
        assert!(url.contains(&hall.mia.id), "{url}");
        room.edge.statements();
        let listed = room.get(&hall.mia, "/v1/conversations").await;
        let with_file = room.edge.statements().len();
        assert_eq!(listed["items"][0]["avatar"], seen["avatar"]);
        hall.paint(&hall.ann, Value::Null).await.expect(200);
        room.edge.statements();
        room.get(&hall.mia, "/v1/conversations").await;
        assert_eq!(with_file, room.edge.statements().len() + 1);
    });
}

#[test]
fn before_joining_the_picture_of_a_public_group_is_shown() {
    block_on(async {
        let hall = Hall::new().await;
        let room = &hall.room;
        room.file("one", &hall.ann, FileBucket::Avatars).await;
        hall.paint(&hall.ann, json!("one")).await.expect(200);
        let (_, code) = hall.invite(&hall.ann, json!({})).await;
        let stranger = room.user().await;
        let seen = hall.preview(&stranger, &code).await.expect(200);
        assert_eq!(
            (&seen["avatarFileId"], seen.get("avatar")),
            (&json!("one"), None)
        );
        hall.publish(json!({"category": "art"})).await.expect(200);
        for path in [
            "/v1/directory".to_owned(),
            format!("/v1/directory/{}", hall.id),
        ] {
            let seen = room.get(&stranger, &path).await;
            let group = seen["items"].get(0).unwrap_or(&seen);
            let url = group["avatar"]["url"].as_str().unwrap();
            assert!(url.contains(&stranger.id), "{url}");
        }
        let seen = hall.preview(&stranger, &code).await.expect(200);
        assert_eq!(seen["avatar"]["id"], "one");
    });
}

#[test]
fn summaries_have_the_pictures_of_people() {
    block_on(async {
        let hall = Hall::new().await;
        let room = &hall.room;
        room.file("face", &hall.ann, FileBucket::Avatars).await;
        let patch = whisper_store::Patch::new().set(Profile::AVATAR_FILE_ID, "face");
        room.commit(Batch::new().update(&hall.ann.id, patch)).await;
        let ann = hall.ann.id.as_str();
        let one = room.get(&hall.mia, &hall.path("")).await;
        let avatar = &one["users"][ann]["avatar"];
        assert!(avatar["url"].as_str().unwrap().contains(&hall.mia.id));
        let members = room.get(&hall.mia, &hall.path("/members")).await;
        let mut items = members["items"].as_array().unwrap().iter();
        let member = items.find(|member| member["userId"] == ann).unwrap();
        assert_eq!(&member["avatar"], avatar);
        room.block(&hall.ann, &hall.mia).await;
        let one = room.get(&hall.mia, &hall.path("")).await;
        assert_eq!(one["users"][ann].get("avatar"), None);
    });
}
