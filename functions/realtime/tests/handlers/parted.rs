//! Listeners with a block between them and somebody who does something.

use futures::executor::block_on;
use realtime::round::Listeners;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::events::append;
use whisper_schema::prelude::{Contact, Story};
use whisper_store::Batch;

use super::together::{end, in_order};
use super::world::{User, World};

/// More blocks than are kept in mind of a listener.
const MANY: usize = 1_000;

/// The events that these listeners hear of a doing, together.
fn told(world: &World, listeners: &[&User], doing: impl FnOnce()) -> Vec<(String, Value)> {
    let ctx = world.realtime.ctx();
    let ids: Vec<&str> = listeners.iter().map(|user| user.id.as_str()).collect();
    let mut listeners = block_on(Listeners::read(&ctx, &ids)).unwrap();
    let from = end(world);
    doing();
    block_on(listeners.hear(&ctx, from, 100)).unwrap()
}

fn of<'a>(told: &'a [(String, Value)], user: &User) -> Vec<&'a Value> {
    let told = told.iter().filter(|(to, _)| *to == user.id);
    told.map(|(_, event)| event).collect()
}

fn block(world: &World, who: &User, whom: &User) {
    let path = format!("/v1/blocks/{}", whom.id);
    let done = world.call(who, Method::PUT, &path, &Value::Null);
    done.expect(204);
}

/// Has somebody block so many people that the blocks aren't kept in mind.
fn block_many(world: &World, who: &User) {
    for some in (0..MANY).collect::<Vec<_>>().chunks(200) {
        let batch = some.iter().fold(Batch::new(), |batch, n| {
            batch.insert(&Contact {
                id: format!("{}-{n}", &who.id[24..]),
                user_id: who.id.clone(),
                contact_user_id: format!("nobody-{n}"),
                is_blocked: true,
                ..Contact::default()
            })
        });
        block_on(world.realtime.store().commit(batch)).unwrap();
    }
}

/// The doings of a member on others' messages, each of which tells of the member.
fn doings(world: &World, place: &str, of: &User) -> Vec<(Method, String, Value)> {
    let path = format!("/v1/conversations/{place}/messages");
    let sent = |body: Value| {
        let sent = world.post(of, &path, &body).expect(201);
        format!("{path}/{}", sent["id"].as_str().unwrap())
    };
    let text = sent(json!({"content": "hello"}));
    let poll = json!({"contentType": "poll", "content": "Where?", "metadata": {"options": ["Here", "There"]}});
    let poll = sent(poll);
    vec![
        (
            Method::PUT,
            format!("{text}/reactions/%F0%9F%91%8D"),
            Value::Null,
        ),
        (Method::PUT, format!("{text}/pin"), Value::Null),
        (Method::PUT, format!("{poll}/vote"), json!({"options": [0]})),
    ]
}

#[test]
fn a_doing_names_nobody_to_members_whom_a_block_parts_from_the_doer() {
    for has_many in [false, true] {
        for blocker in 0..2 {
            let world = World::new();
            let [ann, xen] = ["ann", "xen"].map(|name| world.user(name));
            let others = in_order(["cat", "dan"].map(|name| world.user(name)));
            let (bob, dan) = (&others[blocker], &others[1 - blocker]);
            let place = world.group(&ann, &[&xen, bob, dan]);
            let role = json!({"role": "moderator"});
            let path = format!("/v1/conversations/{place}/members/{}", xen.id);
            world.call(&ann, Method::PATCH, &path, &role).expect(200);
            if has_many {
                block_many(&world, bob);
            }
            block(&world, bob, &xen);
            for (method, path, body) in doings(&world, &place, &ann) {
                let told = told(&world, &[bob, dan], || {
                    let done = world.call(&xen, method, &path, &body);
                    let status = done.response.status();
                    assert!(status.is_success(), "{path}: {}", done.body);
                });
                // A pin is told in the history besides.
                let changes = of(&told, dan).into_iter();
                let changes = changes.filter(|change| change["type"] == "message.changed");
                let [change] = changes.collect::<Vec<_>>()[..] else {
                    panic!("{path}: {told:?}");
                };
                assert_eq!(change["byUserId"], json!(xen.id), "{path}");
                for change in of(&told, bob) {
                    assert!(!change.to_string().contains("\"xen\""), "{path}: {change}");
                    // The history and the list of members have the ids of all.
                    if change["type"] == "conversation.changed" {
                        continue;
                    }
                    assert!(!change.to_string().contains(&xen.id), "{path}: {change}");
                }
            }
        }
    }
}

