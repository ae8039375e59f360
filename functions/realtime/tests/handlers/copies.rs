//! Clients that keep a copy by events alone, after the first read, agree with REST after any steps in any order, and however often they
//! are away. Blocks are left out: a blocked user isn't told, so their copy keeps the state from before.

use std::collections::{BTreeMap, BTreeSet};

use futures::executor::block_on;
use proptest::prelude::*;
use realtime::round::Listeners;
use serde_json::{Map, Value, json};
use whisper_store::MAX_LIMIT;

use super::steps::{COPIES, Scene, Step, step};
use super::world::{User, World};

/// Fields of a message that follow from receipts, or are told of otherwise.
const APART: [&str; 3] = ["readBy", "deliveredTo", "status"];

/// The copy that a client keeps.
#[derive(Clone, Debug, Default, PartialEq)]
struct Copy {
    conversations: BTreeMap<String, Map<String, Value>>,
    messages: BTreeMap<String, BTreeMap<String, Map<String, Value>>>,
    /// The messages in the order in which they came.
    order: Vec<String>,
    /// Conversations that the user deleted for themselves once.
    dropped: BTreeSet<String>,
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

fn text(value: &Value, key: &str) -> String {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {value}"))
        .to_owned()
}

impl Copy {
    /// As REST shows it now.
    fn read(world: &World, who: &User) -> Self {
        let mut copy = Copy::default();
        let list = world.get(who, "/v1/conversations?limit=100");
        let asked = world.get(who, "/v1/conversations?limit=100&requests=true");
        let all = [list, asked];
        let all = all
            .iter()
            .flat_map(|list| list["items"].as_array().unwrap());
        for listed in all {
            copy.read_one(world, who, &id(listed));
        }
        copy
    }

    fn read_one(&mut self, world: &World, who: &User, place: &str) {
        let mut one = object(&world.get(who, &format!("/v1/conversations/{place}")));
        one.remove("users");
        self.conversations.insert(place.to_owned(), one);
        let page = world.get(
            who,
            &format!("/v1/conversations/{place}/messages?limit=100"),
        );
        let items = page["items"].as_array().unwrap();
        self.order.extend(items.iter().rev().map(id));
        let items = items.iter().map(|item| (id(item), object(item)));
        self.messages.insert(place.to_owned(), items.collect());
    }

    /// The copy without the fields that are told otherwise, and the ones that a client counts itself.
    fn compared(mut self) -> Self {
        for messages in self.messages.values_mut() {
            for message in messages.values_mut() {
                message.retain(|key, value| !APART.contains(&key.as_str()) && !value.is_null());
            }
        }
        for conversation in self.conversations.values_mut() {
            conversation.retain(|key, value| {
                let is_counted = ["unreadCount", "my"].contains(&key.as_str());
                !is_counted && !key.starts_with("lastMessage") && !value.is_null()
            });
        }
        self
    }

    fn apply(&mut self, world: &World, who: &User, event: &Value) {
        let place = event["conversationId"].as_str().unwrap_or_default();
        let answered = event["answered"]["messageId"].as_str();
        let messages = self.messages.get_mut(place);
        if let Some(answered) = answered.and_then(|id| messages?.get_mut(id)) {
            let count = event["answered"]["replyCount"].clone();
            answered.insert("replyCount".to_owned(), count);
        }
        match event["type"].as_str().unwrap() {
            "message.created" => {
                self.insert(place, &event["message"]);
            }
            "message.changed" => {
                let message = text(event, "messageId");
                let messages = self.messages.get_mut(place);
                if let Some(message) = messages.and_then(|all| all.get_mut(&message)) {
                    message.extend(object(&event["changes"]));
                }
            }
            "message.removed" => {
                if let Some(messages) = self.messages.get_mut(place) {
                    messages.remove(&text(event, "messageId"));
                }
            }
            "conversation.added" => {
                let place = id(&event["conversation"]);
                self.read_one(world, who, &place);
            }
            "conversation.mine" => {
                let one = &event["conversation"];
                if let Some(kept) = self.conversations.get_mut(&id(one)) {
                    *kept = object(one);
                }
            }
            "conversation.cleared" => {
                let one = &event["conversation"];
                let (place, last) = (id(one), text(event, "messageId"));
                if self.conversations.contains_key(&place) {
                    self.conversations.insert(place.clone(), object(one));
                    self.clear(world, who, &place, &last);
                }
            }
            "conversation.changed" => {
                if let Some(kept) = self.conversations.get_mut(place) {
                    kept.extend(object(&event["changes"]));
                    for message in event["messages"].as_array().unwrap() {
                        self.insert(place, message);
                    }
                }
            }
            "conversation.removed" => {
                self.conversations.remove(place);
                self.messages.remove(place);
            }
            _ => {}
        }
    }

    /// Drops the conversations that came back with messages which are all gone by now: REST lists them no more, and no event says so.
    fn without_ghosts(mut self, shown: &Copy) -> Self {
        let Copy {
            conversations,
            messages,
            dropped,
            ..
        } = &mut self;
        for place in dropped.iter() {
            let written = messages.get(place).into_iter().flat_map(BTreeMap::values);
            let mut standing = written.filter(|message| {
                let deleted = message.get("deletedAt").is_some_and(|at| !at.is_null());
                message["isSystemMessage"] != true && !deleted
            });
            if standing.next().is_none() && !shown.conversations.contains_key(place) {
                conversations.remove(place);
                messages.remove(place);
            }
        }
        self
    }

