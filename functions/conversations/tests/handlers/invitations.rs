//! Links that invite: the right to make and see them, the preview of a group, joining by them, and their counts.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::{Method, Request};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Patch};

use super::hall::{Hall, problem, status};

const HOUR: i64 = 3_600_000;

#[test]
fn a_link_shows_a_group_and_lets_in() {
    block_on(async {
        let hall = Hall::new().await;
        let bob = hall.room.user().await;
        let body = json!({"name": "Poster", "maxUses": 5});
        let made = hall.try_invite(&hall.ann, body).await.expect(201);
        let (id, code) = (made["id"].as_str().unwrap(), made["code"].as_str().unwrap());
        assert_eq!(made["qr"], format!("WHISPER://J/{code}"));
        assert_eq!((&made["uses"], &made["isOpen"]), (&json!(0), &json!(true)));

        let seen = hall.preview(&bob, code).await.expect(200);
        let nothing_more = json!({"name": "Room", "participantCount": 2, "needsApproval": false, "isMember": false});
        assert_eq!(seen, nothing_more);
        let joined = hall.come(&bob, code).await.expect(201);
        assert_eq!(
            joined,
            json!({"outcome": "joined", "conversationId": hall.id})
        );
        assert_eq!(hall.room.participants(&hall.id).await, (3, 3));
        let member = hall.member(&bob).await;
        assert_eq!(member.invitation_id.as_deref(), Some(id));
        assert!(!member.is_request && member.invited_by.is_none());
        let told = json!({"event": "member_joined", "byLink": true, "by": bob.id});
        assert_eq!(hall.told().await, told);
        assert_eq!(hall.room.events("conversation.member_joined").await, 1);

        let again = hall.come(&bob, code).await.expect(200);
        assert_eq!(
            again,
            json!({"outcome": "already", "conversationId": hall.id})
        );
        assert_eq!(
            hall.invitation(id).await.uses,
            1,
            "who is there uses nothing"
        );
        assert_eq!(hall.room.participants(&hall.id).await, (3, 3));
        let seen = hall.preview(&bob, code).await.expect(200);
        assert_eq!(
            (&seen["isMember"], &seen["conversationId"]),
            (&json!(true), &json!(hall.id))
        );

        let came = hall.path(&format!("/invitations/{id}/members"));
        let came = hall.room.get(&hall.ann, &came).await;
        assert_eq!(came["items"][0]["userId"], bob.id.as_str());
        assert_eq!(came["items"].as_array().unwrap().len(), 1);
        let list = hall.room.get(&hall.ann, &hall.path("/invitations")).await;
        assert_eq!(list["items"][0]["uses"], 1);
        assert_eq!(list["items"][0]["name"], "Poster");
        assert!(list["users"][&hall.ann.id].is_object());
        // It is their own wish: no request, and nothing to accept.
        let mine = hall.room.get(&bob, "/v1/conversations").await;
        assert_eq!(mine["items"][0]["id"], hall.id.as_str());
        assert_eq!(mine["items"][0]["my"]["unreadCount"], 0);
    });
}

#[test]
fn a_code_is_typed_as_people_type() {
    block_on(async {
        let hall = Hall::new().await;
        let bob = hall.room.user().await;
        let (_, code) = hall.invite(&hall.ann, json!({})).await;
        let typed = format!("{}-{}", &code[..13], &code[13..]).to_lowercase();
        hall.preview(&bob, &typed).await.expect(200);
        for other in ["nothing", &code[1..], &format!("{code}0"), "%20"] {
            hall.preview(&bob, other)
                .await
                .expect_problem(404, "not_found");
        }
    });
}

