//! Receipts by commit number, held against a simple model while the clock stands still, or goes back.

use proptest::prelude::*;
use serde_json::{Value, json};
use whisper_schema::prelude::Timestamp;

use whisper_messages::testing::Person;

/// A step in the conversation.
#[derive(Clone, Debug)]
enum Step {
    /// One of the three sends a message.
    Send(usize),
    /// One of the three reads up to one of the messages, if there is one; never back.
    Read(usize, prop::sample::Index),
    /// The clock moves, or goes back.
    Tick(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_usize).prop_map(Step::Send),
        2 => (0..3_usize, any::<prop::sample::Index>()).prop_map(|(who, to)| Step::Read(who, to)),
        1 => prop::sample::select(vec![1, 1_000, -1_000]).prop_map(Step::Tick),
    ]
}

/// The model's state: the id and the sender of each message, and how many messages each person has read up to.
#[derive(Default)]
struct Model {
    sent: Vec<(String, usize)>,
    read: [usize; 3],
}

impl Model {
    /// The readers of the message at this place.
    fn readers(&self, at: usize, people: &[Person]) -> Value {
        let sender = self.sent[at].1;
        let readers = (0..3).filter(|who| *who != sender && self.read[*who] > at);
        readers.map(|who| people[who].id.as_str()).collect()
    }
}

fn play(steps: Vec<Step>) {
    let scene = crate::scene();
    let people: Vec<Person> = (0..3).map(|_| scene.person()).collect();
    let group = scene.group(&people.iter().collect::<Vec<_>>());
    // Far enough from the beginning of the tokens to go back.
    scene.edge.advance(60_000);
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Send(who) => {
                let id = scene.say(&people[who], &group, "x");
                model.sent.push((id, who));
            }
            Step::Read(who, to) if !model.sent.is_empty() => {
                let to = to.index(model.sent.len());
                if to >= model.read[who] {
                    scene.mark(&group, &people[who], &model.sent[to].0);
                    model.read[who] = to + 1;
                }
            }
            Step::Read(..) => {}
            Step::Tick(millis) => scene.edge.advance(millis),
        }
    }
    let page = scene
        .read(&people[0], &group, "?limit=100&order=asc")
        .expect(200);
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), model.sent.len());
    for (at, item) in items.iter().enumerate() {
        assert_eq!(
            item["id"],
            model.sent[at].0.as_str(),
            "the order of the commits"
        );
        assert_eq!(item["readBy"], model.readers(at, &people), "message {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn receipts_name_exactly_those_who_read(steps in prop::collection::vec(step(), 0..40)) {
        play(steps);
    }
}

#[test]
fn reading_the_first_of_a_tie_leaves_the_others_unread() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    // The clock stands still: all have the same time.
    let sent: Vec<String> = (0..16).map(|_| scene.say(&ann, &group, "x")).collect();
    scene.mark(&group, &bob, &sent[0]);
    let page = scene.read(&ann, &group, "?limit=100&order=asc").expect(200);
    let items = page["items"].as_array().unwrap();
    let times: Vec<Timestamp> = items
        .iter()
        .map(|item| item["createdAt"].as_str().unwrap().parse().unwrap())
        .collect();
    assert!(times.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(items[0]["readBy"], json!([bob.id]));
    assert!(items[1..].iter().all(|item| item["readBy"] == json!([])));
}
