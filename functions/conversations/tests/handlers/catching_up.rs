//! Catching up on the list by the place that an earlier answer gave, and its ETag.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::testing::Answer;
use whisper_kit::{Method, Request};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch};

use super::my_settings::{again, mine};
use super::room::{Room, User, names};

const LIST: &str = "/v1/conversations";
const DAY: i64 = 24 * 3_600_000;

pub async fn since(room: &Room, who: &User, place: &Value) -> Answer {
    let path = format!("{LIST}?since={}", place.as_str().expect("a place"));
    room.send(Method::GET, who, &path, &Value::Null).await
}

/// The ids of the conversations that changed, and of those that are gone; moves the place on.
async fn changes(room: &Room, who: &User, place: &mut Value) -> (Vec<String>, Vec<String>) {
    let seen = since(room, who, place).await.expect(200);
    *place = seen["since"].clone();
    let gone = seen["gone"].as_array().unwrap().iter();
    (
        names(&seen).into_iter().map(str::to_owned).collect(),
        gone.map(|id| id.as_str().unwrap().to_owned()).collect(),
    )
}

#[test]
#[allow(clippy::too_many_lines)]
fn each_change_is_told_once_and_what_others_do_to_themselves_is_not() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cid) = (room.user().await, room.user().await, room.user().await);
        let (one, two) = (
            room.group(&ann, &[&bob, &cid]).await,
            room.group(&bob, &[&ann]).await,
        );
        let elsewhere = room.group(&bob, &[&cid]).await;
        room.message(&one, &bob, "m0").await;
        let mut place = room.get(&ann, LIST).await["since"].clone();
        let nothing = (Vec::<String>::new(), Vec::<String>::new());
        assert_eq!(changes(&room, &ann, &mut place).await, nothing);
        let path = |id: &str, rest: &str| format!("{LIST}/{id}{rest}");
        room.message(&two, &bob, "m1").await;
        room.message(&elsewhere, &bob, "m2").await;
        assert_eq!(
            changes(&room, &ann, &mut place).await,
            (vec![two.clone()], vec![])
        );
        room.patch(&bob, &mine(&one), json!({"isMuted": true}))
            .await;
        room.post(&bob, &path(&two, "/read"), json!({}))
            .await
            .expect(200);
        assert_eq!(
            changes(&room, &ann, &mut place).await,
            nothing,
            "that is theirs"
        );
        for body in [
            json!({"isMuted": true}),
            json!({"isPinned": true}),
            json!({"isMarkedUnread": true}),
        ] {
            room.patch(&ann, &mine(&one), body).await;
            assert_eq!(
                changes(&room, &ann, &mut place).await,
                (vec![one.clone()], vec![])
            );
        }
        for (method, rest) in [(Method::POST, "/read"), (Method::POST, "/clear")] {
            room.send(method, &ann, &path(&one, rest), &json!({}))
                .await
                .expect(200);
            assert_eq!(
                changes(&room, &ann, &mut place).await,
                (vec![one.clone()], vec![])
            );
        }
        // Her role changes, a new one is made, and one without any message.
        let give = path(&two, &format!("/members/{}", ann.id));
        room.patch(&bob, &give, json!({"role": "admin"})).await;
        let direct = room.direct(&ann, &cid).await;
        let (mut changed, gone) = changes(&room, &ann, &mut place).await;
        changed.sort();
        let mut expected = vec![two.clone(), direct.clone()];
        expected.sort();
        assert_eq!((changed, gone), (expected, vec![]));
        let own = json!({"settings": {"custom": {"theme": "dark"}}});
        room.send_matching(Method::PATCH, &cid, &path(&direct, ""), &own)
            .await
            .expect(200);
        assert_eq!(
            changes(&room, &ann, &mut place).await,
            (vec![direct], vec![])
        );
    });
}

