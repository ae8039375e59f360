//! Communities: groups under one roof, finding and joining them, and leaving them together with the community.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::Answer;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Order, Patch, Query};

use super::room::{Room, User};

/// A community of Ann's, of which Bob is a member, with a group of Ann's.
struct Town {
    room: Room,
    ann: User,
    bob: User,
    id: String,
    group: String,
}

impl Town {
    async fn new() -> Self {
        let room = Room::with(&[("operator_key", "key")]);
        let (ann, bob) = (room.user().await, room.user().await);
        let body = json!({"type": "community", "name": "Town", "participantIds": [bob.id]});
        let made = room.post(&ann, "/v1/conversations", body).await.expect(201);
        let id = made["id"].as_str().unwrap().to_owned();
        let group = room.group(&ann, &[]).await;
        let town = Town {
            room,
            ann,
            bob,
            id,
            group,
        };
        town.link(&town.ann, &town.group).await.expect(204);
        town
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/conversations/{}{rest}", self.id)
    }

    async fn link(&self, who: &User, group: &str) -> Answer {
        let path = self.path(&format!("/groups/{group}"));
        self.room.send(Method::PUT, who, &path, &Value::Null).await
    }

    async fn unlink(&self, who: &User, group: &str) -> Answer {
        let path = self.path(&format!("/groups/{group}"));
        self.room
            .send(Method::DELETE, who, &path, &Value::Null)
            .await
    }

    async fn join(&self, who: &User, conversation: &str) -> Answer {
        let path = format!("/v1/conversations/{conversation}/join");
        self.room.post(who, &path, json!({})).await
    }

    async fn is_in(&self, who: &User, conversation: &str) -> bool {
        let active = Filter::and([
            Filter::eq(Column::id(), member_id(conversation, &who.id)),
            Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active),
        ]);
        self.room.count(active).await == 1
    }

    async fn try_job(&self) -> Answer {
        let path = "/internal/jobs/community-departures";
        let run = self.room.edge.send(Method::POST, path, "key", &Value::Null);
        run.await
    }

    async fn job(&self) -> Value {
        self.try_job().await.expect(200)
    }
}

#[test]
fn groups_that_come_and_go_are_told_on_both_sides() {
    block_on(async {
        let town = Town::new().await;
        let latest = async |id: &str| {
            let path = format!("/v1/conversations/{id}");
            town.room.get(&town.ann, &path).await["lastMessageSystem"].clone()
        };
        assert_eq!(
            (latest(&town.id).await, latest(&town.group).await),
            (
                json!({"event": "group_added", "conversationId": town.group}),
                json!({"event": "community_joined", "conversationId": town.id})
            )
        );
        let updates = town.room.events("conversation.updated").await;
        town.link(&town.ann, &town.group).await.expect(204);
        assert_eq!(town.room.events("conversation.updated").await, updates);
        town.unlink(&town.ann, &town.group).await.expect(204);
        assert_eq!(town.room.events("conversation.updated").await, updates + 2);
        assert_eq!(
            (latest(&town.id).await, latest(&town.group).await),
            (
                json!({"event": "group_removed", "conversationId": town.group}),
                json!({"event": "community_left"})
            )
        );
        // It goes with its owner, too, and they are the one who took it out.
        town.link(&town.ann, &town.group).await.expect(204);
        let role = json!({"role": "owner"});
        let path = town.path(&format!("/members/{}", town.bob.id));
        town.room.patch(&town.ann, &path, role).await;
        let path = town.path("/leave");
        let leave = town.room.post(&town.ann, &path, json!({}));
        leave.await.expect(204);
        town.job().await;
        assert_eq!(
            latest(&town.group).await,
            json!({"event": "community_left"})
        );
        for place in [&town.id, &town.group] {
            let told = Query::<Message>::new()
                .filter(Filter::eq(Message::CONVERSATION_ID, place.as_str()))
                .order(Order::desc(Column::seq()))
                .first();
            let told = town.room.edge.store().read(told).await.unwrap().unwrap();
            assert_eq!(told.sender_id, town.ann.id, "{:?}", told.metadata);
        }
    });
}

