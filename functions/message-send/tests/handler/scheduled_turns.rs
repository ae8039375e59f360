//! The turn of scheduled messages: the rules that are asked again, the word to the sender about a failure, and that no
//! message is sent twice or lost.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_messages::testing::{Person, Scene};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::desk::{Desk, HOUR, MINE};

/// Ann and Bob, a talk and a group of theirs, and a message of Bob's in each.
struct House {
    desk: Desk,
    ann: Person,
    bob: Person,
    talk: String,
    group: String,
    said: String,
}

impl House {
    fn new() -> Self {
        let desk = Desk::new();
        let (ann, bob) = (desk.scene.person(), desk.scene.person());
        let talk = desk.scene.direct(&ann, &bob);
        let group = desk.scene.group(&[&bob, &ann]);
        let said = desk.scene.say(&bob, &group, "Question");
        House {
            desk,
            ann,
            bob,
            talk,
            group,
            said,
        }
    }

    fn member(&self, conversation: &str, patch: Patch<ConversationMember>) {
        let scene = &self.desk.scene;
        scene.change(&member_id(conversation, &self.ann.id), patch);
    }

    fn left(&self, conversation: &str, status: ConversationMemberStatus) {
        self.member(
            conversation,
            Patch::new().set(ConversationMember::STATUS, status),
        );
    }
}

/// Schedules a message, has something come in between, and finds that it wasn't sent, for this reason.
#[track_caller]
fn fails(
    place: fn(&House) -> &str,
    message: fn(&House) -> Value,
    meanwhile: fn(&House),
    reason: ScheduledMessageFailure,
) {
    let house = House::new();
    let (desk, ann) = (&house.desk, &house.ann);
    let mut message = message(&house);
    message["id"] = json!("later");
    desk.schedule(ann, place(&house), &message).expect(201);
    meanwhile(&house);
    desk.later(HOUR, ann);
    assert_eq!((desk.run(), desk.run()), (1, 0), "{reason}");
    assert!(!desk.sent().contains(&"Later".to_owned()), "{reason}");
    let kept: ScheduledMessage = desk.scene.get("later");
    assert_eq!(kept.status, ScheduledMessageStatus::Failed);
    assert_eq!(kept.failure, Some(reason));
    assert_eq!(desk.waiting(ann), 0, "{reason}");
    assert_eq!(desk.told(ann), ["created", "failed"], "{reason}");
    is_told(&house, reason);
}

/// The sender has a notification, which is told and has no words of the message.
#[track_caller]
fn is_told(house: &House, reason: ScheduledMessageFailure) {
    let scene = &house.desk.scene;
    let notices = scene.all::<Notification>();
    let [notice] = notices.as_slice() else {
        panic!("{reason}: {notices:?}");
    };
    assert_eq!(notice.user_id, house.ann.id, "{reason}");
    let about: Value = serde_json::from_str(notice.metadata.as_deref().unwrap()).unwrap();
    let wanted = json!({"scheduledMessageId": "later", "reason": reason});
    assert_eq!(about, wanted);
    assert!(!serde_json::to_string(notice).unwrap().contains("Later"));
    let told = scene.events(&["notification.created"]);
    assert_eq!(told.len(), 1, "{reason}");
    assert_eq!(told[0].0.subject, notice.id, "{reason}");
}

fn text(_: &House) -> Value {
    json!({"content": "Later"})
}

fn group(house: &House) -> &str {
    &house.group
}

#[test]
fn members_who_are_gone_send_nothing() {
    for meanwhile in [
        |house: &House| house.left(&house.group, ConversationMemberStatus::Left),
        |house: &House| house.left(&house.group, ConversationMemberStatus::Removed),
    ] {
        fails(group, text, meanwhile, ScheduledMessageFailure::NotMember);
    }
}