#[test]
fn what_is_gone_is_told_by_its_id_and_what_comes_back_by_itself() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let mut made = Vec::new();
        for _ in 0..4 {
            made.push(room.group(&ann, &[&bob]).await);
        }
        let mut place = room.get(&bob, LIST).await["since"].clone();
        room.post(&bob, &format!("{LIST}/{}/leave", made[0]), json!({}))
            .await
            .expect(204);
        let member = format!("{LIST}/{}/members/{}", made[1], bob.id);
        room.send(Method::DELETE, &ann, &member, &Value::Null)
            .await
            .expect(204);
        let ban = format!("{LIST}/{}/bans/{}", made[2], bob.id);
        room.send(Method::PUT, &ann, &ban, &json!({}))
            .await
            .expect(201);
        room.send(Method::DELETE, &bob, &mine(&made[3]), &Value::Null)
            .await
            .expect(204);
        let (changed, mut gone) = changes(&room, &bob, &mut place).await;
        let mut expected = made.clone();
        expected.sort();
        gone.sort();
        assert_eq!((changed, gone), (vec![], expected));
        // Messages in a conversation that he left aren't among the changes.
        room.message(&made[1], &ann, "m1").await;
        assert_eq!(changes(&room, &bob, &mut place).await, (vec![], vec![]));
        room.message(&made[3], &ann, "m2").await;
        assert_eq!(
            changes(&room, &bob, &mut place).await,
            (vec![made[3].clone()], vec![])
        );
        room.follow(&bob, &ann).await;
        let members = format!("{LIST}/{}/members", made[1]);
        room.post(&ann, &members, json!({"userIds": [bob.id]}))
            .await
            .expect(200);
        assert_eq!(
            changes(&room, &bob, &mut place).await,
            (vec![made[1].clone()], vec![])
        );
    });
}

#[test]
fn a_day_away_is_one_cheap_call_however_much_others_wrote() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let mut made = Vec::new();
        for _ in 0..150 {
            room.edge.advance(10);
            made.push(room.group(&ann, &[&bob]).await);
        }
        let place = room.get(&ann, LIST).await["since"].clone();
        room.edge.advance(DAY);
        for n in 0..30 {
            room.message(&made[n % 3], &bob, &format!("m{n}")).await;
        }
        let ann = again(&room, &ann).await;
        room.edge.statements();
        room.edge.rows_written();
        let seen = since(&room, &ann, &place).await.expect(200);
        assert!(room.edge.statements().len() <= 7);
        assert_eq!(room.edge.rows_written(), Vec::<u64>::new());
        assert_eq!(names(&seen), [&made[2], &made[1], &made[0]]);
        assert_eq!(seen["items"][0]["my"]["unreadCount"], 10);
        // Too many to tell of at once.
        for (n, id) in made.iter().take(101).enumerate() {
            room.message(id, &bob, &format!("x{n}")).await;
        }
        since(&room, &ann, &place)
            .await
            .expect_problem(410, "resync_required");
    });
}

#[test]
fn a_place_is_good_for_its_user_and_for_28_days() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        room.group(&ann, &[&bob]).await;
        let place = room.get(&ann, LIST).await["since"].clone();
        since(&room, &bob, &place)
            .await
            .expect_problem(400, "invalid_cursor");
        since(&room, &ann, &json!("made-up"))
            .await
            .expect_problem(400, "invalid_cursor");
        let nobody = User {
            id: ann.id.clone(),
            token: String::new(),
        };
        since(&room, &nobody, &place)
            .await
            .expect_problem(401, "unauthenticated");
        let place = place.as_str().unwrap();
        for with in ["archived=true", "requests=true", "folder=x"] {
            let path = format!("{LIST}?since={place}&{with}");
            let refused = room.send(Method::GET, &ann, &path, &Value::Null).await;
            refused.expect_problem(400, "invalid_query");
        }
        room.edge.advance(28 * DAY);
        since(&room, &again(&room, &ann).await, &json!(place))
            .await
            .expect(200);
        room.edge.advance(1);
        since(&room, &again(&room, &ann).await, &json!(place))
            .await
            .expect_problem(410, "resync_required");
    });
}

async fn if_none_match(room: &Room, who: &User, etag: &str) -> Answer {
    let mut request: Request = room
        .edge
        .request_of(Method::GET, LIST, &who.token, &Value::Null);
    request
        .headers
        .insert("if-none-match", etag.parse().unwrap());
    room.edge.request(request).await
}

fn etag(answer: &Answer) -> String {
    answer.response.headers()["etag"]
        .to_str()
        .unwrap()
        .to_owned()
}