#[test]
fn a_group_whose_last_member_leaves_is_told_to_its_community() {
    block_on(async {
        let town = Town::new().await;
        let leave = format!("/v1/conversations/{}/leave", town.group);
        let left = town.room.post(&town.ann, &leave, json!({}));
        left.await.expect(204);
        let seen = town.room.get(&town.bob, &town.path("")).await;
        assert_eq!(
            seen["lastMessageSystem"],
            json!({"event": "group_removed", "conversationId": town.group})
        );
        let list = town.room.get(&town.bob, &town.path("/groups")).await;
        assert_eq!(list["items"], json!([]));
    });
}

#[test]
fn of_two_groups_at_once_one_gets_the_last_place() {
    block_on(async {
        let town = Town::new().await;
        let others = (2..100).fold(Batch::new(), |batch, n| {
            batch.insert(&CommunityGroup {
                id: format!("group-{n}"),
                community_id: town.id.clone(),
                ..CommunityGroup::default()
            })
        });
        town.room.commit(others).await;
        let (one, other) = (
            town.room.group(&town.ann, &[]).await,
            town.room.group(&town.ann, &[]).await,
        );
        let (one, other) = join!(town.link(&town.ann, &one), town.link(&town.ann, &other));
        let mut statuses = [one.response.status(), other.response.status()];
        statuses.sort_unstable();
        assert_eq!(statuses.map(|status| status.as_u16()), [204, 409]);
        let taken = Filter::eq(CommunityGroup::COMMUNITY_ID, town.id.as_str());
        assert_eq!(town.room.count(taken).await, 100);
    });
}

#[test]
fn members_find_its_groups_and_join_them() {
    block_on(async {
        let town = Town::new().await;
        let list = town.room.get(&town.bob, &town.path("/groups")).await;
        let item = json!({"conversationId": town.group, "name": "Room", "participantCount": 1, "needsApproval": false, "isMember": false});
        assert_eq!(list["items"], json!([item]));
        town.join(&town.bob, &town.group).await.expect(201);
        let list = town.room.get(&town.bob, &town.path("/groups")).await;
        assert_eq!(list["items"][0]["isMember"], true);
        let group = format!("/v1/conversations/{}", town.group);
        let seen = town.room.get(&town.bob, &group).await;
        assert_eq!(seen["communityId"], town.id.as_str());
        // Where the group wants approval, they ask.
        let eve = town.room.user().await;
        town.join(&eve, &town.group)
            .await
            .expect_problem(404, "not_found");
        let add = json!({"userIds": [eve.id]});
        town.room
            .post(&town.ann, &town.path("/members"), add)
            .await
            .expect(200);
        let approval = json!({"joinApproval": true}).to_string();
        let patch = Patch::new().set(Conversation::SETTINGS, approval);
        town.room
            .commit(Batch::new().update(&town.group, patch))
            .await;
        assert_eq!(
            town.join(&eve, &town.group).await.expect(202)["outcome"],
            "pending"
        );
    });
}

#[test]
fn members_of_a_group_find_the_community() {
    block_on(async {
        let town = Town::new().await;
        let eve = town.room.user().await;
        town.join(&eve, &town.id)
            .await
            .expect_problem(404, "not_found");
        let add = json!({"userIds": [eve.id]});
        let path = format!("/v1/conversations/{}/members", town.group);
        town.room.post(&town.ann, &path, add).await.expect(200);
        town.join(&eve, &town.id).await.expect(201);
    });
}

#[test]
fn it_is_for_announcements() {
    block_on(async {
        let town = Town::new().await;
        let seen = town.room.get(&town.bob, &town.path("")).await;
        assert_eq!(seen["type"], "community");
        assert_eq!(seen["settings"]["sendMessages"], "admins");
        assert_eq!(seen["settings"]["seeMembers"], "admins");
        assert_eq!(seen.get("communityId"), None);
        let path = town.path("/members");
        let members = town.room.send(Method::GET, &town.bob, &path, &Value::Null);
        members.await.expect_problem(403, "forbidden");
    });
}

