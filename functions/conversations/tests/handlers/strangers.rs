//! A stranger's 404 costs the same reads whether or not the conversation exists.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;

use super::room::Room;

#[test]
fn strangers_cannot_tell_a_conversation_from_none_by_what_is_read() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, eve) = (room.user().await, room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        room.message(&id, &ann, "m1").await;
        let nothing = "00000000-0000-7000-8000-000000000000";
        let routes = [
            (Method::GET, "", Value::Null),
            (Method::PATCH, "", json!({"name": "x"})),
            (Method::GET, "/members", Value::Null),
            (Method::POST, "/members", json!({"userIds": [bob.id]})),
            (Method::PATCH, "/members/bob", json!({"role": "admin"})),
            (Method::DELETE, "/members/bob", Value::Null),
            (Method::POST, "/leave", Value::Null),
            (Method::POST, "/read", Value::Null),
            (Method::POST, "/read", json!({"messageId": "m1"})),
            (Method::PATCH, "/me", json!({"isMuted": true})),
            (Method::POST, "/accept", Value::Null),
            (Method::POST, "/decline", Value::Null),
            (Method::POST, "/clear", Value::Null),
            (Method::GET, "/bans", Value::Null),
            (Method::PUT, "/bans/bob", json!({"reason": "x"})),
            (Method::DELETE, "/bans/bob", Value::Null),
            (Method::GET, "/draft", Value::Null),
            (Method::PUT, "/draft", json!({"content": "x"})),
            (Method::DELETE, "/draft", Value::Null),
            (Method::POST, "/join", Value::Null),
            (Method::PUT, "/listing", json!({"tags": ["x"]})),
            (Method::DELETE, "/listing", Value::Null),
            (Method::GET, "/invitations", Value::Null),
            (Method::POST, "/invitations", json!({})),
            (Method::PATCH, "/invitations/x", json!({"name": "x"})),
            (Method::DELETE, "/invitations/x", Value::Null),
            (Method::GET, "/invitations/x/members", Value::Null),
            (Method::GET, "/join-requests", Value::Null),
            (Method::POST, "/join-requests/bob/approve", Value::Null),
            (Method::POST, "/join-requests/bob/decline", Value::Null),
        ];
        room.edge.statements();
        for (method, path, body) in routes {
            let mut seen = Vec::new();
            for conversation in [id.as_str(), nothing] {
                let path = format!("/v1/conversations/{conversation}{path}");
                let answer = room.send_matching(method.clone(), &eve, &path, &body).await;
                let mut problem = answer.expect_problem(404, "not_found");
                problem["instance"] = Value::Null;
                seen.push((problem, room.edge.statements()));
            }
            assert_eq!(seen[0], seen[1], "{method} {path}");
        }
    });
}
