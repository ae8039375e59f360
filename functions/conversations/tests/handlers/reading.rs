//! How far somebody has read, and unread messages.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch, Query};

use super::room::{Room, User};

#[test]
fn unread_messages_are_the_others_since_the_last_one_read() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        room.message(&id, &ann, "m1").await;
        let second = room.message(&id, &ann, "m2").await;
        room.message(&id, &bob, "m3").await;
        room.message(&id, &ann, "m4").await;
        let path = format!("/v1/conversations/{id}");
        assert_eq!(room.get(&bob, &path).await["my"]["unreadCount"], 3);
        assert_eq!(room.get(&ann, &path).await["my"]["unreadCount"], 1);
        let read = format!("{path}/read");
        let state = room
            .post(&bob, &read, json!({"messageId": "m2"}))
            .await
            .expect(200);
        assert_eq!(state["unreadCount"], 1);
        assert_eq!(state["lastReadAt"], second.to_string());
        let back = room
            .post(&bob, &read, json!({"messageId": "m1"}))
            .await
            .expect(200);
        assert_eq!(
            (&back["lastReadMessageId"], &back["unreadCount"]),
            (&json!("m2"), &json!(1)),
            "only forward"
        );
        let all = room.post(&bob, &read, Value::Null).await.expect(200);
        assert_eq!(
            (&all["lastReadMessageId"], &all["unreadCount"]),
            (&json!("m4"), &json!(0))
        );
        assert_eq!(
            room.events("conversation.read").await,
            2,
            "a step back is no event"
        );
        let seen = room.get(&bob, &path).await;
        assert_eq!(seen["unreadCount"], json!({&bob.id: 0}));
    });
}

#[test]
fn nobody_reads_up_to_a_message_whose_end_has_come() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        for message in ["m1", "m2", "m3"] {
            room.message(&id, &ann, message).await;
        }
        let end = room.edge.ctx().now().plus(1000);
        for message in ["m2", "m3"] {
            let ends = Patch::<Message>::new().set(Message::EXPIRES_AT, end);
            room.commit(Batch::new().update(message, ends)).await;
        }
        let read = format!("/v1/conversations/{id}/read");
        let of = async |body: Value| room.post(&bob, &read, body).await;
        let references = async || {
            let all = Query::<MessageReference>::new();
            let found = room.edge.store().read(all).await.unwrap();
            let found = found.iter().map(|one| one.message_id.clone());
            found.collect::<Vec<_>>()
        };
        of(json!({"messageId": "m2"})).await.expect(200);
        assert_eq!(references().await, ["m2"], "it goes with the message");
        room.edge.advance(1000);
        // The same before and after the job has removed the message.
        for removed in [false, true] {
            if removed {
                room.commit(Batch::new().delete::<Message>("m3")).await;
            }
            let refused = of(json!({"messageId": "m3"})).await;
            let problem = refused.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["field"], "messageId");
        }
        let newest = of(Value::Null).await.expect(200);
        assert_eq!(newest["unreadCount"], 0);
        room.message(&id, &ann, "m4").await;
        let newest = of(Value::Null).await.expect(200);
        assert_eq!(newest["lastReadMessageId"], "m4");
    });
}

#[test]
fn deleted_and_expired_messages_are_not_unread() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        for message in ["m1", "m2", "m3"] {
            room.message(&id, &ann, message).await;
        }
        let soon = room.edge.ctx().now().plus(60_000);
        let batch = Batch::new()
            .update::<Message>("m1", Patch::new().set(Message::DELETED_AT, soon))
            .update::<Message>("m2", Patch::new().set(Message::EXPIRES_AT, soon));
        room.edge.store().commit(batch).await.unwrap();
        let path = format!("/v1/conversations/{id}");
        assert_eq!(room.get(&bob, &path).await["my"]["unreadCount"], 2);
        room.edge.advance(60_000);
        assert_eq!(room.get(&bob, &path).await["my"]["unreadCount"], 1);
    });
}

