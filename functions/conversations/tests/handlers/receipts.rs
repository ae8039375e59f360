//! Receipts: messages that arrived, messages that were read, and the members who are told of either.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch, Query};

use super::room::{Room, User};

const DELIVERED: &str = "/v1/conversations/delivered";

/// A membership's positions: read, told, and delivered, as the number of the message, `m1` and so on.
async fn positions(room: &Room, conversation: &str, user: &User) -> [i64; 3] {
    let id = member_id(conversation, &user.id);
    let member = room
        .edge
        .store()
        .read(whisper_store::Get::<ConversationMember>::id(&id))
        .await;
    let member = member.unwrap().unwrap();
    let messages = Query::<Message>::new().limit(1000);
    let messages = room.edge.store().read(messages).await.unwrap();
    let number = |at: Option<i64>| {
        let at = at.unwrap_or(0);
        let reached = messages.iter().filter(|message| message.seq <= at);
        let reached = reached.filter(|message| message.conversation_id == conversation);
        reached.filter(|message| !message.is_system_message).count() as i64
    };
    [
        member.read_position,
        member.receipt_position,
        member.delivered_position,
    ]
    .map(number)
}

fn body(named: &[(&str, &str)]) -> Value {
    let named = named.iter().map(
        |(conversation, message)| json!({"conversationId": conversation, "messageId": message}),
    );
    json!({"messages": named.collect::<Vec<_>>()})
}

#[test]
fn what_arrived_moves_forward_in_many_conversations_at_once() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, eve) = (room.user().await, room.user().await, room.user().await);
        let (one, two) = (
            room.group(&ann, &[&bob]).await,
            room.group(&ann, &[&bob]).await,
        );
        let foreign = room.group(&ann, &[&eve]).await;
        for (group, ids) in [
            (&one, ["a1", "a2"]),
            (&two, ["b1", "b2"]),
            (&foreign, ["c1", "c2"]),
        ] {
            for id in ids {
                room.message(group, &ann, id).await;
            }
        }
        let say = async |named: &[(&str, &str)]| {
            room.post(&bob, DELIVERED, body(named)).await.expect(200)["conversationIds"].clone()
        };
        let mut both = [one.as_str(), two.as_str()];
        both.sort_unstable();
        let all = [
            (one.as_str(), "a2"),
            (&one, "a1"),
            (&two, "b1"),
            (&two, "b1"),
            // A conversation that isn't his, a message of another conversation, and ids that don't exist are ignored
            // alike.
            (&foreign, "c1"),
            (&one, "b2"),
            (&two, "nothing"),
            ("nowhere", "a1"),
        ];
        assert_eq!(say(&all).await, json!(both));
        assert_eq!(positions(&room, &one, &bob).await, [0, 0, 2]);
        assert_eq!(positions(&room, &two, &bob).await, [0, 0, 1]);
        assert_eq!(room.events("conversation.delivered").await, 2, "one each");
        assert_eq!(
            say(&[(&one, "a1"), (&two, "b1")]).await,
            json!(both),
            "never back"
        );
        assert_eq!(positions(&room, &one, &bob).await, [0, 0, 2]);
        assert_eq!(room.events("conversation.delivered").await, 2);
        assert_eq!(say(&[(&foreign, "c1"), ("nowhere", "c1")]).await, json!([]));
        assert_eq!(positions(&room, &foreign, &eve).await, [0, 0, 0]);
        // A former member can acknowledge nothing, and their times are deleted.
        let leave = format!("/v1/conversations/{two}/leave");
        room.post(&bob, &leave, Value::Null).await.expect(204);
        assert_eq!(say(&[(&two, "b2")]).await, json!([]));
        let trails = Query::<ReceiptTrail>::new();
        let trails = room.edge.store().read(trails).await.unwrap();
        assert_eq!(trails.len(), 1, "the times go with the member");
    });
}

#[test]
fn what_is_wrong_with_a_receipt_is_told_at_once_and_nothing_is_written() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        room.message(&id, &ann, "m1").await;
        let many: Vec<(&str, &str)> = vec![(&id, "m1"); 101];
        for (sent, fields) in [
            (json!({}), vec!["messages"]),
            (json!({"messages": []}), vec!["messages"]),
            (body(&many), vec!["messages"]),
            (
                json!({"messages": [{"conversationId": id}, {"messageId": 5, "conversationId": id}]}),
                vec!["messages[0].messageId", "messages[1].messageId"],
            ),
        ] {
            let problem = room.post(&bob, DELIVERED, sent.clone()).await;
            let problem = problem.expect_problem(422, "validation_failed");
            let errors = problem["errors"].as_array().unwrap().iter();
            let found: Vec<&str> = errors.map(|e| e["field"].as_str().unwrap()).collect();
            assert_eq!(found, fields, "{sent}");
        }
        let nobody = User {
            token: "no token".into(),
            ..bob.clone()
        };
        let refused = room.post(&nobody, DELIVERED, body(&[(&id, "m1")])).await;
        refused.expect(401);
        assert_eq!(positions(&room, &id, &bob).await, [0, 0, 0]);
        assert_eq!(room.events("conversation.delivered").await, 0);
    });
}

