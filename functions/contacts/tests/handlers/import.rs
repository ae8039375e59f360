//! Taking over an address book.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch};

use crate::common::*;
use crate::discovery::{hash, reachable};

impl User {
    async fn import(&self, edge: &TestEdge, contacts: Vec<Value>) -> Answer {
        let body = json!({ "contacts": contacts });
        self.call(edge, Method::POST, "/v1/contact-imports", body)
            .await
    }
}

fn named(user: &User) -> Value {
    json!({"userId": user.id})
}

/// The places and first faults of those who were refused.
fn refused(answer: &Value) -> Vec<(u64, String, String)> {
    let refused = answer["refused"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    refused
        .map(|one| {
            let fault = &one["errors"][0];
            (
                one["index"].as_u64().unwrap(),
                text(&fault["field"]),
                text(&fault["rule"]),
            )
        })
        .collect()
}

/// Accounts with these ids.
async fn accounts(edge: &TestEdge, count: usize) -> Vec<String> {
    let ids: Vec<String> = (0..count).map(|i| format!("person-{i}")).collect();
    for some in ids.chunks(200) {
        let batch = some.iter().fold(Batch::new(), |batch, id| {
            batch.insert(&Account {
                id: id.clone(),
                ..Account::default()
            })
        });
        put(edge, batch).await;
    }
    ids
}

#[test]
fn each_is_added_known_or_unmatched() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid, dan] = users(&edge, ["ann", "bob", "cid", "dan"]).await;
        let kept = json!({"nickname": "B"});
        ann.keep(&edge, &bob.id, kept).await.expect(201);
        reachable(&edge, &cid, "cid@example.com", "everyone").await;
        let of_cid = hash(&edge, &ann, "cid@example.com").await;
        let sent = vec![
            json!({"userId": dan.id, "nickname": "Danny", "relationship": "family", "tags": ["a"]}),
            json!({"userId": bob.id, "nickname": "Other"}),
            json!({"hashes": ["0".repeat(64), of_cid], "isFavorite": true}),
            json!({"hashes": ["1".repeat(64)], "nickname": "Unknown"}),
            json!({"userId": dan.id, "nickname": "Twice"}),
        ];
        let answer = ann.import(&edge, sent).await.expect(200);
        let expected = json!({"added": 2, "known": 2, "unmatched": 1, "refused": []});
        assert_eq!(answer, expected);
        assert_eq!(ann.listed(&edge, "?favorite=true").await, [cid.id.as_str()]);
        let family = ann.listed(&edge, "?tag=a&relationship=family").await;
        assert_eq!(family, [dan.id.as_str()]);
        for (whom, name) in [(&bob, "B"), (&dan, "Danny")] {
            let row = row(&edge, &ann, whom).await.unwrap();
            assert_eq!(row.nickname.as_deref(), Some(name));
        }
        assert_eq!(counted(&edge, &ann).await, Some(3));
        let told = events(&edge, "contacts.imported").await;
        let mut ids = [cid.id.clone(), dan.id.clone()];
        ids.sort_unstable();
        assert_eq!(told, [(ann.id.clone(), json!({"userIds": ids}))]);
    });
}

#[test]
fn each_is_refused_by_its_place_and_the_others_are_added() {
    block_on(async {
        let edge = edge();
        let [ann, dan, eve, fay] = users(&edge, ["ann", "dan", "eve", "fay"]).await;
        let blocks = Batch::new().insert(&block(&eve, &ann));
        put(&edge, blocks.insert(&block(&ann, &fay))).await;
        let sent = vec![
            named(&dan),
            named(&eve),
            named(&fay),
            json!({"userId": "nobody"}),
            named(&ann),
            json!({"nickname": "Nameless"}),
            json!({"userId": dan.id, "hashes": ["1".repeat(64)]}),
            json!({"userId": dan.id, "relationship": "blocked", "colour": "red"}),
            json!("dan"),
            json!({"hashes": ["x"]}),
        ];
        let answer = ann.import(&edge, sent).await.expect(200);
        assert_eq!(answer["added"], 1, "{answer}");
        let expected = [
            (1, ".userId", "reference"),
            (2, ".userId", "reference"),
            (3, ".userId", "reference"),
            (4, ".userId", "reference"),
            (5, ".userId", "required"),
            (6, ".userId", "required"),
            (7, ".relationship", "enum"),
            (8, "", "type"),
            (9, ".hashes[0]", "format"),
        ];
        let expected = expected.map(|(index, field, rule)| {
            let field = format!("contacts[{index}]{field}");
            (index, field, rule.to_owned())
        });
        assert_eq!(refused(&answer), expected);
        let faults = answer["refused"][6]["errors"].as_array().unwrap();
        assert_eq!(faults.len(), 2);
        assert_eq!(counted(&edge, &ann).await, Some(1));
    });
}

#[test]
fn sent_again_everybody_is_known() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid] = users(&edge, ["ann", "bob", "cid"]).await;
        let sent = || vec![named(&bob), named(&cid)];
        let (one, other) = join!(ann.import(&edge, sent()), ann.import(&edge, sent()));
        let (one, other) = (one.expect(200), other.expect(200));
        let sum = |key: &str| one[key].as_u64().unwrap() + other[key].as_u64().unwrap();
        assert_eq!((sum("added"), sum("known")), (2, 2), "{one} {other}");
        let again = ann.import(&edge, sent()).await.expect(200);
        assert_eq!((&again["added"], &again["known"]), (&json!(0), &json!(2)));
        assert_eq!(counted(&edge, &ann).await, Some(2));
        assert_eq!(events(&edge, "contacts.imported").await.len(), 1);
    });
}

