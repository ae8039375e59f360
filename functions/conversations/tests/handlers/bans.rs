//! Bans: the users whom they keep away, the members who may ban, and their ends.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::Answer;
use whisper_schema::prelude::*;
use whisper_store::Filter;

use super::room::{Room, User};

const HOUR: i64 = 3_600_000;

/// A group of an owner, an admin, a moderator and a member.
struct House {
    room: Room,
    ann: User,
    adam: User,
    max: User,
    mia: User,
    id: String,
}

impl House {
    async fn new() -> Self {
        let room = Room::new();
        let (ann, adam) = (room.user().await, room.user().await);
        let (max, mia) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&adam, &max, &mia]).await;
        for (who, role) in [(&adam, "admin"), (&max, "moderator")] {
            let path = format!("/v1/conversations/{id}/members/{}", who.id);
            room.patch(&ann, &path, json!({ "role": role })).await;
        }
        House {
            room,
            ann,
            adam,
            max,
            mia,
            id,
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/conversations/{}{rest}", self.id)
    }

    async fn ban(&self, by: &User, whom: &User, terms: Value) -> Answer {
        let path = self.path(&format!("/bans/{}", whom.id));
        self.room.send(Method::PUT, by, &path, &terms).await
    }

    async fn lift(&self, by: &User, whom: &User) -> Answer {
        let path = self.path(&format!("/bans/{}", whom.id));
        self.room
            .send(Method::DELETE, by, &path, &Value::Null)
            .await
    }

    async fn add(&self, by: &User, whom: &User) -> Answer {
        let body = json!({"userIds": [whom.id]});
        self.room.post(by, &self.path("/members"), body).await
    }

    /// The users who are banned, by the list.
    async fn banned(&self) -> Vec<Value> {
        let list = self.room.get(&self.ann, &self.path("/bans")).await;
        let items = list["items"].as_array().unwrap().iter();
        items.map(|ban| ban["userId"].clone()).collect()
    }
}

#[test]
fn somebody_banned_is_gone_and_kept_away_until_it_is_lifted() {
    block_on(async {
        let house = House::new().await;
        let terms = json!({"reason": "Advertises"});
        let ban = house.ban(&house.max, &house.mia, terms).await.expect(201);
        assert_eq!(ban["reason"], "Advertises");
        assert_eq!(house.room.participants(&house.id).await, (3, 3));
        let path = house.path("");
        let gone = house
            .room
            .send(Method::GET, &house.mia, &path, &Value::Null);
        gone.await.expect_problem(404, "not_found");
        let refused = house.add(&house.ann, &house.mia).await;
        let refused = refused.expect_problem(422, "validation_failed");
        assert_eq!(
            refused["errors"],
            json!([{"field": "userIds[0]", "rule": "reference", "detail": "is banned from this conversation"}])
        );
        assert_eq!(house.room.participants(&house.id).await, (3, 3));

        let list = house.room.get(&house.adam, &house.path("/bans")).await;
        let item = &list["items"][0];
        assert_eq!(
            (&item["userId"], &item["bannedBy"], &item["reason"]),
            (
                &json!(house.mia.id),
                &json!(house.max.id),
                &json!("Advertises")
            )
        );
        assert_eq!(list["users"][&house.mia.id]["displayName"], "somebody");

        house.lift(&house.max, &house.mia).await.expect(204);
        assert_eq!(house.banned().await, [Value::Null; 0]);
        house.add(&house.ann, &house.mia).await.expect(200);
        assert_eq!(house.room.participants(&house.id).await, (4, 4));
        for (event, times) in [
            ("member_banned", 1),
            ("member_removed", 1),
            ("ban_lifted", 1),
        ] {
            let event = format!("conversation.{event}");
            assert_eq!(house.room.events(&event).await, times, "{event}");
        }
    });
}

#[test]
fn a_ban_ends_at_its_time_whether_or_not_it_was_swept() {
    block_on(async {
        let house = House::new().await;
        let now = house.room.edge.ctx().now();
        for past in [now, now.plus(-1)] {
            let refused = house
                .ban(&house.ann, &house.mia, json!({"endsAt": past}))
                .await;
            let refused = refused.expect_problem(422, "validation_failed");
            assert_eq!(refused["errors"][0]["field"], "endsAt");
        }
        let soon = json!({"endsAt": now.plus(HOUR / 10)});
        house.ban(&house.ann, &house.mia, soon).await.expect(201);
        house.room.edge.advance(HOUR / 10 - 1);
        assert_eq!(house.banned().await, [json!(house.mia.id)]);
        house
            .add(&house.ann, &house.mia)
            .await
            .expect_problem(422, "validation_failed");
        house.room.edge.advance(1);
        assert_eq!(house.banned().await, [Value::Null; 0]);
        house
            .lift(&house.ann, &house.mia)
            .await
            .expect_problem(404, "not_found");
        house.add(&house.ann, &house.mia).await.expect(200);
        house
            .ban(&house.ann, &house.mia, Value::Null)
            .await
            .expect(201);
    });
}

