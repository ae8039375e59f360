//! A block hides everything, both ways, on every route.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::{Filter, Patch};

use super::room::{Room, User, names};

/// Every route of somebody in a group and in a direct conversation, with bodies that they can send there.
fn routes(group: &str, direct: &str, other: &User) -> Vec<(Method, String, Value)> {
    let mut routes = vec![
        (Method::GET, "/v1/conversations".to_owned(), Value::Null),
        (
            Method::POST,
            "/v1/conversations".to_owned(),
            json!({"type": "direct", "participantIds": [other.id]}),
        ),
        (
            Method::POST,
            "/v1/conversations".to_owned(),
            json!({"type": "group", "name": "x", "participantIds": [other.id]}),
        ),
        (
            Method::POST,
            format!("/v1/conversations/{group}/members"),
            json!({"userIds": [other.id]}),
        ),
        (
            Method::PATCH,
            format!("/v1/conversations/{group}/members/{}", other.id),
            json!({"role": "moderator"}),
        ),
        (
            Method::GET,
            format!("/v1/conversations/{group}/bans"),
            Value::Null,
        ),
        (Method::GET, "/v1/me/drafts".to_owned(), Value::Null),
    ];
    for id in [group, direct] {
        let path = format!("/v1/conversations/{id}");
        routes.extend([
            (Method::GET, path.clone(), Value::Null),
            (Method::GET, format!("{path}/members"), Value::Null),
            (
                Method::PATCH,
                path.clone(),
                json!({"settings": {"custom": {"by": id}}}),
            ),
            (
                Method::PATCH,
                format!("{path}/me"),
                json!({"isPinned": true}),
            ),
            (Method::POST, format!("{path}/accept"), Value::Null),
            (Method::POST, format!("{path}/decline"), Value::Null),
            (Method::POST, format!("{path}/read"), Value::Null),
            (Method::GET, format!("{path}/draft"), Value::Null),
            (Method::DELETE, format!("{path}/draft"), Value::Null),
        ]);
    }
    routes
}

/// Paths of lists that name the other, with what they list: links into the group by both, the other who came in by one's own, and the other
/// as a recipient of one's broadcasts and as somebody who asks to join another group.
async fn lists(room: &Room, me: &User, other: &User, group: &str) -> Vec<String> {
    let made = async |path: &str, who: &User, body: Value| {
        let made = room.post(who, path, body).await.expect(201);
        let text = |key: &str| made[key].as_str().unwrap_or_default().to_owned();
        (text("id"), text("code"))
    };
    let path = format!("/v1/conversations/{group}");
    let (link, _) = made(&format!("{path}/invitations"), me, json!({})).await;
    let came = Patch::new().set(ConversationMember::INVITATION_ID, link.as_str());
    let of_other = member_id(group, &other.id);
    room.commit(whisper_store::Batch::new().update(&of_other, came))
        .await;
    let list = json!({"type": "broadcast", "name": "List", "participantIds": [other.id]});
    let (list, _) = made("/v1/conversations", me, list).await;
    let own = json!({"type": "group", "name": "Own"});
    let (own, _) = made("/v1/conversations", me, own).await;
    let own = format!("/v1/conversations/{own}");
    let asking = json!({"needsApproval": true});
    let (_, code) = made(&format!("{own}/invitations"), me, asking).await;
    let join = format!("/v1/invitations/{code}/join");
    room.post(other, &join, Value::Null).await.expect(202);
    vec![
        "/v1/conversations".to_owned(),
        path.clone(),
        format!("{path}/members"),
        format!("{path}/invitations"),
        format!("{path}/invitations/{link}/members"),
        format!("/v1/conversations/{list}/recipients"),
        format!("{own}/join-requests"),
    ]
}

/// The routes after which one of them is a member no more.
fn endings(group: &str, direct: &str, other: &User) -> Vec<(Method, String, Value)> {
    let of = |id: &str| {
        let path = format!("/v1/conversations/{id}");
        let member = format!("{path}/members/{}", other.id);
        let leave = format!("{path}/leave");
        let ban = format!("{path}/bans/{}", other.id);
        [
            (Method::POST, format!("{path}/clear"), Value::Null),
            (Method::PUT, ban.clone(), json!({"reason": "x"})),
            (Method::GET, format!("{path}/bans"), Value::Null),
            (Method::DELETE, ban, Value::Null),
            (Method::DELETE, member, Value::Null),
            (Method::POST, leave, Value::Null),
        ]
    };
    [of(direct), of(group)].into_iter().flatten().collect()
}

