//! Several listeners of one conversation, for whom a message is read once.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::{Column, Event};
use whisper_store::{Order, Query};

use super::world::{User, World};
use realtime::round::Listeners;

/// Commit number of the newest entry of the log.
pub fn end(world: &World) -> i64 {
    let newest = Query::<Event>::new().order(Order::desc(Column::seq()));
    let newest = block_on(world.realtime.store().read(newest.first())).unwrap();
    newest.map_or(0, |newest| newest.seq)
}

/// In the order in which listeners are told: a message is read for the first of them.
pub fn in_order<const N: usize>(mut users: [User; N]) -> [User; N] {
    users.sort_by(|one, other| one.id.cmp(&other.id));
    users
}

/// The events of the first doing, as they are read after the second: each with the listener.
pub fn told(
    world: &World,
    listeners: &[&User],
    first: impl FnOnce(),
    second: impl FnOnce(),
) -> Vec<(String, Value)> {
    let ctx = world.realtime.ctx();
    let ids: Vec<&str> = listeners.iter().map(|user| user.id.as_str()).collect();
    let mut listeners = block_on(Listeners::read(&ctx, &ids)).unwrap();
    let from = end(world);
    first();
    second();
    block_on(listeners.hear(&ctx, from, 1)).unwrap()
}

fn hearers(told: &[(String, Value)], kind: &str) -> Vec<String> {
    let told = told.iter().filter(|(_, event)| event["type"] == kind);
    told.map(|(to, _)| to.clone()).collect()
}

#[test]
fn the_others_hear_of_a_message_that_the_first_of_them_sees_no_longer() {
    let world = World::new();
    let ann = world.user("ann");
    let [bob, cat, dan] = in_order(["bob", "cat", "dan"].map(|name| world.user(name)));
    let place = world.group(&ann, &[&bob, &cat, &dan]);
    for way in ["clear", "leave"] {
        let say = || {
            world.say(&ann, &place, "hello");
        };
        let go = || {
            let path = format!("/v1/conversations/{place}/{way}");
            let done = world.post(&bob, &path, &Value::Null);
            assert!(done.response.status().as_u16() < 300, "{}", done.body);
        };
        let told = told(&world, &[&bob, &cat, &dan], say, go);
        let hearers = hearers(&told, "message.created");
        assert_eq!(hearers, [cat.id.as_str(), dan.id.as_str()], "{way}");
    }
}

#[test]
fn the_others_hear_of_a_change_of_a_conversation_that_the_first_of_them_left() {
    let world = World::new();
    let ann = world.user("ann");
    let [bob, cat] = in_order(["bob", "cat"].map(|name| world.user(name)));
    let place = world.group(&ann, &[&bob, &cat]);
    let path = format!("/v1/conversations/{place}");
    let dan = world.user("dan");
    let add = || {
        let body = json!({"userIds": [dan.id]});
        let answer = world.post(&ann, &format!("{path}/members"), &body);
        assert!(answer.response.status().as_u16() < 300, "{}", answer.body);
    };
    let leave = || {
        let answer = world.post(&bob, &format!("{path}/leave"), &Value::Null);
        assert!(answer.response.status().as_u16() < 300, "{}", answer.body);
    };
    let told = told(&world, &[&bob, &cat], add, leave);
    assert_eq!(hearers(&told, "conversation.changed"), [cat.id.as_str()]);
}

#[test]
fn somebody_elses_star_is_not_told_with_a_new_message() {
    let world = World::new();
    let ann = world.user("ann");
    let [bob, cat] = in_order(["bob", "cat"].map(|name| world.user(name)));
    let place = world.group(&ann, &[&bob, &cat]);
    let ctx = world.realtime.ctx();
    let ids = [bob.id.as_str(), cat.id.as_str()];
    let mut listeners = block_on(Listeners::read(&ctx, &ids)).unwrap();
    let from = end(&world);
    let message = world.say(&ann, &place, "hello");
    let one = format!("/v1/conversations/{place}/messages/{message}");
    for path in [
        format!("{one}/star"),
        format!("{one}/reactions/%F0%9F%91%8D"),
    ] {
        let done = world.call(&bob, Method::PUT, &path, &Value::Null);
        assert!(done.response.status().as_u16() < 300, "{}", done.body);
    }
    let told = block_on(listeners.hear(&ctx, from, 1)).unwrap();
    assert_eq!(hearers(&told, "message.created"), ids);
    for (_, event) in &told {
        assert_eq!(event["message"]["isStarred"], false);
        assert_eq!(event["message"]["myReactions"], json!([]));
    }
}

#[test]
fn a_conversation_is_read_once_for_all_news_of_a_round() {
    let world = World::new();
    let [ann, bob] = ["ann", "bob"].map(|name| world.user(name));
    let place = world.group(&ann, &[&bob]);
    let messages = [0; 3].map(|_| world.say(&ann, &place, "hello"));
    let from = end(&world);
    for message in &messages {
        let path = format!("/v1/conversations/{place}/read");
        world
            .post(&bob, &path, &json!({"messageId": message}))
            .expect(200);
    }
    let ctx = world.realtime.ctx();
    let cost = |entries: u32| {
        let mut listeners = block_on(Listeners::read(&ctx, &[&bob.id])).unwrap();
        world.realtime.statements();
        let told = block_on(listeners.hear(&ctx, from, entries)).unwrap();
        (
            hearers(&told, "conversation.mine").len(),
            world.realtime.statements().len(),
        )
    };
    let (one, three) = (cost(1), cost(3));
    assert_eq!((one.0, three.0), (1, 3));
    assert_eq!(one.1, three.1);
}