#[test]
fn a_link_that_does_not_work_is_as_none() {
    block_on(async {
        let hall = Hall::new().await;
        let (bob, cid) = (hall.room.user().await, hall.room.user().await);
        let unknown = "0".repeat(26);
        let nothing = problem(hall.preview(&bob, &unknown).await, 404, "not_found");
        let (revoked_id, revoked) = hall.invite(&hall.ann, json!({})).await;
        let path = format!("/invitations/{revoked_id}");
        hall.call(Method::DELETE, &hall.ann, &path, Value::Null)
            .await
            .expect(204);
        let (_, used_up) = hall.invite(&hall.ann, json!({"maxUses": 1})).await;
        hall.come(&cid, &used_up).await.expect(201);
        let end = hall.room.edge.ctx().now().plus(HOUR / 10);
        let (_, ended) = hall.invite(&hall.ann, json!({"expiresAt": end})).await;
        hall.preview(&bob, &ended).await.expect(200);
        hall.room.edge.advance(HOUR / 10);
        for code in [&unknown, &revoked, &used_up, &ended] {
            assert_eq!(
                problem(hall.preview(&bob, code).await, 404, "not_found"),
                nothing
            );
            assert_eq!(
                problem(hall.come(&bob, code).await, 404, "not_found"),
                nothing
            );
        }
        // A link that is used up still tells a member that they are one.
        hall.come(&cid, &used_up).await.expect(200);
        assert_eq!(hall.room.participants(&hall.id).await, (3, 3));
    });
}

#[test]
fn nobody_who_is_banned_or_blocked_by_the_owner_sees_a_group() {
    block_on(async {
        let hall = Hall::new().await;
        let (bob, cid, dan) = (
            hall.room.user().await,
            hall.room.user().await,
            hall.room.user().await,
        );
        let (id, code) = hall.invite(&hall.ann, json!({})).await;
        let nothing = problem(hall.preview(&bob, &"0".repeat(26)).await, 404, "not_found");
        hall.ban(&bob).await;
        hall.room.block(&hall.ann, &cid).await;
        // A block by a member who isn't the owner doesn't keep the blocked user out.
        hall.room.block(&hall.mia, &dan).await;
        for who in [&bob, &cid] {
            assert_eq!(
                problem(hall.preview(who, &code).await, 404, "not_found"),
                nothing
            );
            assert_eq!(
                problem(hall.come(who, &code).await, 404, "not_found"),
                nothing
            );
        }
        hall.come(&dan, &code).await.expect(201);
        assert_eq!(hall.invitation(&id).await.uses, 1);
        let lift = format!("/bans/{}", bob.id);
        hall.call(Method::DELETE, &hall.ann, &lift, Value::Null)
            .await
            .expect(204);
        hall.come(&bob, &code).await.expect(201);
    });
}

#[test]
fn a_link_works_as_long_as_its_maker_may_invite() {
    block_on(async {
        let hall = Hall::new().await;
        let bob = hall.room.user().await;
        hall.set(json!({"inviteMembers": "everyone"})).await;
        let (_, code) = hall.invite(&hall.mia, json!({})).await;
        hall.preview(&bob, &code).await.expect(200);
        hall.set(json!({"inviteMembers": "admins"})).await;
        hall.come(&bob, &code)
            .await
            .expect_problem(404, "not_found");
        let list = hall.room.get(&hall.ann, &hall.path("/invitations")).await;
        assert_eq!(list["items"][0]["isOpen"], false);
        hall.give(&hall.mia, "admin").await;
        hall.preview(&bob, &code).await.expect(200);
        hall.call(Method::POST, &hall.mia, "/leave", Value::Null)
            .await
            .expect(204);
        hall.come(&bob, &code)
            .await
            .expect_problem(404, "not_found");
    });
}