#[test]
fn neither_sees_what_the_other_is_called_now() {
    block_on(async {
        for ann_blocks in [true, false] {
            let room = Room::new();
            let (ann, bob) = (room.user().await, room.user().await);
            let group = room.group(&ann, &[&bob]).await;
            let mine = format!("/v1/conversations/{group}/members/{}", bob.id);
            room.patch(&ann, &mine, json!({"role": "admin"})).await;
            let direct = room.direct(&ann, &bob).await;
            room.message(&group, &ann, "m1").await;
            room.message(&direct, &bob, "m2").await;
            room.rename(&ann, "OldAnn").await;
            room.rename(&bob, "OldBob").await;
            let anns = lists(&room, &ann, &bob, &group).await;
            let bobs = lists(&room, &bob, &ann, &group).await;
            let lists = [(&ann, anns, "Bob"), (&bob, bobs, "Ann")];
            for (me, paths, other) in &lists {
                for path in paths {
                    let text = room.get(me, path).await.to_string();
                    let name = format!("Old{other}");
                    assert!(text.contains(&name), "{path} names them before: {text}");
                }
            }
            match ann_blocks {
                true => room.block(&ann, &bob).await,
                false => room.block(&bob, &ann).await,
            }
            room.rename(&ann, "NewAnn").await;
            room.rename(&bob, "NewBob").await;
            for (me, paths, other) in &lists {
                for path in paths {
                    let text = room.get(me, path).await.to_string();
                    assert!(!text.contains(&format!("New{other}")), "{path}: {text}");
                }
            }
            let sides = [(&ann, &bob, "NewBob", "m1"), (&bob, &ann, "NewAnn", "m2")];
            let first = sides.map(|side| (side, routes(&group, &direct, side.1)));
            let then = sides.map(|side| (side, endings(&group, &direct, side.1)));
            // Bob can't send Ann away and leaves, so Ann is the last.
            let [anns, bobs] = then;
            for ((me, _, hidden, own), routes) in first.into_iter().chain([bobs, anns]) {
                for (method, path, body) in routes {
                    let answer = room.send_matching(method.clone(), me, &path, &body).await;
                    let status = answer.response.status().as_u16();
                    let text = answer.body.to_string();
                    let case = format!("{method} {path}: {status} {text}");
                    assert!(!text.contains(hidden), "{case}");
                    let theirs = if own == "m1" {
                        "words of m2"
                    } else {
                        "words of m1"
                    };
                    assert!(!text.contains(theirs), "{case}");
                    let may = [200, 201, 204, 403, 404, 409, 422].contains(&status);
                    assert!(may, "{case}");
                }
            }
        }
    });
}

#[test]
fn who_may_not_send_can_not_write_words_into_the_settings_either() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let path = format!("/v1/conversations/{}", room.direct(&ann, &bob).await);
        let note = json!({"settings": {"custom": {"note": "Hear me"}}});
        let change = async |who: &User| room.send_matching(Method::PATCH, who, &path, &note).await;
        change(&bob).await.expect(200);
        let of_bob = member_id(&path["/v1/conversations/".len()..], &bob.id);
        let blocked = Patch::new().set(ConversationMember::IS_BLOCKED, true);
        room.commit(whisper_store::Batch::new().update(&of_bob, blocked))
            .await;
        let refused = change(&bob).await.expect_problem(403, "forbidden");
        assert_eq!(refused["detail"], "You can't send to this conversation.");
        change(&ann).await.expect(200);
    });
}

#[test]
fn unread_counts_and_previews_leave_blocked_people_out() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cid) = (room.user().await, room.user().await, room.user().await);
        let id = room.group(&cid, &[&ann, &bob]).await;
        room.message(&id, &cid, "m1").await;
        room.message(&id, &bob, "m2").await;
        let path = format!("/v1/conversations/{id}");
        assert_eq!(room.get(&ann, &path).await["my"]["unreadCount"], 2);
        room.block(&ann, &bob).await;
        for seen in [
            room.get(&ann, &path).await,
            room.get(&ann, "/v1/conversations").await["items"][0].clone(),
        ] {
            assert_eq!(seen["my"]["unreadCount"], 1);
            assert_eq!(seen["lastMessageId"], "m1", "the one before");
            assert_eq!(seen["lastMessageSenderId"], cid.id.as_str());
        }
        room.message(&id, &ann, "m3").await;
        let seen = room.get(&bob, &path).await;
        assert_eq!(seen["my"]["unreadCount"], 1, "of cid's alone: both ways");
        let others = room.get(&cid, &path).await;
        assert_eq!(
            (&others["my"]["unreadCount"], &others["lastMessageId"]),
            (&json!(2), &json!("m3"))
        );
    });
}

