//! System messages: each change of a group is told in its history, by the commit that makes it.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::*;
use whisper_store::{Filter, Order, Query};

use super::room::{Room, User};

/// A group of an owner and two members.
struct House {
    room: Room,
    ann: User,
    bob: User,
    cid: User,
    id: String,
}

impl House {
    async fn new() -> Self {
        let room = Room::new();
        let (ann, bob, cid) = (room.user().await, room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob, &cid]).await;
        House {
            room,
            ann,
            bob,
            cid,
            id,
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/conversations/{}{rest}", self.id)
    }

    async fn change(&self, who: &User, body: Value) {
        let path = self.path("");
        let answer = self.room.send_matching(Method::PATCH, who, &path, &body);
        answer.await.expect(200);
    }

    async fn give(&self, by: &User, to: &User, role: &str) {
        let path = self.path(&format!("/members/{}", to.id));
        self.room.patch(by, &path, json!({ "role": role })).await;
    }

    async fn messages(&self) -> Vec<Message> {
        let of_group = Query::<Message>::new()
            .filter(Filter::eq(Message::CONVERSATION_ID, self.id.as_str()))
            .order(Order::asc(Column::seq()))
            .limit(1000);
        let found = self.room.edge.store().read(of_group).await.unwrap();
        found.into_iter().map(|doc| doc.into_inner()).collect()
    }

    /// The senders and the metadata of the system messages since so many messages.
    async fn told_since(&self, count: usize) -> Vec<(String, Value)> {
        let told = self.messages().await.into_iter().skip(count);
        let told = told.map(|message| {
            assert!(message.is_system_message, "{message:?}");
            assert_eq!(message.content_type, MessageContentType::Text);
            assert_eq!(message.content, "");
            let metadata = message.metadata.as_deref().unwrap();
            (message.sender_id, serde_json::from_str(metadata).unwrap())
        });
        told.collect()
    }
}

// One story of a group, from its making on.
#[allow(clippy::too_many_lines)]
#[test]
fn everything_that_happens_is_told() {
    block_on(async {
        let house = House::new().await;
        let (ann, bob, cid) = (&house.ann, &house.bob, &house.cid);
        let new = house.room.user().await;
        let mut seen = 0;
        macro_rules! tells {
            ($by:expr, $($told:expr),*) => {
                let expected: Vec<(String, Value)> = vec![$(($by.id.clone(), $told)),*];
                assert_eq!(house.told_since(seen).await, expected);
                seen += expected.len();
            };
        }
        tells!(
            ann,
            json!({"event": "conversation_created", "name": "Room", "userIds": [bob.id, cid.id]})
        );
        house
            .change(ann, json!({"name": "Chess", "description": "Play"}))
            .await;
        tells!(
            ann,
            json!({"event": "renamed", "name": "Chess", "formerName": "Room"}),
            json!({"event": "description_changed"})
        );
        house
            .change(
                ann,
                json!({"avatarUrl": "https://example.com/a.png", "name": "Chess"}),
            )
            .await;
        tells!(ann, json!({"event": "picture_changed"}));
        house
            .change(
                ann,
                json!({"settings": {"slowModeSeconds": 9, "custom": {"colour": "red"}}}),
            )
            .await;
        tells!(
            ann,
            json!({"event": "settings_changed", "settings": {"slowModeSeconds": 9}})
        );
        house
            .change(
                ann,
                json!({"settings": {"custom": {}, "slowModeSeconds": 9}}),
            )
            .await;
        house.give(ann, bob, "moderator").await;
        house.give(ann, bob, "moderator").await;
        tells!(
            ann,
            json!({"event": "role_given", "userId": bob.id, "role": "moderator"})
        );
        let remove = house.path(&format!("/members/{}", cid.id));
        let remove = house.room.send(Method::DELETE, bob, &remove, &Value::Null);
        remove.await.expect(204);
        tells!(bob, json!({"event": "member_removed", "userId": cid.id}));
        let add = json!({"userIds": [cid.id, new.id, bob.id]});
        house
            .room
            .post(ann, &house.path("/members"), add)
            .await
            .expect(200);
        tells!(
            ann,
            json!({"event": "members_added", "userIds": [cid.id, new.id]})
        );
        house.give(ann, bob, "owner").await;
        tells!(
            ann,
            json!({"event": "ownership_handed_over", "userId": bob.id})
        );
        house
            .room
            .post(cid, &house.path("/leave"), Value::Null)
            .await
            .expect(204);
        tells!(cid, json!({"event": "member_left"}));
        let ban = house.path(&format!("/bans/{}", new.id));
        let end = house.room.edge.ctx().now().plus(1000);
        let terms = json!({"reason": "Secret", "endsAt": end});
        house
            .room
            .send(Method::PUT, bob, &ban, &terms)
            .await
            .expect(201);
        tells!(
            bob,
            json!({"event": "member_banned", "userId": new.id, "endsAt": end})
        );
        // Somebody who isn't there is banned in silence, and so is a ban lifted.
        let ban = house.path(&format!("/bans/{}", cid.id));
        house
            .room
            .send(Method::PUT, bob, &ban, &Value::Null)
            .await
            .expect(201);
        house
            .room
            .send(Method::DELETE, bob, &ban, &Value::Null)
            .await
            .expect(204);
        assert_eq!(house.messages().await.len(), seen);
        // The messages are delivered to no device, and earn no points.
        assert_eq!(house.room.count::<QueuedMessage>(Filter::and([])).await, 0);
        assert_eq!(house.room.count::<UserActivity>(Filter::and([])).await, 0);
    });
}