#[test]
fn groups_are_taken_in_by_somebody_who_runs_both() {
    block_on(async {
        let town = Town::new().await;
        town.link(&town.ann, &town.group).await.expect(204);
        let bobs = town.room.group(&town.bob, &[&town.ann]).await;
        let direct = town.room.direct(&town.ann, &town.bob).await;
        let eve = town.room.user().await;
        town.link(&town.bob, &bobs)
            .await
            .expect_problem(403, "forbidden");
        town.link(&town.ann, &bobs)
            .await
            .expect_problem(403, "forbidden");
        town.link(&town.ann, &direct)
            .await
            .expect_problem(409, "wrong_kind");
        town.link(&eve, &town.group)
            .await
            .expect_problem(404, "not_found");
        town.link(&town.ann, "nothing")
            .await
            .expect_problem(404, "not_found");
        let admin = Patch::new().set(ConversationMember::ROLE, ConversationMemberRole::Admin);
        let bob = member_id(&town.id, &town.bob.id);
        town.room.commit(Batch::new().update(&bob, admin)).await;
        town.link(&town.bob, &bobs).await.expect(204);
        let other = json!({"type": "community", "name": "Other"});
        let other = town
            .room
            .post(&town.ann, "/v1/conversations", other)
            .await
            .expect(201);
        let path = format!(
            "/v1/conversations/{}/groups/{}",
            other["id"].as_str().unwrap(),
            town.group
        );
        let refused = town
            .room
            .send(Method::PUT, &town.ann, &path, &Value::Null)
            .await;
        refused.expect_problem(403, "forbidden");
        // Its owner takes it out, and so do those who run the community.
        town.unlink(&eve, &bobs)
            .await
            .expect_problem(404, "not_found");
        town.unlink(&town.ann, &bobs).await.expect(204);
        town.unlink(&town.ann, &bobs)
            .await
            .expect_problem(404, "not_found");
        let path = format!("/v1/conversations/{bobs}/groups");
        let refused = town
            .room
            .send(Method::GET, &town.bob, &path, &Value::Null)
            .await;
        refused.expect_problem(409, "wrong_kind");
    });
}

#[test]
fn a_community_has_a_hundred_groups_at_most() {
    block_on(async {
        let town = Town::new().await;
        let more = (0..99).map(|n| CommunityGroup {
            id: format!("g{n}"),
            community_id: town.id.clone(),
            linked_by: town.ann.id.clone(),
            linked_at: Timestamp::AT_COMMIT,
        });
        town.room
            .commit(more.fold(Batch::new(), |batch, group| batch.insert(&group)))
            .await;
        let group = town.room.group(&town.ann, &[]).await;
        town.link(&town.ann, &group)
            .await
            .expect_problem(409, "conversation_full");
    });
}

#[test]
fn who_leaves_it_or_is_sent_away_leaves_its_groups() {
    block_on(async {
        for way in ["leave", "remove", "ban"] {
            let town = Town::new().await;
            let second = town.room.group(&town.ann, &[]).await;
            town.link(&town.ann, &second).await.expect(204);
            let apart = town.room.group(&town.ann, &[&town.bob]).await;
            for group in [&town.group, &second] {
                town.join(&town.bob, group).await.expect(201);
            }
            match way {
                "leave" => {
                    let path = town.path("/leave");
                    let left = town.room.post(&town.bob, &path, json!({}));
                    left.await.expect(204);
                }
                "remove" => {
                    let path = town.path(&format!("/members/{}", town.bob.id));
                    let gone = town
                        .room
                        .send(Method::DELETE, &town.ann, &path, &Value::Null);
                    gone.await.expect(204);
                }
                _ => {
                    let path = town.path(&format!("/bans/{}", town.bob.id));
                    let none = json!({});
                    let gone = town.room.send(Method::PUT, &town.ann, &path, &none);
                    gone.await.expect(201);
                }
            }
            for group in [&town.id, &town.group, &second] {
                assert!(!town.is_in(&town.bob, group).await, "{way}");
            }
            assert!(town.is_in(&town.bob, &apart).await);
            assert_eq!(town.room.participants(&town.group).await, (1, 1));
            assert_eq!(
                town.room.count::<CommunityDeparture>(Filter::and([])).await,
                0
            );
            town.join(&town.bob, &town.group)
                .await
                .expect_problem(404, "not_found");
        }
    });
}