#[test]
fn unread_counts_and_previews_leave_accounts_out_of_use_out() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cid) = (room.user().await, room.user().await, room.user().await);
        let direct = room.direct(&ann, &bob).await;
        let group = room.group(&cid, &[&ann, &bob]).await;
        room.message(&group, &cid, "m1").await;
        for (id, message) in [(&group, "m2"), (&group, "m3"), (&direct, "m4")] {
            room.message(id, &bob, message).await;
        }
        let disabled = Patch::new().set(Account::STATUS, AccountStatus::Disabled);
        room.commit(whisper_store::Batch::new().update(&bob.id, disabled))
            .await;
        let list = room.get(&ann, "/v1/conversations").await;
        // In the group the message before is shown.
        for (n, id, unread, shown) in [
            (0, &direct, 0, Value::Null),
            (1, &group, 1, json!("words of m1")),
        ] {
            let path = format!("/v1/conversations/{id}");
            for seen in [room.get(&ann, &path).await, list["items"][n].clone()] {
                assert_eq!(seen["id"], id.as_str());
                assert_eq!(seen["my"]["unreadCount"], unread);
                assert_eq!(seen["unreadCount"], json!({&ann.id: unread}));
                assert_eq!(seen["lastMessageText"], shown, "{seen}");
                let words = seen.to_string();
                assert_eq!(words.matches("words of").count(), usize::from(unread > 0));
            }
            let mine = format!("{path}/me");
            let my = room.patch(&ann, &mine, json!({"isPinned": true})).await;
            assert_eq!(my["unreadCount"], unread);
        }
        let read = format!("/v1/conversations/{group}/read");
        let before = json!({"messageId": "m1"});
        let read = room.post(&ann, &read, before).await.expect(200);
        assert_eq!(read["unreadCount"], 0);
    });
}

#[test]
fn whoever_blocked_whom_the_answer_is_that_for_nobody() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cid, dan) = (
            room.user().await,
            room.user().await,
            room.user().await,
            room.user().await,
        );
        room.block(&ann, &bob).await;
        room.block(&cid, &ann).await;
        // The refusal doesn't tell the settings of a blocked user either.
        room.allow(&bob, "messages", "nobody").await;
        let disabled = Patch::new().set(Account::STATUS, AccountStatus::Disabled);
        room.commit(whisper_store::Batch::new().update(&dan.id, disabled))
            .await;
        let nobody = User {
            id: "nobody".into(),
            ..bob.clone()
        };
        let mut answers = Vec::new();
        for other in [&bob, &cid, &dan, &nobody] {
            for answer in [
                room.try_direct(&ann, other).await,
                room.try_group(&ann, &[other]).await,
            ] {
                answers.push(answer.expect_problem(422, "validation_failed")["errors"].clone());
            }
        }
        assert!(
            answers.iter().all(|errors| *errors == answers[0]),
            "{answers:?}"
        );
        assert_eq!(room.count::<Conversation>(Filter::and([])).await, 0);
    });
}

#[test]
fn a_direct_conversation_has_its_peer_and_answers_name_people() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        room.rename(&ann, "Ann").await;
        room.rename(&bob, "Bob").await;
        room.follow(&bob, &ann).await;
        let made = room.try_direct(&ann, &bob).await.expect(201);
        assert_eq!(made["peer"]["displayName"], "Bob");
        let listed = room.get(&bob, "/v1/conversations").await;
        assert_eq!(listed["items"][0]["peer"]["displayName"], "Ann");
        assert_eq!(listed["users"][&ann.id]["displayName"], "Ann");
        let group = room.group(&ann, &[&bob]).await;
        let path = format!("/v1/conversations/{group}");
        let owner = format!("{path}/members/{}", bob.id);
        room.patch(&ann, &owner, json!({"role": "owner"})).await;
        let leave = format!("{path}/leave");
        room.post(&ann, &leave, Value::Null).await.expect(204);
        // Ann made the group, brought Bob in and left: the group still names her.
        let seen = room.get(&bob, &path).await;
        assert_eq!(seen["peer"], Value::Null);
        assert_eq!(seen["users"][&ann.id]["displayName"], "Ann");
        let members = room.get(&bob, &format!("{path}/members")).await;
        assert_eq!(members["items"][0]["invitedBy"], ann.id.as_str());
        assert_eq!(members["users"][&ann.id]["displayName"], "Ann");
        assert_eq!(names(&room.get(&ann, "/v1/conversations").await).len(), 1);
    });
}