#[test]
fn members_who_may_not_any_more_send_nothing() {
    let not_allowed = ScheduledMessageFailure::NotAllowed;
    let blocked = |house: &House| {
        let blocked = Patch::new().set(ConversationMember::IS_BLOCKED, true);
        house.member(&house.talk, blocked);
    };
    fails(|house| &house.talk, text, blocked, not_allowed);
    let settings = |house: &House| {
        set(
            &house.desk.scene,
            &house.group,
            r#"{"sendMessages":"admins"}"#,
        )
    };
    fails(group, text, settings, not_allowed);
    let mentions = |_: &House| json!({"content": "Later", "mentions": ["@all"]});
    let settings = |house: &House| {
        set(
            &house.desk.scene,
            &house.group,
            r#"{"mentionAll":"admins"}"#,
        )
    };
    fails(group, mentions, settings, not_allowed);
    let disabled = |house: &House| {
        let disabled = Patch::<Account>::new().set(Account::STATUS, AccountStatus::Disabled);
        house.desk.scene.change(&house.ann.id, disabled);
    };
    let reason = ScheduledMessageFailure::AccountDisabled;
    fails(group, text, disabled, reason);
}

#[test]
fn what_it_names_must_still_be_there_and_its_times_ahead() {
    let reply = |house: &House| json!({"content": "Later", "replyToMessageId": house.said});
    let deleted = |house: &House| {
        let gone = Patch::<Message>::new().set(Message::DELETED_AT, Timestamp::AT_COMMIT);
        house.desk.scene.change(&house.said, gone);
    };
    let gone = ScheduledMessageFailure::ReferenceGone;
    fails(group, reply, deleted, gone);
    let ends = |house: &House| json!({"content": "Later", "expiresAt": house.desk.ahead(2 * HOUR)});
    let late = |house: &House| house.desk.scene.edge.advance(2 * HOUR);
    fails(group, ends, late, ScheduledMessageFailure::Overdue);
    let taken = |house: &House| {
        let other = json!({"id": "later", "content": "Mine"});
        let sent = house.desk.scene.send(&house.bob, &house.group, &other);
        sent.expect(201);
    };
    fails(group, text, taken, ScheduledMessageFailure::IdTaken);
    let odd = |house: &House| {
        let odd = r#"{"content": 1}"#;
        let patch = Patch::<ScheduledMessage>::new().set(ScheduledMessage::MESSAGE, odd);
        house.desk.scene.change("later", patch);
    };
    fails(group, text, odd, ScheduledMessageFailure::Invalid);
}

fn set(scene: &Scene, conversation: &str, settings: &str) {
    let patch = Patch::<Conversation>::new().set(Conversation::SETTINGS, settings);
    scene.change(conversation, patch);
}

#[test]
fn what_failed_is_kept_for_30_days_and_can_be_scheduled_anew_or_sent() {
    let house = House::new();
    let desk = &house.desk;
    let ids: Vec<String> = ["One", "Two", "Three"]
        .map(|words| desk.say_later(&house.ann, &house.group, words))
        .to_vec();
    house.left(&house.group, ConversationMemberStatus::Left);
    let ann = desk.later(HOUR, &house.ann);
    assert_eq!(desk.run(), 3);
    let failed = desk.get(&ann, &ids[0]).expect(200);
    assert_eq!(
        (&failed["status"], &failed["failure"]),
        (&json!("failed"), &json!("not_member"))
    );
    assert!(failed["failedAt"].is_string());
    assert_eq!(
        desk.list(&ann, "").len(),
        3,
        "its own words are the sender's"
    );
    let at = json!({"sendAt": desk.ahead(HOUR)});
    desk.change(&ann, &ids[0], &at)
        .expect_problem(404, "not_found");
    desk.send_now(&ann, &ids[1])
        .expect_problem(404, "not_found");
    house.left(&house.group, ConversationMemberStatus::Active);
    let only_words = json!({"message": {"content": "x"}});
    let wrong = desk.change(&ann, &ids[0], &only_words);
    assert_eq!(
        whisper_messages::testing::fields(wrong),
        ["sendAt:required"]
    );
    let anew = desk.change(&ann, &ids[0], &at).expect(200);
    assert_eq!(
        (&anew["status"], &anew["failure"]),
        (&json!("waiting"), &Value::Null)
    );
    assert_eq!(desk.waiting(&ann), 1);
    assert_eq!(desk.send_now(&ann, &ids[1]).expect(201)["content"], "Two");
    let ann = desk.later(HOUR, &ann);
    assert_eq!((desk.run(), desk.waiting(&ann)), (1, 0));
    assert_eq!(desk.sent()[1..], ["Two", "One"]);
    let ann = desk.later(30 * 24 * HOUR, &ann);
    assert_eq!(desk.list(&ann, ""), []);
    desk.get(&ann, &ids[2]).expect_problem(404, "not_found");
}

