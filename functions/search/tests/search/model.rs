//! Searches against a model that looks at every message.

use proptest::prelude::*;
use serde_json::Value;
use whisper_kit::ids::member_id;
use whisper_messages::testing::Person;
use whisper_schema::prelude::*;
use whisper_store::Patch;
use whisper_words::{marks, phrases};

use crate::{World, contents};

const TEXTS: &[&str] = &[
    "hello world",
    "Hello, you",
    "Größe zählt",
    "grosse Welt",
    "東京都",
    "京都東",
    "a-b c",
    "wor ld",
    "you",
];
const QUESTIONS: &[&str] = &[
    "hello",
    "hel",
    "wor",
    "grosse",
    "gro",
    "you hello",
    "\"hello you\"",
    "東京",
    "京",
    "a-b",
    "b c",
    "none",
    "l",
    "you ",
];

#[derive(Clone, Debug)]
enum Step {
    Say(usize, usize, &'static str),
    Edit(usize, &'static str),
    Delete(usize),
    Hide(usize, usize),
    Join(usize, usize, bool),
    TakeIn,
    Job,
}

fn step() -> impl Strategy<Value = Step> {
    let text = || prop::sample::select(TEXTS);
    prop_oneof![
        6 => (0usize..3, 0usize..3, text()).prop_map(|(who, room, words)| Step::Say(who, room, words)),
        2 => (0usize..20, text()).prop_map(|(message, words)| Step::Edit(message, words)),
        2 => (0usize..20).prop_map(Step::Delete),
        1 => (0usize..20, 0usize..3).prop_map(|(message, who)| Step::Hide(message, who)),
        1 => (0usize..3, 0usize..3, any::<bool>()).prop_map(|(who, room, is)| Step::Join(who, room, is)),
        3 => Just(Step::TakeIn),
        1 => Just(Step::Job),
    ]
}

/// A message as the model has it.
struct Said {
    id: String,
    room: usize,
    words: &'static str,
    is_deleted: bool,
    hidden: Vec<usize>,
    /// Whether the consumer has yet to take it in.
    is_new: bool,
}

struct Model {
    world: World,
    people: Vec<Person>,
    rooms: Vec<String>,
    said: Vec<Said>,
    members: [[bool; 3]; 3],
}

impl Model {
    fn new() -> Self {
        let world = World::new();
        let people: Vec<Person> = (0..3).map(|_| world.scene.person()).collect();
        let all: Vec<&Person> = people.iter().collect();
        let rooms = (0..3).map(|_| world.scene.group(&all)).collect();
        Self {
            world,
            people,
            rooms,
            said: Vec::new(),
            members: [[true; 3]; 3],
        }
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Say(who, room, words) if self.members[room][who] => self.say(who, room, words),
            Step::Edit(message, words) => {
                if let Some(said) = self.said.get_mut(message).filter(|said| !said.is_deleted) {
                    said.words = words;
                    // Until the entry follows, the message is found by words that it had and has.
                    said.is_new = true;
                    self.world.edit(&said.id, words);
                    self.world.tell("message.edited", &said.id);
                }
            }
            Step::Delete(message) => {
                if let Some(said) = self.said.get_mut(message).filter(|said| !said.is_deleted) {
                    said.is_deleted = true;
                    self.world.delete(&said.id);
                    self.world.tell("message.deleted", &said.id);
                }
            }
            Step::Hide(message, who) => {
                if let Some(said) = self.said.get_mut(message) {
                    let (person, room) = (&self.people[who], &self.rooms[said.room]);
                    let answer = self.world.scene.hide(person, room, &said.id);
                    if answer.response.status() == 204 {
                        said.hidden.push(who);
                    }
                }
            }
            Step::Join(who, room, is) => {
                self.members[room][who] = is;
                let status = match is {
                    true => ConversationMemberStatus::Active,
                    false => ConversationMemberStatus::Left,
                };
                let membership =
                    Patch::<ConversationMember>::new().set(ConversationMember::STATUS, status);
                self.world.scene.change(
                    &member_id(&self.rooms[room], &self.people[who].id),
                    membership,
                );
            }
            Step::TakeIn | Step::Job => {
                match step {
                    Step::Job => drop(self.world.job()),
                    _ => drop(self.world.take_in()),
                }
                self.said.iter_mut().for_each(|said| said.is_new = false);
            }
            Step::Say(..) => {}
        }
    }

    fn say(&mut self, who: usize, room: usize, words: &'static str) {
        let (person, place) = (&self.people[who], &self.rooms[room]);
        self.said.push(Said {
            id: self.world.scene.say(person, place, words),
            room,
            words,
            is_deleted: false,
            hidden: Vec::new(),
            is_new: true,
        });
    }

    /// Holds somebody's finds in these rooms to the model: all answers that have been taken in, and nothing that doesn't answer.
    fn check(&self, who: usize, rooms: &[usize], found: &[String], question: &str) {
        let asked = phrases(question);
        let answers = |said: &&Said| {
            let visible = !said.is_deleted && !said.hidden.contains(&who);
            let mine = rooms.contains(&said.room) && self.members[said.room][who];
            visible && mine && marks(&[said.words], &asked).is_some()
        };
        let newest: Vec<&Said> = self.said.iter().rev().filter(answers).collect();
        let all: Vec<&str> = newest.iter().map(|said| said.words).collect();
        let certain: Vec<&str> = newest
            .iter()
            .filter(|said| !said.is_new)
            .map(|said| said.words)
            .collect();
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        assert!(is_part(&found, &all), "{question}: {found:?} of {all:?}");
        assert!(
            is_part(&certain, &found),
            "{question}: {certain:?} in {found:?}"
        );
    }
}

/// Whether a list is another one with some left out.
fn is_part(part: &[&str], whole: &[&str]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|one| rest.any(|other| one == other))
}

/// All pages of a search.
fn all(world: &World, who: &Person, path: &str, limit: u32) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page: Value = world
            .get(who, &format!("{path}&limit={limit}{cursor}"))
            .expect(200);
        let items = contents(&page);
        assert!(items.len() <= limit as usize);
        found.extend(items);
        match page["next"].as_str() {
            Some(next) => cursor = format!("&after={next}"),
            None => return found,
        }
    }
}

fn form(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn searches_find_what_a_look_at_every_message_finds(
        steps in prop::collection::vec(step(), 1..40),
        who in 0usize..3,
        questions in prop::collection::vec(prop::sample::select(QUESTIONS), 1..5),
        limit in 1u32..8,
    ) {
        let mut model = Model::new();
        for step in &steps {
            model.take(step);
        }
        let person = &model.people[who];
        for question in questions {
            let query = form(question);
            for room in 0..3 {
                let path = format!("/v1/conversations/{}/search?query={query}", model.rooms[room]);
                if model.members[room][who] {
                    let found = all(&model.world, person, &path, limit);
                    model.check(who, &[room], &found, question);
                } else {
                    model.world.get(person, &path).expect_problem(404, "not_found");
                }
            }
            let found = all(&model.world, person, &format!("/v1/search/messages?query={query}"), limit);
            model.check(who, &[0, 1, 2], &found, question);
        }
    }
}
