//! Rights to send: membership, blocks, and the documents that a message names.

use serde_json::{Value, json};
use whisper_kit::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use whisper_messages::testing::{Person, Scene, fields};

fn set_status(scene: &Scene, conversation: &str, user: &str, status: ConversationMemberStatus) {
    let patch = Patch::<ConversationMember>::new().set(ConversationMember::STATUS, status);
    scene.change(&member_id(conversation, user), patch);
}

#[test]
fn strangers_learn_nothing() {
    let scene = crate::scene();
    let (ann, eve) = (scene.person(), scene.person());
    let group = scene.group(&[&ann]);
    let message = scene.say(&ann, &group, "Secret");
    let mut answers = Vec::new();
    for conversation in [group.as_str(), "nowhere", "-"] {
        for answer in [
            scene.send(&eve, conversation, &json!({"content": "Hi"})),
            scene.send(
                &eve,
                conversation,
                &json!({"id": message, "content": "Secret"}),
            ),
            scene.read(&eve, conversation, ""),
            scene.read(&eve, conversation, &format!("/{message}")),
        ] {
            let mut problem = answer.expect_problem(404, "not_found");
            problem.as_object_mut().unwrap().remove("instance");
            answers.push(problem);
        }
    }
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
}

#[test]
fn who_left_or_was_removed_is_a_stranger_and_may_come_back() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    let message = scene.say(&bob, &group, "Hello");
    for status in [
        ConversationMemberStatus::Left,
        ConversationMemberStatus::Removed,
    ] {
        set_status(&scene, &group, &bob.id, status);
        scene
            .send(&bob, &group, &json!({"content": "Hi"}))
            .expect_problem(404, "not_found");
        scene
            .send(&bob, &group, &json!({"id": message, "content": "Hello"}))
            .expect_problem(404, "not_found");
        scene
            .read(&bob, &group, "")
            .expect_problem(404, "not_found");
        scene
            .read(&bob, &group, &format!("/{message}"))
            .expect_problem(404, "not_found");
    }
    set_status(&scene, &group, &bob.id, ConversationMemberStatus::Active);
    scene.read(&bob, &group, "").expect(200);
}

#[test]
fn whom_the_other_blocked_can_read_but_not_send() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let talk = scene.direct(&ann, &bob);
    scene
        .send(&bob, &talk, &json!({"id": "before", "content": "Hello"}))
        .expect(201);
    let blocked = Patch::<ConversationMember>::new().set(ConversationMember::IS_BLOCKED, true);
    scene.change(&member_id(&talk, &bob.id), blocked);
    let refused = scene
        .send(&bob, &talk, &json!({"content": "Hi"}))
        .expect_problem(403, "forbidden");
    assert!(
        !refused["detail"].as_str().unwrap().contains("block"),
        "{refused}"
    );
    scene
        .send(&bob, &talk, &json!({"id": "before", "content": "Hello"}))
        .expect(200);
    assert_eq!(
        scene.read(&bob, &talk, "").expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    scene.say(&ann, &talk, "I can");
}

#[test]
fn a_reply_names_a_message_of_this_conversation() {
    let scene = crate::scene();
    let ann = scene.person();
    let (here, there) = (scene.group(&[&ann]), scene.group(&[&ann]));
    let target = scene.say(&ann, &here, "Question");
    let elsewhere = scene.say(&ann, &there, "Elsewhere");
    let reply = |kind: &str, to: &str| json!({"contentType": kind, "content": "Answer", "replyToMessageId": to});
    for kind in ["reply", "text"] {
        let sent = scene.send(&ann, &here, &reply(kind, &target)).expect(201);
        assert_eq!(sent["replyToMessageId"], target);
        for wrong in [elsewhere.as_str(), "nothing"] {
            assert_eq!(
                fields(scene.send(&ann, &here, &reply(kind, wrong))),
                ["replyToMessageId:reference"]
            );
        }
    }
    scene.change(
        &target,
        Patch::<Message>::new().set(Message::DELETED_AT, Timestamp::AT_COMMIT),
    );
    assert_eq!(
        fields(scene.send(&ann, &here, &reply("reply", &target))),
        ["replyToMessageId:reference"]
    );
}