#[test]
fn what_was_read_was_received_and_others_are_told_unless_the_reader_does_not_want_it() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        for message in ["m1", "m2", "m3"] {
            room.message(&id, &ann, message).await;
        }
        let path = format!("/v1/conversations/{id}/read");
        let read = async |message: &str| {
            room.post(&bob, &path, json!({"messageId": message}))
                .await
                .expect(200)
        };
        read("m1").await;
        assert_eq!(positions(&room, &id, &bob).await, [1, 1, 1]);
        room.allow(&bob, "readReceipts", "nobody").await;
        assert_eq!(read("m2").await["unreadCount"], 1);
        assert_eq!(positions(&room, &id, &bob).await, [2, 1, 2]);
        read("m2").await;
        assert_eq!(room.events("conversation.read").await, 2);
        // Bob has read no further, but others may be told now.
        room.allow(&bob, "readReceipts", "everyone").await;
        read("m2").await;
        assert_eq!(positions(&room, &id, &bob).await, [2, 2, 2]);
        read("m1").await;
        assert_eq!(positions(&room, &id, &bob).await, [2, 2, 2]);
        let told = told(&room).await;
        assert_eq!(told, [true, false, true], "what the events say");
    });
}

/// Whether each event of reading is a receipt.
async fn told(room: &Room) -> Vec<bool> {
    let events = Query::<Event>::new().limit(1000);
    let events = room.edge.store().read(events).await.unwrap();
    let read = events
        .iter()
        .filter(|event| event.kind == "conversation.read");
    let payload = |event: &Event| serde_json::from_str::<Value>(&event.payload).unwrap();
    read.map(|event| payload(event)["isReceipt"] == true)
        .collect()
}

#[test]
fn who_comes_back_has_received_nothing_of_what_is_new() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        room.message(&id, &ann, "m1").await;
        let path = format!("/v1/conversations/{id}");
        let read = format!("{path}/read");
        room.post(&bob, &read, Value::Null).await.expect(200);
        room.post(&bob, &format!("{path}/leave"), Value::Null)
            .await
            .expect(204);
        room.message(&id, &ann, "m2").await;
        let members = format!("{path}/members");
        room.post(&ann, &members, json!({"userIds": [bob.id]}))
            .await
            .expect(200);
        assert_eq!(positions(&room, &id, &bob).await, [1, 0, 0]);
        // A message from before he joined counts as received from the first on.
        room.post(&bob, &read, json!({"messageId": "m1"}))
            .await
            .expect(200);
        assert_eq!(positions(&room, &id, &bob).await, [1, 2, 2]);
    });
}

#[test]
fn the_members_carry_their_positions_as_far_as_is_told() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cat) = (room.user().await, room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob, &cat]).await;
        for message in ["m1", "m2"] {
            room.message(&id, &ann, message).await;
        }
        let path = format!("/v1/conversations/{id}");
        let read = format!("{path}/read");
        room.post(&bob, &read, json!({"messageId": "m1"}))
            .await
            .expect(200);
        room.post(&bob, DELIVERED, body(&[(&id, "m2")]))
            .await
            .expect(200);
        let list = format!("{path}/members");
        let seen = async |by: &User, of: &User| {
            let members = room.get(by, &list).await;
            let members = members["items"].as_array().unwrap();
            let of = members
                .iter()
                .find(|member| member["userId"] == of.id.as_str())
                .unwrap();
            [
                of["readMessageId"].clone(),
                of["deliveredMessageId"].clone(),
            ]
        };
        let both = [json!("m1"), json!("m2")];
        assert_eq!(seen(&ann, &bob).await, both);
        assert_eq!(seen(&ann, &cat).await, [Value::Null, Value::Null]);
        // A member who turned receipts off isn't told of others, and sees their own reading.
        room.allow(&ann, "readReceipts", "nobody").await;
        assert_eq!(seen(&ann, &bob).await, [Value::Null, json!("m2")]);
        room.allow(&bob, "readReceipts", "nobody").await;
        room.post(&bob, &read, json!({"messageId": "m2"}))
            .await
            .expect(200);
        assert_eq!(seen(&bob, &bob).await, [json!("m2"), json!("m2")]);
        assert_eq!(seen(&cat, &bob).await, both, "what was told before stays");
        // A message that has ended isn't named.
        let ends = Patch::<Message>::new().set(Message::EXPIRES_AT, room.edge.ctx().now());
        room.commit(Batch::new().update("m1", ends)).await;
        assert_eq!(seen(&cat, &bob).await, [Value::Null, json!("m2")]);
        room.block(&bob, &cat).await;
        assert_eq!(seen(&cat, &bob).await, [Value::Null, Value::Null]);
    });
}