#[test]
fn the_unread_count_stops_at_999_and_says_so() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        let message = |n: u32| Message {
            id: format!("m{n}"),
            conversation_id: id.clone(),
            sender_id: ann.id.clone(),
            created_at: Some(room.edge.ctx().now()),
            ..Message::default()
        };
        let batch = |some: std::ops::Range<u32>| {
            some.fold(Batch::new(), |batch, n| batch.insert(&message(n)))
        };
        room.edge.store().commit(batch(0..999)).await.unwrap();
        let my =
            || async { room.get(&bob, &format!("/v1/conversations/{id}")).await["my"].clone() };
        let seen = my().await;
        assert_eq!(
            (&seen["unreadCount"], &seen["unreadCapped"]),
            (&json!(999), &json!(false))
        );
        room.edge.store().commit(batch(999..1000)).await.unwrap();
        let seen = my().await;
        assert_eq!(
            (&seen["unreadCount"], &seen["unreadCapped"]),
            (&json!(999), &json!(true))
        );
    });
}

#[test]
fn positions_are_those_of_commits_whatever_the_clock_says() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        let path = format!("/v1/conversations/{id}");
        let unread = async || room.get(&bob, &path).await["my"]["unreadCount"].clone();
        // All of the same millisecond, that of the group included.
        for n in 0..16 {
            room.message_now(&id, &ann, &format!("tie{n}")).await;
        }
        let read = format!("{path}/read");
        let state = room.post(&bob, &read, json!({"messageId": "tie0"})).await;
        assert_eq!(state.expect(200)["unreadCount"], 15);
        // The clock goes back by half a minute, and then it is a year ahead for one message.
        room.edge.advance(-30_000);
        room.message_now(&id, &ann, "back1").await;
        room.message_now(&id, &ann, "back2").await;
        assert_eq!(unread().await, 17);
        room.post(&bob, &read, Value::Null).await.expect(200);
        assert_eq!(unread().await, 0);
        const YEAR: i64 = 365 * 86_400_000;
        room.edge.advance(YEAR);
        let token = room.edge.session(&bob.id).await;
        let bob = super::room::User {
            token,
            ..bob.clone()
        };
        room.message_now(&id, &ann, "ahead").await;
        room.post(&bob, &read, Value::Null).await.expect(200);
        room.edge.advance(-YEAR);
        room.message_now(&id, &ann, "now").await;
        let token = room.edge.session(&bob.id).await;
        let bob = super::room::User { token, ..bob };
        let seen = room.get(&bob, &path).await;
        assert_eq!(seen["my"]["unreadCount"], 1, "nothing is frozen");
        let state = room.post(&bob, &read, Value::Null).await.expect(200);
        assert_eq!(
            (&state["unreadCount"], &state["lastReadMessageId"]),
            (&json!(0), &json!("now"))
        );
    });
}

#[test]
fn ones_own_posts_are_not_unread_to_one_whatever_the_clock_says() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let body = json!({"type": "channel", "name": "News"});
        let made = room.post(&ann, "/v1/conversations", body).await;
        let id = made.expect(201)["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/conversations/{id}");
        let voice = User {
            id: id.clone(),
            token: String::new(),
        };
        let post = async |author: &User, message: &str| {
            let post = ChannelPost {
                id: message.to_owned(),
                conversation_id: id.clone(),
                author_id: author.id.clone(),
                sent_at: room.message_now(&id, &voice, message).await,
                ..ChannelPost::default()
            };
            room.commit(Batch::new().insert(&post)).await;
        };
        let again = async || User {
            token: room.edge.session(&ann.id).await,
            ..ann.clone()
        };
        let unread = async || room.get(&again().await, &path).await["my"]["unreadCount"].clone();
        post(&ann, "mine").await;
        post(&bob, "theirs").await;
        assert_eq!(unread().await, 1);
        const YEAR: i64 = 365 * 86_400_000;
        room.edge.advance(YEAR);
        post(&bob, "ahead").await;
        let read = format!("{path}/read");
        let state = room.post(&again().await, &read, Value::Null).await;
        assert_eq!(state.expect(200)["unreadCount"], 0);
        room.edge.advance(-YEAR);
        post(&ann, "mine2").await;
        assert_eq!(unread().await, 0);
        post(&bob, "theirs2").await;
        assert_eq!(unread().await, 1);
        // Nor are they two days later, while nothing was read.
        room.edge.advance(2 * 86_400_000);
        assert_eq!(unread().await, 1);
    });
}