#[test]
fn the_event_of_the_change_names_what_was_told() {
    block_on(async {
        let house = House::new().await;
        house
            .change(&house.ann, json!({"name": "Chess", "description": "Play"}))
            .await;
        let messages = house.messages().await;
        let ids = |of: &[Message]| of.iter().map(|m| m.id.clone()).collect::<Vec<_>>();
        for (kind, told) in [
            ("conversation.created", ids(&messages[..1])),
            ("conversation.updated", ids(&messages[1..])),
        ] {
            let event = Query::<Event>::new().filter(Filter::eq(Event::KIND, kind));
            let event = house.room.edge.store().read(event.first()).await.unwrap();
            let payload: Value = serde_json::from_str(&event.unwrap().payload).unwrap();
            assert_eq!(payload["messageIds"], json!(told), "{kind}");
        }
    });
}

#[test]
fn it_is_unread_to_nobody_and_stands_in_previews() {
    block_on(async {
        let house = House::new().await;
        let new = house.room.user().await;
        house.room.rename(&new, "Newcomer").await;
        house.room.follow(&new, &house.ann).await;
        let add = json!({"userIds": [new.id]});
        house
            .room
            .post(&house.ann, &house.path("/members"), add)
            .await
            .expect(200);
        let told = house.messages().await.pop().unwrap();
        for who in [&house.bob, &new] {
            let one = house.room.get(who, &house.path("")).await;
            let list = house.room.get(who, "/v1/conversations").await;
            for (seen, users) in [(&one, &one["users"]), (&list["items"][0], &list["users"])] {
                assert_eq!(seen["my"]["unreadCount"], 0);
                assert_eq!(seen["lastMessageId"], told.id.as_str());
                assert_eq!(seen["lastMessageText"], "[members_added]");
                assert_eq!(
                    seen["lastMessageSystem"],
                    json!({"event": "members_added", "userIds": [new.id]})
                );
                assert_eq!(seen["lastMessageSenderId"], house.ann.id.as_str());
                assert_eq!(users[&new.id]["displayName"], "Newcomer");
            }
        }
        house.room.message(&house.id, &house.ann, "m1").await;
        house.change(&house.ann, json!({"name": "Chess"})).await;
        let seen = house.room.get(&house.bob, &house.path("")).await;
        assert_eq!(seen["my"]["unreadCount"], 1, "of words alone");
        assert_eq!(seen["lastMessageSystem"]["event"], "renamed");
        house.room.message(&house.id, &house.ann, "m2").await;
        let seen = house.room.get(&house.bob, &house.path("")).await;
        assert_eq!(
            (&seen["lastMessageSystem"], &seen["lastMessageText"]),
            (&Value::Null, &json!("words of m2"))
        );
    });
}

#[test]
fn a_hundred_who_join_at_once_are_one_message() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        let id = room.group(&ann, &[]).await;
        let mut users = Vec::new();
        for _ in 0..100 {
            users.push(room.user().await);
        }
        let house = House {
            ann: ann.clone(),
            bob: ann.clone(),
            cid: ann,
            id,
            room,
        };
        let ids: Vec<&str> = users.iter().map(|user| user.id.as_str()).collect();
        let add = json!({"userIds": ids});
        house
            .room
            .post(&house.ann, &house.path("/members"), add)
            .await
            .expect(200);
        let told = house.told_since(1).await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].1["userIds"], json!(ids));
        // A preview names as many as fit a line, and the conversation's own answer the members.
        let list = house.room.get(&house.ann, "/v1/conversations").await;
        assert_eq!(list["users"].as_object().unwrap().len(), 4);
    });
}