#[test]
fn who_makes_and_sees_links() {
    block_on(async {
        let hall = Hall::new().await;
        let (max, eve) = (hall.room.user().await, hall.room.user().await);
        let (first, code) = hall.invite(&hall.ann, json!({})).await;
        hall.come(&max, &code).await.expect(201);
        hall.try_invite(&hall.mia, json!({}))
            .await
            .expect_problem(403, "forbidden");
        let one = format!("/invitations/{first}");
        for (method, path) in [
            (Method::GET, "/invitations"),
            (Method::PATCH, one.as_str()),
            (Method::DELETE, one.as_str()),
            (Method::GET, &format!("{one}/members")),
        ] {
            let body = match method {
                Method::PATCH => json!({"name": "x"}),
                _ => Value::Null,
            };
            let refused = hall
                .call(method.clone(), &hall.mia, path, body.clone())
                .await;
            refused.expect_problem(403, "forbidden");
            let refused = hall.call(method, &eve, path, body).await;
            refused.expect_problem(404, "not_found");
        }
        // Where everybody may invite, everybody has to do with their own links; owner and admins with all.
        hall.set(json!({"inviteMembers": "everyone"})).await;
        let (own, _) = hall.invite(&hall.mia, json!({})).await;
        let seen = |list: &Value| {
            super::room::names(list)
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let list = hall.room.get(&hall.mia, &hall.path("/invitations")).await;
        assert_eq!(seen(&list), [own.as_str()]);
        let list = hall.room.get(&hall.ann, &hall.path("/invitations")).await;
        assert_eq!(seen(&list), [own.as_str(), &first]);
        let refused = hall
            .call(Method::DELETE, &hall.mia, &one, Value::Null)
            .await;
        refused.expect_problem(404, "not_found");
        let own = format!("/invitations/{own}");
        hall.call(Method::DELETE, &hall.ann, &own, Value::Null)
            .await
            .expect(204);
        // A member who may not see the members doesn't see who came.
        hall.set(json!({"seeMembers": "admins"})).await;
        let came = format!("{own}/members");
        let came = hall.call(Method::GET, &hall.mia, &came, Value::Null);
        came.await.expect_problem(403, "forbidden");
        let direct = hall.room.direct(&hall.ann, &hall.mia).await;
        let path = format!("/v1/conversations/{direct}/invitations");
        let refused = hall.room.post(&hall.ann, &path, json!({})).await;
        refused.expect_problem(409, "direct_conversation");
    });
}

#[test]
fn of_two_who_come_at_once_by_the_last_use_one_does() {
    block_on(async {
        let hall = Hall::new().await;
        let (bob, cid) = (hall.room.user().await, hall.room.user().await);
        let (id, code) = hall.invite(&hall.ann, json!({"maxUses": 1})).await;
        let (one, other) = join!(hall.come(&bob, &code), hall.come(&cid, &code));
        let mut statuses = [status(&one), status(&other)];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 404]);
        assert_eq!(hall.invitation(&id).await.uses, 1);
        assert_eq!(hall.room.participants(&hall.id).await, (3, 3));
        assert_eq!(hall.room.events("conversation.member_joined").await, 1);
    });
}

#[test]
fn somebody_who_comes_twice_at_once_comes_once() {
    block_on(async {
        let hall = Hall::new().await;
        let bob = hall.room.user().await;
        let (id, code) = hall.invite(&hall.ann, json!({"maxUses": 9})).await;
        let (one, other) = join!(hall.come(&bob, &code), hall.come(&bob, &code));
        let mut statuses = [status(&one), status(&other)];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201]);
        assert_eq!(hall.invitation(&id).await.uses, 1);
        assert_eq!(hall.room.participants(&hall.id).await, (3, 3));
    });
}

#[test]
fn a_group_that_a_stranger_brought_somebody_into_is_wanted_when_they_come() {
    block_on(async {
        let hall = Hall::new().await;
        let bob = hall.room.user().await;
        let add = json!({"userIds": [bob.id]});
        hall.call(Method::POST, &hall.ann, "/members", add)
            .await
            .expect(200);
        hall.call(Method::POST, &bob, "/decline", Value::Null)
            .await
            .expect(200);
        let (id, code) = hall.invite(&hall.ann, json!({})).await;
        for _ in 0..2 {
            hall.come(&bob, &code).await.expect(200);
            let member = hall.member(&bob).await;
            assert!(!member.is_request && !member.is_archived);
        }
        assert_eq!(hall.invitation(&id).await.uses, 0);
    });
}

