//! Posting at the address of a webhook.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::ids::is_program_id;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::world::{HOUR, World};

#[test]
fn a_post_becomes_a_message_under_the_webhooks_name_or_one_of_its_own() {
    let world = World::new();
    let webhook = world.incoming();
    world.post(&webhook, &json!({"content": "one"})).expect(201);
    let own = json!({"content": "two", "username": "CI", "avatarUrl": "https://b.example/b.png"});
    let sent = world.post(&webhook, &own).expect(201);
    assert_eq!(sent["senderId"], webhook["userId"]);
    assert_eq!(
        sent["metadata"]["webhook"],
        json!({"id": webhook["id"], "name": "CI", "avatarUrl": "https://b.example/b.png"})
    );
    let history = world.scene.read(&world.mia, &world.group, "").expect(200);
    let names: Vec<&Value> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["metadata"]["webhook"]["name"])
        .collect();
    assert_eq!(names, ["CI", "Builds"]);
    let user = webhook["userId"].as_str().unwrap();
    assert!(is_program_id(user));
    let shown = &history["users"][user];
    assert_eq!(
        (&shown["displayName"], &shown["isBot"]),
        (&json!("Builds"), &json!(true))
    );
    let conversation: Conversation = world.scene.get(&world.group);
    assert_eq!(conversation.last_message_text.as_deref(), Some("two"));
    assert_eq!(world.scene.events(&["message.sent"]).len(), 2);
    assert_eq!(world.scene.all::<QueuedMessage>().len(), 2);
    assert!(
        world.scene.all::<UserActivity>().is_empty(),
        "no experience"
    );
    assert!(
        world
            .scene
            .all::<Account>()
            .iter()
            .all(|account| account.id != user)
    );
}

#[test]
fn settings_and_the_departure_of_its_maker_stop_no_webhook() {
    let world = World::new();
    let webhook = world.incoming();
    let settings = json!({"sendMessages": "owner", "slowModeSeconds": 60}).to_string();
    let patch = Patch::new().set(Conversation::SETTINGS, settings);
    world.scene.change(&world.group, patch);
    let left = Patch::new().set(ConversationMember::STATUS, ConversationMemberStatus::Left);
    world
        .scene
        .change(&member_id(&world.group, &world.ann.id), left);
    for words in ["one", "two"] {
        world.post(&webhook, &json!({"content": words})).expect(201);
    }
}

#[test]
fn whatever_is_wrong_with_an_address_the_answer_is_the_same() {
    let world = World::new();
    let (webhook, other) = (world.incoming(), world.incoming());
    let (path, body) = (webhook["path"].as_str().unwrap(), json!({"content": "x"}));
    let id = webhook["id"].as_str().unwrap();
    let secret = other["path"].as_str().unwrap().rsplit('/').next().unwrap();
    let refusal = |path: &str| {
        let mut problem = world.post_to(path, &body).expect_problem(404, "not_found");
        problem["instance"] = Value::Null;
        problem
    };
    let first = refusal(&format!("/v1/webhooks/{id}/{secret}"));
    for path in [
        format!("/v1/webhooks/nothing/{secret}"),
        format!("/v1/webhooks/{id}/x"),
        format!("/v1/webhooks/{id}/{}", &path[path.len() - 42..]),
        format!("/v1/webhooks/-/{secret}"),
    ] {
        assert_eq!(refusal(&path), first, "{path}");
    }
    let encrypted = Patch::new().set(Conversation::IS_ENCRYPTED, true);
    world.scene.change(&world.group, encrypted);
    assert_eq!(refusal(path), first);
    let deserted = Patch::new()
        .set(Conversation::IS_ENCRYPTED, false)
        .set(Conversation::PARTICIPANT_COUNT, 0);
    world.scene.change(&world.group, deserted);
    assert_eq!(refusal(path), first);
    world
        .scene
        .commit(whisper_store::Batch::new().delete::<Conversation>(&world.group));
    assert_eq!(refusal(path), first);
    assert!(world.scene.all::<Message>().is_empty());
}

#[test]
fn what_may_not_be_posted() {
    let world = World::new();
    let webhook = world.incoming();
    let stranger = world.scene.person();
    for (body, field) in [
        (json!({}), "content"),
        (json!({"content": " \n"}), "content"),
        (json!({"content": "x".repeat(10_001)}), "content"),
        (json!({"content": "x", "username": ""}), "username"),
        (
            json!({"content": "x", "username": "x".repeat(81)}),
            "username",
        ),
        (json!({"content": "x", "username": "a\nb"}), "username"),
        (
            json!({"content": "x", "username": "a\u{202e}b"}),
            "username",
        ),
        (
            json!({"content": "x", "avatarUrl": "http://a.example/x"}),
            "avatarUrl",
        ),
        (json!({"content": "x", "mentions": ["@all"]}), "mentions[0]"),
        (
            json!({"content": "x", "mentions": [world.mia.id, stranger.id]}),
            "mentions[1]",
        ),
        (json!({"content": "x", "id": "a b"}), "id"),
        (
            json!({"content": "x", "contentType": "text"}),
            "contentType",
        ),
    ] {
        let problem = world
            .post(&webhook, &body)
            .expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
    }
    assert!(world.scene.all::<Message>().is_empty());
    let turned = json!({"content": "x", "username": "a\u{202e}b"});
    let problem = world
        .post(&webhook, &turned)
        .expect_problem(422, "validation_failed");
    assert_eq!(problem["errors"][0]["rule"], "format");
    let decomposed = json!({"content": "x", "username": "Zu\u{308}rich"});
    let sent = world.post(&webhook, &decomposed).expect(201);
    assert_eq!(sent["metadata"]["webhook"]["name"], "Z\u{fc}rich");
    let mention = json!({"content": "x", "mentions": [world.mia.id]});
    let sent = world.post(&webhook, &mention).expect(201);
    assert_eq!(sent["mentions"], json!([world.mia.id]));
}

