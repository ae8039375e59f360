//! Several members send, edit, delete and clear at random; each sees the messages that a simple model shows them.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;
use whisper_kit::Method;
use whisper_messages::testing::Person;
use whisper_schema::prelude::ConversationMemberRole;

use crate::world::World;

const MEMBERS: usize = 3;

/// A step of one of the members. Messages are named by how many there were when they were sent.
#[derive(Clone, Debug)]
enum Step {
    Send,
    Edit(usize),
    DeleteForAll(Vec<usize>),
    DeleteForMe(Vec<usize>),
    Clear,
    Read,
}

fn step() -> impl Strategy<Value = (usize, Step)> {
    let message = || 0..12_usize;
    let kind = prop_oneof![
        4 => Just(Step::Send),
        2 => message().prop_map(Step::Edit),
        2 => vec(message(), 1..4).prop_map(Step::DeleteForAll),
        3 => vec(message(), 1..4).prop_map(Step::DeleteForMe),
        1 => Just(Step::Clear),
        1 => Just(Step::Read),
    ];
    (0..MEMBERS, kind)
}

/// A message of the model.
struct Said {
    id: String,
    by: usize,
    /// None after it was deleted for all.
    words: Option<String>,
    hidden: BTreeSet<usize>,
}

/// The conversation as it should be.
struct Model {
    said: Vec<Said>,
    cleared: [usize; MEMBERS],
    read: [usize; MEMBERS],
}

impl Model {
    /// The places of the messages in a member's sight.
    fn in_sight(&self, who: usize) -> impl Iterator<Item = (usize, &Said)> {
        let all = self.said.iter().enumerate().skip(self.cleared[who]);
        all.filter(move |(_, said)| !said.hidden.contains(&who))
    }

    fn history(&self, who: usize) -> Vec<String> {
        let words = |said: &Said| said.words.clone().unwrap_or_default();
        self.in_sight(who).map(|(_, said)| words(said)).collect()
    }

    fn preview(&self, who: usize) -> Option<String> {
        let standing = self.in_sight(who);
        let words = standing.filter_map(|(_, said)| said.words.clone());
        words.last()
    }

    fn unread(&self, who: usize) -> i64 {
        let unread = self.in_sight(who).filter(|(place, said)| {
            *place >= self.read[who] && said.by != who && said.words.is_some()
        });
        unread.count() as i64
    }

    /// Whether a member sees a message.
    fn sees(&self, who: usize, place: usize) -> bool {
        self.in_sight(who).any(|(seen, _)| seen == place)
    }
}

/// The members, of whom the last moderates.
struct Talk {
    world: World,
    people: Vec<Person>,
    group: String,
    model: Model,
}

impl Talk {
    fn new() -> Self {
        let world = World::new();
        let people: Vec<Person> = (0..MEMBERS).map(|_| world.scene.person()).collect();
        let group = world.scene.group(&people.iter().collect::<Vec<_>>());
        let moderator = ConversationMemberRole::Moderator;
        world.give(&people[MEMBERS - 1], &group, moderator);
        Talk {
            world,
            people,
            group,
            model: Model {
                said: Vec::new(),
                cleared: [0; MEMBERS],
                read: [0; MEMBERS],
            },
        }
    }

    fn step(&mut self, n: usize, who: usize, step: &Step) {
        let (me, group) = (self.people[who].clone(), self.group.clone());
        match step {
            Step::Send => {
                let words = format!("sent {n}");
                self.model.said.push(Said {
                    id: self.world.scene.say(&me, &group, &words),
                    by: who,
                    words: Some(words),
                    hidden: BTreeSet::new(),
                });
            }
            Step::Edit(place) => self.edit(n, who, *place),
            Step::DeleteForAll(places) => self.delete(who, places, "all"),
            Step::DeleteForMe(places) => self.delete(who, places, "me"),
            Step::Clear => {
                self.world.clear(&me, &group).expect(200);
                self.model.cleared[who] = self.model.said.len();
            }
            Step::Read => {
                let path = format!("/{group}/read");
                self.world.ask(Method::POST, &me, &path).expect(200);
                self.model.read[who] = self.model.said.len();
            }
        }
    }

    fn edit(&mut self, n: usize, who: usize, place: usize) {
        let sees = self.model.sees(who, place);
        let Some(said) = self.model.said.get_mut(place) else {
            return;
        };
        let words = format!("edited {n}");
        let rest = format!("/{}", said.id);
        let (me, body) = (&self.people[who], json!({"content": words}));
        let scene = &self.world.scene;
        let answer = scene.act_with(me, Method::PATCH, &self.group, &rest, &body);
        let wanted = match (sees, said.by == who, &said.words) {
            (false, _, _) => 404,
            (true, false, _) => 403,
            (true, true, None) => 409,
            (true, true, Some(_)) => 200,
        };
        answer.expect(wanted);
        if wanted == 200 {
            said.words = Some(words);
        }
    }

    fn delete(&mut self, who: usize, places: &[usize], whom: &str) {
        let places: BTreeSet<usize> = places
            .iter()
            .copied()
            .filter(|place| *place < self.model.said.len())
            .collect();
        if places.is_empty() {
            return;
        }
        let (model, moderates) = (&self.model, who == MEMBERS - 1);
        let shown = |place: usize| place >= model.cleared[who];
        let hidden = |place: usize| model.said[place].hidden.contains(&who);
        let gone = |place: usize| model.said[place].words.is_none();
        let own = |place: usize| moderates || model.said[place].by == who;
        let mut all = places.iter().copied();
        let wanted = match whom {
            "me" if !all.all(shown) => 422,
            "all" if !all.clone().all(|place| shown(place) && !hidden(place)) => 422,
            "all" if !all.all(|place| own(place) || gone(place)) => 403,
            _ => 204,
        };
        let ids: Vec<&str> = places.iter().map(|p| model.said[*p].id.as_str()).collect();
        let (me, body) = (&self.people[who], json!({"ids": ids, "for": whom}));
        let scene = &self.world.scene;
        let answer = scene.act_with(me, Method::POST, &self.group, "/delete", &body);
        answer.expect(wanted);
        if wanted == 204 {
            for place in places {
                let said = &mut self.model.said[place];
                match whom {
                    "me" => drop(said.hidden.insert(who)),
                    _ => said.words = None,
                }
            }
        }
    }

    fn check(&self) {
        for (who, person) in self.people.iter().enumerate() {
            let (world, group, model) = (&self.world, &self.group, &self.model);
            assert_eq!(world.history(person, group, 3), model.history(who), "{who}");
            let seen = world.preview(person, group);
            assert_eq!(seen, (model.preview(who), model.unread(who)), "{who}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn each_member_sees_what_is_left_for_them(steps in vec(step(), 1..40)) {
        let mut talk = Talk::new();
        for (n, (who, step)) in steps.iter().enumerate() {
            talk.step(n, *who, step);
        }
        talk.check();
        // The job removes no message that a member sees.
        talk.world.sweep();
        talk.check();
    }
}
