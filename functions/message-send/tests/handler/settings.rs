//! The settings of a conversation at a send: the right to send, and the wait between messages.

use proptest::prelude::*;
use serde_json::{Value, json};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::{Get, Patch};

use super::scene;
use whisper_messages::testing::{Person, Scene};

fn set(scene: &Scene, conversation: &str, settings: &Value) {
    let patch = Patch::new().set(Conversation::SETTINGS, settings.to_string());
    scene.change(conversation, patch);
}

fn give(scene: &Scene, conversation: &str, who: &Person, role: ConversationMemberRole) {
    let patch = Patch::new().set(ConversationMember::ROLE, role);
    scene.change(&member_id(conversation, &who.id), patch);
}

fn say(scene: &Scene, who: &Person, conversation: &str) -> u16 {
    let sent = scene.send(who, conversation, &json!({"content": "x"}));
    sent.response.status().as_u16()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Against a model: the roles stand one above the other, a circle holds one and those above, and ordinary members wait.
    #[test]
    fn who_may_send_and_when(
        role in 0usize..4,
        circle in 0usize..4,
        wait in 0i64..3,
        steps in prop::collection::vec(0i64..3_000, 1..8),
    ) {
        let scene = scene();
        let ann = scene.person();
        let group = scene.group(&[&ann]);
        give(&scene, &group, &ann, ConversationMemberRole::ALL[role]);
        let circles = ["owner", "admins", "moderators", "everyone"];
        set(&scene, &group, &json!({"sendMessages": circles[circle], "slowModeSeconds": wait}));
        let (mut now, mut next) = (0, 0);
        for step in steps {
            scene.edge.advance(step);
            now += step;
            let expected = match (role <= circle, role == 3 && now < next) {
                (false, _) => 403,
                (true, true) => 429,
                (true, false) => 201,
            };
            prop_assert_eq!(say(&scene, &ann, &group), expected, "at {} of {}", now, next);
            if expected == 201 {
                next = now + wait * 1000;
            }
        }
    }
}

#[test]
fn a_refusal_says_when_to_try_again_and_nothing_is_sent() {
    let scene = scene();
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    set(&scene, &group, &json!({"slowModeSeconds": 30}));
    let first = json!({"id": "m1", "content": "One"});
    scene.send(&ann, &group, &first).expect(201);
    scene.edge.advance(500);
    let refused = scene.send(&ann, &group, &json!({"content": "Two"}));
    assert_eq!(refused.response.headers()["retry-after"], "30");
    refused.expect_problem(429, "rate_limited");
    scene.send(&ann, &group, &first).expect(200);
    assert_eq!(scene.all::<Message>().len(), 1);
    // Each waits for themselves, in this conversation alone.
    assert_eq!(say(&scene, &bob, &group), 201);
    let other = scene.group(&[&ann]);
    assert_eq!(say(&scene, &ann, &other), 201);
    scene.edge.advance(29_500);
    assert_eq!(say(&scene, &ann, &group), 201);
}

#[test]
fn of_two_at_once_one_is_sent() {
    let scene = scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    set(&scene, &group, &json!({"slowModeSeconds": 30}));
    for _ in 0..2 {
        let body = json!({"content": "Now"});
        let (one, other) = scene.send_both(&ann, &group, &body, &body);
        let mut statuses = [one, other].map(|answer| answer.response.status().as_u16());
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 429]);
        scene.edge.advance(30_000);
    }
    assert_eq!(scene.all::<Message>().len(), 2);
}

#[test]
fn between_two_there_are_no_such_settings() {
    let scene = scene();
    let (ann, bob) = (scene.person(), scene.person());
    let talk = scene.direct(&ann, &bob);
    set(
        &scene,
        &talk,
        &json!({"sendMessages": "owner", "slowModeSeconds": 30}),
    );
    assert_eq!(say(&scene, &ann, &talk), 201);
    assert_eq!(say(&scene, &ann, &talk), 201);
}

#[test]
fn readers_are_shown_to_those_who_may_see_the_members() {
    let scene = scene();
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    let message = scene.say(&ann, &group, "Read me");
    scene.mark(&group, &bob, &message);
    for (circle, shown) in [("everyone", true), ("admins", false)] {
        set(&scene, &group, &json!({ "seeMembers": circle }));
        let list = scene.read(&ann, &group, "").expect(200);
        let one = scene.read(&ann, &group, &format!("/{message}")).expect(200);
        for (seen, users) in [(&list["items"][0], &list["users"]), (&one, &one["users"])] {
            let readers = seen["readBy"].as_array().unwrap();
            assert_eq!(readers.contains(&json!(bob.id)), shown, "{circle}");
            assert_eq!(users[&bob.id].is_object(), shown, "{circle}");
        }
    }
}

