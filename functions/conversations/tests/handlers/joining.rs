//! Approval to join: asking, taking it back, and the answers of members.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Patch};

use super::hall::{Hall, problem, status};
use super::room::User;

const DAY: i64 = 24 * 3_600_000;

/// A group with a link that wants approval, and somebody who asked by it.
async fn with_asker() -> (Hall, User, String) {
    let hall = Hall::new().await;
    let bob = hall.room.user().await;
    let (_, code) = hall.invite(&hall.ann, json!({"needsApproval": true})).await;
    hall.come(&bob, &code).await.expect(202);
    (hall, bob, code)
}

#[test]
fn somebody_asks_and_is_let_in() {
    block_on(async {
        let hall = Hall::new().await;
        let bob = hall.room.user().await;
        let (link, code) = hall.invite(&hall.ann, json!({"needsApproval": true})).await;
        let asked = hall.come(&bob, &code).await.expect(202);
        let request = asked["requestId"].as_str().unwrap();
        assert_eq!(asked, json!({"outcome": "pending", "requestId": request}));
        assert_eq!(hall.room.participants(&hall.id).await, (2, 2));
        assert_eq!(hall.room.events("conversation.join_requested").await, 1);
        let gone = hall.call(Method::GET, &bob, "", Value::Null).await;
        gone.expect_problem(404, "not_found");

        let mine = hall.room.get(&bob, "/v1/me/join-requests").await;
        let item = &mine["items"][0];
        assert_eq!(item["id"], request);
        assert_eq!(
            item["conversation"],
            json!({"name": "Room", "participantCount": 2, "needsApproval": true, "isMember": false})
        );
        let list = hall.room.get(&hall.ann, &hall.path("/join-requests")).await;
        assert_eq!(list["items"][0]["userId"], bob.id.as_str());
        assert_eq!(list["items"][0]["invitationId"], link.as_str());
        assert_eq!(list["users"][&bob.id]["displayName"], "somebody");
        assert_eq!(hall.invitation(&link).await.uses, 0, "asking is no use yet");

        // Asking again makes no second request.
        hall.come(&bob, &code).await.expect(202);
        assert_eq!(hall.room.events("conversation.join_requested").await, 1);
        hall.answer(&hall.ann, &bob, "approve").await.expect(204);
        assert_eq!(hall.room.participants(&hall.id).await, (3, 3));
        let told = json!({"event": "member_approved", "userId": bob.id, "by": hall.ann.id});
        assert_eq!(hall.told().await, told);
        let member = hall.member(&bob).await;
        assert_eq!(member.invitation_id.as_deref(), Some(link.as_str()));
        assert!(!member.is_request);
        assert_eq!(hall.invitation(&link).await.uses, 1);
        assert_eq!(hall.waiting().await, [""; 0]);
        assert_eq!(hall.asked(&bob).await, [""; 0]);
        assert_eq!(hall.room.events("conversation.member_joined").await, 1);
        hall.answer(&hall.ann, &bob, "approve").await.expect(204);
        let late = hall.answer(&hall.ann, &bob, "decline").await;
        late.expect_problem(404, "not_found");
    });
}

#[test]
fn who_answers() {
    block_on(async {
        let (hall, bob, _) = with_asker().await;
        let eve = hall.room.user().await;
        for (who, status, code) in [
            (&hall.mia, 403, "forbidden"),
            (&eve, 404, "not_found"),
            (&bob, 404, "not_found"),
        ] {
            for verdict in ["approve", "decline"] {
                let refused = hall.answer(who, &bob, verdict).await;
                refused.expect_problem(status, code);
            }
            let list = hall.call(Method::GET, who, "/join-requests", Value::Null);
            list.await.expect_problem(status, code);
        }
        let nobody = hall.answer(&hall.ann, &eve, "approve").await;
        nobody.expect_problem(404, "not_found");
        hall.set(json!({"addMembers": "everyone"})).await;
        hall.answer(&hall.mia, &bob, "approve").await.expect(204);
        let direct = hall.room.direct(&hall.ann, &hall.mia).await;
        let path = format!("/v1/conversations/{direct}/join-requests");
        let refused = hall.room.send(Method::GET, &hall.ann, &path, &Value::Null);
        refused.await.expect_problem(409, "direct_conversation");
    });
}