fn forward(message: &str, conversation: &str) -> Value {
    json!({"contentType": "forward", "forwardedFromMessageId": message, "forwardedFromConversationId": conversation})
}

#[test]
fn a_forward_copies_a_message_that_the_sender_can_see() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let (theirs, mine, private) = (
        scene.group(&[&ann, &bob]),
        scene.group(&[&ann]),
        scene.group(&[&bob]),
    );
    let place = json!({"contentType": "location", "content": "Here", "metadata": {"latitude": 1, "longitude": 2}});
    let origin = scene.send(&bob, &theirs, &place).expect(201)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let hidden = scene.say(&bob, &private, "Private");

    let copy = scene
        .send(&ann, &mine, &forward(&origin, &theirs))
        .expect(201);
    assert_eq!(
        (&copy["content"], &copy["plainText"]),
        (&json!("Here"), &json!("Here"))
    );
    assert_eq!(
        copy["metadata"],
        json!({"originalContentType": "location", "original": {"latitude": 1, "longitude": 2}})
    );
    let copy_id = copy["id"].as_str().unwrap();
    let second = scene
        .send(&ann, &mine, &forward(copy_id, &mine))
        .expect(201);
    assert_eq!(
        second["metadata"], copy["metadata"],
        "a copy of a copy is one of the first"
    );

    let mut refused = Vec::new();
    for (message, conversation) in [
        (hidden.as_str(), private.as_str()),
        ("nothing", &private),
        (&origin, &mine),
        (&hidden, "nowhere"),
    ] {
        let answer = scene.send(&ann, &mine, &forward(message, conversation));
        let mut problem = answer.expect_problem(422, "validation_failed");
        problem.as_object_mut().unwrap().remove("instance");
        refused.push(problem);
    }
    assert!(
        refused.iter().all(|answer| *answer == refused[0]),
        "absent and not visible look alike: {refused:?}"
    );
    assert_eq!(refused[0]["errors"][0]["field"], "forwardedFromMessageId");
}

#[test]
fn a_forward_may_bring_its_own_content() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let origin = scene.say(&ann, &group, "Original");
    let mut body = forward(&origin, &group);
    body["content"] = json!("ciphertext for this group");
    let sent = scene.send(&ann, &group, &body).expect(201);
    assert_eq!(
        (&sent["content"], &sent["metadata"]),
        (&body["content"], &Value::Null)
    );
}

fn gift(to: &str) -> Value {
    json!({"contentType": "token_gift", "metadata": {"giftType": "token", "chain": "base", "tokenAmount": "1", "recipientId": to}})
}

#[test]
fn a_gift_is_for_another_member() {
    let scene = crate::scene();
    let (ann, bob, eve) = (scene.person(), scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    scene.send(&ann, &group, &gift(&bob.id)).expect(201);
    for wrong in [ann.id.as_str(), &eve.id, "nobody"] {
        assert_eq!(
            fields(scene.send(&ann, &group, &gift(wrong))),
            ["metadata.recipientId:reference"]
        );
    }
    set_status(&scene, &group, &bob.id, ConversationMemberStatus::Left);
    assert_eq!(
        fields(scene.send(&ann, &group, &gift(&bob.id))),
        ["metadata.recipientId:reference"]
    );
}

#[test]
fn times_must_lie_ahead_and_all_is_told_at_once() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let now = scene.edge.ctx().now();
    let poll = json!({
        "contentType": "poll", "content": "Q", "expiresAt": now, "replyToMessageId": "nothing",
        "metadata": {"options": ["a", "b"], "expiresAt": now},
    });
    let wrong = fields(scene.send(&ann, &group, &poll));
    assert_eq!(
        wrong,
        [
            "expiresAt:range",
            "metadata.expiresAt:range",
            "replyToMessageId:reference"
        ]
    );
    let place = json!({"contentType": "location", "metadata": {"latitude": 1, "longitude": 2, "liveUntil": now}});
    assert_eq!(
        fields(scene.send(&ann, &group, &place)),
        ["metadata.liveUntil:range"]
    );
}

