//! Points of activities, and the news of them.

use super::*;
use serde_json::json;
use whisper_kit::ids::new_program_id;
use whisper_schema::prelude::{
    Event, NotificationKind, ProgressDay, ProgressWeek, UserActivityType as A,
};
use whisper_store::Query;

#[test]
fn activities_earn_by_the_table_and_count_for_the_profile() {
    let scene = Scene::new();
    scene.does(A::MessageSent, 3);
    scene.does(A::StoryPosted, 1);
    scene.does(A::Login, 1);
    scene.run();
    let profile = scene.profile();
    assert_eq!((profile.xp, profile.level, profile.streak_days), (31, 1, 1));
    assert_eq!(profile.badges, ["first_message", "first_story"]);
}

#[test]
fn spamming_earns_nothing_beyond_the_cap() {
    let scene = Scene::new();
    scene.does(A::MessageSent, 250);
    scene.run();
    assert_eq!(scene.profile().xp, 100);
    let progress = scene.progress();
    assert_eq!(progress["today"]["xp"], 100);
    assert_eq!(progress["today"]["left"]["message_sent"], 0);
    assert_eq!(progress["today"]["left"]["story_posted"], 5);
    assert_eq!(progress["today"]["leftXp"], 400);
    scene.edge.advance(DAY);
    scene.does(A::MessageSent, 1);
    scene.run();
    assert_eq!(scene.profile().xp, 102, "a new day");
    assert!(scene.profile().badges.contains(&"messages_100".to_owned()));
}

#[test]
fn a_day_that_is_handled_late_over_several_runs_keeps_its_cap() {
    let scene = Scene::new();
    let then = scene.now();
    scene.edge.advance(5 * DAY);
    for _ in 0..2 {
        scene.did(&scene.user, A::MessageSent, 40, then);
        let job = "/internal/jobs/xp-badges";
        block_on(scene.edge.send(Method::POST, job, KEY, &Value::Null)).expect(200);
    }
    assert_eq!(scene.profile().xp, 100, "fifty messages of that day");
    scene.edge.advance(4 * DAY);
    let job = "/internal/jobs/xp-badges";
    block_on(scene.edge.send(Method::POST, job, KEY, &Value::Null)).expect(200);
    assert_eq!(count::<ProgressDay>(&scene.edge), 0, "and then it goes");
}

#[test]
fn no_day_earns_more_than_its_cap() {
    let scene = Scene::new();
    let everything = [
        (A::MessageSent, 50),
        (A::StoryPosted, 5),
        (A::StoryViewed, 50),
        (A::PostCreated, 5),
        (A::PostLiked, 50),
        (A::CommentPosted, 20),
        (A::GiftSent, 4),
        (A::NftShared, 2),
        (A::Login, 1),
        (A::ProfileUpdate, 1),
    ];
    for (what, times) in everything {
        scene.does(what, times);
    }
    scene.run();
    assert_eq!(scene.profile().xp, 500);
    assert_eq!(scene.progress()["today"]["leftXp"], 0);
}

#[test]
fn what_others_do_and_leaving_earn_nothing() {
    let scene = Scene::new();
    scene.does(A::MessageReceived, 5);
    scene.does(A::Logout, 5);
    scene.run();
    let profile = scene.profile();
    assert_eq!((profile.xp, profile.streak_days), (0, 0));
    assert_eq!(scene.progress()["streak"]["activeToday"], false);
}

#[test]
fn a_level_and_a_badge_are_told_once_and_others_hear_of_it() {
    let scene = Scene::new();
    scene.does(A::MessageSent, 49);
    scene.run();
    assert_eq!(scene.news(), ["You earned a badge: Icebreaker"]);
    scene.edge.signalled();
    scene.does(A::MessageSent, 1);
    scene.run();
    let expected = ["You earned a badge: Icebreaker", "You reached level 2"];
    assert_eq!(scene.news(), expected);
    assert!(scene.edge.signalled(), "so that it is pushed");
    let of_both = count::<Event>(&scene.edge);
    assert_eq!(
        of_both, 4,
        "one for each, and one for the points of each run"
    );
    scene.run();
    assert_eq!(scene.news(), expected);
    let found = Query::<Notification>::new().order(Order::asc(Column::seq()));
    let found = block_on(scene.edge.store().read(found)).unwrap();
    let told = |n: &Notification| {
        let ids: Value = serde_json::from_str(n.metadata.as_deref().unwrap()).unwrap();
        (n.kind, n.body.clone(), ids, n.created_at, n.is_read)
    };
    let (system, now) = (NotificationKind::System, Some(scene.now()));
    let about = Some("Sent a first message.".to_owned());
    let badge = json!({"badge": "first_message"});
    assert_eq!(told(&found[0]), (system, about, badge, now, false));
    assert_eq!(
        told(&found[1]),
        (system, None, json!({"level": 2}), now, false)
    );
}