#[test]
fn the_job_goes_on_where_it_broke_off() {
    block_on(async {
        let town = Town::new().await;
        town.join(&town.bob, &town.group).await.expect(201);
        // The state right after the commit of Bob's departure, before the job went on with it.
        let gone = Patch::new().set(ConversationMember::STATUS, ConversationMemberStatus::Left);
        let bob = member_id(&town.id, &town.bob.id);
        let departure = CommunityDeparture {
            id: "d".into(),
            community_id: town.id.clone(),
            user_id: town.bob.id.clone(),
            position: 0,
            due_at: Timestamp::AT_COMMIT,
        };
        let batch = Batch::new().update(&bob, gone).insert(&departure);
        town.room.commit(batch).await;
        assert_eq!(town.job().await["done"], 1);
        assert!(!town.is_in(&town.bob, &town.group).await);
        assert_eq!(town.job().await["done"], 0);
        // A user who came back in between keeps the groups.
        let back = Patch::new().set(ConversationMember::STATUS, ConversationMemberStatus::Active);
        town.room
            .commit(Batch::new().update(&bob, back).insert(&departure))
            .await;
        town.join(&town.bob, &town.group).await.expect(201);
        town.job().await;
        assert!(town.is_in(&town.bob, &town.group).await);
    });
}

/// Notes that the account of somebody goes, at this time.
async fn goes(room: &Room, who: &User, due_at: Timestamp) {
    let note = UserDeparture {
        id: who.id.clone(),
        position: None,
        due_at,
    };
    room.commit(Batch::new().upsert(&note)).await;
}

#[test]
fn a_departure_at_which_the_server_fails_holds_up_no_other_one() {
    block_on(async {
        let town = Town::new().await;
        let (room, now) = (&town.room, town.room.edge.ctx().now());
        let (dan, eve) = (room.user().await, room.user().await);
        let (dans, eves) = (room.group(&dan, &[]).await, room.group(&eve, &[]).await);
        // Its count isn't that of its members: the commit by which the last one leaves never holds.
        let count = |n: i64| Patch::<Conversation>::new().set(Conversation::PARTICIPANT_COUNT, n);
        room.commit(Batch::new().update(&dans, count(2))).await;
        goes(room, &dan, now.plus(-1000)).await;
        goes(room, &eve, now).await;
        town.join(&town.bob, &town.group).await.expect(201);
        let gone = Patch::new().set(ConversationMember::STATUS, ConversationMemberStatus::Left);
        let departure = CommunityDeparture {
            id: "d".into(),
            community_id: town.id.clone(),
            user_id: town.bob.id.clone(),
            position: 0,
            due_at: now,
        };
        let bob = member_id(&town.id, &town.bob.id);
        room.commit(Batch::new().update(&bob, gone).insert(&departure))
            .await;
        town.try_job().await.expect_problem(500, "job_failed");
        assert!(town.is_in(&dan, &dans).await);
        assert!(!town.is_in(&eve, &eves).await && !town.is_in(&town.bob, &town.group).await);
        let wait = Filter::eq(UserDeparture::DUE_AT, now.plus(600_000));
        assert_eq!(room.count(wait).await, 1);
        // It has its turn again after a while, and is done once the server can.
        assert_eq!(town.job().await["done"], 0);
        room.commit(Batch::new().update(&dans, count(1))).await;
        room.edge.advance(599_999);
        assert_eq!(town.job().await["done"], 0);
        room.edge.advance(1);
        assert_eq!(town.job().await["done"], 1);
        assert!(!town.is_in(&dan, &dans).await);
        assert_eq!(room.count::<UserDeparture>(Filter::and([])).await, 0);
    });
}

#[test]
fn a_group_that_cant_be_left_holds_up_no_other_one_of_the_same_user() {
    block_on(async {
        let town = Town::new().await;
        let (room, now) = (&town.room, town.room.edge.ctx().now());
        let dan = room.user().await;
        let stuck = room.group(&dan, &[]).await;
        let count = |n: i64| Patch::<Conversation>::new().set(Conversation::PARTICIPANT_COUNT, n);
        room.commit(Batch::new().update(&stuck, count(2))).await;
        // More memberships than one portion has, and a group behind them.
        let member = |place: &str| ConversationMember {
            id: member_id(place, &dan.id),
            conversation_id: place.to_owned(),
            user_id: dan.id.clone(),
            role: ConversationMemberRole::Owner,
            ..ConversationMember::default()
        };
        let last = Conversation {
            id: "z".into(),
            kind: ConversationKind::Group,
            participant_count: 1,
            ..Conversation::default()
        };
        let batch = (0..100).fold(Batch::new().insert(&last), |batch, n| {
            batch.insert(&member(&format!("m-{n:03}")))
        });
        room.commit(batch.insert(&member("z"))).await;
        goes(room, &dan, now).await;
        town.try_job().await.expect_problem(500, "job_failed");
        assert!(town.is_in(&dan, &stuck).await);
        assert!(!town.is_in(&dan, "z").await);
        let wait = Filter::eq(UserDeparture::DUE_AT, now.plus(600_000));
        assert_eq!(room.count(wait).await, 1);
        room.commit(Batch::new().update(&stuck, count(1))).await;
        room.edge.advance(600_000);
        town.job().await;
        assert!(!town.is_in(&dan, &stuck).await);
        assert_eq!(room.count::<UserDeparture>(Filter::and([])).await, 0);
    });
}

