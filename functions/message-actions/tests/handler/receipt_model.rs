//! Receipts, status and unread counts against a simple model, with steps of any kind in between.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_messages::testing::Person;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::world::World;

/// People: the first owns the group, and stays.
const PEOPLE: usize = 4;

#[derive(Clone, Debug)]
enum Step {
    Send(usize),
    Read(usize, Index),
    /// The newest, without saying which.
    ReadAll(usize),
    Receive(usize, Index),
    /// Goes, or comes back.
    Move(usize),
    /// Turns read receipts on or off.
    Toggle(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..PEOPLE;
    prop_oneof![
        6 => who().prop_map(Step::Send),
        4 => (who(), any::<Index>()).prop_map(|(who, to)| Step::Read(who, to)),
        2 => who().prop_map(Step::ReadAll),
        4 => (who(), any::<Index>()).prop_map(|(who, to)| Step::Receive(who, to)),
        2 => (1..PEOPLE).prop_map(Step::Move),
        2 => who().prop_map(Step::Toggle),
    ]
}

/// Somebody in the model. Places count the messages up to there; 0 is none.
#[derive(Clone, Copy, Default)]
struct One {
    is_gone: bool,
    is_silent: bool,
    joined: usize,
    read: usize,
    told: usize,
    received: usize,
}

impl One {
    fn receive(&mut self, to: usize) {
        self.received = self.received.max(to.max(self.joined));
    }

    fn reads(&mut self, to: usize) {
        self.read = self.read.max(to);
        self.receive(to);
        if !self.is_silent {
            self.told = self.told.max(to.max(self.joined));
        }
    }
}

/// The group in the model: senders of the messages, and its people.
#[derive(Default)]
struct Model {
    sent: Vec<usize>,
    people: [One; PEOPLE],
}

impl Model {
    /// Up to where somebody has read, and received, as far as the viewer is told.
    fn known(&self, viewer: usize, who: usize) -> (usize, usize) {
        let one = &self.people[who];
        let read = match (viewer == who, self.people[viewer].is_silent) {
            (true, _) => one.read,
            (false, false) => one.told,
            (false, true) => 0,
        };
        (read, one.received.max(read))
    }

    /// The members to whom a message was sent and who still belong to the group.
    fn recipients(&self, at: usize) -> impl Iterator<Item = usize> {
        let sender = self.sent[at];
        let there = move |who: &usize| {
            let one = &self.people[*who];
            *who != sender && !one.is_gone && one.joined <= at
        };
        (0..PEOPLE).filter(there)
    }

    fn status(&self, viewer: usize, at: usize) -> &'static str {
        if self.sent[at] != viewer {
            return "sent";
        }
        let others: Vec<&One> = (0..PEOPLE)
            .filter(|who| *who != viewer)
            .map(|who| &self.people[who])
            .filter(|one| !one.is_gone)
            .collect();
        let all = |place: fn(&One) -> usize| {
            let reached = |one: &&&One| match place(one) {
                0 => one.joined > at,
                place => place > at,
            };
            !others.is_empty() && others.iter().all(|one| reached(&one))
        };
        match (
            !self.people[viewer].is_silent && all(|one| one.told),
            all(|one| one.received),
        ) {
            (true, _) => "read",
            (false, true) => "delivered",
            (false, false) => "sent",
        }
    }

    fn unread(&self, viewer: usize) -> usize {
        let one = &self.people[viewer];
        let behind = one.read.max(one.joined);
        let others = self.sent.iter().skip(behind);
        others.filter(|sender| **sender != viewer).count()
    }
}

struct Play {
    world: World,
    people: Vec<Person>,
    group: String,
    ids: Vec<String>,
    model: Model,
}

impl Play {
    fn new() -> Self {
        let world = World::with(&[
            ("stranger_rate_per_hour", "0"),
            ("added_member_rate_per_hour", "0"),
        ]);
        let people: Vec<Person> = (0..PEOPLE).map(|_| world.scene.person()).collect();
        for (n, person) in people.iter().enumerate() {
            world.scene.name(person, &format!("person{n}"));
        }
        let group = world.scene.group(&people.iter().collect::<Vec<_>>());
        let owns = Patch::new().set(ConversationMember::ROLE, ConversationMemberRole::Owner);
        let owner = whisper_people::ids::member_id(&group, &people[0].id);
        world.scene.change::<ConversationMember>(&owner, owns);
        Play {
            world,
            people,
            group,
            ids: Vec::new(),
            model: Model::default(),
        }
    }

    fn post(&self, who: usize, path: &str, body: &Value) -> u16 {
        let answer = self
            .world
            .ask_with(Method::POST, &self.people[who], path, body);
        answer.response.status().as_u16()
    }