#[test]
fn progress_says_how_far_everything_is() {
    let scene = Scene::new();
    scene.does(A::MessageSent, 40);
    scene.does(A::StoryPosted, 2);
    scene.run();
    let progress = scene.progress();
    assert_eq!(
        (&progress["xp"], &progress["level"]),
        (&json!(120), &json!(2))
    );
    assert_eq!(
        (&progress["levelXp"], &progress["nextLevelXp"]),
        (&json!(20), &json!(200))
    );
    let badge = |key: &str| {
        let badges = progress["badges"].as_array().unwrap();
        badges.iter().find(|b| b["key"] == key).unwrap().clone()
    };
    assert_eq!(badge("first_message")["earned"], true);
    assert!(badge("first_message")["earnedAt"].is_string());
    let hundred = badge("messages_100");
    assert_eq!(
        (&hundred["earned"], &hundred["progress"], &hundred["takes"]),
        (&json!(false), &json!(40), &json!(100))
    );
    assert_eq!(hundred.get("earnedAt"), None);
}

#[test]
fn a_profile_that_is_edited_meanwhile_keeps_both() {
    let scene = Scene::new();
    scene.does(A::MessageSent, 1);
    let edit = whisper_store::Patch::new().set(Profile::BIO, "new");
    block_on(
        scene
            .edge
            .store()
            .commit(Batch::new().update(&scene.user, edit)),
    )
    .unwrap();
    scene.run();
    let profile = scene.profile();
    assert_eq!((profile.bio.as_deref(), profile.xp), (Some("new"), 2));
}

#[test]
fn who_has_no_profile_stops_nobody() {
    let scene = Scene::new();
    scene.did("nobody", A::MessageSent, 3, scene.now());
    scene.does(A::MessageSent, 1);
    scene.run();
    assert_eq!(scene.profile().xp, 2);
}

#[test]
fn a_commit_costs_as_many_statements_for_many_users_as_for_few() {
    let statements = |users: usize| {
        let scene = Scene::new();
        let mut all = Vec::new();
        for _ in 0..users {
            let (user, _) = person(&scene.edge, None);
            scene.did(&user, A::Login, 1, scene.now());
            all.push(user);
        }
        scene.edge.statements();
        scene.run();
        let statements = scene.edge.statements();
        let earned = |user: &String| profile(&scene.edge, user).xp;
        assert!(all.iter().map(earned).all(|xp| xp == 5));
        statements
    };
    let (few, many) = (statements(5), statements(90));
    assert_eq!(few.len(), many.len(), "{many:#?}");
}

#[test]
fn days_and_weeks_that_are_over_are_forgotten_by_the_job() {
    let edge = TestEdge::new(&api(), &[("operator_key", "key")]);
    let (user, token) = person(&edge, None);
    let scene = Scene { edge, user, token };
    scene.does(A::MessageSent, 1);
    let job = |token: &str| {
        let path = "/internal/jobs/xp-badges";
        block_on(scene.edge.send(Method::POST, path, token, &Value::Null))
    };
    job(&scene.token).expect_problem(401, "unauthenticated");
    job("").expect_problem(401, "unauthenticated");
    assert_eq!(scene.profile().xp, 0);
    job("key").expect(200);
    assert_eq!(scene.profile().xp, 2, "the backstop awards as well");
    let kept = || {
        (
            count::<ProgressDay>(&scene.edge),
            count::<ProgressWeek>(&scene.edge),
        )
    };
    scene.edge.advance(2 * DAY);
    job("key").expect(200);
    assert_eq!(kept(), (1, 1));
    scene.edge.advance(DAY);
    job("key").expect(200);
    assert_eq!(kept(), (0, 1));
    // 36 days after a Thursday: five weeks after the end of its week aren't over.
    scene.edge.advance(33 * DAY);
    job("key").expect(200);
    assert_eq!(kept(), (0, 1));
    scene.edge.advance(12 * DAY);
    job("key").expect(200);
    assert_eq!(kept(), (0, 0));
    assert_eq!(scene.profile().xp, 2);
}

#[test]
fn bots_earn_nothing() {
    let scene = Scene::new();
    let bot = new_program_id().unwrap();
    let profile = Profile {
        id: bot.clone(),
        user_id: bot.clone(),
        ..Profile::default()
    };
    block_on(scene.edge.store().commit(Batch::new().insert(&profile))).unwrap();
    scene.did(&bot, A::MessageSent, 30, scene.now());
    scene.does(A::MessageSent, 1);
    scene.run();
    let profile = super::profile(&scene.edge, &bot);
    assert_eq!(
        (profile.xp, profile.streak_days, profile.badges.len()),
        (0, 0, 0)
    );
    assert!(scene.profile().xp > 0, "people do");
}
