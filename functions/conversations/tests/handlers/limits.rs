//! How much one user may make for others.

use futures::executor::block_on;
use serde_json::json;

use super::room::Room;

#[test]
fn groups_and_conversations_with_strangers_have_a_rate() {
    block_on(async {
        let room = Room::with(&[
            ("group_rate_per_hour", "2"),
            ("stranger_rate_per_hour", "1"),
        ]);
        let (ann, bob, cid, dan) = (
            room.user().await,
            room.user().await,
            room.user().await,
            room.user().await,
        );
        for _ in 0..2 {
            room.group(&ann, &[&bob]).await;
        }
        let refused = room.try_group(&ann, &[&bob]).await;
        assert!(refused.response.headers().contains_key("retry-after"));
        refused.expect_problem(429, "rate_limited");
        room.direct(&ann, &bob).await;
        room.try_direct(&ann, &cid)
            .await
            .expect_problem(429, "rate_limited");
        // Asking for the same conversation again doesn't count, nor does one with a user who knows her.
        room.try_direct(&ann, &bob).await.expect(200);
        room.follow(&dan, &ann).await;
        room.direct(&ann, &dan).await;
        room.edge.advance(3_600_000);
        let ann = super::room::User {
            token: room.edge.session(&ann.id).await,
            ..ann
        };
        room.group(&ann, &[]).await;
        room.direct(&ann, &cid).await;
    });
}

#[test]
fn everybody_who_is_added_counts_whichever_way() {
    block_on(async {
        let room = Room::with(&[("added_member_rate_per_hour", "3")]);
        let ann = room.user().await;
        let mut users = Vec::new();
        for _ in 0..4 {
            users.push(room.user().await);
        }
        let id = room.group(&ann, &[&users[0], &users[1]]).await;
        let members = format!("/v1/conversations/{id}/members");
        let both = json!({"userIds": [users[2].id, users[3].id]});
        room.post(&ann, &members, both)
            .await
            .expect_problem(429, "rate_limited");
        assert_eq!(room.participants(&id).await, (3, 3), "nobody joined");
        let one = json!({"userIds": [users[0].id, users[2].id]});
        room.post(&ann, &members, one).await.expect(200);
        let last = json!({"userIds": [users[3].id]});
        room.post(&ann, &members, last)
            .await
            .expect_problem(429, "rate_limited");
    });
}

#[test]
fn anonymous_accounts_have_a_tenth() {
    block_on(async {
        let room = Room::with(&[("group_rate_per_hour", "20")]);
        let ann = room.anonymous().await;
        for _ in 0..2 {
            room.group(&ann, &[]).await;
        }
        room.try_group(&ann, &[])
            .await
            .expect_problem(429, "rate_limited");
    });
}
