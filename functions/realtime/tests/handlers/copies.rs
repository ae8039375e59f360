//! Clients that keep a copy by events alone, after the first read, have what REST says: whatever happens in whatever order, and however
//! often they are away. Blocks are left out: who is blocked isn't told, so what they had before stays in their copy.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use whisper_kit::Method;

use super::world::{User, World};

/// Users; the first two keep copies.
const USERS: usize = 5;
const COPIES: usize = 2;
/// Groups that there are from the start.
const GROUPS: usize = 2;
/// Fields of a message that follow from receipts, or are told of otherwise.
const APART: [&str; 3] = ["readBy", "deliveredTo", "status"];

/// Something that happens.
#[derive(Clone, Debug)]
enum Step {
    Say(usize, usize),
    Answer(usize, usize, usize),
    Edit(usize, usize),
    Delete(usize, usize),
    Hide(usize, usize),
    React(usize, usize, usize),
    Unreact(usize, usize, usize),
    Pin(usize, usize),
    Unpin(usize, usize),
    Star(usize, usize),
    Read(usize, usize),
    Rename(usize, usize),
    Add(usize, usize, usize),
    Leave(usize, usize),
    Remove(usize, usize, usize),
    Role(usize, usize, usize),
    Mute(usize, usize),
    Clear(usize, usize),
    Make(usize, usize),
    /// One who keeps a copy looks.
    Look(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let user = || 0..USERS;
    let group = || 0..GROUPS + 2;
    let message = || 0..6usize;
    prop_oneof![
        6 => (user(), group()).prop_map(|(u, g)| Step::Say(u, g)),
        2 => (user(), group(), message()).prop_map(|(u, g, m)| Step::Answer(u, g, m)),
        2 => (user(), message()).prop_map(|(u, m)| Step::Edit(u, m)),
        2 => (user(), message()).prop_map(|(u, m)| Step::Delete(u, m)),
        1 => (user(), message()).prop_map(|(u, m)| Step::Hide(u, m)),
        3 => (user(), message(), 0..3usize).prop_map(|(u, m, r)| Step::React(u, m, r)),
        2 => (user(), message(), 0..3usize).prop_map(|(u, m, r)| Step::Unreact(u, m, r)),
        1 => (user(), message()).prop_map(|(u, m)| Step::Pin(u, m)),
        1 => (user(), message()).prop_map(|(u, m)| Step::Unpin(u, m)),
        1 => (user(), message()).prop_map(|(u, m)| Step::Star(u, m)),
        2 => (user(), message()).prop_map(|(u, m)| Step::Read(u, m)),
        1 => (user(), group()).prop_map(|(u, g)| Step::Rename(u, g)),
        2 => (user(), group(), user()).prop_map(|(u, g, v)| Step::Add(u, g, v)),
        1 => (user(), group()).prop_map(|(u, g)| Step::Leave(u, g)),
        1 => (user(), group(), user()).prop_map(|(u, g, v)| Step::Remove(u, g, v)),
        1 => (user(), group(), user()).prop_map(|(u, g, v)| Step::Role(u, g, v)),
        1 => (user(), group()).prop_map(|(u, g)| Step::Mute(u, g)),
        1 => (user(), group()).prop_map(|(u, g)| Step::Clear(u, g)),
        1 => (user(), user()).prop_map(|(u, v)| Step::Make(u, v)),
        4 => (0..COPIES).prop_map(Step::Look),
    ]
}

/// What a client keeps.
#[derive(Clone, Debug, Default, PartialEq)]
struct Copy {
    conversations: BTreeMap<String, Map<String, Value>>,
    messages: BTreeMap<String, BTreeMap<String, Map<String, Value>>>,
    /// The messages in the order in which they came.
    order: Vec<String>,
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

