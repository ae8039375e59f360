//! The list of conversations: its items, their order, page by page.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Batch;

use super::room::{Room, User, names, page};

const LIST: &str = "/v1/conversations";

async fn groups(room: &Room, owner: &User, other: &User, count: usize) -> Vec<String> {
    let mut made = Vec::new();
    for _ in 0..count {
        room.edge.advance(1000);
        made.push(room.group(owner, &[other]).await);
    }
    made
}

#[test]
fn the_list_is_sorted_by_activity_and_walked_both_ways() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let made = groups(&room, &ann, &bob, 5).await;
        room.message(&made[1], &bob, "m1").await;
        let expected: Vec<&str> = [1, 4, 3, 2, 0].map(|n: usize| made[n].as_str()).into();
        assert_eq!(names(&room.get(&ann, LIST).await), expected);
        let first = room.get(&ann, "/v1/conversations?limit=2").await;
        assert_eq!(names(&first), expected[..2]);
        let second = room.get(&ann, &page(2, "after", &first["next"])).await;
        assert_eq!(names(&second), expected[2..4]);
        let third = room.get(&ann, &page(2, "after", &second["next"])).await;
        assert_eq!(
            (names(&third), &third["next"]),
            (expected[4..].to_vec(), &Value::Null)
        );
        let back = room.get(&ann, &page(3, "before", &third["previous"])).await;
        assert_eq!(names(&back), expected[1..4]);
        let top = room.get(&ann, &page(3, "before", &back["previous"])).await;
        assert_eq!(names(&top), expected[..1]);
    });
}

/// Seven conversations in pages of three, with one message into the oldest while they are walked; gives the walk, and the page
/// that the first page's `previous` leads to. `pause` is how long it takes until the message comes.
async fn walked_with_a_message_in_between(
    room: &Room,
    me: &User,
    made: &[String],
    pause: i64,
) -> (Vec<String>, Value) {
    let first = room.get(me, "/v1/conversations?limit=3").await;
    let mut walk: Vec<String> = names(&first).into_iter().map(str::to_owned).collect();
    room.edge.advance(pause);
    room.message_now(&made[0], me, "m1").await;
    room.edge.advance(pause);
    let mut next = first["next"].clone();
    while !next.is_null() {
        let part = room.get(me, &page(3, "after", &next)).await;
        walk.extend(names(&part).into_iter().map(str::to_owned));
        next = part["next"].clone();
    }
    let since = room.get(me, &page(3, "before", &first["previous"])).await;
    (walk, since)
}

#[test]
fn who_walks_the_list_can_catch_up_on_what_moved_to_the_top() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let made = groups(&room, &ann, &bob, 7).await;
        room.edge.advance(1000);
        let (walk, since) = walked_with_a_message_in_between(&room, &ann, &made, 1000).await;
        assert!(!walk.contains(&made[0]), "it moved past the walk");
        assert_eq!(walk.len(), 6);
        assert_eq!(names(&since), [made[0].as_str()]);
        room.edge.advance(1000);
        let after = room.get(&ann, &page(3, "before", &since["previous"])).await;
        assert_eq!(
            (names(&after), &after["previous"]),
            (Vec::new(), &Value::Null),
            "nothing since then"
        );
    });
}

#[test]
fn what_moves_at_the_very_time_of_the_first_page_is_not_missed_either() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let made = groups(&room, &ann, &bob, 7).await;
        // The newest was made at the time at which the page is read and the message is sent.
        let (_, since) = walked_with_a_message_in_between(&room, &ann, &made, 0).await;
        assert!(names(&since).contains(&made[0].as_str()), "{since}");
        let more = since["previous"].clone();
        let more = match more.is_null() {
            true => more,
            false => room.get(&ann, &page(3, "before", &more)).await["previous"].clone(),
        };
        assert_eq!(more, Value::Null, "it comes to an end");
    });
}