    /// Forgets the messages of a conversation up to this one; of one that isn't known it is read anew.
    fn clear(&mut self, world: &World, who: &User, place: &str, last: &str) {
        match self.order.iter().rposition(|id| id == last) {
            Some(at) => {
                let gone = &self.order[..=at];
                let messages = self.messages.entry(place.to_owned()).or_default();
                messages.retain(|id, _| !gone.contains(id));
            }
            None => self.read_one(world, who, place),
        }
    }

    fn insert(&mut self, place: &str, message: &Value) {
        let Some(messages) = self.messages.get_mut(place) else {
            return;
        };
        let id = id(message);
        if messages.insert(id.clone(), object(message)).is_none() {
            self.order.push(id);
        }
    }
}

/// A client that is away at times.
struct Client {
    copy: Copy,
    at: String,
}

impl Client {
    fn look(&mut self, world: &World, who: &User) {
        let (events, next, is_reset) = world.poll(who, Some(&self.at));
        assert!(!is_reset, "too much happened");
        for event in &events {
            self.copy.apply(world, who, event);
        }
        self.at = next;
    }
}

fn run(steps: &[Step]) {
    let mut scene = Scene::new();
    let clients = scene.users[..COPIES].iter().map(|user| {
        let (_, at, _) = scene.world.poll(user, None);
        let copy = Copy::read(&scene.world, user);
        Client { copy, at }
    });
    let mut clients: Vec<Client> = clients.collect();
    for (n, step) in steps.iter().enumerate() {
        // Of a deletion and a message after it nothing may be told to a client that was away.
        if let Step::Drop(client, group) = step
            && let Some(client) = clients.get_mut(*client)
        {
            client.copy.dropped.insert(scene.group(*group));
        }
        scene.take(n, step);
        if let Step::Look(client) = step {
            clients[*client].look(&scene.world, &scene.users[*client]);
        }
    }
    hear_together(&scene);
    for (client, user) in clients.iter_mut().zip(&scene.users) {
        client.look(&scene.world, user);
        let shown = Copy::read(&scene.world, user).compared();
        let kept = client.copy.clone().without_ghosts(&shown).compared();
        for (kept, shown, of) in [
            (
                json!(kept.conversations),
                json!(shown.conversations),
                "conversations",
            ),
            (json!(kept.messages), json!(shown.messages), "messages"),
        ] {
            let differs = differences(&kept, &shown, of);
            assert_eq!(differs, Vec::<String>::new(), "{}", user.id);
        }
    }
}

/// A user hears the same events in a hub with other listeners as in one of their own.
fn hear_together(scene: &Scene) {
    let ctx = scene.world.realtime.ctx();
    let hear = |users: &[&str]| {
        block_on(async {
            let mut listeners = Listeners::read(&ctx, users).await.unwrap();
            listeners.hear(&ctx, 0, MAX_LIMIT).await.unwrap()
        })
    };
    let users: Vec<&str> = scene.users.iter().map(|user| user.id.as_str()).collect();
    let together = hear(&users);
    for user in users {
        let of_one = together.iter().filter(|(to, _)| to == user);
        let of_one: Vec<(String, Value)> = of_one.cloned().collect();
        let alone = hear(&[user]);
        let ids = |told: &[(String, Value)]| -> Vec<String> {
            told.iter().map(|(_, event)| text(event, "id")).collect()
        };
        assert_eq!(ids(&of_one), ids(&alone));
        for ((_, together), (_, alone)) in of_one.iter().zip(&alone) {
            let differs = differences(together, alone, &text(together, "type"));
            assert_eq!(differs, Vec::<String>::new(), "{user}");
        }
    }
}

/// The places where two values differ.
fn differences(one: &Value, other: &Value, place: &str) -> Vec<String> {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let keys: std::collections::BTreeSet<_> = one.keys().chain(other.keys()).collect();
            let none = Value::Null;
            let of = |map: &Map<String, Value>, key: &str| map.get(key).unwrap_or(&none).clone();
            keys.into_iter()
                .flat_map(|key| {
                    differences(&of(one, key), &of(other, key), &format!("{place}.{key}"))
                })
                .collect()
        }
        (one, other) if one == other => Vec::new(),
        _ => vec![format!("{place}: kept {one}, REST says {other}")],
    }
}

#[test]
fn a_member_with_a_new_role_is_told_with_the_message_that_they_have_read_to_those_who_see_it() {
    run(&[
        Step::Read(4, 2),
        Step::Drop(2, 1),
        Step::Say(1, 1),
        Step::Role(1, 1, 4),
    ]);
}

#[test]
fn the_deletion_of_the_message_that_brought_a_conversation_back_is_told() {
    run(&[
        Step::Drop(0, 0),
        Step::Say(1, 2),
        Step::Look(0),
        Step::Delete(0, 0),
    ]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_copy_kept_by_events_is_as_rest_says(steps in prop::collection::vec(step(), 1..50)) {
        run(&steps);
    }
}

#[test]
fn somebody_who_hid_an_answer_hears_how_many_there_are() {
    run(&[Step::Say(1, 0), Step::Answer(1, 1, 4), Step::Hide(1, 4)]);
    run(&[
        Step::Answer(3, 0, 1),
        Step::Look(1),
        Step::Delete(3, 3),
        Step::Say(0, 2),
        Step::Say(1, 0),
        Step::Hide(1, 2),
    ]);
}

#[test]
fn members_are_told_with_what_a_newcomer_has_read_only_where_they_see_it() {
    run(&[
        Step::Leave(3, 2),
        Step::Add(0, 0, 3),
        Step::Say(3, 0),
        Step::Say(1, 0),
        Step::Read(3, 0),
        Step::Drop(1, 0),
    ]);
}
