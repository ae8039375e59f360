//! The function on a database of its own: what it reads and writes, with the clock held still.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::testing::TestEdge;
use whisper_kit::{Method, ids};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Patch};

struct Room {
    edge: TestEdge,
}

#[derive(Clone)]
struct User {
    id: String,
    token: String,
}

impl Room {
    fn new() -> Self {
        Room {
            edge: TestEdge::new(&conversations::api(), &[]),
        }
    }

    async fn user(&self) -> User {
        let (id, token) = self.edge.user().await;
        User { id, token }
    }

    async fn post(&self, who: &User, path: &str, body: Value) -> whisper_kit::testing::Answer {
        self.edge.send(Method::POST, path, &who.token, &body).await
    }

    async fn get(&self, who: &User, path: &str) -> Value {
        self.edge
            .send(Method::GET, path, &who.token, &Value::Null)
            .await
            .expect(200)
    }

    async fn group(&self, owner: &User, others: &[&User]) -> String {
        let ids: Vec<&str> = others.iter().map(|user| user.id.as_str()).collect();
        let body = json!({"type": "group", "name": "Room", "participantIds": ids});
        let made = self
            .post(owner, "/v1/conversations", body)
            .await
            .expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Sends as the function message-send would, as far as it matters here.
    async fn message(&self, conversation: &str, sender: &User, id: &str) -> Timestamp {
        self.edge.advance(1000);
        let now = self.edge.ctx().now();
        let message = Message {
            id: id.to_owned(),
            conversation_id: conversation.to_owned(),
            sender_id: sender.id.clone(),
            content: "hello".into(),
            status: MessageStatus::Sent,
            created_at: Some(now),
            ..Message::default()
        };
        let patch = Patch::new()
            .set(Conversation::LAST_MESSAGE_ID, id)
            .set(Conversation::LAST_MESSAGE_AT, now);
        let batch = Batch::new()
            .insert(&message)
            .update::<Conversation>(conversation, patch);
        self.edge.store().commit(batch).await.unwrap();
        now
    }

    async fn count<D: Document>(&self, filter: Filter<D>) -> u64 {
        self.edge
            .store()
            .find::<D>()
            .filter(filter)
            .count(1000)
            .await
            .unwrap()
    }

    async fn events(&self, kind: &str) -> u64 {
        self.count(Filter::eq(Event::KIND, kind)).await
    }

    async fn participants(&self, id: &str) -> (i64, u64) {
        let stored = self
            .edge
            .store()
            .get::<Conversation>(id)
            .await
            .unwrap()
            .unwrap();
        let active = Filter::and([
            Filter::eq(ConversationMember::CONVERSATION_ID, id),
            Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active),
        ]);
        (stored.participant_count, self.count(active).await)
    }
}

fn names(list: &Value) -> Vec<&str> {
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}

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
            .get::<Conversation>(&id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            stored.participant_ids, [""; 0],
            "members stand in rows of their own"
        );
        assert_eq!(room.count::<Event>(Filter::and([])).await, 1);
        assert_eq!(room.count::<Message>(Filter::and([])).await, 0);
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
        assert_eq!(
            one.body["id"],
            ids::direct_conversation_id(&ann.id, &bob.id).as_str()
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
fn the_list_is_sorted_by_activity_and_walked_both_ways() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let mut made = Vec::new();
        for _ in 0..5 {
            room.edge.advance(1000);
            made.push(room.group(&ann, &[&bob]).await);
        }
        room.message(&made[1], &bob, "m1").await;
        let expected: Vec<&str> = [1, 4, 3, 2, 0].map(|n: usize| made[n].as_str()).into();
        assert_eq!(names(&room.get(&ann, "/v1/conversations").await), expected);
        let first = room.get(&ann, "/v1/conversations?limit=2").await;
        assert_eq!(names(&first), expected[..2]);
        assert_eq!(first["previous"], Value::Null);
        let next = format!(
            "/v1/conversations?limit=2&after={}",
            first["next"].as_str().unwrap()
        );
        let second = room.get(&ann, &next).await;
        assert_eq!(names(&second), expected[2..4]);
        let next = format!(
            "/v1/conversations?limit=2&after={}",
            second["next"].as_str().unwrap()
        );
        let third = room.get(&ann, &next).await;
        assert_eq!(
            (names(&third), &third["next"]),
            (expected[4..].to_vec(), &Value::Null)
        );
        let back = format!(
            "/v1/conversations?limit=3&before={}",
            third["previous"].as_str().unwrap()
        );
        assert_eq!(names(&room.get(&ann, &back).await), expected[1..4]);
    });
}

#[test]
fn more_than_a_thousand_conversations_are_sorted_too() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        let now = room.edge.ctx().now();
        for hundred in 0..12 {
            let batch = (0..100).fold(Batch::new(), |batch, n| {
                let id = format!("c{:04}", hundred * 100 + n);
                let conversation = Conversation {
                    id: id.clone(),
                    created_at: Some(now),
                    ..Conversation::default()
                };
                let member = ConversationMember {
                    id: ids::member_id(&id, &ann.id),
                    conversation_id: id,
                    user_id: ann.id.clone(),
                    ..ConversationMember::default()
                };
                batch.insert(&conversation).insert(&member)
            });
            room.edge.store().commit(batch).await.unwrap();
        }
        room.message("c0007", &ann, "m1").await;
        let list = room.get(&ann, "/v1/conversations?limit=3").await;
        assert_eq!(names(&list), ["c0007", "c1199", "c1198"]);
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
            id: ids::member_id(&id, &format!("u{n}")),
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

#[test]
fn a_block_in_either_direction_keeps_two_apart() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cid) = (room.user().await, room.user().await, room.user().await);
        for (n, (by, whom)) in [(&ann, &bob), (&cid, &ann)].into_iter().enumerate() {
            let block = Contact {
                id: format!("block{n}"),
                user_id: by.id.clone(),
                contact_user_id: whom.id.clone(),
                is_blocked: true,
                ..Contact::default()
            };
            room.edge
                .store()
                .commit(Batch::new().insert(&block))
                .await
                .unwrap();
        }
        for other in [&bob, &cid] {
            let direct = json!({"type": "direct", "participantIds": [other.id]});
            room.post(&ann, "/v1/conversations", direct)
                .await
                .expect_problem(403, "forbidden");
            let group = json!({"type": "group", "name": "x", "participantIds": [other.id]});
            let refused = room
                .post(&ann, "/v1/conversations", group)
                .await
                .expect_problem(422, "validation_failed");
            let unknown = json!({"type": "group", "name": "x", "participantIds": ["nobody"]});
            let unknown = room
                .post(&ann, "/v1/conversations", unknown)
                .await
                .expect_problem(422, "validation_failed");
            assert_eq!(
                refused["errors"], unknown["errors"],
                "a block looks like nobody"
            );
        }
        assert_eq!(room.count::<Conversation>(Filter::and([])).await, 0);
    });
}