#[test]
fn an_id_makes_a_second_post_harmless() {
    let world = World::new();
    let webhook = world.incoming();
    let body = json!({"content": "x", "id": "build-42", "username": "CI"});
    let path = webhook["path"].as_str().unwrap();
    let (one, other) = block_on(async {
        join!(
            world.scene.edge.send(Method::POST, path, "", &body),
            world.scene.edge.send(Method::POST, path, "", &body)
        )
    });
    let mut statuses = [&one, &other].map(|answer| answer.response.status().as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201]);
    assert_eq!(one.body["id"], "build-42");
    for other in [
        json!({"content": "y", "id": "build-42", "username": "CI"}),
        json!({"content": "x", "id": "build-42"}),
    ] {
        world
            .post(&webhook, &other)
            .expect_problem(409, "message_id_taken");
    }
    assert_eq!(world.scene.all::<Message>().len(), 1);
    let mine = world.scene.say(&world.ann, &world.group, "mine");
    let body = json!({"content": "mine", "id": mine});
    world
        .post(&webhook, &body)
        .expect_problem(409, "message_id_taken");
}

#[test]
fn a_webhook_posts_thirty_times_a_minute() {
    let world = World::new();
    let (webhook, other) = (world.incoming(), world.incoming());
    for _ in 0..30 {
        world.post(&webhook, &json!({"content": "x"})).expect(201);
    }
    let refused = world.post(&webhook, &json!({"content": "x"}));
    assert!(refused.response.headers().contains_key("retry-after"));
    refused.expect_problem(429, "rate_limited");
    world.post(&other, &json!({"content": "x"})).expect(201);
    world.advance(60_000);
    world.post(&webhook, &json!({"content": "x"})).expect(201);
}

#[test]
fn mentions_count_for_the_maker_of_the_webhooks() {
    let world = World::with(&[("mention_rate_per_hour", "3")]);
    let (webhook, other) = (world.incoming(), world.incoming());
    let two = json!({"content": "x", "mentions": [world.mia.id, world.adam.id]});
    let one = json!({"content": "x", "mentions": [world.mia.id]});
    world.post(&webhook, &two).expect(201);
    let refused = world.post(&other, &two);
    assert!(refused.response.headers().contains_key("retry-after"));
    refused.expect_problem(429, "rate_limited");
    world.post(&other, &one).expect(201);
    for hook in [&webhook, &other] {
        world.post(hook, &one).expect_problem(429, "rate_limited");
        world.post(hook, &json!({"content": "x"})).expect(201);
    }
    // They are those that the maker sends as well.
    let own = world.scene.send(&world.ann, &world.group, &one);
    own.expect_problem(429, "rate_limited");
    world
        .scene
        .send(&world.adam, &world.group, &one)
        .expect(201);
    world.advance(HOUR);
    world.post(&webhook, &one).expect(201);
    assert_eq!(world.scene.all::<Message>().len(), 6);
}

#[test]
fn an_id_that_was_posted_counts_once() {
    let world = World::with(&[("mention_rate_per_hour", "1")]);
    let webhook = world.incoming();
    let body = json!({"content": "x", "id": "build-42", "mentions": [world.mia.id]});
    world.post(&webhook, &body).expect(201);
    world.post(&webhook, &body).expect(200);
}

#[test]
fn the_webhooks_of_an_anonymous_account_have_a_tenth() {
    let limits = [
        ("webhook_rate_per_minute", "20"),
        ("mention_rate_per_hour", "10"),
    ];
    let world = World::with(&limits);
    let webhook = world.incoming();
    let anonymous = Patch::new().set(Account::IS_ANONYMOUS, true);
    world.scene.change::<Account>(&world.ann.id, anonymous);
    let mention = json!({"content": "x", "mentions": [world.mia.id]});
    world.post(&webhook, &mention).expect(201);
    let refused = world.post(&webhook, &mention);
    refused.expect_problem(429, "rate_limited");
    world.post(&webhook, &json!({"content": "x"})).expect(201);
    let refused = world.post(&webhook, &json!({"content": "x"}));
    refused.expect_problem(429, "rate_limited");
    world.advance(60_000);
    world.post(&webhook, &json!({"content": "x"})).expect(201);
}
