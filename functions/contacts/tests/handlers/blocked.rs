//! A block hides everything, both ways: each route, called by each of the two, with the other's new name looked for in the answer.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::TestEdge;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch};

use crate::common::*;

/// Calls of each route of the function about somebody; routes that take away stand last.
fn calls(other: &User, name: &str) -> Vec<(Method, String, Value)> {
    let mut calls = Vec::new();
    for endpoint in contacts::api().endpoints() {
        let (method, route) = (endpoint.method().clone(), endpoint.path());
        let body = match (&method, route) {
            (&Method::PUT, "/v1/contacts/{userId}") => json!({"notes": "x"}),
            (&Method::PATCH, _) => json!({"notes": "y"}),
            (_, "/v1/contact-imports") => json!({"contacts": [{"userId": other.id}]}),
            (_, "/v1/contact-discovery") => json!({"hashes": ["ab".repeat(32)]}),
            _ => Value::Null,
        };
        let paths = match route {
            "/v1/contacts" => vec![route.to_owned(), format!("{route}?query={name}")],
            "/v1/contact-requests" => ["incoming", "outgoing"]
                .map(|side| format!("{route}?direction={side}"))
                .into(),
            _ => vec![route.replace("{userId}", &other.id)],
        };
        calls.extend(
            paths
                .into_iter()
                .map(|path| (method.clone(), path, body.clone())),
        );
    }
    calls.sort_by_key(|(method, ..)| (*method != Method::GET, *method == Method::DELETE));
    calls
}

async fn rename(edge: &TestEdge, user: &User, name: &str) {
    let renamed = Patch::new().set(Profile::DISPLAY_NAME, name);
    put(edge, Batch::new().update::<Profile>(&user.id, renamed)).await;
}

/// Whether an answer names somebody.
async fn names(edge: &TestEdge, who: &User, call: (Method, &str, Value), name: &str) -> bool {
    let (method, path, body) = call;
    let answer = who.call(edge, method, path, body).await;
    let status = answer.response.status().as_u16();
    let may = [200, 201, 204, 400, 403, 404, 409, 422].contains(&status);
    assert!(may, "{path}: {status} {}", answer.body);
    answer.body.to_string().contains(name)
}

/// Two who keep each other as contacts, and of whom each asked the other to be one: a block ends requests, unless the two cross.
async fn two(edge: &TestEdge) -> [User; 2] {
    let [ann, bob] = users(edge, ["ann", "bob"]).await;
    for (one, other) in [(&ann, &bob), (&bob, &ann)] {
        one.keep(edge, &other.id, json!({})).await.expect(201);
        let now = edge.ctx().now();
        let request = ContactRequest {
            id: format!("request-{}", &one.id[24..]),
            requester_id: one.id.clone(),
            recipient_id: other.id.clone(),
            created_at: now,
            expires_at: now.plus(1_000_000),
            ..ContactRequest::default()
        };
        put(edge, Batch::new().insert(&request)).await;
    }
    [ann, bob]
}

#[test]
fn a_block_hides_the_new_name_on_every_route_both_ways() {
    block_on(async {
        for caller in 0..2 {
            let edge = edge();
            let people = two(&edge).await;
            let (who, other) = (&people[caller], &people[1 - caller]);
            rename(&edge, other, "Oldname").await;
            let named = calls(other, "oldname");
            let reads = named
                .into_iter()
                .filter(|(method, ..)| *method == Method::GET);
            for (method, path, body) in reads {
                let seen = names(&edge, who, (method, &path, body), "Oldname").await;
                let tells = path != "/v1/contact-discovery";
                assert_eq!(seen, tells, "{path} without a block");
            }
            let kept = row(&edge, &people[0], &people[1]).await.unwrap();
            let blocked = Patch::new().set(Contact::IS_BLOCKED, true);
            put(&edge, Batch::new().update::<Contact>(&kept.id, blocked)).await;
            rename(&edge, other, "Newname").await;
            for (method, path, body) in calls(other, "newname") {
                let seen = names(&edge, who, (method.clone(), &path, body), "Newname").await;
                assert!(!seen, "{method} {path}");
            }
        }
    });
}
