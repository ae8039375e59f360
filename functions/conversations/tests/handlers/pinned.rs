//! The pinned conversations, in the caller's own order.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::Answer;

use super::my_settings::mine;
use super::room::{Room, User, names, page};

const PINNED: &str = "/v1/me/pinned-conversations";

async fn put(room: &Room, who: &User, ids: Value) -> Answer {
    let body = json!({"conversationIds": ids});
    room.send(Method::PUT, who, PINNED, &body).await
}

async fn order(room: &Room, who: &User) -> Value {
    room.get(who, PINNED).await["conversationIds"].clone()
}

async fn groups(room: &Room, who: &User, count: usize) -> Vec<String> {
    let mut made = Vec::new();
    for _ in 0..count {
        room.edge.advance(1000);
        made.push(room.group(who, &[]).await);
    }
    made
}

#[test]
fn the_order_is_the_callers_own_whatever_is_active() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        let made = groups(&room, &ann, 5).await;
        put(&room, &ann, json!([made[1], made[3], made[0]]))
            .await
            .expect(200);
        room.message(&made[0], &ann, "m1").await;
        let list = room.get(&ann, "/v1/conversations").await;
        let expected: Vec<&str> = [1, 3, 0, 4, 2].map(|n: usize| made[n].as_str()).into();
        assert_eq!(names(&list), expected);
        assert_eq!(
            list["pinnedConversationIds"],
            json!([made[1], made[3], made[0]])
        );
        // The last one that is pinned stands on top; one that is let go leaves the others where they are.
        room.patch(&ann, &mine(&made[4]), json!({"isPinned": true}))
            .await;
        assert_eq!(
            order(&room, &ann).await,
            json!([made[4], made[1], made[3], made[0]])
        );
        room.patch(&ann, &mine(&made[1]), json!({"isPinned": false}))
            .await;
        assert_eq!(order(&room, &ann).await, json!([made[4], made[3], made[0]]));
        put(&room, &ann, json!([])).await.expect(200);
        assert_eq!(order(&room, &ann).await, json!([]));
        let expected: Vec<&str> = [0, 4, 3, 2, 1].map(|n: usize| made[n].as_str()).into();
        assert_eq!(names(&room.get(&ann, "/v1/conversations").await), expected);
    });
}

#[test]
fn pages_go_through_the_pinned_ones_in_their_order() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        let made = groups(&room, &ann, 6).await;
        put(&room, &ann, json!([made[2], made[5], made[0], made[3]]))
            .await
            .expect(200);
        let expected: Vec<&str> = [2, 5, 0, 3, 4, 1].map(|n: usize| made[n].as_str()).into();
        let first = room.get(&ann, "/v1/conversations?limit=3").await;
        assert_eq!(names(&first), expected[..3]);
        let second = room.get(&ann, &page(2, "after", &first["next"])).await;
        assert_eq!(names(&second), expected[3..5]);
        let back = room
            .get(&ann, &page(3, "before", &second["previous"]))
            .await;
        assert_eq!(names(&back), expected[..3]);
        // One that the walk stands at is let go: it goes on where it stood.
        room.patch(&ann, &mine(&made[0]), json!({"isPinned": false}))
            .await;
        let rest = room.get(&ann, &page(9, "after", &first["next"])).await;
        let expected: Vec<&str> = [3, 4, 1, 0].map(|n: usize| made[n].as_str()).into();
        assert_eq!(names(&rest), expected);
    });
}

#[test]
fn twenty_are_pinned_and_no_more_also_of_two_at_once() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        let made = groups(&room, &ann, 22).await;
        put(&room, &ann, json!(made[..21]))
            .await
            .expect_problem(422, "validation_failed");
        put(&room, &ann, json!(made[..19])).await.expect(200);
        let pin = async |n: usize| {
            let body = json!({"isPinned": true});
            room.send(Method::PATCH, &ann, &mine(&made[n]), &body).await
        };
        let (one, other) = join!(pin(19), pin(20));
        let mut statuses = [one, other].map(|answer| answer.response.status().as_u16());
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        pin(21).await.expect_problem(409, "too_many_pins");
        assert_eq!(order(&room, &ann).await.as_array().unwrap().len(), 20);
        // Leaving a pinned conversation makes room for another.
        let leave = format!("/v1/conversations/{}/leave", made[0]);
        room.post(&ann, &leave, json!({})).await.expect(204);
        pin(21).await.expect(200);
        assert_eq!(order(&room, &ann).await.as_array().unwrap().len(), 20);
    });
}

#[test]
fn only_ones_own_conversations_are_pinned() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let own = room.group(&ann, &[]).await;
        let strange = room.group(&bob, &[]).await;
        let nowhere = "00000000-0000-7000-8000-000000000000";
        for foreign in [strange.as_str(), nowhere] {
            let problem = put(&room, &ann, json!([own, foreign])).await;
            let problem = problem.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["field"], "conversationIds[1]");
        }
        put(&room, &ann, json!([own, own]))
            .await
            .expect_problem(422, "validation_failed");
        put(&room, &ann, json!("x"))
            .await
            .expect_problem(422, "validation_failed");
        let nobody = User {
            id: ann.id.clone(),
            token: String::new(),
        };
        put(&room, &nobody, json!([]))
            .await
            .expect_problem(401, "unauthenticated");
        let read = room.send(Method::GET, &nobody, PINNED, &Value::Null).await;
        read.expect_problem(401, "unauthenticated");
        assert_eq!(order(&room, &ann).await, json!([]), "nothing was written");
        put(&room, &ann, json!([own])).await.expect(200);
        room.edge.rows_written();
        put(&room, &ann, json!([own])).await.expect(200);
        assert_eq!(room.edge.rows_written(), Vec::<u64>::new(), "twice is once");
        assert_eq!(room.events("pinned_conversations.changed").await, 1);
    });
}
