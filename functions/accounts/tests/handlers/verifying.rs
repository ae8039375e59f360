//! The operator says which addresses were verified.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::{Discoverable, DiscoverableKind, Profile};
use whisper_store::{Get, Query};

use super::common::{KEY, edge, person};
use whisper_kit::testing::TestEdge;

/// The kinds of addresses that are verified, by user.
async fn kinds(edge: &TestEdge) -> Vec<(String, DiscoverableKind)> {
    let rows = edge.store().read(Query::<Discoverable>::new()).await;
    let rows = rows.unwrap().into_iter().map(|row| row.into_inner());
    let mut kinds: Vec<_> = rows.map(|row| (row.user_id, row.kind)).collect();
    kinds.sort_by_key(|(user, kind)| (user.clone(), kind.as_str()));
    kinds
}

#[test]
fn addresses_are_verified_taken_away_and_handed_on() {
    block_on(async {
        let edge = edge();
        let (ann, bob) = (person(&edge, "ann").await, person(&edge, "bob").await);
        let put = async |id: &str, key: &str, body: Value| {
            let path = format!("/internal/users/{id}/addresses");
            edge.send(Method::PUT, &path, key, &body).await
        };
        let both = json!({"email": "Ann@Example.com", "phone": "+41791234567"});
        put(&ann.id, &ann.token, both.clone())
            .await
            .expect_problem(401, "unauthenticated");
        put("00000000-0000-7000-8000-000000000000", KEY, both.clone())
            .await
            .expect_problem(404, "not_found");
        let refused = put(&ann.id, KEY, json!({"email": "ann", "phone": "12"})).await;
        let refused = refused.expect_problem(422, "validation_failed");
        let fields = refused["errors"].as_array().unwrap().iter();
        let fields: Vec<&Value> = fields.map(|error| &error["field"]).collect();
        assert_eq!(fields, ["email", "phone"]);
        assert!(kinds(&edge).await.is_empty());

        put(&ann.id, KEY, both).await.expect(204);
        let profile = edge.store().read(Get::<Profile>::id(&ann.id)).await;
        let profile = profile.unwrap().unwrap();
        assert_eq!(profile.email.as_deref(), Some("ann@example.com"));
        assert_eq!(profile.phone.as_deref(), Some("+41791234567"));
        let of = |user: &str, kind| (user.to_owned(), kind);
        assert_eq!(
            kinds(&edge).await,
            [
                of(&ann.id, DiscoverableKind::Email),
                of(&ann.id, DiscoverableKind::Phone)
            ]
        );
        put(&ann.id, KEY, json!({"email": null})).await.expect(204);
        assert_eq!(kinds(&edge).await, [of(&ann.id, DiscoverableKind::Phone)]);
        put(&bob.id, KEY, json!({"phone": "+41791234567"}))
            .await
            .expect(204);
        assert_eq!(kinds(&edge).await, [of(&bob.id, DiscoverableKind::Phone)]);
    });
}
