//! The cost of a request in statements, at any size of the conversation.

use serde_json::{Value, json};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch};

use whisper_messages::testing::{Person, Scene};

/// A commit is one statement.
const COMMIT: &str = "INSERT INTO _commit";

/// The statements of one send, as their first words, and the rows that it writes.
fn cost(scene: &Scene, who: &Person, conversation: &str, body: &Value) -> (Vec<String>, u64) {
    scene.edge.statements();
    scene.edge.rows_written();
    scene.send(who, conversation, body).expect(201);
    let words = |sql: &String| {
        let words: Vec<&str> = sql.split_whitespace().take(3).collect();
        let words = words.join(" ").replace('"', "");
        words
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .to_owned()
    };
    let statements = scene.edge.statements().iter().map(words).collect();
    (statements, scene.edge.rows_written().iter().sum())
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
    let scene = crate::scene_with(&[("message_rate_per_minute", "1000")]);
    let (ann, bob) = (scene.person(), scene.person());
    let (talk, group) = (scene.direct(&ann, &bob), scene.group(&[&ann, &bob]));
    crowd(&scene, &group, 5_000);
    scene.say(&ann, &talk, "Opens the connections");
    let small = cost(&scene, &ann, &talk, &json!({"id": "a", "content": "x"}));
    let large = cost(&scene, &ann, &group, &json!({"id": "b", "content": "x"}));
    assert_eq!(small.0, large.0);
    let (statements, rows) = small;
    assert_eq!(statements, ["SELECT (SELECT json_array(_id,", COMMIT]);
    // The message, its conversation, the delivery, the activity, the event and the sender's counter.
    assert_eq!(rows, 6);
    assert_eq!(rows, large.1);
}

#[test]
fn an_end_costs_a_row_and_nothing_else_does() {
    let scene = crate::scene();
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
    assert_eq!(ending.0, plain.0);
    assert_eq!(ending.1, plain.1 + 1);
}

#[test]
fn a_timer_of_the_conversation_costs_what_an_end_does() {
    let scene = crate::scene();
    let ann = scene.person();
    let (plain, timed) = (scene.group(&[&ann]), scene.group(&[&ann]));
    let settings = Patch::new().set(Conversation::SETTINGS, r#"{"messageTimerSeconds":60}"#);
    scene.change(&timed, settings);
    scene.say(&ann, &plain, "Opens the connections");
    let without = cost(&scene, &ann, &plain, &json!({"content": "x"}));
    let with = cost(&scene, &ann, &timed, &json!({"content": "x"}));
    assert_eq!(with.0, without.0);
    assert_eq!(with.1, without.1 + 1);
}

#[test]
fn a_wait_between_messages_costs_a_row_and_no_statement() {
    let scene = crate::scene();
    let ann = scene.person();
    let (quick, slow) = (scene.group(&[&ann]), scene.group(&[&ann]));
    let settings = Patch::new().set(Conversation::SETTINGS, r#"{"slowModeSeconds":1}"#);
    scene.change(&slow, settings);
    scene.say(&ann, &quick, "Opens the connections");
    let plain = cost(&scene, &ann, &quick, &json!({"content": "x"}));
    let waiting = cost(&scene, &ann, &slow, &json!({"content": "x"}));
    assert_eq!(waiting.0, plain.0);
    assert_eq!(waiting.1, plain.1 + 1);
}

#[test]
fn every_kind_costs_one_read_and_a_story_reply_two() {
    let scene = crate::scene();
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
        // An answer is counted.
        (json!({"content": "x", "replyToMessageId": target}), 1, 6),
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
        let (statements, rows) = cost(&scene, &ann, &talk, &body);
        let count = |start: &str| {
            statements
                .iter()
                .filter(|sql| sql.starts_with(start))
                .count()
        };
        assert_eq!(
            count("SELECT (SELECT json"),
            reads,
            "{body}: {statements:?}"
        );
        assert_eq!(count(COMMIT), 1, "{body}: {statements:?}");
        assert_eq!(statements.len(), reads + 1, "{body}: {statements:?}");
        assert_eq!(rows, writes, "{body}");
    }
}

#[test]
fn reading_costs_three_statements_and_a_refusal_one() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let message = scene.say(&ann, &group, "x");
    // Keys are read once per instance.
    scene.read(&ann, &group, "").expect(200);
    scene.read(&ann, &group, &format!("/{message}")).expect(200);
    let eve = scene.person();
    for rest in ["", "?limit=1&order=asc", &format!("/{message}")] {
        let edge = match rest.starts_with('/') {
            true => &scene.actions,
            false => &scene.edge,
        };
        edge.statements();
        scene.read(&ann, &group, rest).expect(200);
        assert_eq!(edge.statements().len(), 3, "{rest}");
        // Whether or not there is something to be kept from somebody.
        for conversation in [group.as_str(), "nowhere"] {
            scene.read(&eve, conversation, rest).expect(404);
            assert_eq!(edge.statements().len(), 1, "{conversation} {rest}");
        }
    }
}
