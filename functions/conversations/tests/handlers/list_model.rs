//! The list of conversations against a simple model of it.

use std::cmp::Reverse;

use futures::executor::block_on;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::room::{Room, User, names, page};

const CONVERSATIONS: usize = 7;

/// An event in a conversation.
#[derive(Clone, Copy, Debug)]
enum Step {
    Message(usize),
    Pin(usize, bool),
    Archive(usize, bool),
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0..CONVERSATIONS;
    prop_oneof![
        4 => which.clone().prop_map(Step::Message),
        1 => (which.clone(), any::<bool>()).prop_map(|(which, is)| Step::Pin(which, is)),
        1 => (which, any::<bool>()).prop_map(|(which, is)| Step::Archive(which, is)),
        2 => (0i64..3).prop_map(Step::Wait),
    ]
}

/// A conversation, as the list should have it.
#[derive(Clone, Debug)]
struct Listed {
    id: String,
    /// The time of its last activity, and its own place.
    at: (i64, usize),
    /// When it was pinned; none if it isn't. The one that was pinned last is on top.
    pinned: Option<usize>,
    archived: bool,
}

struct Model {
    room: Room,
    me: User,
    all: Vec<Listed>,
    messages: usize,
    pins: usize,
}

impl Model {
    async fn new() -> Self {
        let room = Room::new();
        let me = room.user().await;
        let mut all = Vec::new();
        for place in 0..CONVERSATIONS {
            all.push(Listed {
                id: room.group(&me, &[]).await,
                at: (room.edge.clock().get(), place),
                pinned: None,
                archived: false,
            });
        }
        Model {
            room,
            me,
            all,
            messages: 0,
            pins: 0,
        }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Wait(millis) => self.room.edge.advance(millis),
            Step::Message(which) => {
                self.messages += 1;
                let id = format!("m{}", self.messages);
                let listed = &mut self.all[which];
                self.room.message_now(&listed.id, &self.me, &id).await;
                listed.at.0 = self.room.edge.clock().get();
            }
            Step::Pin(which, pinned) => {
                self.pins += 1;
                let was = self.all[which].pinned;
                self.all[which].pinned = pinned.then_some(was.unwrap_or(self.pins));
                self.set(which, json!({"isPinned": pinned})).await;
            }
            Step::Archive(which, archived) => {
                self.all[which].archived = archived;
                self.set(which, json!({"isArchived": archived})).await;
            }
        }
    }

    async fn set(&self, which: usize, body: Value) {
        let mine = format!("/v1/conversations/{}/me", self.all[which].id);
        self.room.patch(&self.me, &mine, body).await;
    }

    fn expected(&self, archived: bool) -> Vec<String> {
        let listed = self.all.iter().filter(|one| one.archived == archived);
        let mut listed: Vec<&Listed> = listed.collect();
        listed.sort_by_key(|one| Reverse((one.pinned, one.at)));
        listed.iter().map(|one| one.id.clone()).collect()
    }

    /// Pages from a first one on, in one direction, to the end.
    async fn walk(&self, first: Value, way: &str, limit: u32, more: &str) -> Vec<Vec<String>> {
        let (mut pages, mut part) = (Vec::new(), first);
        loop {
            pages.push(names(&part).into_iter().map(str::to_owned).collect());
            let cursor = &part[if way == "after" { "next" } else { "previous" }];
            if cursor.is_null() || pages.len() > 30 {
                return pages;
            }
            let path = page(limit, way, cursor) + more;
            part = self.room.get(&self.me, &path).await;
        }
    }

    async fn first(&self, limit: u32, more: &str) -> Value {
        let path = format!("/v1/conversations?limit={limit}{more}");
        self.room.get(&self.me, &path).await
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn pages_are_parts_of_the_model_in_both_directions(
        steps in prop::collection::vec(step(), 0..14),
        limit in 1u32..5,
    ) {
        block_on(async {
            let mut model = Model::new().await;
            for step in steps {
                model.take(step).await;
            }
            for (archived, more) in [(false, ""), (true, "&archived=true")] {
                let expected = model.expected(archived);
                let first = model.first(limit, more).await;
                let pages = model.walk(first, "after", limit, more).await;
                prop_assert_eq!(pages.concat(), expected.clone());
                // Back from each page to the top.
                let mut part = model.first(limit, more).await;
                let mut seen = names(&part).len();
                while !part["next"].is_null() {
                    part = model.room.get(&model.me, &(page(limit, "after", &part["next"]) + more)).await;
                    let back = model.room.get(&model.me, &(page(limit, "before", &part["previous"]) + more)).await;
                    let start = seen.saturating_sub(limit as usize);
                    prop_assert_eq!(names(&back), expected[start..seen].to_vec());
                    seen += names(&part).len();
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_walk_and_its_catching_up_miss_nothing(
        before in prop::collection::vec(step(), 0..6),
        during in prop::collection::vec(step(), 1..8),
        limit in 1u32..4,
    ) {
        block_on(async {
            let mut model = Model::new().await;
            for step in before {
                model.take(step).await;
            }
            let mut part = model.first(limit, "").await;
            let previous = part["previous"].clone();
            let was_there = model.expected(false);
            let mut seen: Vec<String> = names(&part).into_iter().map(str::to_owned).collect();
            // Only messages come in between: pinning or archiving in the meantime would be the walker's own doing.
            for step in during.into_iter().filter(|step| matches!(step, Step::Message(_) | Step::Wait(_))) {
                model.take(step).await;
                if !part["next"].is_null() {
                    part = model.room.get(&model.me, &page(limit, "after", &part["next"])).await;
                    seen.extend(names(&part).into_iter().map(str::to_owned));
                }
            }
            seen.extend(model.walk(part, "after", limit, "").await.concat());
            if !previous.is_null() {
                let since = model.room.get(&model.me, &page(limit, "before", &previous)).await;
                let pages = model.walk(since, "before", limit, "").await;
                prop_assert!(pages.len() < 30, "catching up comes to an end");
                seen.extend(pages.concat());
            }
            for id in was_there {
                prop_assert!(seen.contains(&id), "{} was missed", id);
            }
            Ok(())
        })?;
    }
}
