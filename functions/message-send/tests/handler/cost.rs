//! What a request costs in statements, at any size of the conversation.

use serde_json::{Value, json};
use whisper_kit::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Batch;

use crate::scene::{Person, Scene};

/// The statements of one send, as their first words.
fn cost(scene: &Scene, who: &Person, conversation: &str, body: &Value) -> Vec<String> {
    scene.edge.statements();
    scene.send(who, conversation, body).expect(201);
    let words = |sql: &String| {
        sql.split_whitespace()
            .take(3)
            .collect::<Vec<_>>()
            .join(" ")
            .replace('"', "")
    };
    scene.edge.statements().iter().map(words).collect()
}

fn crowd(scene: &Scene, conversation: &str, size: usize) {
    for start in (0..size).step_by(500) {
        let members = (start..size.min(start + 500)).map(|n| ConversationMember {
            id: member_id(conversation, &format!("u{n}")),
            conversation_id: conversation.to_owned(),
            user_id: format!("u{n}"),
            joined_at: Timestamp::AT_COMMIT,
            ..ConversationMember::default()
        });
        scene.commit(members.fold(Batch::new(), |batch, member| batch.insert(&member)));
    }
}

#[test]
fn a_send_is_one_read_and_one_commit_whatever_the_size() {
    let scene = Scene::with(&[("message_rate_per_minute", "1000")]);
    let (ann, bob) = (scene.person(), scene.person());
    let (talk, group) = (scene.direct(&ann, &bob), scene.group(&[&ann, &bob]));
    crowd(&scene, &group, 5_000);
    scene.say(&ann, &talk, "Opens the connections");
    // The clock decides when old counters are swept: not at this millisecond.
    scene.edge.advance(1);
    let small = cost(&scene, &ann, &talk, &json!({"id": "a", "content": "x"}));
    let large = cost(&scene, &ann, &group, &json!({"id": "b", "content": "x"}));
    assert_eq!(small, large);
    assert_eq!(
        small,
        [
            "SELECT (SELECT json_array(_id,",
            "BEGIN IMMEDIATE",
            "SELECT EXISTS(SELECT 1",
            "INSERT INTO messages",
            "UPDATE conversations SET",
            "INSERT INTO messageQueue",
            "INSERT INTO userActivity",
            "INSERT INTO events",
            "INSERT INTO rateLimits",
            "COMMIT",
        ]
    );
}

#[test]
fn an_end_costs_a_row_and_nothing_else_does() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    let talk = scene.direct(&ann, &bob);
    scene.say(&ann, &talk, "Opens the connections");
    let plain = cost(&scene, &ann, &talk, &json!({"content": "x"}));
    let until = scene.edge.ctx().now().plus(1_000);
    let ending = cost(
        &scene,
        &ann,
        &talk,
        &json!({"content": "x", "expiresAt": until}),
    );
    let more: Vec<&String> = ending.iter().filter(|sql| !plain.contains(sql)).collect();
    assert_eq!(more, ["INSERT INTO messageExpiries"]);
    assert_eq!(ending.len(), plain.len() + 1);
}

#[test]
fn every_kind_costs_one_read_and_a_story_reply_two() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    let talk = scene.direct(&ann, &bob);
    let target = scene.say(&ann, &talk, "Opens the connections");
    scene.put(&Story {
        id: "s".into(),
        user_id: bob.id.clone(),
        privacy: StoryPrivacy::Public,
        expires_at: scene.edge.ctx().now().plus(600_000),
        ..Story::default()
    });
    let gift =
        json!({"giftType": "token", "chain": "base", "tokenAmount": "1", "recipientId": bob.id});
    for (body, reads, writes) in [
        (json!({"content": "x"}), 1, 5),
        (json!({"content": "x", "replyToMessageId": target}), 1, 5),
        (json!({"contentType": "token_gift", "metadata": gift}), 1, 5),
        (
            json!({"contentType": "poll", "content": "Q", "metadata": {"options": ["a", "b"]}}),
            1,
            6,
        ),
        (
            json!({"contentType": "forward", "forwardedFromMessageId": target, "forwardedFromConversationId": talk}),
            1,
            5,
        ),
        (
            json!({"contentType": "story_reply", "content": "x", "metadata": {"storyId": "s"}}),
            2,
            6,
        ),
    ] {
        let cost = cost(&scene, &ann, &talk, &body);
        let count = |start: &str| cost.iter().filter(|sql| sql.starts_with(start)).count();
        assert_eq!(count("SELECT (SELECT json"), reads, "{body}: {cost:?}");
        assert_eq!(
            count("INSERT") + count("UPDATE"),
            writes,
            "{body}: {cost:?}"
        );
        // Beside them: BEGIN, the one condition, COMMIT.
        assert_eq!(cost.len(), reads + writes + 3, "{body}: {cost:?}");
    }
}

#[test]
fn reading_costs_three_statements_and_a_refusal_one() {
    let scene = Scene::new();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let message = scene.say(&ann, &group, "x");
    // The key of the cursors is read once per instance.
    scene.read(&ann, &group, "").expect(200);
    let eve = scene.person();
    for rest in ["", "?limit=1&order=asc", &format!("/{message}")] {
        scene.edge.statements();
        scene.read(&ann, &group, rest).expect(200);
        assert_eq!(scene.edge.statements().len(), 3, "{rest}");
        // Whether or not there is something to be kept from somebody.
        for conversation in [group.as_str(), "nowhere"] {
            scene.read(&eve, conversation, rest).expect(404);
            assert_eq!(scene.edge.statements().len(), 1, "{conversation} {rest}");
        }
    }
}
