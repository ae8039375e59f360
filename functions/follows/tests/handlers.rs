//! The function on a database of its own: its reads and writes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::ids::derived_id;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Query};

fn edge() -> TestEdge {
    TestEdge::new(&follows::api(), &[])
}

async fn put(edge: &TestEdge, token: &str, user: &str, body: Value) -> Answer {
    let path = format!("/v1/follows/{user}");
    edge.send(Method::PUT, &path, token, &body).await
}

async fn count<D: Document>(edge: &TestEdge, filter: Filter<D>) -> u64 {
    edge.store()
        .read(Query::<D>::new().filter(filter).count(100))
        .await
        .unwrap()
}

#[test]
fn following_twice_is_one_follow_and_one_event() {
    block_on(async {
        let edge = edge();
        let ((ann, token), (bob, _)) = (edge.user().await, edge.user().await);
        let (one, other) = join!(
            put(&edge, &token, &bob, Value::Null),
            put(&edge, &token, &bob, Value::Null)
        );
        let mut statuses = [
            one.response.status().as_u16(),
            other.response.status().as_u16(),
        ];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201]);
        assert_eq!(one.body, other.body);
        assert_eq!(one.body["followerId"], ann.as_str());
        assert_eq!(
            (
                one.body["isCloseFriend"].clone(),
                one.body["status"].clone()
            ),
            (json!(false), json!("accepted"))
        );
        assert_eq!(count::<Follow>(&edge, Filter::and([])).await, 1);
        assert_eq!(
            count::<Event>(&edge, Filter::eq(Event::KIND, "follow.created")).await,
            1
        );
    });
}

#[test]
fn what_is_left_out_stays() {
    block_on(async {
        let edge = edge();
        let ((_, token), (bob, _)) = (edge.user().await, edge.user().await);
        put(&edge, &token, &bob, json!({"isCloseFriend": true}))
            .await
            .expect(201);
        let changed = put(&edge, &token, &bob, json!({"notificationsEnabled": false}))
            .await
            .expect(200);
        assert_eq!(changed["isCloseFriend"], true);
        let stored = edge
            .store()
            .read(Query::<Follow>::new().first())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (stored.is_close_friend, stored.notifications_enabled),
            (true, false)
        );
    });
}

#[test]
fn a_block_in_either_direction_and_a_disabled_account_look_like_nobody() {
    block_on(async {
        let edge = edge();
        let ((ann, token), (bob, _), (cid, _), (dan, _)) = (
            edge.user().await,
            edge.user().await,
            edge.user().await,
            edge.user().await,
        );
        let block = |id: &str, by: &str, whom: &str| Contact {
            id: id.into(),
            user_id: by.into(),
            contact_user_id: whom.into(),
            is_blocked: true,
            ..Contact::default()
        };
        let disabled = whisper_store::Patch::new().set(Account::STATUS, AccountStatus::Disabled);
        let batch = Batch::new()
            .insert(&block("b1", &ann, &bob))
            .insert(&block("b2", &cid, &ann))
            .update::<Account>(&dan, disabled);
        edge.store().commit(batch).await.unwrap();
        for other in [bob.as_str(), &cid, &dan, "nobody"] {
            put(&edge, &token, other, Value::Null)
                .await
                .expect_problem(404, "not_found");
        }
        assert_eq!(count::<Follow>(&edge, Filter::and([])).await, 0);
    });
}

async fn list(edge: &TestEdge, token: &str, query: &str) -> Value {
    let path = format!("/v1/follows{query}");
    let page = edge.send(Method::GET, &path, token, &Value::Null).await;
    page.expect(200)["items"].take()
}

