//! The caller's own settings of a conversation: muting that ends, marks by hand, and the events for other devices.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::*;
use whisper_store::{Filter, Query};

use super::room::{Room, User};

const HOUR: i64 = 3_600_000;

pub fn mine(id: &str) -> String {
    format!("/v1/conversations/{id}/me")
}

async fn my(room: &Room, who: &User, id: &str) -> Value {
    room.get(who, &format!("/v1/conversations/{id}")).await["my"].clone()
}

/// The events about somebody's own list, with the conversation that each names.
pub async fn told(room: &Room, who: &User) -> Vec<(String, Value)> {
    let events = Query::<Event>::new().filter(Filter::eq(Event::SUBJECT, who.id.as_str()));
    let events = room.edge.store().read(events.limit(100)).await.unwrap();
    let told = events.into_iter().map(|event| {
        assert_eq!(event.user_id.as_deref(), Some(who.id.as_str()));
        let payload: Value = serde_json::from_str(&event.payload).unwrap();
        (event.kind.clone(), payload["conversationId"].clone())
    });
    told.collect()
}

#[test]
fn muting_for_a_time_ends_by_itself() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        let set = room
            .patch(&ann, &mine(&id), json!({"muteSeconds": 3600}))
            .await;
        assert_eq!(set["isMuted"], true);
        assert_eq!(set["mutedUntil"], "2026-01-01T01:00:00.000Z");
        let list = room.get(&ann, "/v1/conversations").await;
        assert_eq!(list["items"][0]["isMuted"], json!([ann.id]));
        room.edge.advance(HOUR - 1);
        let ann = again(&room, &ann).await;
        assert_eq!(my(&room, &ann, &id).await["isMuted"], true);
        room.edge.advance(1);
        let seen = my(&room, &ann, &id).await;
        assert_eq!(
            (&seen["isMuted"], &seen["mutedUntil"]),
            (&json!(false), &Value::Null)
        );
        let list = room.get(&ann, "/v1/conversations").await;
        assert_eq!(list["items"][0]["isMuted"], json!([]));
        // For good, in place of a time that is over; and off.
        let set = room.patch(&ann, &mine(&id), json!({"isMuted": true})).await;
        assert_eq!(
            (&set["isMuted"], &set["mutedUntil"]),
            (&json!(true), &Value::Null)
        );
        room.edge.advance(100 * 24 * HOUR);
        let ann = again(&room, &ann).await;
        assert_eq!(my(&room, &ann, &id).await["isMuted"], true);
        let set = room
            .patch(&ann, &mine(&id), json!({"isMuted": false}))
            .await;
        assert_eq!(set["isMuted"], false);
        assert_eq!(
            my(&room, &again(&room, &bob).await, &id).await["isMuted"],
            false
        );
    });
}

/// Signed in anew, as tokens last for minutes.
pub async fn again(room: &Room, who: &User) -> User {
    User {
        token: room.edge.session(&who.id).await,
        ..who.clone()
    }
}

#[test]
fn a_mark_by_hand_goes_when_it_is_read_with_or_without_messages() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let direct = room.direct(&ann, &bob).await;
        let group = room.group(&ann, &[&bob]).await;
        room.message(&group, &bob, "m1").await;
        for id in [&direct, &group] {
            let read = format!("/v1/conversations/{id}/read");
            room.post(&ann, &read, json!({})).await.expect(200);
            let set = room
                .patch(&ann, &mine(id), json!({"isMarkedUnread": true}))
                .await;
            assert_eq!(
                (&set["isMarkedUnread"], &set["unreadCount"]),
                (&json!(true), &json!(0))
            );
            assert_eq!(my(&room, &bob, id).await["isMarkedUnread"], false);
            room.post(&ann, &read, json!({})).await.expect(200);
            assert_eq!(my(&room, &ann, id).await["isMarkedUnread"], false);
            room.edge.rows_written();
            room.post(&ann, &read, json!({})).await.expect(200);
            assert_eq!(
                room.edge.rows_written(),
                Vec::<u64>::new(),
                "nothing is left to do"
            );
        }
        room.patch(&ann, &mine(&group), json!({"isMarkedUnread": true}))
            .await;
        let clear = format!("/v1/conversations/{group}/clear");
        assert_eq!(
            room.post(&ann, &clear, json!({})).await.expect(200)["isMarkedUnread"],
            false
        );
    });
}

#[test]
fn other_devices_hear_of_each_change_once() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        for change in [
            json!({"isMuted": true}),
            json!({"isPinned": true}),
            json!({"isArchived": true}),
            json!({"isMarkedUnread": true}),
        ] {
            for _ in 0..2 {
                room.patch(&ann, &mine(&id), change.clone()).await;
            }
        }
        let changed = ("my_conversation.changed".to_owned(), json!(id));
        assert_eq!(told(&room, &ann).await, vec![changed; 4]);
        assert_eq!(told(&room, &bob).await, []);
    });
}

#[test]
fn what_makes_no_sense_is_refused() {
    block_on(async {
        let room = Room::with(&[("list_change_rate_per_minute", "1")]);
        let (ann, bob, eve) = (room.user().await, room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        let send =
            async |who: &User, body: Value| room.send(Method::PATCH, who, &mine(&id), &body).await;
        for body in [
            json!({"muteSeconds": 59}),
            json!({"muteSeconds": 31_536_001}),
            json!({"muteSeconds": "8 h"}),
            json!({"muteSeconds": 60, "isMuted": false}),
            json!({"isMuted": "yes"}),
            json!({"mutedUntil": "2027-01-01T00:00:00Z"}),
        ] {
            send(&ann, body)
                .await
                .expect_problem(422, "validation_failed");
        }
        let nobody = User {
            id: ann.id.clone(),
            token: String::new(),
        };
        send(&nobody, json!({"isMuted": true}))
            .await
            .expect_problem(401, "unauthenticated");
        send(&eve, json!({"isMuted": true}))
            .await
            .expect_problem(404, "not_found");
        let path = format!("/v1/conversations/{id}/members/{}", bob.id);
        room.send(Method::DELETE, &ann, &path, &Value::Null)
            .await
            .expect(204);
        send(&bob, json!({"isMuted": true}))
            .await
            .expect_problem(404, "not_found");
        send(&ann, json!({"isMuted": true})).await.expect(200);
        send(&ann, json!({"isMuted": false}))
            .await
            .expect_problem(429, "rate_limited");
    });
}
