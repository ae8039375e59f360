//! Listeners of channels, who see by their roles and blocks who wrote: events tell each of them what REST shows them.

use futures::executor::block_on;
use realtime::round::Listeners;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_people::ids::member_id;
use whisper_schema::prelude::{ConversationMember, ConversationMemberRole};
use whisper_store::{Batch, Patch};

use super::together::{end, in_order, told};
use super::world::{User, World};

/// A channel that doesn't sign, with readers.
fn channel(world: &World, owner: &User, readers: &[&User]) -> String {
    let body = json!({"type": "channel", "name": "News"});
    let made = world.post(owner, "/v1/conversations", &body).expect(201);
    let id = made["id"].as_str().unwrap().to_owned();
    let ids: Vec<&str> = readers.iter().map(|user| user.id.as_str()).collect();
    let path = format!("/v1/conversations/{id}/members");
    world
        .post(owner, &path, &json!({"userIds": ids}))
        .expect(200);
    id
}

fn make_admin(world: &World, place: &str, who: &User) {
    let role = ConversationMemberRole::Admin;
    let patch = Patch::<ConversationMember>::new().set(ConversationMember::ROLE, role);
    let batch = Batch::new().update(&member_id(place, &who.id), patch);
    block_on(world.realtime.store().commit(batch)).unwrap();
}

fn of<'a>(told: &'a [(String, Value)], user: &User) -> &'a Value {
    let told = told.iter().find(|(to, _)| *to == user.id);
    &told.unwrap().1
}

#[test]
fn readers_learn_no_author_from_a_reader_who_was_just_made_an_admin() {
    let world = World::new();
    let ann = world.user("ann");
    let [bob, cat, dan] = in_order(["bob", "cat", "dan"].map(|name| world.user(name)));
    let place = channel(&world, &ann, &[&bob, &cat, &dan]);
    let say = || {
        world.say(&ann, &place, "hello");
    };
    let events = told(&world, &[&bob, &cat, &dan], say, || {
        make_admin(&world, &place, &bob);
    });
    assert_eq!(of(&events, &bob)["message"]["senderId"], json!(ann.id));
    for reader in [&cat, &dan] {
        let event = of(&events, reader);
        assert_eq!(event["message"]["senderId"], json!(place));
        assert!(!event.to_string().contains(&ann.id), "{event}");
    }
    let rename = || {
        let path = format!("/v1/conversations/{place}");
        let name = json!({"name": "Other news"});
        world.call(&ann, Method::PATCH, &path, &name).expect(200);
    };
    let events = told(&world, &[&cat, &dan], rename, || {
        make_admin(&world, &place, &cat);
    });
    let event = of(&events, &dan);
    assert_eq!(event["type"], "conversation.changed");
    assert!(!event.to_string().contains(&ann.id), "{event}");
}

#[test]
fn an_admin_whom_the_author_blocked_hears_of_them_as_rest_shows_them() {
    let world = World::new();
    let ann = world.user("ann");
    let [cat, bob] = in_order(["cat", "bob"].map(|name| world.user(name)));
    let place = channel(&world, &ann, &[&bob, &cat]);
    for admin in [&bob, &cat] {
        make_admin(&world, &place, admin);
    }
    let path = format!("/v1/blocks/{}", bob.id);
    world
        .call(&ann, Method::PUT, &path, &Value::Null)
        .expect(204);
    let ctx = world.realtime.ctx();
    let ids = [cat.id.as_str(), bob.id.as_str()];
    let mut listeners = block_on(Listeners::read(&ctx, &ids)).unwrap();
    let from = end(&world);
    let message = world.say(&ann, &place, "hello");
    let events = block_on(listeners.hear(&ctx, from, 1)).unwrap();
    for admin in [&bob, &cat] {
        let path = format!("/v1/conversations/{place}/messages/{message}");
        let shown = world.get(admin, &path);
        let event = of(&events, admin);
        assert_eq!(event["users"][&ann.id], shown["users"][&ann.id]);
        assert_eq!(event["message"]["senderId"], shown["senderId"]);
    }
    let username = |admin: &User| of(&events, admin)["users"][&ann.id]["username"].clone();
    assert_eq!(
        (username(&cat), username(&bob)),
        (json!("ann"), Value::Null)
    );
}