#[test]
fn a_full_group_stays_full() {
    block_on(async {
        let hall = Hall::small(2).await;
        let (bob, cid) = (hall.room.user().await, hall.room.user().await);
        let (id, code) = hall.invite(&hall.ann, json!({})).await;
        let (one, other) = join!(hall.come(&bob, &code), hall.come(&cid, &code));
        let mut statuses = [status(&one), status(&other)];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
        assert_eq!(hall.invitation(&id).await.uses, 1);
        assert_eq!(hall.room.participants(&hall.id).await, (2, 2));
        let dan = hall.room.user().await;
        hall.come(&dan, &code)
            .await
            .expect_problem(409, "conversation_full");
    });
}

#[test]
fn of_a_ban_and_a_coming_at_once_the_ban_holds() {
    block_on(async {
        let hall = Hall::new().await;
        let bob = hall.room.user().await;
        let (_, code) = hall.invite(&hall.ann, json!({})).await;
        let (came, ()) = join!(hall.come(&bob, &code), hall.ban(&bob));
        assert!([201, 404].contains(&status(&came)));
        assert_eq!(hall.room.participants(&hall.id).await, (2, 2));
    });
}

#[test]
fn a_link_is_changed_and_revoked() {
    block_on(async {
        let hall = Hall::new().await;
        let (bob, cid) = (hall.room.user().await, hall.room.user().await);
        let (id, code) = hall
            .invite(&hall.ann, json!({"name": "One", "maxUses": 1}))
            .await;
        let path = format!("/invitations/{id}");
        hall.come(&bob, &code).await.expect(201);
        hall.preview(&cid, &code)
            .await
            .expect_problem(404, "not_found");
        let end = hall.room.edge.ctx().now().plus(HOUR);
        let change = json!({"name": null, "maxUses": 2, "expiresAt": end});
        let changed = hall
            .call(Method::PATCH, &hall.ann, &path, change.clone())
            .await;
        let changed = changed.expect(200);
        assert_eq!(changed.get("name"), None);
        assert_eq!(
            (&changed["uses"], &changed["isOpen"]),
            (&json!(1), &json!(true))
        );
        let kept = hall.invitation(&id).await.kept_until;
        assert_eq!(kept, Some(end.plus(ConversationInvitation::KEPT)));
        hall.call(Method::PATCH, &hall.ann, &path, change)
            .await
            .expect(200);
        let events = hall.room.events("conversation.invitation_changed").await;
        assert_eq!(events, 1, "the same again is no change");
        let approval = json!({"needsApproval": true, "expiresAt": null});
        hall.call(Method::PATCH, &hall.ann, &path, approval)
            .await
            .expect(200);
        assert_eq!(hall.invitation(&id).await.kept_until, None);
        assert_eq!(
            hall.preview(&cid, &code).await.expect(200)["needsApproval"],
            true
        );
        for _ in 0..2 {
            hall.call(Method::DELETE, &hall.ann, &path, Value::Null)
                .await
                .expect(204);
        }
        assert_eq!(hall.room.events("conversation.invitation_revoked").await, 1);
        let refused = hall.call(Method::PATCH, &hall.ann, &path, json!({"name": "x"}));
        refused.await.expect_problem(404, "not_found");
        let list = hall.room.get(&hall.ann, &hall.path("/invitations")).await;
        assert_eq!(list["items"][0]["isOpen"], false);
        assert!(list["items"][0]["revokedAt"].is_string());
        let nothing = hall.call(
            Method::DELETE,
            &hall.ann,
            "/invitations/nothing",
            Value::Null,
        );
        nothing.await.expect_problem(404, "not_found");
    });
}

