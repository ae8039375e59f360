//! Presence in profiles, and the word to streams when somebody changes how others see theirs.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::testing::{START, TestEdge};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Presence, PresenceStatus, Signal, SignalKind};
use whisper_store::{Batch, Query};

use super::common::{Person, befriend, edge, person};

/// Has somebody be there for a minute.
async fn be_there(edge: &TestEdge, who: &Person) {
    let presence = Presence {
        id: who.id.clone(),
        user_id: who.id.clone(),
        status: PresenceStatus::Away,
        last_seen: Timestamp::from_millis(START),
        expires_at: Timestamp::from_millis(START + 60_000),
        ..Presence::default()
    };
    let batch = Batch::new().insert(&presence);
    edge.store().commit(batch).await.unwrap();
}

/// The presence in somebody's profile: `isOnline` and `lastSeen`.
async fn seen(edge: &TestEdge, by: &Person, name: &str) -> [Value; 2] {
    let mut profile = by.get(edge, &format!("/v1/users/{name}")).await.expect(200);
    ["isOnline", "lastSeen"].map(|key| profile[key].take())
}

#[test]
fn a_profile_shows_its_owners_presence_by_its_rules() {
    block_on(async {
        let edge = edge();
        let (ann, bob) = (person(&edge, "ann").await, person(&edge, "bob").await);
        let cid = person(&edge, "cid").await;
        befriend(&edge, &ann, &bob).await;
        be_there(&edge, &ann).await;
        let never = json!(null);
        assert_eq!(seen(&edge, &cid, "ann").await, [json!(true), never.clone()]);
        edge.advance(60_000);
        let at = json!("2026-01-01T00:00:00.000Z");
        assert_eq!(seen(&edge, &cid, "ann").await, [json!(false), at.clone()]);
        for (settings, friend, stranger) in [
            (json!({"lastSeen": "friends"}), at.clone(), never.clone()),
            (
                json!({"lastSeen": "recently"}),
                never.clone(),
                never.clone(),
            ),
            (
                json!({"onlineStatus": "friends"}),
                at.clone(),
                never.clone(),
            ),
        ] {
            let change = json!({"privacySettings": settings});
            ann.patch(&edge, &change).await.expect(200);
            let [_, last] = seen(&edge, &bob, "ann").await;
            assert_eq!(last, friend, "{settings}");
            let [_, last] = seen(&edge, &cid, "ann").await;
            assert_eq!(last, stranger, "{settings}");
        }
        // A user sees no more of others than they show of themselves.
        ann.patch(&edge, &json!({"privacySettings": {}}))
            .await
            .expect(200);
        let nobody = json!({"privacySettings": {"lastSeen": "nobody"}});
        cid.patch(&edge, &nobody).await.expect(200);
        assert_eq!(seen(&edge, &cid, "ann").await, [json!(false), never]);
    });
}

#[test]
fn streams_are_told_of_changes_of_what_others_see_and_of_no_others() {
    block_on(async {
        let edge = edge();
        let ann = person(&edge, "ann").await;
        for (change, tells) in [
            (json!({"bio": "Hello"}), false),
            (json!({"status": "busy"}), true),
            (json!({"status": "busy"}), false),
            (json!({"privacySettings": {"bio": "nobody"}}), false),
            (
                json!({"privacySettings": {"onlineStatus": "friends"}}),
                true,
            ),
            (
                json!({"privacySettings": {"onlineStatus": "friends", "bio": "nobody"}}),
                false,
            ),
            (json!({"privacySettings": {"lastSeen": "recently"}}), true),
        ] {
            let all = Query::<Signal>::new().limit(100);
            let before = edge.store().read(all.clone()).await.unwrap().len();
            ann.patch(&edge, &change).await.expect(200);
            let signals = edge.store().read(all).await.unwrap();
            assert_eq!(signals.len(), before + usize::from(tells), "{change}");
            let is_hers =
                |signal: &Signal| signal.kind == SignalKind::Presence && signal.user_id == ann.id;
            assert!(signals.iter().all(|signal| is_hers(signal)));
        }
    });
}
