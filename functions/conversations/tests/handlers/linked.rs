//! The group of a channel: its link ends with the ownership of either, and the channel is told.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::*;
use whisper_store::{Filter, Order, Query};

use super::room::{Room, User};

/// A channel and a group of Ann's that is linked to it, with Bob in both.
struct Press {
    room: Room,
    ann: User,
    bob: User,
    channel: String,
    group: String,
}

impl Press {
    async fn new() -> Self {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let body = json!({"type": "channel", "name": "News", "participantIds": [bob.id]});
        let made = room.post(&ann, "/v1/conversations", body).await.expect(201);
        let channel = made["id"].as_str().unwrap().to_owned();
        let group = room.group(&ann, &[&bob]).await;
        let press = Press {
            room,
            ann,
            bob,
            channel,
            group,
        };
        press.link().await.expect(200);
        press
    }

    async fn link(&self) -> whisper_kit::testing::Answer {
        let path = format!("/v1/conversations/{}/linked-group", self.channel);
        let body = json!({"conversationId": self.group});
        self.room.send(Method::PUT, &self.ann, &path, &body).await
    }

    async fn hand_over(&self, conversation: &str) -> whisper_kit::testing::Answer {
        let path = format!("/v1/conversations/{conversation}/members/{}", self.bob.id);
        let body = json!({"role": "owner"});
        self.room.send(Method::PATCH, &self.ann, &path, &body).await
    }

    /// The events that the channel's history tells, in their order.
    async fn told(&self) -> Vec<Value> {
        let told = Query::<Message>::new()
            .filter(Filter::eq(Message::CONVERSATION_ID, self.channel.as_str()))
            .order(Order::asc(Column::seq()));
        let told = self.room.edge.store().read(told).await.unwrap();
        let told = told.iter().map(|message| {
            let metadata: Value = serde_json::from_str(message.metadata.as_ref().unwrap()).unwrap();
            metadata["event"].clone()
        });
        told.collect()
    }

    async fn linked(&self) -> Value {
        let path = format!("/v1/conversations/{}", self.channel);
        self.room.get(&self.bob, &path).await["linkedGroupId"].clone()
    }
}

#[test]
fn a_group_that_gets_another_owner_leaves_its_channel() {
    block_on(async {
        let press = Press::new().await;
        assert_eq!(press.linked().await, press.group.as_str());
        press.hand_over(&press.group).await.expect(200);
        assert_eq!(press.linked().await, Value::Null);
        assert_eq!(
            press.told().await,
            ["conversation_created", "group_linked", "group_unlinked"]
        );
    });
}

#[test]
fn a_channel_that_gets_another_owner_loses_its_group() {
    block_on(async {
        let press = Press::new().await;
        press.hand_over(&press.channel).await.expect(200);
        assert_eq!(press.linked().await, Value::Null);
        // In a channel nobody is named, so that it has another owner isn't told.
        assert_eq!(
            press.told().await,
            ["conversation_created", "group_linked", "group_unlinked"]
        );
        press.link().await.expect_problem(403, "forbidden");
    });
}

#[test]
fn a_group_whose_last_member_leaves_is_no_longer_the_channels() {
    block_on(async {
        let press = Press::new().await;
        let path = format!("/v1/conversations/{}/leave", press.group);
        press
            .room
            .post(&press.bob, &path, json!({}))
            .await
            .expect(204);
        press
            .room
            .post(&press.ann, &path, json!({}))
            .await
            .expect(204);
        assert_eq!(press.linked().await, Value::Null);
        assert_eq!(press.told().await.last().unwrap(), "group_unlinked");
    });
}

#[test]
fn no_link_is_left_by_a_handover_at_the_same_time() {
    block_on(async {
        for round in 0..8 {
            let press = Press::new().await;
            let path = format!("/v1/conversations/{}/linked-group", press.channel);
            let unlink = press
                .room
                .send(Method::DELETE, &press.ann, &path, &Value::Null);
            unlink.await.expect(204);
            let (linked, handed) = join!(press.link(), press.hand_over(&press.group));
            handed.expect(200);
            assert_eq!(
                press.linked().await,
                Value::Null,
                "{round}: {}",
                linked.body
            );
        }
    });
}
