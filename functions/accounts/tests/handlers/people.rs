//! People as others find them, blocks, and the operator's view of accounts.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::TestEdge;
use whisper_schema::prelude::{DisplayName, Profile};
use whisper_store::{Batch, Patch};

use super::common::{Person, befriend, edge, operator, person, signed_in};

/// The user names that a search gives.
async fn found(edge: &TestEdge, who: &Person, query: &str) -> Vec<String> {
    let body = who
        .get(edge, &format!("/v1/users?{query}"))
        .await
        .expect(200);
    let items = body["items"].as_array().unwrap();
    let name = |item: &Value| item["username"].as_str().unwrap().to_owned();
    items.iter().map(name).collect()
}

#[test]
fn people_are_found_by_their_ids_in_that_order() {
    block_on(async {
        let edge = edge();
        let (ann, bob) = (person(&edge, "ann").await, person(&edge, "bob").await);
        let cid = person(&edge, "cid").await;
        let ids = format!("ids={},{},nobody,{},!,{}", cid.id, bob.id, ann.id, cid.id);
        assert_eq!(found(&edge, &ann, &ids).await, ["cid", "bob", "ann"]);
        bob.block(&edge, &ann).await;
        assert_eq!(found(&edge, &ann, &ids).await, ["cid", "ann"]);
        let many = vec!["x"; 101].join(",");
        let refused = ann.get(&edge, &format!("/v1/users?ids={many}")).await;
        refused.expect_problem(400, "invalid_query");
        for query in ["", "?ids=a&query=b", "?query=", "?query=%20", "?name=a"] {
            let refused = ann.get(&edge, &format!("/v1/users{query}")).await;
            refused.expect_problem(400, "invalid_query");
        }
    });
}

#[test]
fn people_are_found_by_the_beginning_of_a_name_as_their_privacy_says() {
    block_on(async {
        let edge = edge();
        let (ann, bob) = (person(&edge, "ann").await, person(&edge, "annabel").await);
        let cid = person(&edge, "cid").await;
        cid.patch(&edge, &json!({"displayName": "ANNA Österreich"}))
            .await
            .expect(200);
        assert_eq!(found(&edge, &ann, "query=Anna").await, ["annabel", "cid"]);
        assert_eq!(found(&edge, &ann, "query=anna%20%C3%B6st").await, ["cid"]);
        assert_eq!(found(&edge, &ann, "query=nna").await, [""; 0]);
        bob.patch(&edge, &json!({"privacySettings": {"profile": "friends"}}))
            .await
            .expect(200);
        assert_eq!(found(&edge, &ann, "query=anna").await, ["cid"]);
        befriend(&edge, &ann, &bob).await;
        assert_eq!(found(&edge, &ann, "query=anna").await, ["annabel", "cid"]);
        cid.block(&edge, &ann).await;
        assert_eq!(found(&edge, &ann, "query=anna").await, ["annabel"]);
        cid.patch(&edge, &json!({"displayName": null}))
            .await
            .expect(200);
        assert_eq!(found(&edge, &bob, "query=anna%20%C3%B6").await, [""; 0]);
    });
}

#[test]
fn however_a_name_is_typed_its_owner_is_found() {
    block_on(async {
        let edge = edge();
        let (ann, zoe) = (person(&edge, "ann").await, person(&edge, "zoe_b").await);
        zoe.patch(&edge, &json!({"displayName": "Zo\u{eb} Bell"}))
            .await
            .expect(200);
        for query in ["zo%C3%AB%20b", "ZO%C3%8B", "zoe%CC%88", "Zoe%CC%88%20BELL"] {
            let found = found(&edge, &ann, &format!("query={query}")).await;
            assert_eq!(found, ["zoe_b"], "{query}");
        }
    });
}

