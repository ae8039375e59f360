//! The list against a simple model: after any adding, changing and taking off, its pages together are the contacts that are
//! kept, in their order.

use futures::executor::block_on;
use proptest::prelude::*;
use serde_json::json;

use crate::common::*;

/// An action of the owner towards one of a few people.
#[derive(Clone, Debug)]
enum Step {
    Keep(usize, bool, Option<&'static str>),
    Favour(usize, bool),
    Remove(usize),
}

const PEOPLE: usize = 5;

fn step() -> impl Strategy<Value = Step> {
    let who = 0..PEOPLE;
    prop_oneof![
        3 => (who.clone(), any::<bool>(), prop::option::of(prop::sample::select(&["a", "b"][..])))
            .prop_map(|(who, favorite, tag)| Step::Keep(who, favorite, tag)),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, favorite)| Step::Favour(who, favorite)),
        1 => who.prop_map(Step::Remove),
    ]
}

/// A contact of the model: who, whether a favourite, and the tag.
type Kept = (usize, bool, Option<&'static str>);

/// The model after a step; the contacts stand in the order in which they were added.
fn after(mut kept: Vec<Kept>, step: &Step) -> Vec<Kept> {
    let place = |who: usize| kept.iter().position(|one| one.0 == who);
    match *step {
        Step::Keep(who, favorite, tag) => match place(who) {
            Some(at) => kept[at] = (who, favorite, tag),
            None => kept.push((who, favorite, tag)),
        },
        Step::Favour(who, favorite) => {
            if let Some(at) = place(who) {
                kept[at].1 = favorite;
            }
        }
        Step::Remove(who) => kept.retain(|one| one.0 != who),
    }
    kept
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pages_together_are_what_is_kept(steps in prop::collection::vec(step(), 1..14), limit in 1..4_u32) {
        block_on(async {
            let edge = edge();
            let ann = user(&edge, "ann").await;
            let others = users::<PEOPLE>(&edge, ["bob", "cid", "dan", "eve", "fay"]).await;
            let mut model = Vec::new();
            for step in &steps {
                match *step {
                    Step::Keep(who, favorite, tag) => {
                        let details = json!({"isFavorite": favorite, "tags": tag.into_iter().collect::<Vec<_>>()});
                        ann.keep(&edge, &others[who].id, details).await;
                    }
                    Step::Favour(who, favorite) => {
                        let known = model.iter().any(|one: &Kept| one.0 == who);
                        let answer = ann.edit(&edge, &others[who].id, json!({"isFavorite": favorite})).await;
                        prop_assert_eq!(answer.response.status().as_u16(), if known { 200 } else { 404 });
                    }
                    Step::Remove(who) => {
                        ann.remove(&edge, &others[who].id).await.expect(204);
                    }
                }
                model = after(model, step);
            }
            prop_assert_eq!(counted(&edge, &ann).await.unwrap_or(0), model.len() as i64);
            model.reverse();
            model.sort_by_key(|one| !one.1);
            for tag in [None, Some("a")] {
                let wanted = model.iter().filter(|one| tag.is_none() || one.2 == tag);
                let expected: Vec<&str> = wanted.map(|one| others[one.0].id.as_str()).collect();
                let filter = tag.map_or(String::new(), |tag| format!("&tag={tag}"));
                let (mut forwards, mut backwards) = (Vec::new(), Vec::new());
                let path = format!("/v1/contacts?limit={limit}{filter}");
                let mut page = ann.get(&edge, &path).await.expect(200);
                loop {
                    forwards.extend(ids(&page));
                    let Some(next) = page["next"].as_str() else { break };
                    page = ann.get(&edge, &format!("{path}&after={next}")).await.expect(200);
                }
                loop {
                    backwards.splice(0..0, ids(&page));
                    let Some(previous) = page["previous"].as_str() else { break };
                    page = ann.get(&edge, &format!("{path}&before={previous}")).await.expect(200);
                }
                prop_assert_eq!(&forwards, &expected);
                prop_assert_eq!(&backwards, &expected);
            }
            Ok(())
        })?;
    }
}