/// Has the messages so far hidden from a member.
fn hide(scene: &Scene, conversation: &str, who: &Person, message: &str) {
    let place = futures::executor::block_on(scene.edge.store().read(Get::<Message>::id(message)));
    let place = place.unwrap().unwrap().seq;
    let patch = Patch::new().set(ConversationMember::HISTORY_POSITION, place);
    scene.change(&member_id(conversation, &who.id), patch);
}

#[test]
fn messages_from_before_somebody_joined_are_as_if_there_were_none() {
    let scene = scene();
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    let old = scene.say(&ann, &group, "Old");
    hide(&scene, &group, &bob, &old);
    let new = scene.say(&ann, &group, "New");
    let talk = scene.direct(&bob, &ann);
    for (history, sees) in [("joined", false), ("all", true)] {
        set(&scene, &group, &json!({ "history": history }));
        for order in ["desc", "asc"] {
            let list = scene
                .read(&bob, &group, &format!("?order={order}"))
                .expect(200);
            let items = list["items"].as_array().unwrap();
            assert_eq!(items.len(), 1 + usize::from(sees), "{history}");
        }
        let status = |answer: whisper_kit::testing::Answer| answer.response.status().as_u16();
        let got = status(scene.read(&bob, &group, &format!("/{old}")));
        assert_eq!(got, if sees { 200 } else { 404 }, "{history}");
        assert_eq!(status(scene.read(&bob, &group, &format!("/{new}"))), 200);
        let answer = json!({"contentType": "reply", "content": "x", "replyToMessageId": old});
        let copy = json!({"contentType": "forward", "forwardedFromMessageId": old, "forwardedFromConversationId": group});
        let expected = if sees { 201 } else { 422 };
        assert_eq!(
            status(scene.send(&bob, &group, &answer)),
            expected,
            "{history}"
        );
        assert_eq!(
            status(scene.send(&bob, &talk, &copy)),
            expected,
            "{history}"
        );
        // A member who was there from the beginning still sees and answers the old message.
        assert_eq!(status(scene.send(&ann, &group, &answer)), 201);
        assert_eq!(status(scene.read(&ann, &group, &format!("/{old}"))), 200);
        scene.commit(
            scene
                .all::<Message>()
                .iter()
                .filter(|m| m.id != old && m.id != new)
                .fold(whisper_store::Batch::new(), |batch, message| {
                    batch.delete::<Message>(&message.id)
                }),
        );
    }
}

#[test]
fn a_page_ends_where_the_history_does() {
    let scene = scene();
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    let ids: Vec<String> = (0..5)
        .map(|n| scene.say(&ann, &group, &format!("m{n}")))
        .collect();
    hide(&scene, &group, &bob, &ids[2]);
    set(&scene, &group, &json!({"history": "joined"}));
    let first = scene.read(&bob, &group, "?limit=1").expect(200);
    assert_eq!(first["items"][0]["id"], ids[4].as_str());
    let next = first["next"].as_str().unwrap();
    let second = scene
        .read(&bob, &group, &format!("?limit=1&after={next}"))
        .expect(200);
    assert_eq!(
        (&second["items"][0]["id"], &second["next"]),
        (&json!(ids[3]), &Value::Null)
    );
    // A cursor that somebody else's page gave, or that is from before, leads no further back.
    let early = scene.read(&bob, &group, "?order=asc&limit=1").expect(200);
    assert_eq!(early["items"][0]["id"], ids[3].as_str());
}

#[test]
fn who_may_mention_all_members_is_a_setting_and_in_a_crowd_for_admins() {
    use ConversationMemberRole::{Admin, Member};
    let scene = scene();
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    give(&scene, &group, &ann, Admin);
    give(&scene, &group, &bob, Member);
    let mention = |who: &Person, whom: &str| {
        let body = json!({"content": "x", "mentions": [whom]});
        scene.send(who, &group, &body)
    };
    let sent = mention(&bob, "@all").expect(201);
    assert_eq!(sent["mentions"], json!(["@all"]));
    mention(&bob, "@admins").expect(201);
    mention(&bob, "@everyone").expect(422);
    set(&scene, &group, &json!({"mentionAll": "admins"}));
    for whom in ["@all", "@admins"] {
        mention(&bob, whom).expect_problem(403, "forbidden");
        mention(&ann, whom).expect(201);
    }
    mention(&bob, &ann.id).expect(201);
    set(&scene, &group, &json!({}));
    let crowd = Patch::<Conversation>::new().set(Conversation::PARTICIPANT_COUNT, 501);
    scene.change(&group, crowd);
    mention(&bob, "@all").expect_problem(403, "forbidden");
    mention(&bob, "@admins").expect_problem(403, "forbidden");
    mention(&ann, "@all").expect(201);
}