#[test]
fn a_stranger_sees_no_position_of_whom_they_wrote_to() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.direct(&ann, &bob).await;
        room.message(&id, &ann, "m1").await;
        let path = format!("/v1/conversations/{id}");
        room.post(&bob, &format!("{path}/read"), Value::Null)
            .await
            .expect(200);
        room.post(&bob, DELIVERED, body(&[(&id, "m1")]))
            .await
            .expect(200);
        let seen = async || {
            let members = room.get(&ann, &format!("{path}/members")).await;
            let members = members["items"].as_array().unwrap().clone();
            let of = members
                .iter()
                .find(|member| member["userId"] == bob.id.as_str());
            of.unwrap()["readMessageId"].clone()
        };
        assert_eq!(seen().await, Value::Null);
        assert_eq!(
            told(&room).await,
            [false],
            "nor is anybody told by the event"
        );
        room.post(&bob, &format!("{path}/accept"), Value::Null)
            .await
            .expect(200);
        assert_eq!(seen().await, "m1");
    });
}

/// Makes a group as large as that.
async fn crowd(room: &Room, owner: &User, with: &User, size: usize) -> String {
    let id = room.group(owner, &[with]).await;
    for start in (2..size).step_by(500) {
        let members = (start..size.min(start + 500)).map(|n| ConversationMember {
            id: member_id(&id, &format!("u{n}")),
            conversation_id: id.clone(),
            user_id: format!("u{n}"),
            joined_at: Timestamp::AT_COMMIT,
            ..ConversationMember::default()
        });
        room.commit(members.fold(Batch::new(), |batch, member| batch.insert(&member)))
            .await;
    }
    let count = Patch::<Conversation>::new().set(Conversation::PARTICIPANT_COUNT, size as i64);
    room.commit(Batch::new().update(&id, count)).await;
    id
}

#[test]
fn a_receipt_costs_the_same_in_a_group_of_20_and_of_2000() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let mut costs = Vec::new();
        // The first opens the connections.
        for (n, size) in [20, 20, 2_000].into_iter().enumerate() {
            let id = crowd(&room, &ann, &bob, size).await;
            let (first, second) = (format!("a{n}"), format!("b{n}"));
            room.message(&id, &ann, &first).await;
            room.message(&id, &ann, &second).await;
            room.edge.statements();
            room.edge.rows_written();
            room.post(&bob, DELIVERED, body(&[(&id, &first)]))
                .await
                .expect(200);
            let delivered = (
                room.edge.statements().len(),
                room.edge.rows_written().iter().sum::<u64>(),
            );
            let read = format!("/v1/conversations/{id}/read");
            room.post(&bob, &read, json!({"messageId": second}))
                .await
                .expect(200);
            let read = (
                room.edge.statements().len(),
                room.edge.rows_written().iter().sum::<u64>(),
            );
            costs.push([delivered, read]);
        }
        let [small, large] = [costs[1], costs[2]];
        // Read, commit; and the reader's unread count. The membership, the event, and where it can be looked up, the times; of
        // reading a note for the reader's other devices, whose lists show it.
        assert_eq!(small, [(2, 3), (3, 4)]);
        assert_eq!(large, [(2, 2), (3, 3)]);
    });
}

#[test]
fn receipts_of_a_hundred_conversations_are_one_read_and_one_commit() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let mut named = Vec::new();
        for n in 0..100 {
            let id = room.group(&ann, &[&bob]).await;
            let message = format!("m{n}");
            room.message_now(&id, &ann, &message).await;
            named.push((id, message));
        }
        let named: Vec<(&str, &str)> = named
            .iter()
            .map(|(id, m)| (id.as_str(), m.as_str()))
            .collect();
        room.edge.statements();
        let answer = room.post(&bob, DELIVERED, body(&named)).await.expect(200);
        assert_eq!(answer["conversationIds"].as_array().unwrap().len(), 100);
        let statements = room.edge.statements();
        let count = |verb: &str| {
            statements
                .iter()
                .filter(|sql| sql.starts_with(verb))
                .count()
        };
        assert_eq!((count("SELECT (SELECT"), count("COMMIT")), (1, 1));
        assert_eq!(room.events("conversation.delivered").await, 100);
    });
}

#[test]
fn of_two_receipts_at_once_the_further_one_stands() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        for message in ["m1", "m2", "m3"] {
            room.message(&id, &ann, message).await;
        }
        let read = format!("/v1/conversations/{id}/read");
        let reading = room.post(&bob, &read, json!({"messageId": "m1"}));
        let receiving = room.post(&bob, DELIVERED, body(&[(&id, "m3")]));
        let (reading, receiving) = futures::future::join(reading, receiving).await;
        reading.expect(200);
        receiving.expect(200);
        assert_eq!(positions(&room, &id, &bob).await, [1, 1, 3]);
    });
}