    fn take(&mut self, step: Step) {
        let group = self.group.clone();
        match step {
            Step::Send(who) if !self.model.people[who].is_gone => {
                self.ids
                    .push(self.world.scene.say(&self.people[who], &group, "x"));
                self.model.sent.push(who);
            }
            Step::Read(who, to) if !self.ids.is_empty() => {
                let to = to.index(self.ids.len());
                let body = json!({"messageId": self.ids[to]});
                let status = self.post(who, &format!("/{group}/read"), &body);
                let one = &mut self.model.people[who];
                assert_eq!(status, if one.is_gone { 404 } else { 200 });
                if !one.is_gone {
                    one.reads(to + 1);
                }
            }
            Step::ReadAll(who) => {
                self.post(who, &format!("/{group}/read"), &json!({}));
                let (all, one) = (self.ids.len(), &mut self.model.people[who]);
                if !one.is_gone {
                    one.reads(all);
                }
            }
            Step::Receive(who, to) if !self.ids.is_empty() => {
                let to = to.index(self.ids.len());
                let named = json!({"conversationId": group, "messageId": self.ids[to]});
                let body = json!({"messages": [named]});
                assert_eq!(self.post(who, "/delivered", &body), 200);
                let one = &mut self.model.people[who];
                if !one.is_gone {
                    one.receive(to + 1);
                }
            }
            Step::Move(who) => self.moves(who),
            Step::Toggle(who) => {
                let one = &mut self.model.people[who];
                one.is_silent = !one.is_silent;
                let value = if one.is_silent { "nobody" } else { "everyone" };
                let settings = json!({"readReceipts": value}).to_string();
                let patch = Patch::<Profile>::new().set(Profile::PRIVACY_SETTINGS, settings);
                self.world.scene.change(&self.people[who].id, patch);
            }
            _ => {}
        }
    }

    fn moves(&mut self, who: usize) {
        let group = &self.group;
        match self.model.people[who].is_gone {
            false => {
                assert_eq!(
                    self.post(who, &format!("/{group}/leave"), &Value::Null),
                    204
                );
                self.model.people[who].is_gone = true;
            }
            true => {
                let body = json!({"userIds": [self.people[who].id]});
                assert_eq!(self.post(0, &format!("/{group}/members"), &body), 200);
                // Else it is a request, about which nothing is told.
                let accept = format!("/{group}/accept");
                assert_eq!(self.post(who, &accept, &Value::Null), 200);
                let one = &mut self.model.people[who];
                (one.is_gone, one.joined) = (false, self.ids.len());
                (one.told, one.received) = (0, 0);
            }
        }
    }

    fn ids_of(&self, whom: impl Iterator<Item = usize>) -> BTreeSet<String> {
        whom.map(|who| self.people[who].id.clone()).collect()
    }

    fn check(&self) {
        let there = |who: &usize| !self.model.people[*who].is_gone;
        for viewer in (0..PEOPLE).filter(there) {
            let who = &self.people[viewer];
            let page = self
                .world
                .scene
                .read(who, &self.group, "?limit=100&order=asc")
                .expect(200);
            let items = page["items"].as_array().unwrap().iter();
            let items: Vec<&Value> = items
                .filter(|item| item["isSystemMessage"] == false)
                .collect();
            assert_eq!(items.len(), self.ids.len());
            for (at, item) in items.into_iter().enumerate() {
                let recipients = || self.model.recipients(at);
                let known = |who: usize| self.model.known(viewer, who);
                let read = self.ids_of(recipients().filter(|who| known(*who).0 > at));
                let received = self.ids_of(recipients().filter(|who| known(*who).1 > at));
                let of = |key: &str| serde_json::from_value::<BTreeSet<String>>(item[key].clone());
                assert_eq!(of("readBy").unwrap(), read, "{at} for {viewer}");
                assert_eq!(of("deliveredTo").unwrap(), received, "{at} for {viewer}");
                assert_eq!(
                    item["status"],
                    self.model.status(viewer, at),
                    "{at} for {viewer}"
                );
                if self.model.sent[at] == viewer {
                    self.check_list(viewer, at, &read, &received);
                }
            }
            let seen = self
                .world
                .ask(Method::GET, who, &format!("/{}", self.group));
            assert_eq!(
                seen.expect(200)["my"]["unreadCount"],
                self.model.unread(viewer)
            );
        }
    }

    /// The list of receipts agrees with the message's own receipts.
    fn check_list(
        &self,
        sender: usize,
        at: usize,
        read: &BTreeSet<String>,
        received: &BTreeSet<String>,
    ) {
        let list = |state: &str| {
            let rest = format!("/{}/receipts?limit=100&state={state}", self.ids[at]);
            let who = &self.people[sender];
            let page = self.world.scene.act(who, Method::GET, &self.group, &rest);
            let page = page.expect(200);
            let items = page["items"].as_array().unwrap().iter();
            let users = items.map(|item| {
                assert!(item["deliveredAt"].is_string(), "{item}");
                assert_eq!(item["readAt"].is_string(), state == "read", "{item}");
                item["userId"].as_str().unwrap().to_owned()
            });
            let counts = [&page["readCount"], &page["deliveredCount"]].map(Value::clone);
            assert_eq!(counts, [json!(read.len()), json!(received.len())]);
            users.collect::<BTreeSet<_>>()
        };
        assert_eq!(&list("read"), read);
        let rest: BTreeSet<String> = received.difference(read).cloned().collect();
        assert_eq!(list("delivered"), rest);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]

    #[test]
    fn receipts_status_and_unread_counts_follow_the_model(steps in prop::collection::vec(step(), 0..40)) {
        let mut play = Play::new();
        for step in steps {
            play.take(step);
        }
        play.check();
    }
}
