//! Finding friends by hashes of their addresses.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_people::{discovery_code, discovery_hash, discovery_salt, verified};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch, Query};

use crate::common::*;

/// The hash of an address, as a client makes it from the route's salt.
pub async fn hash(edge: &TestEdge, user: &User, address: &str) -> String {
    let how = user.get(edge, "/v1/contact-discovery").await.expect(200);
    assert_eq!(
        (&how["algorithm"], &how["mostHashes"]),
        (&json!("sha256"), &json!(1000))
    );
    discovery_hash(how["salt"].as_str().unwrap(), address)
}

/// Verifies an address, as far as others can tell, and says who may find its owner by it.
pub async fn reachable(edge: &TestEdge, user: &User, email: &str, by: &str) {
    let address = Patch::new().set(Profile::EMAIL, email);
    let batch = Batch::new().update::<Profile>(&user.id, address);
    let kind = DiscoverableKind::Email;
    let batch = verified(&edge.ctx(), batch, &user.id, kind, email).await;
    put(edge, batch.unwrap()).await;
    choose(edge, user, json!({"findByEmail": by})).await;
}

async fn choose(edge: &TestEdge, user: &User, settings: Value) {
    let accounts = edge.another(&accounts::api());
    let change = json!({ "privacySettings": settings });
    let changed = user.call(&accounts, Method::PATCH, "/v1/me", change).await;
    changed.expect(200);
}

impl User {
    async fn look(&self, edge: &TestEdge, hashes: &[String]) -> Answer {
        let body = json!({ "hashes": hashes });
        self.call(edge, Method::POST, "/v1/contact-discovery", body)
            .await
    }

    /// The user to whom an address leads.
    async fn find(&self, edge: &TestEdge, address: &str) -> Option<String> {
        let hash = hash(edge, self, address).await;
        let found = self
            .look(edge, std::slice::from_ref(&hash))
            .await
            .expect(200);
        let items = found["items"].as_array().unwrap();
        assert!(items.len() < 2 && items.iter().all(|item| item["hash"] == hash));
        let found = items.first()?;
        Some(found["user"]["id"].as_str().unwrap().to_owned())
    }
}

async fn rows(edge: &TestEdge) -> Vec<Discoverable> {
    let rows = edge
        .store()
        .read(Query::<Discoverable>::new())
        .await
        .unwrap();
    rows.into_iter()
        .map(whisper_store::Doc::into_inner)
        .collect()
}

#[test]
fn people_are_found_by_a_verified_address_if_they_say_so() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        reachable(&edge, &bob, "bob@example.com", "nobody").await;
        assert_eq!(ann.find(&edge, "bob@example.com").await, None);
        choose(&edge, &bob, json!({})).await;
        assert_eq!(ann.find(&edge, "bob@example.com").await, None, "by default");
        choose(&edge, &bob, json!({"findByEmail": "everyone"})).await;
        assert_eq!(
            ann.find(&edge, "Bob@Example.com").await,
            Some(bob.id.clone())
        );
        assert_eq!(ann.find(&edge, "rob@example.com").await, None);
        assert_eq!(bob.find(&edge, "bob@example.com").await, None, "oneself");
        choose(&edge, &bob, json!({"findByPhone": "everyone"})).await;
        assert_eq!(ann.find(&edge, "bob@example.com").await, None, "no longer");
    });
}

#[test]
fn contacts_may_be_the_only_ones_to_find_somebody() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid] = users(&edge, ["ann", "bob", "cid"]).await;
        reachable(&edge, &bob, "bob@example.com", "contacts").await;
        bob.keep(&edge, &ann.id, nothing()).await.expect(201);
        // Cid keeps Bob as a contact, which doesn't let Cid find him.
        cid.keep(&edge, &bob.id, nothing()).await.expect(201);
        assert_eq!(
            ann.find(&edge, "bob@example.com").await,
            Some(bob.id.clone())
        );
        assert_eq!(cid.find(&edge, "bob@example.com").await, None);
    });
}

#[test]
fn an_address_that_nobody_verified_leads_nowhere() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        let accounts = edge.another(&accounts::api());
        let change = json!({
            "phone": "+41791234567",
            "privacySettings": {"findByEmail": "everyone", "findByPhone": "everyone"},
        });
        let changed = bob.call(&accounts, Method::PATCH, "/v1/me", change).await;
        changed.expect(200);
        // The address that he signs in with, and the number that he says is his.
        let email = format!("{}@example.com", bob.id);
        for address in [email.as_str(), "+41791234567"] {
            assert_eq!(ann.find(&edge, address).await, None, "{address}");
        }
        assert!(rows(&edge).await.is_empty());
    });
}

#[test]
fn a_verified_number_leads_to_its_owner_until_they_change_it() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid] = users(&edge, ["ann", "bob", "cid"]).await;
        let number = "+41791234567";
        let verify = async |user: &User| {
            let phone = Patch::new().set(Profile::PHONE, number);
            let batch = Batch::new().update::<Profile>(&user.id, phone);
            let kind = DiscoverableKind::Phone;
            let batch = verified(&edge.ctx(), batch, &user.id, kind, number).await;
            put(&edge, batch.unwrap()).await;
            choose(&edge, user, json!({"findByPhone": "everyone"})).await;
        };
        verify(&bob).await;
        assert_eq!(ann.find(&edge, number).await, Some(bob.id.clone()));
        // The number now belongs to Cid.
        verify(&cid).await;
        assert_eq!(ann.find(&edge, number).await, Some(cid.id.clone()));
        let accounts = edge.another(&accounts::api());
        for phone in [json!("+41797654321"), json!(number)] {
            let change = json!({ "phone": phone });
            let changed = cid.call(&accounts, Method::PATCH, "/v1/me", change).await;
            changed.expect(200);
            assert_eq!(ann.find(&edge, number).await, None, "{phone}");
        }
        assert!(rows(&edge).await.is_empty());
    });
}