#[test]
fn a_departure_of_a_clock_that_was_a_year_ahead_waits_for_no_year() {
    block_on(async {
        let town = Town::new().await;
        let (room, now) = (&town.room, town.room.edge.ctx().now());
        let eve = room.user().await;
        let group = room.group(&eve, &[]).await;
        goes(room, &eve, now.plus(365 * 86_400_000)).await;
        assert_eq!(town.job().await["done"], 1);
        assert!(!town.is_in(&eve, &group).await);
    });
}

#[test]
fn an_owner_who_is_sent_away_keeps_their_group() {
    block_on(async {
        let town = Town::new().await;
        let theirs = town.room.group(&town.bob, &[&town.ann]).await;
        let admin = Patch::new().set(ConversationMember::ROLE, ConversationMemberRole::Admin);
        let bob = member_id(&town.id, &town.bob.id);
        town.room.commit(Batch::new().update(&bob, admin)).await;
        town.link(&town.bob, &theirs).await.expect(204);
        let path = town.path(&format!("/members/{}", town.bob.id));
        let gone = town
            .room
            .send(Method::DELETE, &town.ann, &path, &Value::Null);
        gone.await.expect(204);
        assert!(town.is_in(&town.bob, &theirs).await && town.is_in(&town.ann, &theirs).await);
        let owner = Filter::and([
            Filter::eq(Column::id(), member_id(&theirs, &town.bob.id)),
            Filter::eq(ConversationMember::ROLE, ConversationMemberRole::Owner),
        ]);
        assert_eq!(town.room.count(owner).await, 1);
        let groups = town.room.get(&town.ann, &town.path("/groups")).await;
        let groups = groups["items"].as_array().unwrap();
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0]["conversationId"], town.group.as_str());
    });
}

#[test]
fn groups_are_hidden_from_users_who_may_not_come_in() {
    block_on(async {
        let town = Town::new().await;
        let groups = || async {
            let listed = town.room.get(&town.bob, &town.path("/groups")).await;
            listed["items"].as_array().unwrap().len()
        };
        assert_eq!(groups().await, 1);
        let path = format!("/v1/conversations/{}/bans/{}", town.group, town.bob.id);
        let ban = |method| {
            let (path, town) = (path.clone(), &town);
            async move { town.room.send(method, &town.ann, &path, &json!({})).await }
        };
        ban(Method::PUT).await.expect(201);
        assert_eq!(groups().await, 0);
        ban(Method::DELETE).await.expect(204);
        assert_eq!(groups().await, 1);
        town.room.block(&town.ann, &town.bob).await;
        assert_eq!(groups().await, 0);
    });
}

#[test]
fn a_request_by_right_of_the_community_ends_with_it() {
    block_on(async {
        let town = Town::new().await;
        let path = format!("/v1/conversations/{}", town.group);
        let body = json!({"settings": {"joinApproval": true}});
        let set = town
            .room
            .send_matching(Method::PATCH, &town.ann, &path, &body);
        set.await.expect(200);
        town.join(&town.bob, &town.group).await.expect(202);
        town.room
            .post(&town.bob, &town.path("/leave"), json!({}))
            .await
            .expect(204);
        let approve = format!("{path}/join-requests/{}/approve", town.bob.id);
        let refused = town.room.post(&town.ann, &approve, Value::Null).await;
        refused.expect_problem(404, "not_found");
        assert!(!town.is_in(&town.bob, &town.group).await);
    });
}