#[test]
fn many_who_hide_do_not_crowd_out_others_of_the_same_name() {
    block_on(async {
        let edge = edge();
        let ann = person(&edge, "ann").await;
        let hiding = (0..70).fold(Batch::new(), |batch, n| {
            let id = format!("hiding-{n}");
            let profile = Profile {
                id: id.clone(),
                user_id: id.clone(),
                username: Some(format!("bob{n}")),
                privacy_settings: Some(r#"{"profile": "nobody"}"#.to_owned()),
                ..Profile::default()
            };
            let name = "bob".to_owned();
            batch.insert(&profile).insert(&DisplayName { id, name })
        });
        edge.store().commit(hiding).await.unwrap();
        let (bea, ben) = (person(&edge, "bea").await, person(&edge, "bob_z").await);
        for who in [&bea, &ben] {
            who.patch(&edge, &json!({"displayName": "Bob Z"}))
                .await
                .expect(200);
        }
        assert_eq!(found(&edge, &ann, "query=bob").await, ["bob_z", "bea"]);
        // A search that meets few takes no further round.
        edge.statements();
        found(&edge, &ann, "query=bob_").await;
        let few = edge.statements().len();
        found(&edge, &ann, "query=bob").await;
        assert_eq!(edge.statements().len(), few + 2);
    });
}

/// Puts the entry of a name back into the form that the first migration of the look-up wrote: only letters of ASCII in
/// lower case.
async fn fold_as_before(edge: &TestEdge, who: &Person, name: &str) {
    let patch = Patch::new().set(DisplayName::NAME, name.to_ascii_lowercase());
    let batch = Batch::new().update::<DisplayName>(&who.id, patch);
    edge.store().commit(batch).await.unwrap();
}

#[test]
fn a_name_that_was_folded_before_is_found_once_its_owner_comes_back() {
    block_on(async {
        let edge = edge();
        let (ann, bob) = (person(&edge, "ann").await, person(&edge, "bob").await);
        let email = json!({"email": "bob@example.com", "password": "correct horse"});
        let added = bob.call(&edge, Method::POST, "/v1/me/email", &email).await;
        added.expect(200);
        let name = "\u{d6}mer";
        bob.patch(&edge, &json!({"displayName": name}))
            .await
            .expect(200);
        let query = "query=%C3%B6m";
        fold_as_before(&edge, &bob, name).await;
        assert_eq!(found(&edge, &ann, query).await, [""; 0]);
        edge.send(Method::POST, "/v1/sessions", "", &email)
            .await
            .expect(201);
        assert_eq!(found(&edge, &ann, query).await, ["bob"]);
        fold_as_before(&edge, &bob, name).await;
        bob.patch(&edge, &json!({"bio": "hi"})).await.expect(200);
        assert_eq!(found(&edge, &ann, query).await, ["bob"]);
    });
}

/// Calls of every route about somebody with these user names, routes that take away last.
fn calls(other: &Person, names: [&str; 2]) -> Vec<(Method, String)> {
    let mut calls = Vec::new();
    for endpoint in accounts::api().endpoints() {
        let method = endpoint.method();
        let paths: Vec<String> = match endpoint.path() {
            "/v1/users" => ["ids", "query"]
                .iter()
                .flat_map(|key| {
                    [&other.id, names[0], names[1]].map(|value| format!("/v1/users?{key}={value}"))
                })
                .collect(),
            path if path.contains("{username}") => {
                names.map(|name| path.replace("{username}", name)).into()
            }
            path => vec![path.replace("{userId}", &other.id)],
        };
        calls.extend(paths.into_iter().map(|path| (method.clone(), path)));
    }
    // The caller's own session goes with the last call.
    calls
        .sort_by_key(|(method, path)| (method == Method::DELETE, path.starts_with("/v1/sessions")));
    calls
}

#[test]
fn the_new_name_of_somebody_who_blocked_is_in_no_answer() {
    block_on(async {
        let edge = edge();
        let (ann, bob) = (person(&edge, "ann").await, person(&edge, "bob").await);
        befriend(&edge, &ann, &bob).await;
        bob.block(&edge, &ann).await;
        ann.block(&edge, &bob).await;
        let hidden = [
            "bobs.new.name",
            "Newbob",
            "https://example.com/new.png",
            "new words",
        ];
        let renamed = json!({
            "username": hidden[0], "displayName": hidden[1], "avatarUrl": hidden[2], "bio": hidden[3],
            "statusMessage": hidden[3],
        });
        bob.patch(&edge, &renamed).await.expect(200);
        let calls = calls(&bob, ["bobs.new.name", "newbob"])
            .into_iter()
            .chain([(Method::GET, "/v1/users/bob".to_owned())]);
        for (method, path) in calls {
            let answer = ann.call(&edge, method, &path, &Value::Null).await;
            assert!(answer.response.status().as_u16() < 500, "{path}");
            let text = answer.body.to_string();
            for word in hidden {
                assert!(!text.contains(word), "{path}: {text}");
            }
        }
        let cid = person(&edge, "cid").await;
        let seen = cid.get(&edge, "/v1/users/bobs.new.name").await.expect(200);
        assert_eq!(seen["displayName"], hidden[1], "others see it");
    });
}

#[test]
fn a_name_of_nobody_takes_the_same_reads_as_one_of_somebody_who_blocked() {
    block_on(async {
        let edge = edge();
        let (ann, bob) = (person(&edge, "ann").await, person(&edge, "bob").await);
        bob.block(&edge, &ann).await;
        let mut reads = Vec::new();
        for name in ["bob", "nobody_at_all"] {
            edge.statements();
            let refused = ann.get(&edge, &format!("/v1/users/{name}")).await;
            refused.expect_problem(404, "not_found");
            reads.push(edge.statements().len());
        }
        assert_eq!(reads[0], reads[1]);
    });
}

#[test]
fn an_address_that_nobody_verified_is_in_no_profile() {
    block_on(async {
        let edge = edge();
        let credentials = json!({"email": "ann@example.com", "password": "correct horse battery"});
        let body = edge.send(Method::POST, "/v1/accounts", "", &credentials);
        let ann = signed_in(&body.await.expect(201));
        let open = json!({"privacySettings": {"email": "everyone"}});
        let own = ann.patch(&edge, &open).await.expect(200);
        assert!(own.get("email").is_none(), "{own}");
        let bob = person(&edge, "bob").await;
        let path = format!("/v1/users/{}", ann.username);
        let seen = bob.get(&edge, &path).await.expect(200);
        assert!(!seen.to_string().contains("ann@example.com"), "{seen}");
        let account = ann.get(&edge, "/v1/me/account").await.expect(200);
        assert_eq!(account["email"], "ann@example.com");
    });
}

#[test]
fn a_disabled_account_is_shut_out_and_seen_by_nobody() {
    block_on(async {
        let edge = edge();
        let (ann, bob) = (person(&edge, "ann").await, person(&edge, "bob").await);
        let path = format!("/internal/users/{}", bob.id);
        let disable = format!("{path}/disable");
        edge.send(Method::POST, &disable, &ann.token, &Value::Null)
            .await
            .expect_problem(401, "unauthenticated");
        for _ in 0..2 {
            let shown = operator(&edge, Method::POST, &disable).await.expect(200);
            assert_eq!(
                (&shown["status"], &shown["sessions"]),
                (&json!("disabled"), &json!(0))
            );
        }
        bob.get(&edge, "/v1/me")
            .await
            .expect_problem(401, "session_revoked");
        let refresh = json!({"refreshToken": bob.refresh_token});
        let refused = edge.send(Method::POST, "/v1/sessions/refresh", "", &refresh);
        assert_eq!(refused.await.response.status().as_u16(), 401);
        ann.get(&edge, "/v1/users/bob")
            .await
            .expect_problem(404, "not_found");
        assert_eq!(found(&edge, &ann, "query=bob").await, [""; 0]);
        assert_eq!(
            found(&edge, &ann, &format!("ids={}", bob.id)).await,
            [""; 0]
        );

        let enable = format!("{path}/enable");
        let shown = operator(&edge, Method::POST, &enable).await.expect(200);
        assert_eq!(shown["status"], "active");
        ann.get(&edge, "/v1/users/bob").await.expect(200);
        bob.get(&edge, "/v1/me")
            .await
            .expect_problem(401, "session_revoked");
        let token = edge.session(&bob.id).await;
        Person { token, ..bob }
            .get(&edge, "/v1/me")
            .await
            .expect(200);
    });
}

#[test]
fn the_operator_finds_accounts_by_id_and_by_user_name() {
    block_on(async {
        let edge = edge();
        let ann = person(&edge, "ann").await;
        for user in [ann.id.as_str(), "ann", "ANN"] {
            let path = format!("/internal/users/{user}");
            let shown = operator(&edge, Method::GET, &path).await.expect(200);
            assert_eq!(shown["id"], ann.id.as_str());
            assert_eq!(shown["username"], "ann");
            assert_eq!(shown["sessions"], 1);
            assert_eq!(shown["isAnonymous"], true);
        }
        for user in ["nobody", "!", "x"] {
            let path = format!("/internal/users/{user}");
            let refused = operator(&edge, Method::GET, &path).await;
            refused.expect_problem(404, "not_found");
            let refused = operator(&edge, Method::POST, &format!("{path}/disable")).await;
            refused.expect_problem(404, "not_found");
        }
    });
}

#[test]
fn so_many_can_be_blocked_in_an_hour_and_an_anonymous_account_a_tenth_of_it() {
    block_on(async {
        let edge = TestEdge::new(&accounts::api(), &[("block_rate_per_hour", "20")]);
        let ann = person(&edge, "ann").await;
        let others = [
            person(&edge, "bob").await,
            person(&edge, "cid").await,
            person(&edge, "dan").await,
        ];
        for _ in 0..2 {
            // Blocking them again doesn't count, as they are blocked already.
            ann.block(&edge, &others[0]).await;
            ann.block(&edge, &others[1]).await;
        }
        let path = format!("/v1/blocks/{}", others[2].id);
        let refused = ann.call(&edge, Method::PUT, &path, &Value::Null).await;
        refused.expect_problem(429, "rate_limited");
        edge.advance(60 * 60 * 1000);
        let token = edge.session(&ann.id).await;
        Person { token, ..ann }.block(&edge, &others[2]).await;
    });
}

#[test]
fn whoever_blocks_and_unblocks_at_once_is_told_what_came_of_it() {
    block_on(async {
        let edge = edge();
        let (ann, bob) = (person(&edge, "ann").await, person(&edge, "bob").await);
        let path = format!("/v1/blocks/{}", bob.id);
        let calls = (0..10).map(|n| {
            let method = if n % 2 == 0 {
                Method::PUT
            } else {
                Method::DELETE
            };
            ann.call(&edge, method, &path, &Value::Null)
        });
        for answer in futures::future::join_all(calls).await {
            let status = answer.response.status().as_u16();
            assert!(matches!(status, 204 | 503), "{status}");
        }
        let undo = ann.call(&edge, Method::DELETE, &path, &Value::Null).await;
        undo.expect(204);
        let list = ann.get(&edge, "/v1/blocks").await.expect(200);
        assert_eq!(list["items"], json!([]));
    });
}
