//! How long messages stay: the right to set it, and the word to members.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Order, Patch, Query};

use super::room::{Room, User};

async fn set(room: &Room, who: &User, path: &str, settings: Value) -> u16 {
    let body = json!({ "settings": settings });
    let answer = room.send_matching(Method::PATCH, who, path, &body).await;
    answer.response.status().as_u16()
}

/// The metadata of the system messages about it, oldest first.
async fn told(room: &Room) -> Vec<i64> {
    let all = Query::<Message>::new()
        .order(Order::asc(Column::seq()))
        .limit(1000);
    let found = room.edge.store().read(all).await.unwrap();
    let told = found
        .iter()
        .filter_map(|message| match SystemMessage::of(message)? {
            SystemMessage::MessageTimerChanged { seconds } => Some(seconds),
            _ => None,
        });
    told.collect()
}

/// The payloads of the events that have the new time.
async fn events(room: &Room) -> Vec<i64> {
    let all = Query::<Event>::new().limit(1000);
    let found = room.edge.store().read(all).await.unwrap();
    let payload = |event: &Event| -> Value { serde_json::from_str(&event.payload).unwrap() };
    found
        .iter()
        .filter(|event| event.kind == "conversation.updated")
        .filter_map(|event| payload(event)["messageTimerSeconds"].as_i64())
        .collect()
}

#[test]
fn in_a_direct_conversation_both_set_it_and_the_history_tells() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, eve) = (room.user().await, room.user().await, room.user().await);
        let body = json!({"type": "direct", "participantIds": [bob.id]});
        let made = room.post(&ann, "/v1/conversations", body).await.expect(201);
        let path = format!("/v1/conversations/{}", made["id"].as_str().unwrap());
        assert_eq!(made.get("settings"), None);
        let timer = |seconds: i64| json!({ "messageTimerSeconds": seconds });
        assert_eq!(set(&room, &ann, &path, timer(86_400)).await, 200);
        for who in [&ann, &bob] {
            let seen = room.get(who, &path).await;
            assert_eq!(seen["settings"], timer(86_400));
            assert_eq!(seen["my"]["unreadCount"], 0, "it is unread to nobody");
        }
        assert_eq!(
            set(&room, &bob, &path, timer(86_400)).await,
            200,
            "nothing changes"
        );
        assert_eq!(set(&room, &bob, &path, timer(0)).await, 200);
        assert_eq!(told(&room).await, [86_400, 0]);
        assert_eq!(events(&room).await, [86_400, 0]);
        assert_eq!(set(&room, &eve, &path, timer(60)).await, 404);
        for wrong in [1, 4, -1, 31_536_001] {
            assert_eq!(set(&room, &ann, &path, timer(wrong)).await, 422, "{wrong}");
        }
        for right in [5, 31_536_000] {
            assert_eq!(set(&room, &ann, &path, timer(right)).await, 200, "{right}");
        }
        let reset = set(&room, &ann, &path, Value::Null).await;
        assert_eq!((reset, told(&room).await.last()), (200, Some(&0)));
    });
}

#[test]
fn somebody_whom_the_other_blocked_sets_nothing() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let body = json!({"type": "direct", "participantIds": [bob.id]});
        let made = room.post(&ann, "/v1/conversations", body).await.expect(201);
        let id = made["id"].as_str().unwrap();
        let blocked = Patch::<ConversationMember>::new().set(ConversationMember::IS_BLOCKED, true);
        let member = member_id(id, &ann.id);
        room.commit(Batch::new().update(&member, blocked)).await;
        let path = format!("/v1/conversations/{id}");
        let timer = json!({"messageTimerSeconds": 60});
        assert_eq!(set(&room, &ann, &path, timer).await, 403);
        assert!(told(&room).await.is_empty());
    });
}

#[test]
fn in_a_group_the_setting_says_who_and_other_settings_are_for_admins() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        let path = format!("/v1/conversations/{id}");
        let timer = json!({"messageTimerSeconds": 60});
        assert_eq!(set(&room, &bob, &path, timer.clone()).await, 403);
        let all = json!({"setMessageTimer": "everyone"});
        assert_eq!(set(&room, &ann, &path, all).await, 200);
        assert_eq!(set(&room, &bob, &path, timer).await, 200);
        let more = json!({"messageTimerSeconds": 120, "slowModeSeconds": 5});
        assert_eq!(set(&room, &bob, &path, more).await, 403);
        assert_eq!(set(&room, &bob, &path, Value::Null).await, 403);
        assert_eq!(told(&room).await, [60]);
        // The later of two at once is made on the earlier one's outcome.
        let (one, other) = join!(
            set(&room, &ann, &path, json!({"messageTimerSeconds": 300})),
            set(&room, &bob, &path, json!({"messageTimerSeconds": 300})),
        );
        assert_eq!((one, other), (200, 200));
        assert_eq!(told(&room).await, [60, 300], "it is told once");
        let settings = room.get(&bob, &path).await["settings"].clone();
        assert_eq!(settings["messageTimerSeconds"], 300);
        assert_eq!(settings["setMessageTimer"], "everyone");
    });
}
