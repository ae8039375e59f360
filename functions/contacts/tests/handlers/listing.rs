//! The list, its filters, and looking for names.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::testing::TestEdge;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch};

use crate::common::*;

#[test]
fn favourites_stand_on_top_and_filters_go_together() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid, dan] = users(&edge, ["ann", "bob", "cid", "dan"]).await;
        for (other, details) in [
            (
                &bob,
                json!({"isFavorite": true, "relationship": "family", "tags": ["Bern", "club"]}),
            ),
            (&cid, json!({"tags": ["club"]})),
            (&dan, json!({"relationship": "family"})),
        ] {
            ann.keep(&edge, &other.id, details).await.expect(201);
        }
        let (bob, cid, dan) = (bob.id.as_str(), cid.id.as_str(), dan.id.as_str());
        for (query, expected) in [
            ("", vec![bob, dan, cid]),
            ("?favorite=true", vec![bob]),
            ("?favorite=false", vec![dan, cid]),
            ("?relationship=family", vec![bob, dan]),
            ("?relationship=colleague", vec![]),
            ("?tag=club", vec![bob, cid]),
            ("?tag=clu", vec![]),
            ("?tag=club&favorite=false", vec![cid]),
            (
                "?relationship=family&tag=Bern&favorite=true&query=bo",
                vec![bob],
            ),
            ("?query=DAN", vec![dan]),
        ] {
            assert_eq!(ann.listed(&edge, query).await, expected, "{query}");
        }
    });
}

#[test]
fn parameters_that_make_no_sense_are_refused() {
    block_on(async {
        let edge = edge();
        let [ann] = users(&edge, ["ann"]).await;
        for query in [
            "?relationship=blocked",
            "?favorite=yes",
            "?query=",
            "?query=%20",
            &format!("?query={}", "x".repeat(101)),
            "?names=x",
            "?limit=0",
            "?limit=101",
        ] {
            let path = format!("/v1/contacts{query}");
            let refused = ann.get(&edge, &path).await;
            refused.expect_problem(400, "invalid_query");
        }
        let refused = ann.get(&edge, "/v1/contacts?after=x").await;
        refused.expect_problem(400, "invalid_cursor");
    });
}

#[test]
fn a_cursor_is_for_one_reader_and_one_choice_of_filters() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid] = users(&edge, ["ann", "bob", "cid"]).await;
        for other in [&bob, &cid] {
            ann.keep(&edge, &other.id, json!({"nickname": "b"}))
                .await
                .expect(201);
        }
        let first = ann.get(&edge, "/v1/contacts?limit=1").await.expect(200);
        let cursor = first["next"].as_str().unwrap();
        let rest = ann.listed(&edge, &format!("?limit=1&after={cursor}")).await;
        assert_eq!(rest, [bob.id.as_str()]);
        for (reader, query) in [(&bob, "?"), (&ann, "?favorite=false&"), (&ann, "?query=b&")] {
            let path = format!("/v1/contacts{query}after={cursor}");
            let refused = reader.get(&edge, &path).await;
            refused.expect_problem(400, "invalid_cursor");
        }
        let found = ann
            .get(&edge, "/v1/contacts?query=b&limit=1")
            .await
            .expect(200);
        let cursor = found["next"].as_str().unwrap();
        let path = format!("/v1/contacts?query=b&limit=1&before={cursor}");
        let refused = ann.get(&edge, &path).await;
        refused.expect_problem(400, "invalid_query");
    });
}

#[test]
fn each_name_that_the_owner_knows_finds_them() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid] = users(&edge, ["ann", "Bob Marley", "cid"]).await;
        ann.keep(&edge, &bob.id, json!({"nickname": "Uncle Rob"}))
            .await
            .expect(201);
        ann.keep(&edge, &cid.id, nothing()).await.expect(201);
        let handle = Patch::new().set(Profile::USERNAME, "rastaman");
        put(&edge, Batch::new().update::<Profile>(&bob.id, handle)).await;
        for query in ["bob", "marl", "ROB", "uncle%20r", "rasta"] {
            let found = ann.listed(&edge, &format!("?query={query}")).await;
            assert_eq!(found, [bob.id.as_str()], "{query}");
        }
        for query in ["arley", "marley%20x", "ob"] {
            let found = ann.listed(&edge, &format!("?query={query}")).await;
            assert!(found.is_empty(), "{query}");
        }
        // A contact who blocked the owner has the name that the owner gave, and no other.
        put(&edge, Batch::new().insert(&block(&bob, &ann))).await;
        assert!(ann.listed(&edge, "?query=marl").await.is_empty());
        assert_eq!(ann.listed(&edge, "?query=rob").await, [bob.id.as_str()]);
    });
}