#[test]
fn a_first_page_that_is_known_is_not_sent_again() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        let elsewhere = room.group(&bob, &[]).await;
        room.edge.advance(1000);
        let first = room.send(Method::GET, &ann, LIST, &Value::Null).await;
        let known = etag(&first);
        // A message is sent in a conversation that isn't hers.
        room.message(&elsewhere, &bob, "m1").await;
        room.edge.statements();
        let same = if_none_match(&room, &ann, &known).await;
        assert!(room.edge.statements().len() <= 4);
        assert_eq!(
            (same.response.status().as_u16(), &same.body),
            (304, &Value::Null)
        );
        let mut known = known;
        for step in 0..4 {
            match step {
                0 => drop(room.message(&id, &bob, "m2").await),
                1 => drop(room.patch(&ann, &mine(&id), json!({"isMuted": true})).await),
                2 => drop(
                    room.post(&ann, &format!("{LIST}/{id}/read"), json!({}))
                        .await
                        .expect(200),
                ),
                _ => room.rename(&bob, "Bobby").await,
            }
            let other = if_none_match(&room, &ann, &known).await;
            assert_eq!(other.response.status().as_u16(), 200, "{step}");
            known = etag(&other);
            assert_eq!(
                if_none_match(&room, &ann, &known)
                    .await
                    .response
                    .status()
                    .as_u16(),
                304
            );
        }
        // A page behind the first has none, nor a place to catch up from.
        for _ in 0..2 {
            room.group(&ann, &[]).await;
        }
        let first = room.get(&ann, "/v1/conversations?limit=1").await;
        let next = format!("{LIST}?limit=1&after={}", first["next"].as_str().unwrap());
        let second = room.send(Method::GET, &ann, &next, &Value::Null).await;
        assert!(second.response.headers().get("etag").is_none());
        assert_eq!(second.body["since"], Value::Null);
        // The place to catch up from is never older than a day.
        room.edge.advance(DAY);
        let ann = again(&room, &ann).await;
        assert_eq!(
            if_none_match(&room, &ann, &known)
                .await
                .response
                .status()
                .as_u16(),
            200
        );
    });
}

#[test]
fn the_preview_in_changes_is_what_the_viewer_may_see() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cid) = (room.user().await, room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob, &cid]).await;
        let mut place = room.get(&ann, LIST).await["since"].clone();
        room.message(&id, &bob, "m1").await;
        room.message(&id, &cid, "m2").await;
        room.block(&ann, &cid).await;
        let seen = since(&room, &ann, &place).await.expect(200);
        assert_eq!(
            seen["items"][0]["lastMessageId"], "m1",
            "not one of somebody with a block in between"
        );
        let ends = room.edge.ctx().now().plus(1000);
        room.message(&id, &bob, "m3").await;
        let patch = Patch::new().set(Message::EXPIRES_AT, ends.plus(1000));
        room.commit(Batch::new().update("m3", patch)).await;
        let seen = since(&room, &ann, &place).await.expect(200);
        assert_eq!(seen["items"][0]["lastMessageId"], "m3");
        room.edge.advance(5000);
        let seen = since(&room, &ann, &place).await.expect(200);
        assert_ne!(seen["items"][0]["lastMessageId"], "m3", "it has expired");
        room.post(&ann, &format!("{LIST}/{id}/clear"), json!({}))
            .await
            .expect(200);
        let seen = since(&room, &ann, &place).await.expect(200);
        assert_eq!(seen["items"][0]["lastMessageId"], Value::Null, "cleared");
        changes(&room, &ann, &mut place).await;
    });
}

#[test]
fn coming_in_where_nothing_is_told_of_it_is_a_change() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cid) = (room.user().await, room.user().await, room.user().await);
        let body = json!({"type": "channel", "name": "News"});
        let made = room.post(&ann, LIST, body).await.expect(201);
        let id = made["id"].as_str().unwrap().to_owned();
        let listing = json!({"category": "news"});
        let path = |rest: &str| format!("{LIST}/{id}{rest}");
        room.send(Method::PUT, &ann, &path("/listing"), &listing)
            .await
            .expect(200);
        let mut places = [&bob, &cid].map(|_| Value::Null);
        for (place, who) in places.iter_mut().zip([&bob, &cid]) {
            *place = room.get(who, LIST).await["since"].clone();
        }
        room.post(&bob, &path("/join"), Value::Null)
            .await
            .expect(201);
        let add = json!({"userIds": [cid.id]});
        room.post(&ann, &path("/members"), add).await.expect(200);
        for (place, who) in places.iter_mut().zip([&bob, &cid]) {
            let told = changes(&room, who, place).await;
            assert_eq!(told, (vec![id.clone()], vec![]), "{}", who.id);
        }
    });
}