#[test]
fn a_request_is_taken_back() {
    block_on(async {
        let (hall, bob, code) = with_asker().await;
        let eve = hall.room.user().await;
        let request = hall.asked(&bob).await.remove(0);
        hall.withdraw(&eve, &request)
            .await
            .expect_problem(404, "not_found");
        hall.withdraw(&bob, &request).await.expect(204);
        assert_eq!(hall.waiting().await, [""; 0]);
        assert_eq!(hall.room.events("conversation.join_withdrawn").await, 1);
        hall.withdraw(&bob, &request)
            .await
            .expect_problem(404, "not_found");
        hall.answer(&hall.ann, &bob, "approve")
            .await
            .expect_problem(404, "not_found");
        hall.come(&bob, &code).await.expect(202);
        assert_eq!(hall.waiting().await, [bob.id.as_str()]);
    });
}

#[test]
fn one_that_was_declined_waits_as_far_as_the_asker_knows_and_rests() {
    block_on(async {
        let (hall, bob, code) = with_asker().await;
        let cid = hall.room.user().await;
        hall.come(&cid, &code).await.expect(202);
        for _ in 0..2 {
            hall.answer(&hall.ann, &bob, "decline").await.expect(204);
        }
        assert_eq!(hall.room.events("conversation.join_declined").await, 1);
        assert_eq!(hall.waiting().await, [cid.id.as_str()]);
        // The declined asker and the waiting one see the same, with every step that they take.
        for round in 0..3 {
            let [one, other] = [&bob, &cid];
            let seen = async |who: &User| {
                let list = hall.room.get(who, "/v1/me/join-requests").await;
                let mut item = list["items"][0].clone();
                item["id"] = Value::Null;
                (item, list["items"].as_array().unwrap().len())
            };
            assert_eq!(seen(one).await, seen(other).await, "{round}");
            let (a, b) = (hall.asked(one).await, hall.asked(other).await);
            hall.withdraw(one, &a[0]).await.expect(204);
            hall.withdraw(other, &b[0]).await.expect(204);
            let again = problem(hall.withdraw(one, &a[0]).await, 404, "not_found");
            assert_eq!(
                again,
                problem(hall.withdraw(other, &b[0]).await, 404, "not_found")
            );
            assert_eq!(
                (hall.asked(one).await.len(), hall.asked(other).await.len()),
                (0, 0)
            );
            hall.room.edge.advance(1000);
            hall.come(one, &code).await.expect(202);
            hall.come(other, &code).await.expect(202);
        }
        assert_eq!(hall.waiting().await, [cid.id.as_str()], "it rests");
        hall.room.edge.advance(7 * DAY);
        let (ann, bob) = (hall.again(&hall.ann).await, hall.again(&bob).await);
        hall.come(&bob, &code).await.expect(202);
        let hall = Hall { ann, ..hall };
        assert_eq!(hall.waiting().await, [cid.id.as_str(), &bob.id]);
    });
}

#[test]
fn members_may_change_their_mind_while_it_rests() {
    block_on(async {
        let (hall, bob, _) = with_asker().await;
        hall.answer(&hall.ann, &bob, "decline").await.expect(204);
        hall.answer(&hall.ann, &bob, "approve").await.expect(204);
        assert_eq!(hall.room.participants(&hall.id).await, (3, 3));
    });
}

#[test]
fn requests_end() {
    block_on(async {
        let (hall, bob, _) = with_asker().await;
        hall.room.edge.advance(30 * DAY);
        let (ann, bob) = (hall.again(&hall.ann).await, hall.again(&bob).await);
        let hall = Hall { ann, ..hall };
        assert_eq!(hall.waiting().await, [""; 0]);
        assert_eq!(hall.asked(&bob).await, [""; 0]);
        hall.answer(&hall.ann, &bob, "approve")
            .await
            .expect_problem(404, "not_found");
    });
}