#[test]
fn pinned_ones_stand_on_top_and_do_not_hide_what_moved() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let made = groups(&room, &ann, &bob, 7).await;
        for pinned in [1, 2] {
            let mine = format!("/v1/conversations/{}/me", made[pinned]);
            room.patch(&ann, &mine, json!({"isPinned": true})).await;
        }
        room.edge.advance(1000);
        let order: Vec<&str> = [2, 1, 6, 5, 4, 3, 0]
            .map(|n: usize| made[n].as_str())
            .into();
        assert_eq!(names(&room.get(&ann, LIST).await), order);
        let bobs: Vec<&str> = made.iter().rev().map(String::as_str).collect();
        assert_eq!(
            names(&room.get(&bob, LIST).await),
            bobs,
            "a pin is one's own"
        );
        let (walk, since) = walked_with_a_message_in_between(&room, &ann, &made, 1000).await;
        assert_eq!(walk, order[..6]);
        assert_eq!(names(&since), [made[0].as_str()]);
        // Backwards from below the pinned ones, to the top.
        let second = room
            .get(&ann, &page(4, "after", &first_next(&room, &ann, 1).await))
            .await;
        let back = room
            .get(&ann, &page(3, "before", &second["previous"]))
            .await;
        assert_eq!(names(&back), [made[2].as_str()]);
    });
}

async fn first_next(room: &Room, me: &User, limit: u32) -> Value {
    let path = format!("/v1/conversations?limit={limit}");
    room.get(me, &path).await["next"].clone()
}

#[test]
fn archived_ones_are_apart() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let made = groups(&room, &ann, &bob, 3).await;
        let mine = format!("/v1/conversations/{}/me", made[1]);
        room.patch(&ann, &mine, json!({"isArchived": true})).await;
        assert_eq!(names(&room.get(&ann, LIST).await), [&made[2], &made[0]]);
        let away = room.get(&ann, "/v1/conversations?archived=true").await;
        assert_eq!(names(&away), [&made[1]]);
        let cursor = first_next(&room, &ann, 1).await;
        let elsewhere = page(1, "after", &cursor) + "&archived=true";
        room.send(whisper_kit::Method::GET, &ann, &elsewhere, &Value::Null)
            .await
            .expect_problem(400, "invalid_cursor");
    });
}

#[test]
fn who_is_added_to_an_old_group_finds_it_on_top() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cid) = (room.user().await, room.user().await, room.user().await);
        room.follow(&cid, &ann).await;
        let old = room.group(&ann, &[&bob]).await;
        let made = groups(&room, &ann, &cid, 3).await;
        room.edge.advance(1000);
        let first = room.get(&cid, "/v1/conversations?limit=2").await;
        assert_eq!(names(&first), [&made[2], &made[1]]);
        room.edge.advance(1000);
        let members = format!("/v1/conversations/{old}/members");
        room.post(&ann, &members, json!({"userIds": [cid.id]}))
            .await
            .expect(200);
        let since = room.get(&cid, &page(2, "before", &first["previous"])).await;
        assert_eq!(names(&since), [&old]);
        assert_eq!(names(&room.get(&cid, LIST).await)[0], old);
    });
}

/// Puts somebody into so many groups of a stranger's.
async fn flood(room: &Room, victim: &User, groups: usize) {
    let now = room.edge.ctx().now();
    for start in (0..groups).step_by(500) {
        let batch = (start..groups.min(start + 500)).fold(Batch::new(), |batch, n| {
            let id = format!("c{n:05}");
            let conversation = Conversation {
                id: id.clone(),
                kind: ConversationKind::Group,
                last_message_at: Some(now.plus(n as i64)),
                created_at: Some(now),
                ..Conversation::default()
            };
            let member = ConversationMember {
                id: member_id(&id, &victim.id),
                conversation_id: id,
                user_id: victim.id.clone(),
                ..ConversationMember::default()
            };
            batch.insert(&conversation).insert(&member)
        });
        room.commit(batch).await;
    }
}

#[test]
fn ten_thousand_groups_of_a_stranger_are_pages_like_any_others() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        room.follow(&ann, &bob).await;
        flood(&room, &ann, 10_050).await;
        room.edge.advance(60_000);
        let direct = room.direct(&bob, &ann).await;
        room.message(&direct, &bob, "m1").await;
        room.edge.statements();
        let first = room.get(&ann, LIST).await;
        let of_first = room.edge.statements();
        assert_eq!(names(&first)[..3], [direct.as_str(), "c10049", "c10048"]);
        let second = room.get(&ann, &page(25, "after", &first["next"])).await;
        let of_second = room.edge.statements();
        assert_eq!(names(&second)[..2], ["c10025", "c10024"]);
        let third = room.get(&ann, &page(100, "after", &second["next"])).await;
        assert_eq!((names(&third)[0], names(&third)[99]), ("c10000", "c09901"));
        let back = room
            .get(&ann, &page(25, "before", &third["previous"]))
            .await;
        assert_eq!(names(&back), names(&second));
        // The first has to read the key of cursors besides; no statement grows with the number of her conversations.
        assert!(of_first.len() <= 4 && of_second.len() <= 3, "{of_first:?}");
        assert!(of_second[0].len() < 10_000, "{}", of_second[0]);
    });
}

