//! The steps of five users, in any order.

use proptest::prelude::*;
use serde_json::{Value, json};
use whisper_kit::Method;

use super::world::{User, World};

/// Users; the first two keep copies.
const USERS: usize = 5;
pub const COPIES: usize = 2;
/// Groups that there are from the start.
const GROUPS: usize = 2;
const EMOJI: [&str; 3] = ["%F0%9F%91%8D", "%F0%9F%8E%89", "%E2%9D%A4%EF%B8%8F"];

/// A step.
#[derive(Clone, Debug)]
pub enum Step {
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
    /// A user deletes a conversation for themselves, until somebody writes there.
    Drop(usize, usize),
    /// A user reads the list of their conversations, which has the ones again in which somebody wrote.
    List(usize),
    Make(usize, usize),
    /// A user who keeps a copy reads the events.
    Look(usize),
}

pub fn step() -> impl Strategy<Value = Step> {
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
        2 => (user(), group()).prop_map(|(u, g)| Step::Drop(u, g)),
        1 => user().prop_map(Step::List),
        1 => (user(), user()).prop_map(|(u, v)| Step::Make(u, v)),
        4 => (0..COPIES).prop_map(Step::Look),
    ]
}

/// The users, their groups, and the messages so far.
pub struct Scene {
    pub world: World,
    pub users: Vec<User>,
    groups: Vec<String>,
    messages: Vec<(String, String)>,
}

/// A request: of which user, and what.
type Call = (usize, Method, String, Value);

impl Scene {
    /// Two groups, each with a message.
    pub fn new() -> Self {
        let world = World::new();
        let names = ["ann", "bob", "cat", "dan", "eve"];
        let users: Vec<User> = names.iter().map(|name| world.user(name)).collect();
        let all: Vec<&User> = users[1..].iter().collect();
        let groups = vec![
            world.group(&users[0], &all),
            world.group(&users[1], &all[1..]),
        ];
        let first = |(n, group): (usize, &String)| {
            let message = world.say(&users[1], group, &format!("first {n}"));
            (group.clone(), message)
        };
        let messages = groups.iter().enumerate().map(first).collect();
        Scene {
            world,
            users,
            groups,
            messages,
        }
    }

    /// Takes a step; a user who may not is refused, and nothing happens.
    pub fn take(&mut self, n: usize, step: &Step) {
        let call = self.of_message(n, step).or_else(|| self.of_group(n, step));
        let Some((who, method, path, body)) = call else {
            return;
        };
        let answer = self.world.call(&self.users[who], method, &path, &body);
        let status = answer.response.status().as_u16();
        assert!(status < 500, "{step:?}: {}", answer.body);
        if status == 201 {
            let id = answer.body["id"].as_str().unwrap().to_owned();
            match step {
                Step::Say(_, g) | Step::Answer(_, g, _) => self.messages.push((self.group(*g), id)),
                Step::Make(..) => self.groups.push(id),
                _ => {}
            }
        }
    }

    /// Id of a group.
    pub fn group(&self, g: usize) -> String {
        self.groups[g % self.groups.len()].clone()
    }

    fn newest(&self, m: usize) -> &(String, String) {
        &self.messages[self.messages.len() - 1 - m % self.messages.len()]
    }

    fn of_message(&self, n: usize, step: &Step) -> Option<Call> {
        let of = |m: usize, rest: &str| {
            let (place, message) = self.newest(m);
            format!("/v1/conversations/{place}/messages/{message}{rest}")
        };
        let reaction = |m: usize, r: usize| of(m, &format!("/reactions/{}", EMOJI[r]));
        let (put, delete, nothing) = (Method::PUT, Method::DELETE, Value::Null);
        let (who, method, path, body) = match *step {
            Step::Edit(u, m) => {
                let words = json!({"content": format!("words {n}")});
                (u, Method::PATCH, of(m, ""), words)
            }
            Step::Delete(u, m) => (u, delete, of(m, "?for=all"), nothing),
            Step::Hide(u, m) => (u, delete, of(m, "?for=me"), nothing),
            Step::React(u, m, r) => (u, put, reaction(m, r), nothing),
            Step::Unreact(u, m, r) => (u, delete, reaction(m, r), nothing),
            Step::Pin(u, m) => (u, put, of(m, "/pin"), nothing),
            Step::Unpin(u, m) => (u, delete, of(m, "/pin"), nothing),
            Step::Star(u, m) => (u, put, of(m, "/star"), nothing),
            Step::Read(u, m) => {
                let (place, message) = self.newest(m);
                let path = format!("/v1/conversations/{place}/read");
                (u, Method::POST, path, json!({"messageId": message}))
            }
            _ => return None,
        };
        Some((who, method, path, body))
    }

    fn of_group(&self, n: usize, step: &Step) -> Option<Call> {
        let of = |g: usize, rest: &str| format!("/v1/conversations/{}{rest}", self.group(g));
        let id = |v: usize| self.users[v].id.as_str();
        let member = |g: usize, v: usize| of(g, &format!("/members/{}", id(v)));
        let (post, patch, nothing) = (Method::POST, Method::PATCH, Value::Null);
        let (who, method, path, body) = match *step {
            Step::Say(u, g) => {
                let words = json!({"content": format!("words {n}")});
                (u, post, of(g, "/messages"), words)
            }
            Step::Answer(u, g, m) => {
                let (_, answered) = self.newest(m);
                let words = json!({"content": format!("answer {n}"), "replyToMessageId": answered});
                (u, post, of(g, "/messages"), words)
            }
            Step::Rename(u, g) => (u, patch, of(g, ""), json!({"name": format!("Name {n}")})),
            Step::Add(u, g, v) => (u, post, of(g, "/members"), json!({"userIds": [id(v)]})),
            Step::Leave(u, g) => (u, post, of(g, "/leave"), nothing),
            Step::Remove(u, g, v) => (u, Method::DELETE, member(g, v), nothing),
            Step::Role(u, g, v) => (u, patch, member(g, v), json!({"role": "admin"})),
            Step::Mute(u, g) => {
                let is_muted = n.is_multiple_of(2);
                (u, patch, of(g, "/me"), json!({"isMuted": is_muted}))
            }
            Step::Clear(u, g) => (u, post, of(g, "/clear"), nothing),
            Step::Drop(u, g) => (u, Method::DELETE, of(g, "/me"), nothing),
            Step::List(u) => (u, Method::GET, "/v1/conversations".to_owned(), nothing),
            Step::Make(u, v) => {
                let body = json!({"type": "direct", "participantIds": [id(v)]});
                (u, post, "/v1/conversations".to_owned(), body)
            }
            _ => return None,
        };
        Some((who, method, path, body))
    }
}