#[test]
fn two_who_approve_at_once_let_in_once() {
    block_on(async {
        let (hall, bob, _) = with_asker().await;
        hall.give(&hall.mia, "admin").await;
        let (one, other) = join!(
            hall.answer(&hall.ann, &bob, "approve"),
            hall.answer(&hall.mia, &bob, "approve")
        );
        one.expect(204);
        other.expect(204);
        assert_eq!(hall.room.participants(&hall.id).await, (3, 3));
        assert_eq!(hall.room.events("conversation.member_joined").await, 1);
    });
}

#[test]
fn of_an_approval_and_a_withdrawal_at_once_one_holds() {
    block_on(async {
        for approved_first in [true, false] {
            let (hall, bob, _) = with_asker().await;
            let request = hall.asked(&bob).await.remove(0);
            let (approved, withdrawn) = match approved_first {
                true => join!(
                    hall.answer(&hall.ann, &bob, "approve"),
                    hall.withdraw(&bob, &request)
                ),
                false => {
                    let (withdrawn, approved) = join!(
                        hall.withdraw(&bob, &request),
                        hall.answer(&hall.ann, &bob, "approve")
                    );
                    (approved, withdrawn)
                }
            };
            let outcome = (status(&approved), status(&withdrawn));
            let members = hall.room.participants(&hall.id).await;
            match outcome {
                (204, 404) => assert_eq!(members, (3, 3)),
                (404, 204) => assert_eq!(members, (2, 2)),
                other => panic!("{other:?}"),
            }
        }
    });
}

#[test]
fn of_an_approval_and_a_decline_at_once_one_holds() {
    block_on(async {
        let (hall, bob, _) = with_asker().await;
        hall.give(&hall.mia, "admin").await;
        let (approved, declined) = join!(
            hall.answer(&hall.ann, &bob, "approve"),
            hall.answer(&hall.mia, &bob, "decline")
        );
        approved.expect(204);
        assert!([204, 404].contains(&status(&declined)));
        assert_eq!(hall.room.participants(&hall.id).await, (3, 3));
        let left = hall.room.count::<ConversationJoinRequest>(Filter::and([]));
        assert_eq!(left.await, 0);
    });
}

#[test]
fn an_approval_finds_the_group_full_or_the_link_used_up() {
    block_on(async {
        let hall = Hall::small(2).await;
        let (bob, cid, dan) = (
            hall.room.user().await,
            hall.room.user().await,
            hall.room.user().await,
        );
        let (_, code) = hall.invite(&hall.ann, json!({"needsApproval": true})).await;
        hall.come(&bob, &code).await.expect(202);
        hall.come(&cid, &code).await.expect(202);
        let (one, other) = join!(
            hall.answer(&hall.ann, &bob, "approve"),
            hall.answer(&hall.ann, &cid, "approve")
        );
        let mut statuses = [status(&one), status(&other)];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
        assert_eq!(hall.room.participants(&hall.id).await, (2, 2));
        assert_eq!(
            hall.waiting().await.len(),
            1,
            "the other one goes on waiting"
        );
        hall.come(&dan, &code)
            .await
            .expect_problem(409, "conversation_full");

        let hall = Hall::new().await;
        let (bob, cid) = (hall.room.user().await, hall.room.user().await);
        let body = json!({"needsApproval": true, "maxUses": 1});
        let (link, code) = hall.invite(&hall.ann, body).await;
        hall.come(&bob, &code).await.expect(202);
        hall.come(&cid, &code).await.expect(202);
        hall.answer(&hall.ann, &bob, "approve").await.expect(204);
        hall.answer(&hall.ann, &cid, "approve")
            .await
            .expect_problem(409, "invitation_used_up");
        let path = format!("/invitations/{link}");
        hall.call(Method::PATCH, &hall.ann, &path, json!({"maxUses": 2}))
            .await
            .expect(200);
        hall.answer(&hall.ann, &cid, "approve").await.expect(204);
        assert_eq!(hall.invitation(&link).await.uses, 2);
    });
}