#[test]
fn what_was_there_when_somebody_joined_is_not_unread_to_them() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[]).await;
        room.message_now(&id, &ann, "m1").await;
        let members = format!("/v1/conversations/{id}/members");
        let join = async || {
            let body = json!({"userIds": [bob.id]});
            room.post(&ann, &members, body).await.expect(200)
        };
        join().await;
        let path = format!("/v1/conversations/{id}");
        let unread = async || room.get(&bob, &path).await["my"]["unreadCount"].clone();
        assert_eq!(unread().await, 0);
        room.message_now(&id, &ann, "m2").await;
        assert_eq!(unread().await, 1);
        let leave = format!("{path}/leave");
        room.post(&bob, &leave, Value::Null).await.expect(204);
        room.message_now(&id, &ann, "m3").await;
        join().await;
        assert_eq!(unread().await, 0, "nor when they came back");
    });
}

#[test]
fn previews_follow_the_message() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        room.message(&id, &ann, "m1").await;
        let soon = room.edge.ctx().now().plus(3_000);
        let ends = Patch::new().set(Message::EXPIRES_AT, soon);
        room.commit(Batch::new().update::<Message>("m1", ends))
            .await;
        let path = format!("/v1/conversations/{id}");
        let seen = room.get(&bob, &path).await;
        assert_eq!(
            (&seen["lastMessageText"], &seen["lastMessageContentType"]),
            (&json!("words of m1"), &json!("text"))
        );
        assert_eq!(seen["users"][&ann.id]["displayName"], "somebody");
        room.edge.advance(3_000);
        for seen in [
            room.get(&bob, &path).await,
            room.get(&bob, "/v1/conversations").await["items"][0].clone(),
        ] {
            assert!(!seen.to_string().contains("words of m1"), "{seen}");
            for key in ["Id", "Text", "At", "SenderId", "ContentType"] {
                assert_eq!(seen[format!("lastMessage{key}")], Value::Null, "{key}");
            }
        }
    });
}

#[test]
fn what_is_new_is_never_said_to_be_unchanged() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let path = format!("/v1/conversations/{}", room.group(&ann, &[&bob]).await);
        let get = async |etag: Option<&str>| {
            let mut request = whisper_kit::Request::new(whisper_kit::Method::GET, &path);
            let token = format!("Bearer {}", bob.token);
            request
                .headers
                .insert("authorization", token.parse().unwrap());
            if let Some(etag) = etag {
                request
                    .headers
                    .insert("if-none-match", etag.parse().unwrap());
            }
            let response = room.edge.request(request).await.response;
            let etag = response.headers()["etag"].to_str().unwrap().to_owned();
            (response.status().as_u16(), etag)
        };
        let (_, first) = get(None).await;
        assert_eq!(get(Some(&first)).await, (304, first.clone()));
        room.message(path.rsplit('/').next().unwrap(), &ann, "m1")
            .await;
        let (status, second) = get(Some(&first)).await;
        assert_eq!(status, 200, "it has an unread message now");
        let edit = |etag: &str| etag.split('-').next().unwrap().to_owned();
        assert_eq!(edit(&first), edit(&second), "nobody changed its details");
    });
}