const DAY: i64 = 24 * 3_600_000;

#[test]
fn what_became_active_while_the_clock_was_a_year_ahead_hides_nothing_afterwards() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let made = groups(&room, &ann, &bob, 4).await;
        room.edge.advance(365 * DAY);
        room.message(&made[0], &bob, "m1").await;
        // A session of each time.
        let signed_in = async || User {
            token: room.edge.session(&ann.id).await,
            ..ann.clone()
        };
        let stale = room.get(&signed_in().await, LIST).await["previous"].clone();
        room.edge.advance(60_000 - 365 * DAY);
        let ann = signed_in().await;
        // With one conversation on the page, it has nothing but that one.
        for limit in [1, 2] {
            let path = format!("/v1/conversations?limit={limit}");
            let first = room.get(&ann, &path).await;
            assert_eq!(names(&first)[0], made[0]);
            let mut previous = first["previous"].clone();
            for (n, id) in made[1..].iter().enumerate() {
                room.message(id, &bob, &format!("m{limit}{n}")).await;
                let since = room.get(&ann, &page(2, "before", &previous)).await;
                assert!(names(&since).contains(&id.as_str()), "{limit} {n}: {since}");
                previous = since["previous"].clone();
                assert!(previous.is_string(), "{limit} {n}: {since}");
            }
            room.edge.advance(1000);
            // The newest one may be given again, at its very time.
            let since = room.get(&ann, &page(2, "before", &previous)).await;
            let since = room.get(&ann, &page(2, "before", &since["previous"])).await;
            assert_eq!(since["previous"], Value::Null, "nothing since then");
        }
        let since = room.get(&ann, &page(2, "before", &stale)).await;
        assert_eq!(names(&since), [&made[0], &made[3]], "it begins anew");
        assert!(since["previous"].is_string());
    });
}

#[test]
fn conversations_without_any_activity_are_in_the_order_they_were_made() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        let now = room.edge.ctx().now();
        for hundred in 0..12 {
            let batch = (0..100).fold(Batch::new(), |batch, n| {
                let id = format!("c{:04}", hundred * 100 + n);
                let conversation = Conversation {
                    id: id.clone(),
                    created_at: Some(now),
                    ..Conversation::default()
                };
                let member = ConversationMember {
                    id: member_id(&id, &ann.id),
                    conversation_id: id,
                    user_id: ann.id.clone(),
                    ..ConversationMember::default()
                };
                batch.insert(&conversation).insert(&member)
            });
            room.commit(batch).await;
        }
        room.message("c0007", &ann, "m1").await;
        let list = room.get(&ann, "/v1/conversations?limit=3").await;
        assert_eq!(names(&list), ["c0007", "c1199", "c1198"]);
    });
}

#[test]
fn a_pin_goes_with_the_membership() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let made = groups(&room, &bob, &ann, 3).await;
        let pins = "/v1/me/pinned-conversations";
        let order = json!({"conversationIds": [made[0], made[1], made[2]]});
        room.send(Method::PUT, &ann, pins, &order).await.expect(200);
        let leave = format!("{LIST}/{}/leave", made[0]);
        room.post(&ann, &leave, json!({})).await.expect(204);
        let remove = format!("{LIST}/{}/members/{}", made[1], ann.id);
        room.send(Method::DELETE, &bob, &remove, &Value::Null)
            .await
            .expect(204);
        let seen = |list: Value| list["pinnedConversationIds"].clone();
        assert_eq!(seen(room.get(&ann, LIST).await), json!([made[2]]));
        let mine = room.get(&ann, pins).await;
        assert_eq!(mine["conversationIds"], json!([made[2]]));
        // The server accepts the very body that it gave.
        room.send(Method::PUT, &ann, pins, &mine).await.expect(200);
        for group in &made[..2] {
            let add = json!({"userIds": [ann.id]});
            let path = format!("{LIST}/{group}/members");
            room.post(&bob, &path, add).await.expect(200);
        }
        assert_eq!(seen(room.get(&ann, LIST).await), json!([made[2]]));
    });
}
