//! Bots may call the operations that are listed here, and no others.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::testing::TestEdge;
use whisper_kit::{Api, Auth, Endpoint, Method};

/// The operations that a bot's token is good for. Each one more is a decision: nothing in which an account acts as a person, and nothing
/// by which a program could write first, or bring in others.
const FOR_BOTS: [&str; 43] = [
    "appendFileContent",
    "banFromConversation",
    "cancelFileUpload",
    "closePoll",
    "countUnread",
    "createFile",
    "deleteFile",
    "deleteMessage",
    "deleteMessages",
    "editMessage",
    "getConversation",
    "getFile",
    "getFileContent",
    "getMessage",
    "getMyCommands",
    "getMyFileUsage",
    "getMyProfile",
    "getPoll",
    "leaveConversation",
    "liftConversationBan",
    "listConversationBans",
    "listConversationCommands",
    "listConversationMembers",
    "listConversations",
    "listMessageReactions",
    "listMessages",
    "listMyFiles",
    "listPinnedMessages",
    "listReplies",
    "markConversationRead",
    "markMessagesDelivered",
    "pinMessage",
    "pollEvents",
    "putFileContent",
    "reactToMessage",
    "removeConversationMember",
    "sendMessage",
    "setMyCommands",
    "streamEvents",
    "unpinMessage",
    "unreactToMessage",
    "updateConversation",
    "updateFile",
];

fn apis() -> Vec<Api> {
    include!(concat!(env!("OUT_DIR"), "/apis.rs"))
}

fn users(apis: &[Api]) -> impl Iterator<Item = &Endpoint> {
    let endpoints = apis.iter().flat_map(Api::endpoints);
    endpoints.filter(|endpoint| {
        let who = endpoint.who();
        matches!(who, Auth::User | Auth::UserOrTicket | Auth::UserOrAddress)
    })
}

/// The path of an endpoint with something in the place of its parameters.
fn path(endpoint: &Endpoint) -> String {
    let parts = endpoint
        .path()
        .split('/')
        .map(|part| match part.starts_with('{') {
            true => "x1",
            false => part,
        });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn these_operations_are_for_bots() {
    let apis = apis();
    let open = users(&apis).filter(|endpoint| endpoint.is_for_bots());
    let open: BTreeSet<&str> = open.map(Endpoint::operation).collect();
    assert_eq!(open, BTreeSet::from(FOR_BOTS));
}

#[test]
fn a_bots_token_is_refused_by_every_other_operation() {
    let apis = apis();
    let edge = TestEdge::new(&integrations::api(), &[]);
    let (_, ann) = block_on(edge.user());
    let new = json!({"username": "a_bot", "displayName": "A"});
    let made = block_on(edge.send(Method::POST, "/v1/me/bots", &ann, &new)).expect(201);
    let token = made["token"].as_str().unwrap();
    let (mut open, mut shut) = (0, 0);
    for api in &apis {
        let edge = edge.another(api);
        for endpoint in users(std::slice::from_ref(api)) {
            let path = path(endpoint);
            let call = edge.send(endpoint.method().clone(), &path, token, &Value::Null);
            let answer = block_on(call);
            let code = answer.body["code"].as_str().unwrap_or_default().to_owned();
            match endpoint.is_for_bots() {
                true => {
                    open += 1;
                    assert!(
                        answer.response.status() != 401,
                        "{} {code}",
                        endpoint.operation()
                    );
                    assert_ne!(code, "not_for_bots", "{}", endpoint.operation());
                }
                false => {
                    shut += 1;
                    answer.expect_problem(403, "not_for_bots");
                }
            }
        }
    }
    assert_eq!(open, FOR_BOTS.len());
    assert!(shut > 100, "{shut}");
    // A token that is void is told so first.
    let id = made["id"].as_str().unwrap();
    let path = format!("/v1/me/bots/{id}/token");
    block_on(edge.send(Method::POST, &path, &ann, &Value::Null)).expect(200);
    let void = block_on(edge.send(Method::GET, "/v1/me/bots", token, &Value::Null));
    void.expect_problem(401, "session_revoked");
}
