//! Reactions against a simple model: with two instances at work at once, the counts and the message's mirror are those of the
//! rows, and the rows are those that some order of the requests makes.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;
use whisper_kit::Method;
use whisper_messages::testing::{Person, Scene};
use whisper_schema::prelude::*;

use crate::{Place, both};

const EMOJI: [&str; 5] = ["👍", "🎉", "❤️", "🇨🇭", "👩‍🚀"];
const MOST: usize = 3;

/// One request: the user, the emoji, and whether to set it.
#[derive(Clone, Copy, Debug)]
struct Act {
    who: usize,
    emoji: usize,
    sets: bool,
}

/// The users and their reactions.
type Model = BTreeSet<(usize, usize)>;

/// Does it to the model; gives the status that the server should answer.
fn apply(model: &mut Model, act: Act) -> u16 {
    let reaction = (act.who, act.emoji);
    if !act.sets {
        model.remove(&reaction);
        return 204;
    }
    let own = model.iter().filter(|(who, _)| *who == act.who).count();
    if !model.contains(&reaction) && own == MOST {
        return 409;
    }
    model.insert(reaction);
    200
}

fn act() -> impl Strategy<Value = Act> {
    (0..3_usize, 0..EMOJI.len(), prop::bool::weighted(0.7)).prop_map(|(who, emoji, sets)| Act {
        who,
        emoji,
        sets,
    })
}

/// The rows that are there.
fn rows(scene: &Scene, people: &[Person]) -> Model {
    let rows = scene.all::<MessageReaction>();
    let place = |row: MessageReaction| {
        let who = people.iter().position(|who| who.id == row.user_id);
        let emoji = EMOJI.iter().position(|emoji| *emoji == row.reaction);
        (who.unwrap(), emoji.unwrap())
    };
    rows.into_iter().map(place).collect()
}

/// Holds counts and mirror against the rows.
fn check(scene: &Scene, people: &[Person], place: &Place, model: &Model) {
    assert_eq!(rows(scene, people), *model);
    let mut users = BTreeMap::<&str, BTreeSet<&str>>::new();
    for (who, emoji) in model {
        users
            .entry(EMOJI[*emoji])
            .or_default()
            .insert(&people[*who].id);
    }
    let counts = scene.all::<MessageReactionCount>().into_iter();
    let counts: BTreeMap<_, _> = counts.map(|c| (c.reaction, c.count as usize)).collect();
    let expected = users
        .iter()
        .map(|(emoji, users)| ((*emoji).to_owned(), users.len()));
    assert_eq!(counts, expected.collect());
    let mirror = scene.get::<Message>(&place.message).reactions;
    let mirror: BTreeMap<String, BTreeSet<String>> =
        serde_json::from_str(mirror.as_deref().unwrap_or("{}")).unwrap();
    assert_eq!(json!(mirror), json!(users));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn two_instances_keep_rows_counts_and_mirror_together(pairs in prop::collection::vec((act(), act()), 1..14)) {
        let scene = crate::scene();
        let people: Vec<Person> = (0..3).map(|_| scene.person()).collect();
        let group = scene.group(&people.iter().collect::<Vec<_>>());
        let place = Place::new(&scene, &people[0], &group);
        let other = scene.actions.another(&message_actions::api());
        let mut model = Model::new();
        for (one, two) in pairs {
            let request = |act: Act| {
                let method = if act.sets { Method::PUT } else { Method::DELETE };
                (method, place.reaction(EMOJI[act.emoji]), &people[act.who])
            };
            let (first, second) = (request(one), request(two));
            let (first, second) = both(
                (&scene.actions, &other),
                (first.0, &first.1, first.2),
                (second.0, &second.1, second.2),
            );
            let seen = (first.response.status().as_u16(), second.response.status().as_u16());
            let orders = [true, false].map(|one_first| {
                let mut after = model.clone();
                let statuses = if one_first {
                    let status = apply(&mut after, one);
                    (status, apply(&mut after, two))
                } else {
                    let status = apply(&mut after, two);
                    (apply(&mut after, one), status)
                };
                (after, statuses)
            });
            let now = rows(&scene, &people);
            prop_assert!(
                orders.contains(&(now.clone(), seen)),
                "{one:?} {two:?}: {now:?} {seen:?} is none of {orders:?}"
            );
            model = now;
            check(&scene, &people, &place, &model);
        }
    }
}