#[test]
fn an_import_and_an_addition_at_once_make_one_contact() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        let (imported, kept) = join!(
            ann.import(&edge, vec![named(&bob)]),
            ann.keep(&edge, &bob.id, json!({"nickname": "B"}))
        );
        imported.expect(200);
        assert_eq!(kept.body["nickname"], "B");
        assert_eq!(counted(&edge, &ann).await, Some(1));
        assert_eq!(
            row(&edge, &ann, &bob).await.unwrap().nickname.as_deref(),
            Some("B")
        );
    });
}

#[test]
fn what_is_no_import_is_refused_as_a_whole() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        let many = vec![named(&bob); 5001];
        for (body, wrong) in [
            (json!({}), vec!["contacts"]),
            (json!({"contacts": []}), vec!["contacts"]),
            (json!({"contacts": many}), vec!["contacts"]),
            (
                json!({"contacts": [named(&bob)], "people": []}),
                vec!["people"],
            ),
            (
                json!({"contacts": [{}, {"userId": "!"}]}),
                vec!["contacts[0].userId", "contacts[1].userId"],
            ),
        ] {
            let answer = ann
                .call(&edge, Method::POST, "/v1/contact-imports", body)
                .await;
            let answer = answer.expect_problem(422, "validation_failed");
            assert_eq!(fields(&answer), wrong);
        }
        assert!(ann.listed(&edge, "").await.is_empty());
    });
}

#[test]
fn five_thousand_are_bounded_statements_and_commits() {
    block_on(async {
        let edge = edge();
        let ann = user(&edge, "ann").await;
        let ids = accounts(&edge, 5_000).await;
        let sent = |ids: &[String]| -> Vec<Value> {
            ids.iter()
                .map(|id| json!({"userId": id, "nickname": id}))
                .collect()
        };
        ann.import(&edge, sent(&ids[..1])).await.expect(200);
        edge.statements();
        edge.rows_written();
        let answer = ann.import(&edge, sent(&ids)).await.expect(200);
        let (statements, commits) = (edge.statements().len(), edge.rows_written().len());
        assert_eq!(
            (&answer["added"], &answer["known"]),
            (&json!(4_999), &json!(1))
        );
        assert_eq!(answer["refused"], json!([]));
        assert!(statements <= 130, "{statements}");
        assert_eq!(commits, 26, "the count, and one for each 200");
        assert_eq!(counted(&edge, &ann).await, Some(5_000));
        assert_eq!(events(&edge, "contacts.imported").await.len(), 26);
        let found = ann.listed(&edge, "?query=person-4999").await;
        assert_eq!(found, ["person-4999"]);
    });
}

#[test]
fn those_for_whom_there_is_no_room_are_refused() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid, dan] = users(&edge, ["ann", "bob", "cid", "dan"]).await;
        let book = ContactBook {
            id: ann.id.clone(),
            contacts: 9_998,
        };
        put(&edge, Batch::new().insert(&book)).await;
        let sent = vec![named(&bob), named(&cid), named(&dan), named(&bob)];
        let answer = ann.import(&edge, sent).await.expect(200);
        assert_eq!((&answer["added"], &answer["known"]), (&json!(2), &json!(1)));
        let full = (2, "contacts[2].userId".to_owned(), "size".to_owned());
        assert_eq!(refused(&answer), [full]);
        assert_eq!(counted(&edge, &ann).await, Some(10_000));
    });
}

#[test]
fn an_import_counts_before_it_begins() {
    block_on(async {
        let variables = [
            ("contact_rate_per_hour", "3"),
            ("contact_lookup_rate_per_day", "4"),
        ];
        let edge = TestEdge::new(&contacts::api(), &variables);
        let [ann, bob, cid, dan] = users(&edge, ["ann", "bob", "cid", "dan"]).await;
        ann.import(&edge, vec![named(&bob), named(&cid)])
            .await
            .expect(200);
        let refused = ann.import(&edge, vec![named(&dan), named(&cid)]).await;
        refused.expect_problem(429, "rate_limited");
        assert_eq!(ann.listed(&edge, "").await.len(), 2, "nobody was added");
        let by_hash = |count: usize| {
            let hashes: Vec<String> = (0..count).map(|i| format!("{i:064x}")).collect();
            json!({ "hashes": hashes })
        };
        bob.import(&edge, vec![by_hash(3)]).await.expect(200);
        let refused = bob.import(&edge, vec![by_hash(2)]).await;
        refused.expect_problem(429, "rate_limited");
        bob.import(&edge, vec![by_hash(1)]).await.expect(200);
    });
}

#[test]
fn a_hash_of_somebody_who_is_not_to_be_found_leads_to_nobody() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid, dan] = users(&edge, ["ann", "bob", "cid", "dan"]).await;
        let mut sent = Vec::new();
        for (user, name, by) in [
            (&ann, "ann", "everyone"),
            (&bob, "bob", "everyone"),
            (&cid, "cid", "nobody"),
            (&dan, "dan", "everyone"),
        ] {
            let address = format!("{name}@example.com");
            reachable(&edge, user, &address, by).await;
            sent.push(json!({"hashes": [hash(&edge, &ann, &address).await]}));
        }
        let disabled = Patch::new().set(Account::STATUS, AccountStatus::Disabled);
        let batch = Batch::new()
            .insert(&block(&bob, &ann))
            .update::<Account>(&dan.id, disabled);
        put(&edge, batch).await;
        let answer = ann.import(&edge, sent).await.expect(200);
        assert_eq!(
            (&answer["added"], &answer["unmatched"]),
            (&json!(0), &json!(4))
        );
        assert_eq!(answer["refused"], json!([]));
    });
}
