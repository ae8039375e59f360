//! Runs without a caller: schedules and events.

use std::time::{SystemTime, UNIX_EPOCH};

use futures::executor::block_on;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{JobLease, JobRun, Story, StoryPrivacy};
use whisper_store::{Batch, Filter, Query};
use whisper_testkit::json;

use super::Project;

/// 2020, and 2100.
const LONG_AGO: i64 = 1_577_836_800_000;
const LATE: i64 = 4_102_444_800_000;

fn story(id: &str, expires_at: i64) -> Story {
    Story {
        id: id.to_owned(),
        user_id: "author".to_owned(),
        privacy: StoryPrivacy::Public,
        expires_at: Timestamp::from_millis(expires_at),
        ..Story::default()
    }
}

#[test]
fn the_schedule_removes_what_has_expired() {
    let Some(project) = Project::shared() else {
        return;
    };
    let store = project.store();
    let batch = Batch::new()
        .insert(&story("old", LONG_AGO))
        .insert(&story("new", LATE));
    // Another one is at it, and is cut off: it is called again when that one's lease is over.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let until = i64::try_from(since.as_millis()).unwrap() + 2000;
    let batch = batch.insert(&JobLease {
        id: "story-expiry".to_owned(),
        holder: Some("killed".to_owned()),
        until: Some(Timestamp::from_millis(until)),
        ran_for: None,
    });
    block_on(store.commit(batch)).unwrap();
    let report = project.stories.on_schedule().expect(200);
    assert_eq!((&report["done"], &report["failed"]), (&json!(1), &json!(0)));
    let left = block_on(store.read(Query::<Story>::new().limit(10))).unwrap();
    assert_eq!(
        left.iter()
            .map(|story| story.id.as_str())
            .collect::<Vec<_>>(),
        ["new"]
    );
    let runs = Query::<JobRun>::new().filter(Filter::eq(JobRun::JOB, "story-expiry"));
    assert_eq!(block_on(store.read(runs.count(10))).unwrap(), 1);
    // A function without a schedule has no job to run.
    project
        .accounts
        .on_schedule()
        .refused(404, "route_not_found");
}

#[test]
fn a_rows_event_runs_the_consumer_in_both_spellings() {
    let Some(project) = Project::shared() else {
        return;
    };
    let (ann, bob) = (project.person("ann8"), project.person("bob8"));
    let talk = ann.talk_to(&bob);
    let points = |person: &super::Person<'_>| {
        let shown = person.get(&project.points, "/v1/me/progress").expect(200);
        shown["xp"].as_u64().unwrap()
    };
    let spellings = [
        |row: &str| {
            format!("databases.analyticsDB.collections.userActivity.documents.{row}.create")
        },
        |row: &str| format!("databases.analyticsDB.tables.userActivity.rows.{row}.create"),
    ];
    for (n, spelling) in spellings.iter().enumerate() {
        let before = points(&ann);
        ann.send(&talk, &json!({"content": format!("number {n}")}))
            .expect(201);
        let told = project
            .points
            .on_event(&spelling("x"), &json!({"$id": "x"}));
        assert!((200..300).contains(&told.status), "{told:?}");
        assert_eq!(points(&ann), before + 2, "a message is worth two");
        // One event too many finds nothing to do.
        project
            .points
            .on_event(&spelling("x"), &json!({"$id": "x"}));
        assert_eq!(points(&ann), before + 2);
    }
}

#[test]
fn a_send_makes_the_events_that_functions_are_declared_for() {
    let Some(package) = super::package() else {
        return;
    };
    let project = Project::start(package);
    let (ann, bob) = (project.person("ann"), project.person("bob"));
    let talk = ann.talk_to(&bob);
    project.server.events();
    ann.send(&talk, &json!({"content": "hi"})).expect(201);
    let created: Vec<String> = project
        .server
        .events()
        .into_iter()
        .map(|event| event.name)
        .collect();
    for table in ["userActivity", "events", "messageQueue"] {
        let spelled = [
            format!(".tables.{table}.rows."),
            format!(".collections.{table}.documents."),
        ];
        let is_it = |name: &&String| {
            spelled.iter().any(|part| name.contains(part)) && name.ends_with(".create")
        };
        assert_eq!(
            created.iter().filter(is_it).count(),
            1,
            "{table}: {created:?}"
        );
    }
}