#[test]
fn the_address_of_a_row_that_was_left_behind_leads_nowhere() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        reachable(&edge, &bob, "bob@example.com", "everyone").await;
        let other = Patch::new().set(Profile::EMAIL, "new@example.com");
        put(&edge, Batch::new().update::<Profile>(&bob.id, other)).await;
        assert_eq!(rows(&edge).await.len(), 1);
        assert_eq!(ann.find(&edge, "bob@example.com").await, None);
        let number = "+41791234567";
        let hash = discovery_hash(&discovery_salt(&edge.ctx()).await.unwrap(), number);
        let row = Discoverable {
            id: "d".into(),
            user_id: bob.id.clone(),
            kind: DiscoverableKind::Phone,
            code: discovery_code(&edge.ctx(), &hash).await.unwrap(),
        };
        put(&edge, Batch::new().insert(&row)).await;
        choose(&edge, &bob, json!({"findByPhone": "everyone"})).await;
        assert_eq!(ann.find(&edge, number).await, None);
    });
}

#[test]
fn whoever_is_blocked_either_way_or_out_of_use_is_not_found() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid, dan, eve] = users(&edge, ["ann", "bob", "cid", "dan", "eve"]).await;
        for (user, name) in [(&bob, "bob"), (&cid, "cid"), (&dan, "dan"), (&eve, "eve")] {
            reachable(&edge, user, &format!("{name}@example.com"), "everyone").await;
        }
        let disabled = Patch::new().set(Account::STATUS, AccountStatus::Disabled);
        let batch = Batch::new()
            .insert(&block(&ann, &bob))
            .insert(&block(&cid, &ann))
            .update::<Account>(&dan.id, disabled);
        put(&edge, batch).await;
        for name in ["bob", "cid", "dan", "nobody"] {
            let address = format!("{name}@example.com");
            assert_eq!(ann.find(&edge, &address).await, None, "{name}");
        }
        assert_eq!(
            ann.find(&edge, "eve@example.com").await,
            Some(eve.id.clone())
        );
    });
}

#[test]
fn neither_an_address_nor_its_hash_is_kept() {
    block_on(async {
        let edge = edge();
        let [bob] = users(&edge, ["bob"]).await;
        reachable(&edge, &bob, "bob@example.com", "everyone").await;
        let hash = hash(&edge, &bob, "bob@example.com").await;
        let rows = rows(&edge).await;
        let [row] = rows.as_slice() else {
            panic!("{rows:?}")
        };
        let text = serde_json::to_string(row).unwrap();
        assert!(
            !text.contains("example.com") && !text.contains(&hash[..16]),
            "{text}"
        );
        // Another server's key gives another salt and another code.
        let elsewhere = crate::common::edge();
        let salt = discovery_salt(&elsewhere.ctx()).await.unwrap();
        assert_ne!(salt, discovery_salt(&edge.ctx()).await.unwrap());
        assert_ne!(
            row.code,
            discovery_code(&elsewhere.ctx(), &hash).await.unwrap()
        );
    });
}

#[test]
fn what_is_no_hash_is_refused() {
    block_on(async {
        let edge = edge();
        let [ann] = users(&edge, ["ann"]).await;
        let good = "a".repeat(64);
        for (hashes, field) in [
            (vec![], "hashes"),
            (vec![good.clone(); 1001], "hashes"),
            (vec![good.clone(), "a".repeat(63)], "hashes[1]"),
            (vec!["A".repeat(64)], "hashes[0]"),
            (vec!["bob@example.com".to_owned()], "hashes[0]"),
        ] {
            let refused = ann.look(&edge, &hashes).await;
            let refused = refused.expect_problem(422, "validation_failed");
            assert_eq!(fields(&refused), [field]);
        }
        let twice = ann.look(&edge, &[good.clone(), good]).await.expect(200);
        assert_eq!(twice["items"], json!([]));
    });
}

fn some(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("{i:064x}")).collect()
}

#[test]
fn looking_has_a_rate_of_which_anonymous_accounts_have_a_tenth() {
    block_on(async {
        let variables = [("contact_lookup_rate_per_day", "50")];
        let edge = TestEdge::new(&contacts::api(), &variables);
        let ann = user(&edge, "ann").await;
        ann.look(&edge, &some(40)).await.expect(200);
        ann.look(&edge, &some(11))
            .await
            .expect_problem(429, "rate_limited");
        ann.look(&edge, &some(10)).await.expect(200);
        ann.look(&edge, &some(1))
            .await
            .expect_problem(429, "rate_limited");
        let (id, token) = edge.anonymous().await;
        let guest = User { id, token };
        guest.look(&edge, &some(5)).await.expect(200);
        guest
            .look(&edge, &some(1))
            .await
            .expect_problem(429, "rate_limited");
    });
}

#[test]
fn a_thousand_cost_what_one_costs() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        reachable(&edge, &bob, "bob@example.com", "everyone").await;
        let bobs = hash(&edge, &ann, "bob@example.com").await;
        ann.look(&edge, std::slice::from_ref(&bobs))
            .await
            .expect(200);
        let mut costs = Vec::new();
        for count in [1, 999] {
            edge.statements();
            let hashes = [some(count), vec![bobs.clone()]].concat();
            let found = ann.look(&edge, &hashes).await.expect(200);
            assert_eq!(found["items"].as_array().unwrap().len(), 1);
            costs.push(edge.statements().len());
        }
        assert_eq!(costs, [4, 4], "the session, the count, and two reads");
    });
}