#[test]
fn a_request_goes_when_its_user_comes_another_way_or_is_banned() {
    block_on(async {
        let (hall, bob, code) = with_asker().await;
        let (cid, dan) = (hall.room.user().await, hall.room.user().await);
        hall.come(&cid, &code).await.expect(202);
        hall.come(&dan, &code).await.expect(202);
        let (_, free) = hall.invite(&hall.ann, json!({})).await;
        hall.come(&bob, &free).await.expect(201);
        let add = json!({"userIds": [cid.id]});
        hall.call(Method::POST, &hall.ann, "/members", add)
            .await
            .expect(200);
        hall.ban(&dan).await;
        let left = hall.room.count::<ConversationJoinRequest>(Filter::and([]));
        assert_eq!(left.await, 0);
        assert_eq!(hall.asked(&dan).await, [""; 0]);
    });
}

#[test]
fn an_asker_who_is_blocked_by_the_owner_or_gone_is_not_let_in() {
    block_on(async {
        let (hall, bob, _) = with_asker().await;
        hall.room.block(&hall.ann, &bob).await;
        assert_eq!(
            hall.asked(&bob).await,
            [""; 0],
            "the group isn't there for them"
        );
        let out = Patch::new().set(Account::STATUS, AccountStatus::Disabled);
        hall.room.commit(Batch::new().update(&bob.id, out)).await;
        hall.answer(&hall.ann, &bob, "approve")
            .await
            .expect_problem(404, "not_found");
    });
}

#[test]
fn the_setting_has_all_newcomers_wait() {
    block_on(async {
        let hall = Hall::new().await;
        let (bob, cid) = (hall.room.user().await, hall.room.user().await);
        let (_, code) = hall.invite(&hall.ann, json!({})).await;
        hall.publish(json!({})).await.expect(200);
        hall.set(json!({"joinApproval": true})).await;
        let told = json!({"event": "settings_changed", "settings": {"joinApproval": true}, "by": hall.ann.id});
        assert_eq!(hall.told().await, told);
        assert_eq!(
            hall.preview(&bob, &code).await.expect(200)["needsApproval"],
            true
        );
        hall.come(&bob, &code).await.expect(202);
        hall.join(&cid).await.expect(202);
        assert_eq!(hall.waiting().await, [bob.id.as_str(), &cid.id]);
        hall.answer(&hall.ann, &cid, "approve").await.expect(204);
        assert_eq!(hall.member(&cid).await.invitation_id, None);
        hall.set(json!({"joinApproval": false})).await;
        hall.join(&bob).await.expect(201);
        assert_eq!(hall.waiting().await, [""; 0]);
    });
}

#[test]
fn asking_has_a_rate() {
    block_on(async {
        let hall = Hall::with(&[("join_rate_per_hour", "2")]).await;
        let bob = hall.room.user().await;
        let (_, code) = hall.invite(&hall.ann, json!({"needsApproval": true})).await;
        for _ in 0..2 {
            hall.come(&bob, &code).await.expect(202);
            hall.come(&bob, &code).await.expect(202);
            let request = hall.asked(&bob).await.remove(0);
            hall.withdraw(&bob, &request).await.expect(204);
        }
        hall.come(&bob, &code)
            .await
            .expect_problem(429, "rate_limited");
    });
}

#[test]
fn a_block_since_they_asked_keeps_them_out_whoever_made_it() {
    block_on(async {
        for (by_owner, theirs) in [(true, false), (false, false), (false, true)] {
            let (hall, bob, _) = with_asker().await;
            hall.give(&hall.mia, "admin").await;
            let other = if by_owner { &hall.ann } else { &hall.mia };
            match theirs {
                true => hall.room.block(&bob, other).await,
                false => hall.room.block(other, &bob).await,
            }
            let refused = hall.answer(&hall.mia, &bob, "approve").await;
            refused.expect_problem(404, "not_found");
            assert_eq!(hall.room.participants(&hall.id).await, (2, 2));
        }
    });
}