#[test]
fn what_a_link_may_be() {
    block_on(async {
        let hall = Hall::new().await;
        let now = hall.room.edge.ctx().now();
        for (body, field) in [
            (json!({"maxUses": 0}), "maxUses"),
            (json!({"maxUses": 200_001}), "maxUses"),
            (json!({"maxUses": "1"}), "maxUses"),
            (json!({"name": ""}), "name"),
            (json!({"name": "a\nb"}), "name"),
            (json!({"name": "x".repeat(101)}), "name"),
            (json!({"expiresAt": now}), "expiresAt"),
            (json!({"expiresAt": "tomorrow"}), "expiresAt"),
            (json!({"needsApproval": "yes"}), "needsApproval"),
            (json!({"code": "x"}), "code"),
        ] {
            let refused = hall.try_invite(&hall.ann, body.clone()).await;
            let refused = refused.expect_problem(422, "validation_failed");
            assert_eq!(refused["errors"][0]["field"], field, "{body}");
        }
        assert_eq!(
            hall.room
                .count::<ConversationInvitation>(Filter::and([]))
                .await,
            0
        );
        let (id, _) = hall.invite(&hall.ann, json!({})).await;
        let path = format!("/invitations/{id}");
        for (body, field) in [
            (json!({"maxUses": 0}), "maxUses"),
            (json!({"expiresAt": now}), "expiresAt"),
            (json!({"needsApproval": null}), "needsApproval"),
            (json!({"uses": 0}), "uses"),
        ] {
            let refused = hall
                .call(Method::PATCH, &hall.ann, &path, body.clone())
                .await;
            let refused = refused.expect_problem(422, "validation_failed");
            assert_eq!(refused["errors"][0]["field"], field, "{body}");
        }
    });
}

#[test]
fn a_link_made_again_with_the_same_key_is_one() {
    block_on(async {
        let hall = Hall::new().await;
        let path = hall.path("/invitations");
        let body = json!({"name": "Once"});
        let send = || {
            let mut request: Request =
                hall.room
                    .edge
                    .request_of(Method::POST, &path, &hall.ann.token, &body);
            let key = "k1".parse().unwrap();
            request.headers.insert("idempotency-key", key);
            hall.room.edge.request(request)
        };
        let one = send().await.expect(201);
        let other = send().await.expect(201);
        assert_eq!(one, other);
        assert_eq!(
            hall.room
                .count::<ConversationInvitation>(Filter::and([]))
                .await,
            1
        );
    });
}

#[test]
fn users_and_groups_have_rates() {
    block_on(async {
        let hall = Hall::with(&[
            ("invitation_rate_per_hour", "2"),
            ("join_rate_per_hour", "1"),
            ("newcomer_rate_per_minute", "2"),
        ])
        .await;
        let (_, code) = hall.invite(&hall.ann, json!({})).await;
        hall.invite(&hall.ann, json!({})).await;
        let refused = hall.try_invite(&hall.ann, json!({})).await;
        refused.expect_problem(429, "rate_limited");
        let (bob, cid, dan) = (
            hall.room.user().await,
            hall.room.user().await,
            hall.room.user().await,
        );
        hall.come(&bob, &code).await.expect(201);
        hall.come(&bob, &code).await.expect(200);
        hall.call(Method::POST, &bob, "/leave", Value::Null)
            .await
            .expect(204);
        hall.come(&bob, &code)
            .await
            .expect_problem(429, "rate_limited");
        hall.come(&cid, &code).await.expect(201);
        let refused = hall.come(&dan, &code).await;
        assert!(refused.response.headers().contains_key("retry-after"));
        refused.expect_problem(429, "rate_limited");
        hall.room.edge.advance(60_000);
        hall.come(&dan, &code).await.expect(201);
        assert_eq!(hall.room.participants(&hall.id).await, (4, 4));
    });
}

