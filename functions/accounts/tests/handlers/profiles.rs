//! Profiles and user names, as their owners change them.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::{START, TestEdge};
use whisper_schema::Timestamp;

use super::common::{DAY, Person, award, edge, person, signed_in};

#[test]
fn a_profile_is_changed_without_if_match_and_only_as_it_was_read_with_it() {
    block_on(async {
        let edge = edge();
        let ann = person(&edge, "ann").await;
        let etag = |answer: &whisper_kit::testing::Answer| {
            let etag = answer.response.headers()["etag"].to_str().unwrap();
            etag.to_owned()
        };
        let read = etag(&ann.get(&edge, "/v1/me").await);
        let changed = ann.patch(&edge, &json!({"bio": "one"})).await;
        assert_ne!(etag(&changed), read);
        let stale = ann.patch_if(&edge, &read, &json!({"bio": "two"})).await;
        stale.expect_problem(412, "precondition_failed");
        award(&edge, &ann, 7).await;
        let fresh = ann
            .patch_if(&edge, &etag(&changed), &json!({"bio": "two"}))
            .await
            .expect(200);
        assert_eq!((&fresh["bio"], &fresh["xp"]), (&json!("two"), &json!(7)));
        ann.patch_if(&edge, "*", &json!({"bio": "three"}))
            .await
            .expect(200);
    });
}

#[test]
fn of_several_changes_at_once_all_are_made() {
    block_on(async {
        let edge = edge();
        let ann = person(&edge, "ann").await;
        let fields = [
            "bio",
            "tagline",
            "location",
            "statusMessage",
            "website",
            "phone",
        ];
        let values = ["b", "t", "l", "s", "https://example.com", "+41791234567"];
        let bodies: Vec<Value> = fields
            .iter()
            .zip(values)
            .map(|(field, value)| json!({ *field: value }))
            .collect();
        let all = futures::future::join_all(bodies.iter().map(|body| ann.patch(&edge, body)));
        for answer in all.await {
            answer.expect(200);
        }
        let me = ann.get(&edge, "/v1/me").await.expect(200);
        for (field, value) in fields.iter().zip(values) {
            assert_eq!(me[field], value);
        }
    });
}

#[test]
fn updated_at_tells_when_the_owner_last_changed_something() {
    block_on(async {
        let edge = edge();
        let ann = person(&edge, "ann").await;
        let before = ann.get(&edge, "/v1/me").await.expect(200)["updatedAt"].clone();
        edge.advance(1000);
        award(&edge, &ann, 7).await;
        ann.patch(&edge, &json!({"displayName": "Name of ann"}))
            .await
            .expect(200);
        let same = ann.get(&edge, "/v1/me").await.expect(200)["updatedAt"].clone();
        assert_eq!(same, before, "nothing was changed");
        let after = ann.patch(&edge, &json!({"displayName": "Ann"})).await;
        assert_ne!(after.expect(200)["updatedAt"], before);
    });
}

#[test]
fn a_user_name_that_was_given_up_rests_for_30_days_but_for_its_owner() {
    block_on(async {
        let edge = TestEdge::new(&accounts::api(), &[("rename_rate_per_day", "0")]);
        let (ann, bob) = (person(&edge, "ann").await, person(&edge, "bob").await);
        ann.patch(&edge, &json!({"username": "anna"}))
            .await
            .expect(200);
        let wanted = json!({"username": "ann"});
        bob.patch(&edge, &wanted)
            .await
            .expect_problem(409, "username_taken");
        ann.patch(&edge, &wanted).await.expect(200);
        ann.patch(&edge, &json!({"username": "anna"}))
            .await
            .expect(200);
        edge.advance(30 * DAY - 1);
        let token = edge.session(&bob.id).await;
        let bob = Person { token, ..bob };
        bob.patch(&edge, &wanted)
            .await
            .expect_problem(409, "username_taken");
        edge.advance(1);
        bob.patch(&edge, &wanted).await.expect(200);
    });
}