/// A story of `author`, shown for ten minutes.
fn story(scene: &Scene, id: &str, author: &Person, privacy: StoryPrivacy) {
    scene.put(&Story {
        id: id.into(),
        user_id: author.id.clone(),
        content_type: StoryContentType::Text,
        privacy,
        expires_at: scene.edge.ctx().now().plus(600_000),
        ..Story::default()
    });
}

fn answer(story: &str) -> Value {
    json!({"contentType": "story_reply", "content": "Nice", "metadata": {"storyId": story}})
}

const NO_STORY: [&str; 1] = ["metadata.storyId:reference"];

#[test]
fn an_answer_to_a_story_goes_to_its_author_and_is_counted() {
    let scene = crate::scene();
    let (ann, bob, cat) = (scene.person(), scene.person(), scene.person());
    let (talk, other, group) = (
        scene.direct(&ann, &bob),
        scene.direct(&ann, &cat),
        scene.group(&[&ann, &bob]),
    );
    story(&scene, "s", &bob, StoryPrivacy::Public);
    let mut body = answer("s");
    body["id"] = json!("r");
    scene.send(&ann, &talk, &body).expect(201);
    scene.send(&ann, &talk, &body).expect(200);
    assert_eq!(
        scene.get::<Story>("s").reply_count,
        1,
        "a retry counts no second time"
    );
    for elsewhere in [&other, &group] {
        assert_eq!(fields(scene.send(&ann, elsewhere, &answer("s"))), NO_STORY);
    }
    assert_eq!(
        fields(scene.send(&bob, &talk, &answer("s"))),
        NO_STORY,
        "not to oneself"
    );
    assert_eq!(
        fields(scene.send(&ann, &talk, &answer("nothing"))),
        NO_STORY
    );
    scene.edge.advance(600_000);
    assert_eq!(
        fields(scene.send(&ann, &talk, &answer("s"))),
        NO_STORY,
        "expired at that very millisecond"
    );
    assert_eq!(scene.get::<Story>("s").reply_count, 1);
}

#[test]
fn only_a_story_that_the_sender_may_see_and_answer_takes_one() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let talk = scene.direct(&ann, &bob);
    story(&scene, "friends", &bob, StoryPrivacy::Friends);
    story(&scene, "private", &bob, StoryPrivacy::Private);
    story(&scene, "public", &bob, StoryPrivacy::Public);
    let follow = |id: &str, from: &Person, to: &Person| {
        scene.put(&Follow {
            id: id.into(),
            follower_id: from.id.clone(),
            following_id: to.id.clone(),
            ..Follow::default()
        });
    };
    follow("f1", &ann, &bob);
    assert_eq!(
        fields(scene.send(&ann, &talk, &answer("friends"))),
        NO_STORY
    );
    follow("f2", &bob, &ann);
    scene.send(&ann, &talk, &answer("friends")).expect(201);
    assert_eq!(
        fields(scene.send(&ann, &talk, &answer("private"))),
        NO_STORY
    );

    scene.change(
        "public",
        Patch::<Story>::new().set(Story::ALLOW_REPLIES, false),
    );
    assert_eq!(fields(scene.send(&ann, &talk, &answer("public"))), NO_STORY);
    scene.change(
        "public",
        Patch::<Story>::new().set(Story::ALLOW_REPLIES, true),
    );
    scene.send(&ann, &talk, &answer("public")).expect(201);
    let status = |status| Patch::<Account>::new().set(Account::STATUS, status);
    scene.change(&bob.id, status(AccountStatus::Disabled));
    assert_eq!(
        fields(scene.send(&ann, &talk, &answer("public"))),
        NO_STORY,
        "nobody sees it while its author may not use their account"
    );
    scene.change(&bob.id, status(AccountStatus::Active));
    let block = Contact {
        id: "b".into(),
        user_id: ann.id.clone(),
        contact_user_id: bob.id.clone(),
        is_blocked: true,
        ..Contact::default()
    };
    scene.put(&block);
    assert_eq!(
        fields(scene.send(&ann, &talk, &answer("public"))),
        NO_STORY,
        "whom one blocked has no stories"
    );
}