    /// Without what is told otherwise, and what a client counts itself.
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
                let messages = self.messages.entry(place.to_owned()).or_default();
                if let Some(message) = messages.get_mut(&message) {
                    message.extend(object(&event["changes"]));
                }
            }
            "message.removed" => {
                let messages = self.messages.entry(place.to_owned()).or_default();
                messages.remove(&text(event, "messageId"));
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
    let world = World::new();
    let names = ["ann", "bob", "cat", "dan", "eve"];
    let users: Vec<User> = names.iter().map(|name| world.user(name)).collect();
    let all: Vec<&User> = users[1..].iter().collect();
    let mut groups = vec![
        world.group(&users[0], &all),
        world.group(&users[1], &all[1..]),
    ];
    let mut messages: Vec<(String, String)> = Vec::new();
    for (n, group) in groups.iter().enumerate() {
        messages.push((
            group.clone(),
            world.say(&users[1], group, &format!("first {n}")),
        ));
    }
    let clients = users[..COPIES].iter().map(|user| {
        let (_, at, _) = world.poll(user, None);
        let copy = Copy::read(&world, user);
        Client { copy, at }
    });
    let mut clients: Vec<Client> = clients.collect();
    for (n, step) in steps.iter().enumerate() {
        take(&world, &users, &mut groups, &mut messages, n, step);
        if let Step::Look(client) = step {
            clients[*client].look(&world, &users[*client]);
        }
    }
    for (client, user) in clients.iter_mut().zip(&users) {
        client.look(&world, user);
        let shown = Copy::read(&world, user).compared();
        let kept = client.copy.clone().compared();
        let differs = differences(
            &json!(kept.conversations),
            &json!(shown.conversations),
            "conversations",
        );
        assert_eq!(differs, Vec::<String>::new(), "{}", user.id);
        let differs = differences(&json!(kept.messages), &json!(shown.messages), "messages");
        assert_eq!(differs, Vec::<String>::new(), "{}", user.id);
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

/// Takes a step; whoever may not is refused, and nothing happens.
fn take(
    world: &World,
    users: &[User],
    groups: &mut Vec<String>,
    messages: &mut Vec<(String, String)>,
    n: usize,
    step: &Step,
) {
    const EMOJI: [&str; 3] = ["%F0%9F%91%8D", "%F0%9F%8E%89", "%E2%9D%A4%EF%B8%8F"];
    let group = |g: &usize| groups[*g % groups.len()].clone();
    let newest = |m: &usize| messages[messages.len() - 1 - *m % messages.len()].clone();
    let of = |m: &usize, rest: &str| {
        let (place, message) = newest(m);
        format!("/v1/conversations/{place}/messages/{message}{rest}")
    };
    let (post, put) = (Method::POST, Method::PUT);
    let words = json!({"content": format!("words {n}")});
    let (who, method, path, body) = match step {
        Step::Look(_) => return,
        Step::Say(u, g) => (
            u,
            post,
            format!("/v1/conversations/{}/messages", group(g)),
            words,
        ),
        Step::Answer(u, g, m) => {
            let body = json!({"content": format!("answer {n}"), "replyToMessageId": newest(m).1});
            (
                u,
                post,
                format!("/v1/conversations/{}/messages", group(g)),
                body,
            )
        }
        Step::Edit(u, m) => (u, Method::PATCH, of(m, ""), words),
        Step::Delete(u, m) => (u, Method::DELETE, of(m, "?for=all"), Value::Null),
        Step::Hide(u, m) => (u, Method::DELETE, of(m, "?for=me"), Value::Null),
        Step::React(u, m, r) => (
            u,
            put,
            of(m, &format!("/reactions/{}", EMOJI[*r])),
            Value::Null,
        ),
        Step::Unreact(u, m, r) => {
            let path = of(m, &format!("/reactions/{}", EMOJI[*r]));
            (u, Method::DELETE, path, Value::Null)
        }
        Step::Pin(u, m) => (u, put, of(m, "/pin"), Value::Null),
        Step::Unpin(u, m) => (u, Method::DELETE, of(m, "/pin"), Value::Null),
        Step::Star(u, m) => (u, put, of(m, "/star"), Value::Null),
        Step::Read(u, m) => {
            let (place, message) = newest(m);
            let path = format!("/v1/conversations/{place}/read");
            (u, post, path, json!({"messageId": message}))
        }
        Step::Rename(u, g) => {
            let body = json!({"name": format!("Name {n}")});
            (
                u,
                Method::PATCH,
                format!("/v1/conversations/{}", group(g)),
                body,
            )
        }
        Step::Add(u, g, v) => {
            let path = format!("/v1/conversations/{}/members", group(g));
            (u, post, path, json!({"userIds": [users[*v].id]}))
        }
        Step::Leave(u, g) => (
            u,
            post,
            format!("/v1/conversations/{}/leave", group(g)),
            Value::Null,
        ),
        Step::Remove(u, g, v) => {
            let path = format!("/v1/conversations/{}/members/{}", group(g), users[*v].id);
            (u, Method::DELETE, path, Value::Null)
        }
        Step::Role(u, g, v) => {
            let path = format!("/v1/conversations/{}/members/{}", group(g), users[*v].id);
            (u, Method::PATCH, path, json!({"role": "admin"}))
        }
        Step::Mute(u, g) => {
            let path = format!("/v1/conversations/{}/me", group(g));
            (u, Method::PATCH, path, json!({"isMuted": n % 2 == 0}))
        }
        Step::Clear(u, g) => (
            u,
            post,
            format!("/v1/conversations/{}/clear", group(g)),
            Value::Null,
        ),
        Step::Make(u, v) => {
            let body = json!({"type": "direct", "participantIds": [users[*v].id]});
            (u, post, "/v1/conversations".to_owned(), body)
        }
    };
    let answer = world.call(&users[*who], method, &path, &body);
    let status = answer.response.status().as_u16();
    assert!(status < 500, "{step:?}: {}", answer.body);
    if status == 201 {
        match step {
            Step::Say(_, g) | Step::Answer(_, g, _) => {
                let place = groups[*g % groups.len()].clone();
                messages.push((place, id(&answer.body)));
            }
            Step::Make(..) => groups.push(id(&answer.body)),
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_copy_kept_by_events_is_as_rest_says(steps in prop::collection::vec(step(), 1..50)) {
        run(&steps);
    }
}