#[test]
fn the_history_for_newcomers_is_as_the_settings_say() {
    block_on(async {
        let hall = Hall::new().await;
        let (bob, cid) = (hall.room.user().await, hall.room.user().await);
        let (_, code) = hall.invite(&hall.ann, json!({})).await;
        hall.room.message(&hall.id, &hall.ann, "m1").await;
        hall.come(&bob, &code).await.expect(201);
        let joined = hall.member(&bob).await;
        assert!(joined.joined_position.is_some() && joined.history_position.is_none());
        hall.set(json!({"history": "joined"})).await;
        hall.come(&cid, &code).await.expect(201);
        let joined = hall.member(&cid).await;
        assert!(joined.history_position.is_some());
        assert_eq!(joined.history_position, joined.joined_position);
    });
}

#[test]
fn a_membership_names_the_way_it_came_last() {
    block_on(async {
        let hall = Hall::new().await;
        let bob = hall.room.user().await;
        let (first, one) = hall.invite(&hall.ann, json!({})).await;
        let (second, other) = hall.invite(&hall.ann, json!({})).await;
        let came = async |id: &str| {
            let path = hall.path(&format!("/invitations/{id}/members"));
            let list = hall.room.get(&hall.ann, &path).await;
            list["items"].as_array().unwrap().len()
        };
        let leave = || hall.call(Method::POST, &bob, "/leave", Value::Null);
        hall.come(&bob, &one).await.expect(201);
        leave().await.expect(204);
        assert_eq!(came(&first).await, 0, "former members aren't listed");
        hall.come(&bob, &other).await.expect(201);
        assert_eq!((came(&first).await, came(&second).await), (0, 1));
        leave().await.expect(204);
        let add = json!({"userIds": [bob.id]});
        hall.call(Method::POST, &hall.ann, "/members", add)
            .await
            .expect(200);
        assert_eq!(came(&second).await, 0);
        let member = hall.member(&bob).await;
        assert_eq!(member.invitation_id, None);
        assert_eq!(member.invited_by.as_deref(), Some(hall.ann.id.as_str()));
        let uses = [first, second];
        for id in &uses {
            assert_eq!(hall.invitation(id).await.uses, 1);
        }
    });
}

#[test]
fn coming_costs_the_same_in_a_group_of_any_size() {
    block_on(async {
        let hall = Hall::new().await;
        let (_, code) = hall.invite(&hall.ann, json!({})).await;
        let mut costs = Vec::new();
        for _ in 0..3 {
            let bob = hall.room.user().await;
            hall.room.edge.statements();
            hall.room.edge.rows_written();
            hall.preview(&bob, &code).await.expect(200);
            let seen = hall.room.edge.statements().len();
            hall.come(&bob, &code).await.expect(201);
            let joined = hall.room.edge.statements().len();
            costs.push((seen, joined, hall.room.edge.rows_written()));
            let mut batch = Batch::new();
            for i in 0..90 {
                let user = format!("{}-{i}", &bob.id[..20]);
                batch = batch.insert(&ConversationMember {
                    id: whisper_people::ids::member_id(&hall.id, &user),
                    conversation_id: hall.id.clone(),
                    user_id: user,
                    ..ConversationMember::default()
                });
            }
            let more = Patch::new().add(Conversation::PARTICIPANT_COUNT, 90);
            let batch = batch.update(&hall.id, more);
            hall.room.commit(batch).await;
        }
        assert_eq!(costs[1], costs[2], "{costs:?}");
        assert_eq!((costs[2].0, costs[2].1), (2, 3), "two reads, and a commit");
    });
}

#[test]
fn links_are_paged() {
    block_on(async {
        let hall = Hall::new().await;
        let mut ids = Vec::new();
        for _ in 0..5 {
            ids.insert(0, hall.invite(&hall.ann, json!({})).await.0);
        }
        let mut seen = Vec::new();
        let mut path = hall.path("/invitations?limit=2");
        loop {
            let page = hall.room.get(&hall.ann, &path).await;
            seen.extend(super::room::names(&page).into_iter().map(str::to_owned));
            match page["next"].as_str() {
                Some(next) => path = hall.path(&format!("/invitations?limit=2&after={next}")),
                None => break,
            }
        }
        assert_eq!(seen, ids);
    });
}