#[test]
fn slow_mode_and_limits_put_it_off_and_lose_nothing() {
    let desk = Desk::with(&[("message_rate_per_minute", "2")]);
    let (ann, bob) = (desk.scene.person(), desk.scene.person());
    let (quick, slow) = (
        desk.scene.group(&[&ann, &bob]),
        desk.scene.group(&[&ann, &bob]),
    );
    for words in ["1", "2", "3"] {
        desk.say_later(&ann, &quick, words);
    }
    desk.later(HOUR, &ann);
    desk.run();
    assert_eq!(desk.sent(), ["1", "2"]);
    // The next window has begun for sure.
    desk.later(61_000, &ann);
    desk.run();
    assert_eq!(desk.sent(), ["1", "2", "3"]);
    let ann = desk.later(60_000, &ann);
    set(&desk.scene, &slow, r#"{"slowModeSeconds":600}"#);
    desk.say_later(&ann, &slow, "4");
    desk.say_later(&ann, &slow, "5");
    desk.later(HOUR, &ann);
    desk.run();
    assert_eq!(desk.sent().len(), 4);
    desk.later(599_000, &ann);
    assert_eq!((desk.run(), desk.sent().len()), (0, 4));
    desk.later(1_000, &ann);
    desk.run();
    assert_eq!(desk.sent()[3..], ["4", "5"]);
    assert_eq!(desk.scene.all::<Notification>(), []);
}

#[test]
fn after_a_day_of_waiting_it_is_given_up() {
    let desk = Desk::new();
    let ann = desk.scene.person();
    let slow = desk.scene.group(&[&ann]);
    desk.say_later(&ann, &slow, "First");
    let id = desk.say_later(&ann, &slow, "Second");
    set(&desk.scene, &slow, r#"{"slowModeSeconds":21600}"#);
    let member = member_id(&slow, &ann.id);
    desk.later(HOUR, &ann);
    desk.run();
    for _ in 0..4 {
        desk.later(6 * HOUR, &ann);
        // Each time another message takes the member's turn in slow mode.
        let sent =
            Patch::<ConversationMember>::new().set(ConversationMember::LAST_SENT_AT, desk.ahead(0));
        desk.scene.change(&member, sent);
        desk.run();
    }
    let kept: ScheduledMessage = desk.scene.get(&id);
    assert_eq!(kept.failure, Some(ScheduledMessageFailure::RateLimited));
    assert_eq!(desk.sent(), ["First"]);
}

#[test]
fn two_runs_at_once_and_a_sender_who_is_in_a_hurry_send_each_once() {
    let house = House::new();
    let (desk, scene) = (&house.desk, &house.desk.scene);
    let ids: Vec<String> = (0..5)
        .map(|n| desk.say_later(&house.ann, &house.group, &format!("m{n}")))
        .collect();
    let ann = desk.later(HOUR, &house.ann);
    let now = format!("{MINE}/{}/send", ids[0]);
    let other = scene.edge.another(&message_send::api());
    let (one, two, hurry) = block_on(async {
        join!(
            desk.job(),
            other.send(
                Method::POST,
                "/internal/jobs/scheduled-messages",
                "key",
                &Value::Null
            ),
            scene
                .edge
                .send(Method::POST, &now, &ann.token, &Value::Null),
        )
    });
    one.expect(200);
    two.expect(200);
    assert!(hurry.response.status().is_success(), "{}", hurry.body);
    let mut sent = desk.sent();
    sent.sort();
    assert_eq!(sent, ["Question", "m0", "m1", "m2", "m3", "m4"]);
    assert_eq!(desk.waiting(&ann), 0);
    assert_eq!(scene.all::<ScheduledMessage>(), []);
    assert_eq!(scene.events(&["message.sent"]).len(), 6);
}

#[test]
fn a_change_or_a_cancellation_that_meets_the_job_comes_before_it_or_too_late() {
    for is_cancelled in [true, false] {
        let house = House::new();
        let (desk, scene) = (&house.desk, &house.desk.scene);
        let id = desk.say_later(&house.ann, &house.group, "One");
        let ann = desk.later(HOUR, &house.ann);
        let path = format!("{MINE}/{id}");
        let (method, body) = match is_cancelled {
            true => (Method::DELETE, Value::Null),
            false => (Method::PATCH, json!({"message": {"content": "Two"}})),
        };
        let (run, answer) = block_on(async {
            join!(
                desk.job(),
                scene.edge.send(method, &path, &ann.token, &body)
            )
        });
        run.expect(200);
        let is_done = answer.response.status().is_success();
        // The job had read it before it changed, or not: it looks again.
        desk.run();
        let sent = desk.sent();
        let wanted: Vec<&str> = match (is_cancelled, is_done) {
            (_, false) => vec!["Question", "One"],
            (true, true) => vec!["Question"],
            (false, true) => vec!["Question", "Two"],
        };
        assert_eq!(sent, wanted);
        assert_eq!(desk.waiting(&ann), 0);
    }
}

#[test]
fn one_that_the_server_fails_at_stops_no_other_and_is_given_up_in_the_end() {
    let house = House::new();
    let desk = &house.desk;
    // It was put there without being counted, so its commit never holds.
    desk.scene.put(&ScheduledMessage {
        id: "poison".into(),
        user_id: house.bob.id.clone(),
        conversation_id: house.group.clone(),
        message: json!({"content": "Poison"}).to_string(),
        send_at: desk.ahead(0),
        due_at: Some(desk.ahead(0)),
        ..ScheduledMessage::default()
    });
    desk.say_later(&house.ann, &house.group, "Fine");
    desk.later(HOUR, &house.ann);
    desk.try_job().expect_problem(500, "job_failed");
    assert_eq!(desk.sent(), ["Question", "Fine"]);
    assert_eq!(desk.run(), 0, "it waits for its next attempt");
    for attempt in 2..10 {
        desk.later(9 * HOUR, &house.ann);
        desk.try_job().expect_problem(500, "job_failed");
        let kept: ScheduledMessage = desk.scene.get("poison");
        assert_eq!(kept.attempts, attempt);
    }
    assert_eq!(desk.sent().len(), 2);
}

#[test]
fn a_clock_that_jumps_a_year_ahead_sends_nothing() {
    let house = House::new();
    let desk = &house.desk;
    desk.say_later(&house.ann, &house.group, "Later");
    desk.run();
    desk.later(365 * 24 * HOUR, &house.ann);
    assert_eq!(desk.try_job().expect(200)["capped"], true);
    assert_eq!(desk.sent(), ["Question"]);
}

#[test]
fn more_than_a_page_are_sent_in_the_order_of_their_times() {
    let house = House::new();
    let desk = &house.desk;
    for n in (0..120).rev() {
        let body = json!({"content": format!("{n:03}")});
        let (place, at) = (&house.group, desk.ahead(HOUR + n));
        let who = if n % 2 == 0 { &house.ann } else { &house.bob };
        desk.schedule_at(who, place, &body, at).expect(201);
    }
    desk.later(HOUR + 120, &house.ann);
    assert_eq!(desk.run(), 120);
    let wanted: Vec<String> = (0..120).map(|n| format!("{n:03}")).collect();
    assert_eq!(desk.sent()[1..], wanted);
}
