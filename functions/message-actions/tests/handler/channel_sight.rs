//! People of a channel whom its readers don't learn, and groups that are linked to it no more.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_messages::testing::Person;
use whisper_schema::prelude::*;

use crate::channels::Station;

/// The users whom an answer names.
fn named(answer: &Value) -> Vec<&str> {
    let users = answer["users"].as_object().unwrap();
    users.keys().map(String::as_str).collect()
}

#[test]
fn who_reacted_or_pinned_is_named_to_members_who_see_the_others() {
    let station = Station::new();
    let scene = &station.world.scene;
    let eve = scene.person();
    scene.join(&station.channel, &eve.id);
    let post = station.say(&station.amy, "Hello");
    for who in [&station.rob, &station.amy] {
        let rest = format!("/{post}/reactions/%F0%9F%91%8D");
        let set = scene.act(who, Method::PUT, &station.channel, &rest);
        assert!(set.response.status().is_success());
    }
    let pin = format!("/{post}/pin");
    let pinned = scene.act(&station.ann, Method::PUT, &station.channel, &pin);
    assert!(pinned.response.status().is_success());
    let pins = |who: &Person| {
        let path = format!("/v1/conversations/{}/pins", station.channel);
        let asked = scene
            .actions
            .send(Method::GET, &path, &who.token, &Value::Null);
        futures::executor::block_on(asked).expect(200)
    };
    let history = scene.read(&eve, &station.channel, "").expect(200);
    let (one, listed) = (station.message(&eve, &post), pins(&eve));
    for shown in [&history, &one, &listed] {
        assert_eq!(named(shown), [""; 0], "{shown}");
    }
    assert_eq!(one["reactionCounts"][0]["count"], 2);
    assert_eq!(listed["items"][0]["pinnedBy"], station.channel.as_str());
    let (one, listed) = (station.message(&station.amy, &post), pins(&station.amy));
    for id in [&station.rob.id, &station.amy.id] {
        assert!(named(&one).contains(&id.as_str()), "{one}");
    }
    assert_eq!(listed["items"][0]["pinnedBy"], station.ann.id.as_str());
    assert!(named(&listed).contains(&station.ann.id.as_str()));
}

#[test]
fn who_may_not_come_into_the_linked_group_puts_nothing_there() {
    for way in ["ban", "block"] {
        let station = Station::new();
        let group = station.link();
        let post = station.say(&station.amy, "Hello");
        match way {
            "ban" => {
                let path = format!("/{group}/bans/{}", station.rob.id);
                let banned = station
                    .world
                    .ask_with(Method::PUT, &station.ann, &path, &json!({}));
                banned.expect(201);
            }
            _ => station.world.scene.block(&station.ann, &station.rob),
        }
        station
            .comments(&station.rob, &post)
            .expect_problem(404, "not_found");
        station.comments(&station.amy, &post).expect(201);
    }
}

#[test]
fn a_link_ends_with_the_ownership_by_which_it_was_made() {
    for (of_group, way) in [(true, "hand over"), (false, "hand over"), (true, "leave")] {
        let station = Station::new();
        let group = station.link();
        let post = station.say(&station.amy, "Hello");
        let place = if of_group { &group } else { &station.channel };
        match way {
            "leave" => {
                let path = format!("/{place}/leave");
                station
                    .world
                    .ask(Method::POST, &station.ann, &path)
                    .expect(204);
            }
            _ => {
                station.world.scene.join(place, &station.amy.id);
                let path = format!("/{place}/members/{}", station.amy.id);
                let body = json!({"role": "owner"});
                let given = station
                    .world
                    .ask_with(Method::PATCH, &station.ann, &path, &body);
                given.expect(200);
            }
        }
        assert_eq!(station.world.scene.all::<LinkedGroup>(), [], "{way}");
        station
            .comments(&station.rob, &post)
            .expect_problem(409, "wrong_kind");
    }
}

#[test]
fn a_poll_of_a_channel_is_anonymous_or_refused() {
    let station = Station::new();
    let scene = &station.world.scene;
    let poll = |metadata: Value| {
        let body = json!({"contentType": "poll", "content": "Which?", "metadata": metadata});
        scene.send(&station.amy, &station.channel, &body)
    };
    let named = poll(json!({"options": ["a", "b"], "isAnonymous": false}));
    let refused = named.expect_problem(422, "validation_failed");
    assert_eq!(refused["errors"][0]["field"], "metadata.isAnonymous");
    assert_eq!(scene.all::<Poll>(), []);
    for more in [json!({}), json!({"isAnonymous": true})] {
        let mut metadata = more;
        metadata["options"] = json!(["a", "b"]);
        let sent = poll(metadata).expect(201);
        assert!(
            scene
                .get::<Poll>(&whisper_messages::ids::poll_id(
                    sent["id"].as_str().unwrap()
                ))
                .is_anonymous
        );
    }
}

#[test]
fn the_author_of_a_picture_that_can_be_viewed_once_is_no_recipient_of_it() {
    let station = Station::new();
    let scene = &station.world.scene;
    let body = json!({
        "contentType": "image", "mediaUrls": ["https://cdn.example/1"], "metadata": {"viewOnce": true},
    });
    let sent = scene
        .send(&station.amy, &station.channel, &body)
        .expect(201);
    let id = sent["id"].as_str().unwrap();
    let view =
        |who: &Person| scene.act(who, Method::POST, &station.channel, &format!("/{id}/view"));
    view(&station.amy).expect_problem(403, "forbidden");
    view(&station.rob).expect(200);
    let views =
        |who: &Person| scene.act(who, Method::GET, &station.channel, &format!("/{id}/views"));
    let seen = views(&station.amy).expect(200);
    assert_eq!(seen["items"][0]["userId"], station.rob.id.as_str());
    for who in [&station.ann, &station.rob] {
        views(who).expect_problem(403, "forbidden");
    }
}
