//! Consent: strangers' conversations are requests, and people say who may write to them and add them.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::ids;
use whisper_schema::prelude::*;
use whisper_store::Batch;

use super::room::{Room, User, names};

const REQUESTS: &str = "/v1/conversations?requests=true";
const LIST: &str = "/v1/conversations";

#[test]
fn a_strangers_conversation_is_a_request_until_it_is_accepted() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let made = room.try_direct(&ann, &bob).await.expect(201);
        assert_eq!(made["my"]["isRequest"], false);
        let id = made["id"].as_str().unwrap();
        assert_eq!(
            names(&room.get(&ann, LIST).await),
            [id],
            "it is none to who began it"
        );
        assert_eq!(names(&room.get(&bob, LIST).await), [""; 0]);
        let requests = room.get(&bob, REQUESTS).await;
        assert_eq!(requests["items"][0]["my"]["isRequest"], true);
        let accept = format!("/v1/conversations/{id}/accept");
        for _ in 0..2 {
            let my = room.post(&bob, &accept, Value::Null).await.expect(200);
            assert_eq!(my["isRequest"], false);
        }
        assert_eq!(names(&room.get(&bob, LIST).await), [id]);
        assert_eq!(names(&room.get(&bob, REQUESTS).await), [""; 0]);
    });
}

#[test]
fn who_declines_sees_it_no_more_and_may_still_accept() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.direct(&ann, &bob).await;
        let decline = format!("/v1/conversations/{id}/decline");
        let my = room.post(&bob, &decline, Value::Null).await.expect(200);
        assert_eq!(
            (&my["isRequest"], &my["isArchived"]),
            (&json!(true), &json!(true))
        );
        for list in [LIST, REQUESTS] {
            assert_eq!(names(&room.get(&bob, list).await), [""; 0]);
        }
        let path = format!("/v1/conversations/{id}");
        assert_eq!(
            room.get(&ann, &path).await["participantCount"],
            2,
            "she isn't told"
        );
        let my = room.post(&ann, &decline, Value::Null).await.expect(200);
        assert_eq!(my["isArchived"], false, "to her it is no request");
        let accept = format!("/v1/conversations/{id}/accept");
        let my = room.post(&bob, &accept, Value::Null).await.expect(200);
        assert_eq!(
            (&my["isRequest"], &my["isArchived"]),
            (&json!(false), &json!(false))
        );
    });
}

#[test]
fn people_whom_somebody_knows_make_no_requests() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cid) = (room.user().await, room.user().await, room.user().await);
        room.follow(&ann, &bob).await;
        let contact = Contact {
            id: "contact".into(),
            user_id: ann.id.clone(),
            contact_user_id: cid.id.clone(),
            ..Contact::default()
        };
        room.commit(Batch::new().insert(&contact)).await;
        let known = [room.direct(&bob, &ann).await, room.direct(&cid, &ann).await];
        assert_eq!(names(&room.get(&ann, LIST).await).len(), known.len());
        assert_eq!(names(&room.get(&ann, REQUESTS).await), [""; 0]);
    });
}

#[test]
fn who_may_write_and_who_may_add_is_up_to_everybody() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cid) = (room.user().await, room.user().await, room.user().await);
        room.follow(&ann, &cid).await;
        for (setting, whom, stranger, known) in [
            ("messages", "nobody", 422, 422),
            ("messages", "contacts", 422, 201),
            ("groups", "nobody", 422, 422),
            ("groups", "contacts", 422, 201),
        ] {
            room.allow(&ann, setting, whom).await;
            for (by, expected) in [(&bob, stranger), (&cid, known)] {
                let answer = match setting {
                    "messages" => room.try_direct(by, &ann).await,
                    _ => room.try_group(by, &[&ann]).await,
                };
                let status = answer.response.status().as_u16();
                assert_eq!(status, expected, "{setting} {whom}: {}", answer.body);
            }
        }
        let group = room.group(&bob, &[]).await;
        let members = format!("/v1/conversations/{group}/members");
        let refused = room
            .post(&bob, &members, json!({"userIds": [cid.id, ann.id]}))
            .await;
        let refused = refused.expect_problem(422, "validation_failed");
        assert_eq!(refused["errors"][0]["field"], "userIds[1]");
        assert_eq!(room.participants(&group).await, (1, 1));
    });
}

#[test]
fn a_conversation_made_before_ids_were_keyed_is_still_the_one() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = ids::direct_conversation_id(&ann.id, &bob.id);
        let former = Conversation {
            id: id.clone(),
            kind: ConversationKind::Direct,
            creator_id: bob.id.clone(),
            participant_count: 2,
            ..Conversation::default()
        };
        let batch = [&ann, &bob]
            .into_iter()
            .fold(Batch::new().insert(&former), |batch, user| {
                batch.insert(&ConversationMember {
                    id: ids::member_id(&id, &user.id),
                    conversation_id: id.clone(),
                    user_id: user.id.clone(),
                    ..ConversationMember::default()
                })
            });
        room.commit(batch).await;
        for (by, with) in [(&ann, &bob), (&bob, &ann)] {
            let found = room.try_direct(by, with).await.expect(200);
            assert_eq!(found["id"], id.as_str());
        }
    });
}

#[test]
fn ids_of_direct_conversations_are_those_of_one_server() {
    block_on(async {
        let parts = ["direct", "a", "b"];
        let (one, other) = (Room::new(), Room::new());
        let id = ids::keyed_id(&one.edge.ctx(), &parts).await.unwrap();
        let again = one.edge.another(&conversations::api());
        assert_eq!(ids::keyed_id(&again.ctx(), &parts).await.unwrap(), id);
        assert_ne!(ids::keyed_id(&other.edge.ctx(), &parts).await.unwrap(), id);
        assert!(ids::is_id(&id));
    });
}

#[test]
fn a_group_that_a_stranger_brings_somebody_into_is_a_request_too() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cid) = (room.user().await, room.user().await, room.user().await);
        room.follow(&cid, &ann).await;
        let made = room.try_group(&ann, &[&bob, &cid]).await.expect(201);
        let id = made["id"].as_str().unwrap();
        let listed = async |who: &User, path: &str| room.get(who, path).await["items"].clone();
        let all = "/v1/conversations";
        assert_eq!(listed(&bob, all).await, json!([]));
        assert_eq!(listed(&bob, REQUESTS).await[0]["id"], id);
        assert_eq!(listed(&cid, all).await[0]["id"], id, "she is known to Cid");
        assert_eq!(listed(&ann, all).await[0]["id"], id);
        let accept = format!("/v1/conversations/{id}/accept");
        room.post(&bob, &accept, json!(null)).await.expect(200);
        assert_eq!(listed(&bob, all).await[0]["id"], id);

        // Somebody who left, and somebody new, are asked when a stranger brings them in.
        let leave = format!("/v1/conversations/{id}/leave");
        room.post(&bob, &leave, json!(null)).await.expect(204);
        let dan = room.user().await;
        room.follow(&dan, &ann).await;
        let eve = room.user().await;
        let body = json!({"userIds": [bob.id, dan.id, eve.id]});
        let members = format!("/v1/conversations/{id}/members");
        room.post(&ann, &members, body).await.expect(200);
        for (who, path) in [(&bob, REQUESTS), (&dan, all), (&eve, REQUESTS)] {
            assert_eq!(listed(who, path).await[0]["id"], id);
        }
    });
}
