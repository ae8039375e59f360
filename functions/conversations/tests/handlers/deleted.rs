//! Conversations that somebody deleted for themselves, until the next message.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::Answer;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Query};

use super::my_settings::{mine, told};
use super::room::{Room, User, names};

const LIST: &str = "/v1/conversations";

async fn delete(room: &Room, who: &User, id: &str) -> Answer {
    room.send(Method::DELETE, who, &mine(id), &Value::Null)
        .await
}

#[test]
fn it_is_in_no_list_until_somebody_writes_and_then_with_that_alone() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let (id, other) = (
            room.group(&ann, &[&bob]).await,
            room.group(&ann, &[&bob]).await,
        );
        room.message(&id, &bob, "m1").await;
        room.patch(
            &ann,
            &mine(&id),
            json!({"isPinned": true, "isMarkedUnread": true}),
        )
        .await;
        for _ in 0..2 {
            delete(&room, &ann, &id).await.expect(204);
        }
        assert_eq!(names(&room.get(&ann, LIST).await), [&other]);
        for list in ["?archived=true", "?requests=true"] {
            assert_eq!(
                names(&room.get(&ann, &format!("{LIST}{list}")).await).len(),
                0
            );
        }
        assert_eq!(
            names(&room.get(&bob, LIST).await),
            [&id, &other],
            "it is hers alone"
        );
        let seen = room.get(&ann, &format!("{LIST}/{id}")).await;
        assert_eq!(
            (&seen["lastMessageId"], &seen["my"]["unreadCount"]),
            (&Value::Null, &json!(0))
        );
        room.message(&id, &bob, "m2").await;
        let list = room.get(&ann, LIST).await;
        assert_eq!(names(&list), [&id, &other]);
        let top = &list["items"][0];
        assert_eq!(
            (&top["lastMessageId"], &top["my"]["unreadCount"]),
            (&json!("m2"), &json!(1))
        );
        assert_eq!(
            (&top["my"]["isPinned"], &top["my"]["isMarkedUnread"]),
            (&json!(false), &json!(false))
        );
        let deleted: Vec<_> = told(&room, &ann)
            .await
            .into_iter()
            .filter(|(kind, _)| kind == "my_conversation.deleted")
            .collect();
        assert_eq!(
            deleted,
            [("my_conversation.deleted".to_owned(), json!(id))],
            "twice is once"
        );
        // And again.
        delete(&room, &ann, &id).await.expect(204);
        assert_eq!(names(&room.get(&ann, LIST).await), [&other]);
    });
}

#[test]
fn what_nobody_wrote_does_not_bring_it_back() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cid) = (room.user().await, room.user().await, room.user().await);
        room.follow(&cid, &ann).await;
        let id = room.group(&ann, &[&bob]).await;
        room.message(&id, &bob, "m1").await;
        delete(&room, &bob, &id).await.expect(204);
        // A system message, and one of somebody with a block in between.
        let members = format!("/v1/conversations/{id}/members");
        room.post(&ann, &members, json!({"userIds": [cid.id]}))
            .await
            .expect(200);
        assert_eq!(names(&room.get(&bob, LIST).await).len(), 0);
        room.block(&bob, &cid).await;
        room.message(&id, &cid, "m2").await;
        assert_eq!(names(&room.get(&bob, LIST).await).len(), 0);
        room.message(&id, &ann, "m3").await;
        assert_eq!(names(&room.get(&bob, LIST).await), [&id]);
    });
}

#[test]
fn of_many_deleted_ones_the_one_that_was_written_in_comes_back() {
    block_on(async {
        let room = Room::with(&[("list_change_rate_per_minute", "0")]);
        let ann = room.user().await;
        let mut made = Vec::new();
        for n in 0..105 {
            let id = room.group(&ann, &[]).await;
            room.message(&id, &ann, &format!("m{n}")).await;
            made.push(id);
        }
        delete(&room, &ann, &made[0]).await.expect(204);
        room.message(&made[0], &ann, "anew").await;
        for id in &made[1..] {
            delete(&room, &ann, id).await.expect(204);
        }
        assert_eq!(names(&room.get(&ann, LIST).await), [&made[0]]);
        // Without news a look costs the same each time, and writes nothing.
        room.edge.statements();
        room.edge.rows_written();
        room.get(&ann, LIST).await;
        assert!(room.edge.statements().len() <= 6);
        assert_eq!(room.edge.rows_written(), Vec::<u64>::new());
    });
}

#[test]
fn marks_of_the_messages_go_and_nobody_else_deletes_it() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, eve) = (room.user().await, room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        room.message(&id, &bob, "m1").await;
        let message = Query::<Message>::new()
            .filter(Filter::eq(Column::id(), "m1"))
            .first();
        let message = room.edge.store().read(message).await.unwrap().unwrap();
        let star = MessageMark {
            id: "star".into(),
            user_id: ann.id.clone(),
            message_id: "m1".into(),
            conversation_id: id.clone(),
            kind: MessageMarkKind::Starred,
            position: message.seq,
            ..MessageMark::default()
        };
        room.commit(Batch::new().insert(&star)).await;
        delete(&room, &ann, &id).await.expect(204);
        assert_eq!(
            room.count(Filter::eq(MessageMark::USER_ID, ann.id.as_str()))
                .await,
            0
        );
        let nobody = User {
            id: ann.id.clone(),
            token: String::new(),
        };
        delete(&room, &nobody, &id)
            .await
            .expect_problem(401, "unauthenticated");
        delete(&room, &eve, &id)
            .await
            .expect_problem(404, "not_found");
        delete(&room, &ann, "nowhere")
            .await
            .expect_problem(404, "not_found");
        let path = format!("/v1/conversations/{id}/members/{}", bob.id);
        room.send(Method::DELETE, &ann, &path, &Value::Null)
            .await
            .expect(204);
        delete(&room, &bob, &id)
            .await
            .expect_problem(404, "not_found");
    });
}
