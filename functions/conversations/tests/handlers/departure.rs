//! Somebody whose account goes leaves nothing without an owner.

use futures::executor::block_on;
use serde_json::json;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::{Filter, Get, Query};

use super::room::{Room, User};

/// Has somebody depart, portion by portion.
async fn depart(room: &Room, who: &User) {
    let mut after = None;
    for _ in 0..10 {
        let portion = conversations::depart(&room.edge.ctx(), &who.id, after)
            .await
            .unwrap();
        assert!(portion.missed.is_none());
        after = portion.next;
        if after.is_none() {
            return;
        }
    }
    panic!("it doesn't end");
}

async fn role(room: &Room, group: &str, who: &User) -> Option<ConversationMemberRole> {
    let id = member_id(group, &who.id);
    let member = room
        .edge
        .store()
        .read(Get::<ConversationMember>::id(&id))
        .await;
    let member = member.unwrap().unwrap();
    let is_active = member.status == ConversationMemberStatus::Active;
    is_active.then_some(member.role)
}

async fn give(room: &Room, by: &User, group: &str, to: &User, role: &str) {
    let path = format!("/v1/conversations/{group}/members/{}", to.id);
    room.patch(by, &path, json!({ "role": role })).await;
}

#[test]
fn what_they_own_goes_to_whoever_stands_highest_and_joined_first() {
    use ConversationMemberRole::{Admin, Member, Moderator, Owner};
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let (cid, dan) = (room.user().await, room.user().await);
        for (roles, successor) in [
            (["member", "admin", "admin"], 1),
            (["member", "moderator", "moderator"], 1),
            (["moderator", "member", "admin"], 2),
            (["member", "member", "member"], 0),
        ] {
            let group = room.group(&ann, &[]).await;
            let others = [&bob, &cid, &dan];
            for (other, role) in others.iter().zip(roles) {
                room.edge.advance(1);
                let members = format!("/v1/conversations/{group}/members");
                let body = json!({"userIds": [other.id]});
                room.post(&ann, &members, body).await.expect(200);
                give(&room, &ann, &group, other, role).await;
            }
            depart(&room, &ann).await;
            assert_eq!(role(&room, &group, &ann).await, None);
            assert_eq!(room.participants(&group).await, (3, 3));
            for (place, other) in others.iter().enumerate() {
                let before = match roles[place] {
                    "admin" => Admin,
                    "moderator" => Moderator,
                    _ => Member,
                };
                let expected = if place == successor { Owner } else { before };
                let is = role(&room, &group, other).await;
                assert_eq!(is, Some(expected), "{roles:?} {place}");
            }
            let told = Query::<Message>::new()
                .filter(Filter::eq(Message::CONVERSATION_ID, group.as_str()))
                .limit(100);
            let told = room.edge.store().read(told).await.unwrap();
            let told: Vec<_> = told.iter().filter_map(|m| SystemMessage::of(m)).collect();
            let handed = SystemMessage::OwnershipHandedOver {
                user_id: others[successor].id.clone(),
            };
            assert_eq!(told[told.len() - 2..], [handed, SystemMessage::MemberLeft]);
        }
    });
}

#[test]
fn groups_are_left_and_direct_conversations_stay() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let direct = room.direct(&ann, &bob).await;
        let mut groups = vec![room.group(&ann, &[]).await];
        for _ in 0..2 {
            groups.push(room.group(&bob, &[&ann]).await);
        }
        for _ in 0..2 {
            depart(&room, &ann).await;
            assert_eq!(room.participants(&groups[0]).await, (0, 0), "she was alone");
            for group in &groups[1..] {
                assert_eq!(room.participants(group).await, (1, 1));
                let owner = role(&room, group, &bob).await;
                assert_eq!(owner, Some(ConversationMemberRole::Owner));
            }
            assert_eq!(room.participants(&direct).await, (2, 2));
            assert_eq!(room.events("conversation.member_left").await, 3);
        }
    });
}

#[test]
fn a_departure_and_a_hand_over_at_once_leave_one_owner() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cid) = (room.user().await, room.user().await, room.user().await);
        let group = room.group(&ann, &[&bob, &cid]).await;
        let path = format!("/v1/conversations/{group}/members/{}", cid.id);
        let body = json!({"role": "owner"});
        let hand_over = room.send(whisper_kit::Method::PATCH, &ann, &path, &body);
        futures::join!(hand_over, depart(&room, &ann));
        let roles = [
            role(&room, &group, &bob).await,
            role(&room, &group, &cid).await,
        ];
        let owner = Some(ConversationMemberRole::Owner);
        assert_eq!(
            roles.iter().filter(|role| **role == owner).count(),
            1,
            "{roles:?}"
        );
        assert_eq!(room.participants(&group).await, (2, 2));
    });
}
