//! Profiles and user names, as their owners change them.

use futures::executor::block_on;
use serde_json::{Value, json};

use super::common::{DAY, Person, award, edge, person};

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
        edge.advance(5);
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
        let edge = edge();
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
fn reserved_names_are_nobodys() {
    block_on(async {
        let edge = edge();
        let ann = person(&edge, "ann").await;
        let body = ann.patch(&edge, &json!({"username": "Ad_min"})).await;
        let body = body.expect_problem(422, "validation_failed");
        assert_eq!(body["errors"][0]["field"], "username");
    });
}