#[test]
fn of_two_new_user_names_at_once_the_one_in_between_rests_too() {
    block_on(async {
        let edge = TestEdge::new(&accounts::api(), &[("rename_rate_per_day", "0")]);
        let (ann, bob) = (person(&edge, "ann").await, person(&edge, "bob").await);
        let (one, other) = (json!({"username": "anna"}), json!({"username": "anne"}));
        let (first, second) = join!(ann.patch(&edge, &one), ann.patch(&edge, &other));
        first.expect(200);
        second.expect(200);
        let me = ann.get(&edge, "/v1/me").await.expect(200);
        assert!(me["username"] == "anna" || me["username"] == "anne", "{me}");
        for name in ["ann", "anna", "anne"] {
            let refused = bob.patch(&edge, &json!({"username": name})).await;
            refused.expect_problem(409, "username_taken");
        }
    });
}

#[test]
fn so_many_user_names_can_be_given_up_in_a_day_and_an_anonymous_account_a_tenth_of_it() {
    block_on(async {
        let edge = TestEdge::new(&accounts::api(), &[("rename_rate_per_day", "20")]);
        let (ann, bob) = (person(&edge, "ann").await, person(&edge, "bob").await);
        let rename = async |token: &str, name: &str| {
            let body = json!({"username": name});
            edge.send(Method::PATCH, "/v1/me", token, &body).await
        };
        // Neither the made-up name before nor a name that somebody has counts.
        let refused = rename(&ann.token, &bob.username).await;
        refused.expect_problem(409, "username_taken");
        rename(&ann.token, "ann_1").await.expect(200);
        rename(&ann.token, "ann_2").await.expect(200);
        let refused = rename(&ann.token, "ann_3").await;
        refused.expect_problem(429, "rate_limited");
        rename(&bob.token, "ann_3").await.expect(200);
        let body = json!({"username": "ann_2", "bio": "hi"});
        ann.patch(&edge, &body).await.expect(200);
        edge.advance(DAY);
        let token = edge.session(&ann.id).await;
        rename(&token, "ann_4").await.expect(200);
    });
}

#[test]
fn a_made_up_user_name_does_not_rest() {
    block_on(async {
        let edge = edge();
        let made = edge.send(Method::POST, "/v1/accounts/anonymous", "", &Value::Null);
        let ann = signed_in(&made.await.expect(201));
        let bob = person(&edge, "bob").await;
        let wanted = json!({"username": ann.username});
        ann.patch(&edge, &json!({"username": "ann"}))
            .await
            .expect(200);
        bob.patch(&edge, &wanted).await.expect(200);
    });
}

#[test]
fn an_account_is_not_older_than_what_was_committed_before() {
    block_on(async {
        let edge = edge();
        person(&edge, "ann").await;
        edge.advance(-30_000);
        let made = edge.send(Method::POST, "/v1/accounts/anonymous", "", &Value::Null);
        let made = made.await.expect(201);
        let bob = signed_in(&made);
        let start = json!(Timestamp::from_millis(START));
        let (account, profile) = (&made["account"], &made["profile"]);
        for time in [
            &account["createdAt"],
            &profile["createdAt"],
            &profile["updatedAt"],
        ] {
            assert_eq!(time, &start);
        }
        let read = bob.get(&edge, "/v1/me/account").await.expect(200);
        assert_eq!(&read, account);
        assert_eq!(&bob.get(&edge, "/v1/me").await.expect(200), profile);
    });
}

#[test]
fn reserved_names_are_nobodys() {
    block_on(async {
        let edge = edge();
        let ann = person(&edge, "ann").await;
        let body = ann.patch(&edge, &json!({"username": "Ad_min"})).await;
        let body = body.expect_problem(422, "validation_failed");
        assert_eq!(body["errors"][0]["field"], "username");
    });
}