#[test]
fn where_not_everybody_sees_the_members_nobody_is_told_who_comes_and_goes() {
    block_on(async {
        let house = House::new().await;
        let new = house.room.user().await;
        house
            .change(&house.ann, json!({"settings": {"seeMembers": "admins"}}))
            .await;
        let count = house.messages().await.len();
        let add = json!({"userIds": [new.id]});
        house
            .room
            .post(&house.ann, &house.path("/members"), add)
            .await
            .expect(200);
        house
            .room
            .post(&new, &house.path("/leave"), Value::Null)
            .await
            .expect(204);
        let ban = house.path(&format!("/bans/{}", house.cid.id));
        house
            .room
            .send(Method::PUT, &house.ann, &ban, &Value::Null)
            .await
            .expect(201);
        assert_eq!(house.messages().await.len(), count);
        house.give(&house.ann, &house.bob, "admin").await;
        assert_eq!(house.messages().await.len(), count + 1);
        let body = json!({
            "type": "group", "name": "Quiet", "participantIds": [new.id], "settings": {"seeMembers": "admins"},
        });
        let made = house
            .room
            .post(&house.ann, "/v1/conversations", body)
            .await
            .expect(201);
        assert_eq!(
            made["lastMessageSystem"],
            json!({"event": "conversation_created", "name": "Quiet", "userIds": []})
        );
    });
}

#[test]
fn a_preview_from_before_somebody_joined_is_none() {
    block_on(async {
        let house = House::new().await;
        house.room.message(&house.id, &house.ann, "m1").await;
        let settings = json!({"settings": {"seeMembers": "admins", "history": "joined"}});
        house.change(&house.ann, settings).await;
        house.room.message(&house.id, &house.ann, "m2").await;
        let new = house.room.user().await;
        let add = json!({"userIds": [new.id]});
        house
            .room
            .post(&house.ann, &house.path("/members"), add)
            .await
            .expect(200);
        for seen in [
            house.room.get(&new, &house.path("")).await,
            house.room.get(&new, "/v1/conversations").await["items"][0].clone(),
        ] {
            assert_eq!(seen["lastMessageId"], Value::Null, "{seen}");
            assert!(!seen.to_string().contains("words of"), "{seen}");
        }
        // Nor can they say that they have read it, or learn by that whether it is there.
        let read = house.path("/read");
        let hidden = house
            .room
            .post(&new, &read, json!({"messageId": "m2"}))
            .await;
        let nothing = house
            .room
            .post(&new, &read, json!({"messageId": "m9"}))
            .await;
        let fault = |answer: whisper_kit::testing::Answer| {
            answer.expect_problem(422, "validation_failed")["errors"].clone()
        };
        assert_eq!(fault(hidden), fault(nothing));
        let read = house.room.post(&new, &read, Value::Null).await.expect(200);
        assert_eq!(read["lastReadMessageId"], Value::Null);
        let seen = house.room.get(&house.bob, &house.path("")).await;
        assert_eq!(seen["lastMessageId"], "m2");
    });
}

#[test]
fn a_change_that_fails_tells_nothing() {
    block_on(async {
        let house = House::new().await;
        let path = house.path(&format!("/members/{}", house.cid.id));
        let remove = || {
            house
                .room
                .send(Method::DELETE, &house.ann, &path, &Value::Null)
        };
        let (one, other) = join!(remove(), remove());
        let statuses = [one, other].map(|answer| answer.response.status().as_u16());
        assert!(
            statuses.contains(&204) && statuses.contains(&404),
            "{statuses:?}"
        );
        assert_eq!(house.told_since(1).await.len(), 1);
        house
            .room
            .post(
                &house.bob,
                &house.path("/members"),
                json!({"userIds": [house.cid.id]}),
            )
            .await
            .expect_problem(403, "forbidden");
        assert_eq!(house.told_since(1).await.len(), 1);
    });
}

#[test]
fn between_two_nothing_is_told_and_encrypted_groups_keep_no_preview() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let direct = room.direct(&ann, &bob).await;
        let path = format!("/v1/conversations/{direct}");
        let custom = json!({"settings": {"custom": {"colour": "red"}}});
        room.send_matching(Method::PATCH, &bob, &path, &custom)
            .await
            .expect(200);
        assert_eq!(room.count::<Message>(Filter::and([])).await, 0);
        let body = json!({"type": "group", "name": "Secret", "isEncrypted": true});
        let made = room.post(&ann, "/v1/conversations", body).await.expect(201);
        assert_eq!(made["lastMessageText"], Value::Null);
        assert_eq!(made["lastMessageSystem"]["event"], "conversation_created");
    });
}