#[test]
fn who_may_ban_whom() {
    block_on(async {
        let house = House::new().await;
        let people = [&house.ann, &house.adam, &house.max, &house.mia];
        for (by, actor) in people.iter().enumerate() {
            for (whom, target) in people.iter().enumerate().filter(|(whom, _)| *whom <= by) {
                let refused = house.ban(actor, target, Value::Null).await;
                refused.expect_problem(403, "forbidden");
                assert!(whom <= by, "nobody bans themselves, or who stands as high");
            }
        }
        let eve = house.room.user().await;
        house
            .ban(&house.mia, &eve, Value::Null)
            .await
            .expect_problem(403, "forbidden");
        house
            .lift(&house.mia, &eve)
            .await
            .expect_problem(403, "forbidden");
        let list = house.path("/bans");
        let list = house
            .room
            .send(Method::GET, &house.mia, &list, &Value::Null);
        list.await.expect_problem(403, "forbidden");
        assert_eq!(
            house.room.count::<ConversationBan>(Filter::and([])).await,
            0
        );
        house.ban(&house.max, &eve, Value::Null).await.expect(201);
        house
            .ban(&house.adam, &house.max, Value::Null)
            .await
            .expect(201);
        house
            .ban(&house.ann, &house.adam, Value::Null)
            .await
            .expect(201);
        assert_eq!(house.room.participants(&house.id).await, (2, 2));
    });
}

#[test]
fn somebody_who_is_no_member_can_be_banned_if_they_are_there() {
    block_on(async {
        let house = House::new().await;
        let (eve, out) = (house.room.user().await, house.room.user().await);
        house.room.block(&eve, &house.max).await;
        // A user who blocked the moderator isn't there for them, unless they were here before.
        house
            .ban(&house.max, &eve, Value::Null)
            .await
            .expect_problem(404, "not_found");
        let nobody = User {
            id: "nobody".into(),
            ..out.clone()
        };
        house
            .ban(&house.max, &nobody, Value::Null)
            .await
            .expect_problem(404, "not_found");
        house.add(&house.ann, &eve).await.expect(200);
        let leave = house.path("/leave");
        house.room.post(&eve, &leave, Value::Null).await.expect(204);
        house.ban(&house.max, &eve, Value::Null).await.expect(201);
        assert_eq!(
            house.room.participants(&house.id).await,
            (4, 4),
            "nobody left by it"
        );
        house.ban(&house.max, &out, Value::Null).await.expect(201);
        assert_eq!(house.banned().await, [json!(out.id), json!(eve.id)]);
    });
}

#[test]
fn a_ban_said_again_changes_and_said_the_same_does_nothing() {
    block_on(async {
        let house = House::new().await;
        let terms = json!({"reason": "Loud"});
        house
            .ban(&house.max, &house.mia, terms.clone())
            .await
            .expect(201);
        let again = house.ban(&house.adam, &house.mia, terms).await.expect(200);
        assert_eq!(again["bannedBy"], house.max.id.as_str());
        assert_eq!(house.room.events("conversation.member_banned").await, 1);
        let end = house.room.edge.ctx().now().plus(HOUR);
        let longer = json!({"reason": "Loud", "endsAt": end});
        let changed = house.ban(&house.adam, &house.mia, longer).await.expect(200);
        assert_eq!(
            (&changed["bannedBy"], &changed["endsAt"]),
            (&json!(house.adam.id), &json!(end))
        );
        assert_eq!(house.banned().await.len(), 1);
        assert_eq!(house.room.participants(&house.id).await, (3, 3));
    });
}

#[test]
fn of_a_ban_and_an_addition_at_once_the_ban_holds() {
    block_on(async {
        for added_first in [true, false] {
            let house = House::new().await;
            let eve = house.room.user().await;
            let (added, banned) = match added_first {
                true => join!(
                    house.add(&house.ann, &eve),
                    house.ban(&house.max, &eve, Value::Null)
                ),
                false => {
                    let ban = house.ban(&house.max, &eve, Value::Null);
                    let (banned, added) = join!(ban, house.add(&house.ann, &eve));
                    (added, banned)
                }
            };
            banned.expect(201);
            assert!([200, 422].contains(&added.response.status().as_u16()));
            assert_eq!(house.room.participants(&house.id).await, (4, 4));
            assert_eq!(house.banned().await, [json!(eve.id)]);
        }
    });
}

#[test]
fn two_who_ban_the_same_one_at_once_count_them_once() {
    block_on(async {
        let house = House::new().await;
        let (one, other) = join!(
            house.ban(&house.ann, &house.mia, json!({"reason": "One"})),
            house.ban(&house.adam, &house.mia, json!({"reason": "Other"}))
        );
        let mut statuses = [one, other].map(|answer| answer.response.status().as_u16());
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201]);
        assert_eq!(house.room.participants(&house.id).await, (3, 3));
        assert_eq!(house.banned().await.len(), 1);
    });
}

#[test]
fn strangers_and_direct_conversations_have_no_bans() {
    block_on(async {
        let house = House::new().await;
        let eve = house.room.user().await;
        house
            .ban(&eve, &house.mia, Value::Null)
            .await
            .expect_problem(404, "not_found");
        house
            .lift(&eve, &house.mia)
            .await
            .expect_problem(404, "not_found");
        house
            .lift(&house.ann, &house.mia)
            .await
            .expect_problem(404, "not_found");
        let direct = House {
            id: house.room.direct(&house.ann, &house.mia).await,
            ..house
        };
        direct
            .ban(&direct.ann, &direct.mia, Value::Null)
            .await
            .expect_problem(409, "direct_conversation");
    });
}
