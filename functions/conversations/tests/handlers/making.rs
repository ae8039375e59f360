//! Making conversations, and changes at the same time.

use futures::executor::block_on;
use futures::join;
use serde_json::Value;
use serde_json::json;
use whisper_kit::Method;
use whisper_people::ids::{direct_conversation_id, member_id};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Get};

use super::room::{Room, User};

#[test]
fn the_routes_do_not_contradict_each_other() {
    Room::new();
}

#[test]
fn a_group_is_committed_whole_and_nothing_else_is() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        assert_eq!(room.participants(&id).await, (2, 2));
        assert_eq!(room.events("conversation.created").await, 1);
        let stored = room
            .edge
            .store()
            .read(Get::<Conversation>::id(&id))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            stored.participant_ids, [""; 0],
            "members stand in rows of their own"
        );
        assert_eq!(room.count::<Event>(Filter::and([])).await, 1);
        assert_eq!(
            room.count::<Message>(Filter::and([])).await,
            1,
            "that it was made"
        );
    });
}

#[test]
fn a_conversation_was_made_when_it_was_committed() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        room.edge.advance(30_000);
        let made = async |name| {
            let body = json!({"type": "group", "name": name});
            room.post(&ann, "/v1/conversations", body).await.expect(201)
        };
        let latest = made("first").await["createdAt"].clone();
        // Times of commits don't go back with the clock.
        room.edge.advance(-30_000);
        let second = made("second").await;
        assert_eq!(second["createdAt"], latest);
        assert_eq!(second["updatedAt"], latest);
        let path = format!("/v1/conversations/{}", second["id"].as_str().unwrap());
        let read = room.edge.send(Method::GET, &path, &ann.token, &Value::Null);
        assert_eq!(read.await.expect(200), second);
    });
}

#[test]
fn two_who_start_a_direct_conversation_at_once_get_the_same() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let with = |user: &User| json!({"type": "direct", "participantIds": [user.id]});
        let (one, other) = join!(
            room.post(&ann, "/v1/conversations", with(&bob)),
            room.post(&bob, "/v1/conversations", with(&ann)),
        );
        let mut statuses = [
            one.response.status().as_u16(),
            other.response.status().as_u16(),
        ];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201]);
        assert_eq!(one.body["id"], other.body["id"]);
        assert_ne!(
            one.body["id"],
            direct_conversation_id(&ann.id, &bob.id).as_str(),
            "nobody can compute who talks with whom"
        );
        assert_eq!(
            room.participants(one.body["id"].as_str().unwrap()).await,
            (2, 2)
        );
        assert_eq!(room.events("conversation.created").await, 1);
    });
}

#[test]
fn two_admins_who_add_the_same_one_at_once_count_them_once() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cid) = (room.user().await, room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        let member = format!("/v1/conversations/{id}/members/{}", bob.id);
        room.edge
            .send(
                Method::PATCH,
                &member,
                &ann.token,
                &json!({"role": "admin"}),
            )
            .await
            .expect(200);
        let path = format!("/v1/conversations/{id}/members");
        let body = json!({"userIds": [cid.id]});
        let (one, other) = join!(
            room.post(&ann, &path, body.clone()),
            room.post(&bob, &path, body.clone())
        );
        let added = |answer: &Value| answer["added"].as_array().unwrap().len();
        let (one, other) = (one.expect(200), other.expect(200));
        assert_eq!(added(&one) + added(&other), 1, "{one} {other}");
        assert_eq!(room.participants(&id).await, (3, 3));
        assert_eq!(room.events("conversation.members_added").await, 1);
    });
}

#[test]
fn a_channel_has_any_number_of_subscribers_and_a_group_has_a_bound() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        let make = async |kind: &str, most: Value| {
            let body = json!({"type": kind, "name": "Many", "maxParticipants": most});
            room.post(&ann, "/v1/conversations", body).await
        };
        for (kind, most, found) in [
            ("channel", Value::Null, 9_007_199_254_740_991_i64),
            ("channel", json!(300_000), 300_000),
            ("community", Value::Null, 200_000),
            ("group", json!(200_000), 200_000),
        ] {
            let made = make(kind, most).await.expect(201);
            assert_eq!(made["maxParticipants"], found, "{kind}");
        }
        for kind in ["group", "community"] {
            let refused = make(kind, json!(200_001)).await;
            let refused = refused.expect_problem(422, "validation_failed");
            assert_eq!(refused["errors"][0]["field"], "maxParticipants", "{kind}");
        }
    });
}

#[test]
fn the_last_place_is_given_once() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cid) = (room.user().await, room.user().await, room.user().await);
        let body = json!({"type": "group", "name": "Two", "maxParticipants": 2});
        let made = room.post(&ann, "/v1/conversations", body).await.expect(201);
        let id = made["id"].as_str().unwrap();
        let path = format!("/v1/conversations/{id}/members");
        let (one, other) = join!(
            room.post(&ann, &path, json!({"userIds": [bob.id]})),
            room.post(&ann, &path, json!({"userIds": [cid.id]})),
        );
        let mut statuses = [
            one.response.status().as_u16(),
            other.response.status().as_u16(),
        ];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        assert_eq!(room.participants(id).await, (2, 2));
    });
}

#[test]
fn somebody_removed_twice_at_once_is_counted_once() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        let path = format!("/v1/conversations/{id}/members/{}", bob.id);
        let remove = || {
            room.edge
                .send(Method::DELETE, &path, &ann.token, &Value::Null)
        };
        let (one, other) = join!(remove(), remove());
        let mut statuses = [
            one.response.status().as_u16(),
            other.response.status().as_u16(),
        ];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404]);
        assert_eq!(room.participants(&id).await, (1, 1));
    });
}

#[test]
fn arrays_are_filled_up_to_a_hundred_while_the_count_is_exact() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        let id = room.group(&ann, &[]).await;
        let later = room.edge.ctx().now().plus(1);
        let member = |n: i32| ConversationMember {
            id: member_id(&id, &format!("u{n}")),
            conversation_id: id.clone(),
            user_id: format!("u{n}"),
            role: if n < 150 {
                ConversationMemberRole::Member
            } else {
                ConversationMemberRole::Moderator
            },
            joined_at: later,
            ..ConversationMember::default()
        };
        let batch = (0..152).fold(Batch::new(), |batch, n| batch.insert(&member(n)));
        let batch = batch.increment::<Conversation>(&id, Conversation::PARTICIPANT_COUNT, 152);
        room.edge.store().commit(batch).await.unwrap();
        let seen = room.get(&ann, &format!("/v1/conversations/{id}")).await;
        assert_eq!(seen["participantCount"], 153);
        assert_eq!(seen["participantIds"].as_array().unwrap().len(), 100);
        assert_eq!(seen["participantIds"][0], ann.id.as_str());
        assert_eq!(seen["adminIds"], json!([ann.id]));
        assert_eq!(seen["moderatorIds"], json!(["u150", "u151"]));
        assert_eq!(
            room.get(&ann, "/v1/conversations").await["items"][0]["adminIds"],
            json!([ann.id])
        );
    });
}
