//! How much one user may send, and that nothing is written beyond it.

use serde_json::json;
use whisper_kit::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use whisper_messages::testing::{Person, Scene};

/// The numbers of documents that sends left, beside the counters.
fn written(scene: &Scene) -> [usize; 5] {
    [
        scene.all::<Message>().len(),
        scene.all::<QueuedMessage>().len(),
        scene.all::<UserActivity>().len(),
        scene.all::<Event>().len(),
        scene.all::<Poll>().len(),
    ]
}

#[test]
fn over_the_rate_nothing_is_sent_until_the_next_minute() {
    let scene = crate::scene_with(&[("message_rate_per_minute", "3")]);
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    (0..3).for_each(|n| drop(scene.say(&ann, &group, &n.to_string())));
    let refused = scene.send(&ann, &group, &json!({"content": "x"}));
    assert!(refused.response.headers().contains_key("retry-after"));
    refused.expect_problem(429, "rate_limited");
    assert_eq!(written(&scene), [3, 3, 3, 3, 0]);
    scene.say(&bob, &group, "The limit is each sender's own");
    scene.edge.advance(60_000);
    scene.say(&ann, &group, "Again");
}

#[test]
fn by_default_a_burst_of_a_minute_passes_and_an_anonymous_account_has_a_tenth() {
    let scene = crate::scene_with(&[]);
    let (ann, guest) = (scene.person(), scene.anonymous());
    let group = scene.group(&[&ann, &guest]);
    for (who, most) in [(&ann, 120), (&guest, 12)] {
        (0..most).for_each(|_| drop(scene.say(who, &group, "x")));
        let refused = scene.send(who, &group, &json!({"content": "x"}));
        refused.expect_problem(429, "rate_limited");
    }
}

#[test]
fn as_many_people_may_be_mentioned_as_the_limit_says() {
    let scene = crate::scene_with(&[("mention_rate_per_hour", "5")]);
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let mention =
        |users: &[&str]| scene.send(&ann, &group, &json!({"content": "Hi", "mentions": users}));
    mention(&["a", "b", "c"]).expect(201);
    mention(&["a", "b", "c"]).expect_problem(429, "rate_limited");
    assert_eq!(written(&scene), [1, 1, 1, 1, 0]);
    mention(&["a", "b"]).expect(201);
    scene.say(&ann, &group, "Nobody is mentioned");
}

/// Whether a conversation is a request to somebody.
fn ask(scene: &Scene, conversation: &str, who: &Person, is_request: bool) {
    let patch = Patch::<ConversationMember>::new().set(ConversationMember::IS_REQUEST, is_request);
    scene.change(&member_id(conversation, &who.id), patch);
}

#[test]
fn strangers_are_written_to_as_often_as_the_limit_says() {
    let scene = crate::scene_with(&[("stranger_message_rate_per_hour", "2")]);
    let (ann, bob, cat) = (scene.person(), scene.person(), scene.person());
    let (with_bob, with_cat) = (scene.direct(&ann, &bob), scene.direct(&ann, &cat));
    for (talk, who) in [(&with_bob, &bob), (&with_cat, &cat)] {
        scene.name(who, &who.id[24..]);
        ask(&scene, talk, who, true);
    }
    scene.say(&ann, &with_bob, "Hi");
    scene.say(&ann, &with_cat, "Hi");
    let again = || scene.send(&ann, &with_bob, &json!({"content": "Hi?"}));
    again().expect_problem(429, "rate_limited");
    assert_eq!(written(&scene), [2, 2, 2, 2, 0]);
    // They answered: the sender is no stranger any more.
    scene.say(&bob, &with_bob, "Who are you?");
    again().expect(201);
}