/// Contacts of somebody, with these nicknames.
async fn filled(edge: &TestEdge, owner: &User, names: impl Iterator<Item = String>) {
    let contacts = names.enumerate().map(|(i, name)| Contact {
        id: format!("c{i}"),
        user_id: owner.id.clone(),
        contact_user_id: format!("u{i}"),
        nickname: Some(name),
        ..Contact::default()
    });
    let contacts: Vec<Contact> = contacts.collect();
    for some in contacts.chunks(100) {
        put(edge, some.iter().fold(Batch::new(), Batch::insert)).await;
    }
}

#[test]
fn a_long_address_book_is_searched_in_bounded_requests() {
    block_on(async {
        let edge = edge();
        let [ann] = users(&edge, ["ann"]).await;
        // The newest come first: the two that are wanted stand at the top and at the bottom.
        let names = (0..2_600).map(|i| match i {
            0 | 2_599 => "Zoe".to_owned(),
            i => format!("Name {i}"),
        });
        filled(&edge, &ann, names).await;
        ann.listed(&edge, "?query=zoe&limit=1").await;
        edge.statements();
        let page = ann.get(&edge, "/v1/contacts?query=zoe").await.expect(200);
        let cost = edge.statements().len();
        assert_eq!(ids(&page), ["u2599"]);
        assert!(cost <= 10, "{cost}");
        let next = page["next"].as_str().unwrap();
        let path = format!("/v1/contacts?query=zoe&after={next}");
        let page = ann.get(&edge, &path).await.expect(200);
        assert_eq!(ids(&page), ["u0"]);
        assert!(page["next"].is_null(), "{page}");
        // Page by page each is found once.
        let (mut found, mut path) = (Vec::new(), "/v1/contacts?query=name&limit=100".to_owned());
        loop {
            let page = ann.get(&edge, &path).await.expect(200);
            found.extend(ids(&page));
            match page["next"].as_str() {
                Some(next) => path = format!("/v1/contacts?query=name&limit=100&after={next}"),
                None => break,
            }
        }
        let expected: Vec<String> = (1..2_599).rev().map(|i| format!("u{i}")).collect();
        assert_eq!(found, expected);
    });
}

#[test]
fn a_page_costs_the_same_whatever_it_holds() {
    block_on(async {
        let edge = edge();
        let [ann] = users(&edge, ["ann"]).await;
        filled(&edge, &ann, (0..120).map(|i| format!("n{i}"))).await;
        let cost = async |limit: u32| {
            ann.listed(&edge, &format!("?limit={limit}")).await;
            edge.statements();
            ann.listed(&edge, &format!("?limit={limit}")).await;
            edge.statements().len()
        };
        let (few, many) = (cost(2).await, cost(100).await);
        assert_eq!((few, many), (2, 2));
    });
}

#[test]
fn nobody_lists_without_a_token_and_nobody_sees_anothers() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        ann.keep(&edge, &bob.id, nothing()).await.expect(201);
        let nobody = User {
            id: String::new(),
            token: String::new(),
        };
        let refused = nobody.get(&edge, "/v1/contacts").await;
        refused.expect_problem(401, "unauthenticated");
        assert!(bob.listed(&edge, "").await.is_empty());
        let path = format!("/v1/contacts/{}", ann.id);
        bob.get(&edge, &path).await.expect_problem(404, "not_found");
        let body: Value = ann.get(&edge, "/v1/contacts").await.expect(200);
        assert_eq!(ids(&body), [bob.id.as_str()]);
    });
}