#[test]
fn close_friends_are_the_followers_own_business() {
    block_on(async {
        let edge = edge();
        let ((ann, ann_token), (bob, bob_token)) = (edge.user().await, edge.user().await);
        let close = json!({"isCloseFriend": true});
        put(&edge, &ann_token, &bob, close).await.expect(201);
        let mine = list(&edge, &ann_token, "").await;
        assert_eq!(mine[0]["isCloseFriend"], true);
        assert_eq!(mine[0]["user"]["id"], bob.as_str());
        let seen = list(&edge, &bob_token, "?direction=followers").await;
        assert_eq!(seen[0]["user"]["id"], ann.as_str());
        let seen = seen[0].as_object().unwrap();
        assert!(!seen.contains_key("isCloseFriend") && !seen.contains_key("notificationsEnabled"));
    });
}

#[test]
fn one_begins_to_follow_so_many_per_hour_and_an_anonymous_account_a_tenth() {
    block_on(async {
        let edge = TestEdge::new(&follows::api(), &[("follow_rate_per_hour", "20")]);
        let ((_, token), (_, anonymous)) = (edge.user().await, edge.anonymous().await);
        for (token, allowed) in [(token, 20), (anonymous, 2)] {
            let mut followed = String::new();
            for _ in 0..allowed {
                followed = edge.user().await.0;
                put(&edge, &token, &followed, Value::Null).await.expect(201);
            }
            let (one_more, _) = edge.user().await;
            let refused = put(&edge, &token, &one_more, Value::Null).await;
            refused.expect_problem(429, "rate_limited");
            // Changing how one follows isn't limited.
            let changed = json!({"isCloseFriend": true});
            put(&edge, &token, &followed, changed).await.expect(200);
        }
    });
}

/// Calls of every route of this function about `other`, routes that take away last.
fn calls(other: &str) -> Vec<(Method, String)> {
    let mut calls = Vec::new();
    for endpoint in follows::api().endpoints() {
        let paths = match endpoint.path() {
            "/v1/follows" => vec![
                "/v1/follows".into(),
                "/v1/follows?direction=followers".into(),
            ],
            path => vec![path.replace("{userId}", other)],
        };
        calls.extend(
            paths
                .into_iter()
                .map(|path| (endpoint.method().clone(), path)),
        );
    }
    calls.sort_by_key(|(method, _)| method == Method::DELETE);
    calls
}

/// Whether any route shows this name.
async fn shows(edge: &TestEdge, token: &str, other: &str, name: &str) -> bool {
    let mut found = false;
    for (method, path) in calls(other) {
        let answer = edge.send(method, &path, token, &Value::Null).await;
        assert!(answer.response.status().as_u16() < 500, "{path}");
        found |= answer.body.to_string().contains(name);
    }
    found
}

#[test]
fn a_block_hides_the_new_name_on_every_route_both_ways() {
    block_on(async {
        let edge = edge();
        let (ann, bob, cid) = (edge.user().await, edge.user().await, edge.user().await);
        let mut batch = Batch::new();
        for (id, _) in [&ann, &bob, &cid] {
            batch = batch.insert(&Profile {
                id: id.clone(),
                user_id: id.clone(),
                display_name: Some(format!("New name of {id}")),
                ..Profile::default()
            });
        }
        // The follows that a block would end are still there: the two crossed.
        for (one, other) in [(&ann, &bob), (&bob, &ann), (&cid, &ann), (&cid, &bob)] {
            batch = batch.insert(&Follow {
                id: derived_id(&["follow", &one.0, &other.0]),
                follower_id: one.0.clone(),
                following_id: other.0.clone(),
                ..Follow::default()
            });
        }
        batch = batch.insert(&Contact {
            id: "block".into(),
            user_id: ann.0.clone(),
            contact_user_id: bob.0.clone(),
            is_blocked: true,
            ..Contact::default()
        });
        edge.store().commit(batch).await.unwrap();
        for (who, other) in [(&ann, &bob), (&bob, &ann)] {
            let name = format!("New name of {}", other.0);
            assert!(!shows(&edge, &who.1, &other.0, &name).await);
            assert!(
                shows(&edge, &cid.1, &other.0, &name).await,
                "a third person sees it"
            );
        }
    });
}