#[test]
fn the_sender_hears_of_no_opening_by_somebody_whom_a_block_parts_from_them() {
    let world = World::new();
    let [ann, bob, xen] = ["ann", "bob", "xen"].map(|name| world.user(name));
    let place = world.group(&ann, &[&bob, &xen]);
    let path = format!("/v1/conversations/{place}/messages");
    let once = json!({"contentType": "image", "mediaUrls": ["https://a.example/f"], "metadata": {"viewOnce": true}});
    let open = |who: &User| {
        let sent = world.post(&bob, &path, &once).expect(201);
        let path = format!("{path}/{}/view", sent["id"].as_str().unwrap());
        let who = who.clone();
        told(&world, &[&bob], || {
            world.post(&who, &path, &Value::Null).expect(200);
        })
    };
    assert_eq!(open(&xen).len(), 1);
    block(&world, &bob, &xen);
    assert_eq!(open(&ann).len(), 1);
    assert_eq!(open(&xen), []);
}

#[test]
fn somebody_with_a_thousand_blocks_hears_receipts_of_all_others() {
    let world = World::new();
    let [ann, bob, xen] = ["ann", "bob", "xen"].map(|name| world.user(name));
    let place = world.group(&ann, &[&bob, &xen]);
    let message = world.say(&ann, &place, "hello");
    block_many(&world, &ann);
    block(&world, &xen, &ann);
    let read = |who: &User| {
        let path = format!("/v1/conversations/{place}/read");
        let told = told(&world, &[&ann], || {
            let body = json!({"messageId": message});
            world.post(who, &path, &body).expect(200);
        });
        told.iter()
            .filter(|(_, event)| event["type"] == "receipt")
            .count()
    };
    assert_eq!(read(&bob), 1);
    assert_eq!(read(&xen), 0);
}

#[test]
fn a_follow_a_request_or_a_reaction_from_before_a_block_is_told_to_the_doer_alone() {
    let world = World::new();
    let [ann, bob] = ["ann", "bob"].map(|name| world.user(name));
    let story = Story {
        id: "story".into(),
        user_id: ann.id.clone(),
        expires_at: world.realtime.ctx().now().plus(3_600_000),
        ..Story::default()
    };
    block_on(world.realtime.store().commit(Batch::new().insert(&story))).unwrap();
    let follow = json!({"followerId": bob.id, "followingId": ann.id});
    let request = json!({"requesterId": bob.id, "recipientId": ann.id});
    let reaction = json!({"authorId": ann.id, "storyId": "story"});
    let append_all = || {
        let ctx = world.realtime.ctx();
        for (kind, subject, what) in [
            ("follow.created", &*ann.id, &follow),
            ("follow.removed", &*ann.id, &follow),
            ("contact_request.sent", &*ann.id, &request),
            ("story.reacted", "story", &reaction),
        ] {
            let batch = append(&ctx, Batch::new(), kind, subject, Some(&bob.id), what).unwrap();
            block_on(world.realtime.store().commit(batch)).unwrap();
        }
    };
    let before = told(&world, &[&ann, &bob], append_all);
    assert_eq!((of(&before, &ann).len(), of(&before, &bob).len()), (4, 3));
    let from = world.poll(&ann, None).1;
    let theirs = world.poll(&bob, None).1;
    append_all();
    block(&world, &ann, &bob);
    let (events, ..) = world.poll(&ann, Some(&from));
    let kinds: Vec<&Value> = events.iter().map(|event| &event["type"]).collect();
    assert_eq!(kinds, ["block.changed"]);
    assert_eq!(world.poll(&bob, Some(&theirs)).0.len(), 3);
}
