//! A client that only ever catches up has the list of one that reads everything anew.

use std::collections::BTreeMap;

use futures::executor::block_on;
use proptest::prelude::*;
use serde_json::{Value, json};
use whisper_kit::Method;

use super::catching_up::since;
use super::my_settings::mine;
use super::room::{Room, User};

const PLACES: usize = 4;

#[derive(Clone, Copy, Debug)]
enum Step {
    Say(usize),
    Read(usize),
    Set(usize, usize),
    Clear(usize),
    Delete(usize),
    Leave(usize),
    SendAway(usize),
    Add(usize),
    New,
    Rename(usize),
    Wait,
    /// The client asks for the changes.
    CatchUp,
}

fn step() -> impl Strategy<Value = Step> {
    let which = || 0..PLACES;
    prop_oneof![
        4 => which().prop_map(Step::Say),
        2 => which().prop_map(Step::Read),
        2 => (which(), 0..6usize).prop_map(|(which, how)| Step::Set(which, how)),
        1 => which().prop_map(Step::Clear),
        1 => which().prop_map(Step::Delete),
        1 => which().prop_map(Step::Leave),
        1 => which().prop_map(Step::SendAway),
        2 => which().prop_map(Step::Add),
        1 => Just(Step::New),
        1 => which().prop_map(Step::Rename),
        1 => Just(Step::Wait),
        3 => Just(Step::CatchUp),
    ]
}

struct World {
    room: Room,
    me: User,
    other: User,
    made: Vec<String>,
    said: usize,
}

/// Conversations by their ids, as a client keeps them.
type Known = BTreeMap<String, Value>;

impl World {
    async fn new() -> Self {
        let room = Room::with(&[("list_change_rate_per_minute", "0")]);
        let (me, other) = (room.user().await, room.user().await);
        room.follow(&me, &other).await;
        let mut made = Vec::new();
        for _ in 0..PLACES {
            made.push(room.group(&other, &[&me]).await);
        }
        World {
            room,
            me,
            other,
            made,
            said: 0,
        }
    }

    /// Some steps make no sense at their time and are refused, which changes nothing.
    async fn take(&mut self, step: Step) {
        let (room, me, other) = (&self.room, &self.me, &self.other);
        let at = |which: usize, rest: &str| format!("/v1/conversations/{}{rest}", self.made[which]);
        match step {
            Step::Say(which) => {
                self.said += 1;
                let message = format!("m{}", self.said);
                room.message_now(&self.made[which], other, &message).await;
            }
            Step::Read(which) => drop(room.post(me, &at(which, "/read"), json!({})).await),
            Step::Set(which, how) => {
                let body = [
                    json!({"isMuted": true}),
                    json!({"isMuted": false}),
                    json!({"isPinned": true}),
                    json!({"isPinned": false}),
                    json!({"isArchived": true}),
                    json!({"isMarkedUnread": true}),
                ];
                room.send(Method::PATCH, me, &mine(&self.made[which]), &body[how])
                    .await;
            }
            Step::Clear(which) => drop(room.post(me, &at(which, "/clear"), json!({})).await),
            Step::Delete(which) => {
                room.send(Method::DELETE, me, &mine(&self.made[which]), &Value::Null)
                    .await;
            }
            Step::Leave(which) => drop(room.post(me, &at(which, "/leave"), json!({})).await),
            Step::SendAway(which) => {
                let path = at(which, &format!("/members/{}", me.id));
                room.send(Method::DELETE, other, &path, &Value::Null).await;
            }
            Step::Add(which) => {
                let body = json!({"userIds": [me.id]});
                room.post(other, &at(which, "/members"), body).await;
            }
            Step::New => drop(room.group(other, &[me]).await),
            Step::Rename(which) => {
                let body = json!({"name": format!("Room {}", self.said)});
                room.send_matching(Method::PATCH, other, &at(which, ""), &body)
                    .await;
            }
            Step::Wait => room.edge.advance(1),
            Step::CatchUp => {}
        }
    }

    /// All conversations, read anew.
    async fn all(&self) -> (Known, Value) {
        let (mut known, mut place) = (Known::new(), Value::Null);
        for which in [
            "",
            "&archived=true",
            "&requests=true",
            "&requests=true&archived=true",
        ] {
            let list = format!("/v1/conversations?limit=100{which}");
            let list = self.room.get(&self.me, &list).await;
            if place.is_null() {
                place = list["since"].clone();
            }
            keep(&mut known, &list);
        }
        (known, place)
    }
}

/// Takes in the conversations of an answer. The number of members and the time of a change are those of the moment.
fn keep(known: &mut Known, answer: &Value) {
    for item in answer["items"].as_array().unwrap() {
        known.insert(item["id"].as_str().unwrap().to_owned(), item.clone());
    }
    for gone in answer["gone"].as_array().into_iter().flatten() {
        known.remove(gone.as_str().unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn catching_up_leads_where_reading_everything_does(steps in prop::collection::vec(step(), 1..30)) {
        block_on(async {
            let mut world = World::new().await;
            let (mut known, mut place) = world.all().await;
            for step in steps.into_iter().chain([Step::CatchUp]) {
                world.take(step).await;
                if matches!(step, Step::CatchUp) {
                    let seen = since(&world.room, &world.me, &place).await.expect(200);
                    keep(&mut known, &seen);
                    place = seen["since"].clone();
                    prop_assert_eq!(&known, &world.all().await.0);
                    let again = since(&world.room, &world.me, &place).await.expect(200);
                    prop_assert_eq!(&again["items"], &json!([]));
                }
            }
            Ok(())
        })?;
    }
}
