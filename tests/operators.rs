//! Operators: jobs and the queue, over HTTP and on the command line.

use std::process::{Command, Output};

use whisper_testkit::{Route, TestApp, Value, binary, json};

use crate::push;

/// The command, against a running bundle, with its key.
fn whisper(app: &TestApp, arguments: &[&str]) -> Output {
    let key = app.data_dir().join("operator.key");
    Command::new(binary())
        .args(arguments)
        .args(["--url", app.base(), "--operator-key-file"])
        .arg(key)
        .env_remove("WHISPER_OPERATOR_KEY")
        .output()
        .unwrap()
}

fn printed(output: &Output) -> String {
    let all = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&all).into_owned()
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", printed(output)))
}

#[test]
fn jobs_are_listed_and_run_on_the_command_line() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let list = whisper(&app, &["jobs", "list"]);
    assert!(list.status.success(), "{}", printed(&list));
    assert!(
        printed(&list).contains("story-expiry"),
        "{}",
        printed(&list)
    );
    assert!(printed(&list).contains("never ran"), "{}", printed(&list));
    let run = whisper(&app, &["jobs", "run", "story-expiry"]);
    assert_eq!(printed(&run).trim(), "story-expiry: 0 found, 0 done");
    let jobs = json_of(&whisper(&app, &["jobs", "list", "--json"]));
    let job = jobs["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|j| j["name"] == "story-expiry");
    assert_eq!(job.unwrap()["lastRun"]["ok"], true);
}

#[test]
fn what_cannot_be_done_is_told_and_the_exit_says_so() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    for (arguments, told) in [
        (
            &["jobs", "run", "nothing"][..],
            "there is no job \"nothing\"; the jobs are community-departures, error-retention, integrations, media-expiry, message-expiry, notification-push",
        ),
        (&["jobs", "run", "../x"], "no name of a job; the jobs are"),
        (&["users", "show", "../x"], "neither an id nor a user name"),
        (
            &["users", "disable", "nobody"],
            "there is no user \"nobody\"",
        ),
        (&["queue", "retry", "nothing"], "nothing that failed"),
    ] {
        let output = whisper(&app, arguments);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(
            printed(&output).contains(told),
            "{arguments:?}: {}",
            printed(&output)
        );
    }
    let wrong = Command::new(binary())
        .args(["jobs", "list", "--url", app.base()])
        .env("WHISPER_OPERATOR_KEY", "wrong")
        .output()
        .unwrap();
    assert!(!wrong.status.success());
    assert!(
        printed(&wrong).contains("operator's key"),
        "{}",
        printed(&wrong)
    );
    let nobody = Command::new(binary())
        .args(["jobs", "list", "--url", "http://127.0.0.1:9"])
        .env("WHISPER_OPERATOR_KEY", "wrong")
        .output()
        .unwrap();
    assert!(!nobody.status.success());
    assert!(
        printed(&nobody).contains("127.0.0.1:9"),
        "{}",
        printed(&nobody)
    );
}

#[test]
fn jobs_are_listed_with_their_next_time_and_with_the_one_they_missed() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let jobs = || {
        let jobs = json_of(&whisper(&app, &["jobs", "list", "--json"]));
        let jobs = jobs["items"].as_array().unwrap().iter();
        let mut found = jobs.filter(|job| job["name"] == "error-retention");
        found.next().unwrap().clone()
    };
    let never_ran = jobs();
    assert!(
        never_ran["dueAt"].as_str().unwrap().ends_with("T03:17:00Z"),
        "{never_ran}"
    );
    assert_eq!(
        never_ran["missedAt"],
        Value::Null,
        "a new one missed nothing"
    );
    app.run_job("error-retention").expect(200);
    assert_eq!(jobs()["missedAt"], Value::Null);
    app.advance("49h");
    let due = never_ran["dueAt"].as_str().unwrap();
    assert_eq!(jobs()["missedAt"], due);
    let list = printed(&whisper(&app, &["jobs", "list"]));
    assert!(list.contains(&format!("missed at {due}")), "{list}");
    app.run_job("error-retention").expect(200);
    assert_eq!(jobs()["missedAt"], Value::Null);
}

#[test]
fn users_are_shown_disabled_and_enabled_on_the_command_line() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let ann = app.person("ann");
    let me = ann.get(&app, "/v1/me").expect(200);
    let name = me["username"].as_str().unwrap();
    let show = |who: &str| json_of(&whisper(&app, &["users", "show", who, "--json"]));
    for who in [ann.id.as_str(), name, &format!("@{name}")] {
        let user = show(who);
        assert_eq!(
            (&user["id"], &user["status"]),
            (&json!(ann.id), &json!("active"))
        );
    }
    let disabled = whisper(&app, &["users", "disable", name]);
    assert!(disabled.status.success(), "{}", printed(&disabled));
    assert!(
        printed(&disabled).contains("disabled"),
        "{}",
        printed(&disabled)
    );
    assert_eq!(ann.get(&app, "/v1/me").status, 401);
    assert!(
        whisper(&app, &["users", "enable", &ann.id])
            .status
            .success()
    );
    assert_eq!(show(name)["status"], "active");
}

#[test]
fn a_bundle_is_found_by_an_address_without_a_scheme() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let bare = app.base().trim_start_matches("http://").to_owned();
    let port = bare.rsplit(':').next().unwrap().to_owned();
    for url in [bare.as_str(), &port, &format!("localhost:{port}")] {
        let output = Command::new(binary())
            .args(["jobs", "list", "--url", url, "--operator-key-file"])
            .arg(app.data_dir().join("operator.key"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{url}: {}", printed(&output));
    }
    let wrong = Command::new(binary())
        .args(["jobs", "list", "--url", "ftp://x"])
        .output()
        .unwrap();
    assert!(printed(&wrong).contains("https://chat.example"));
}

#[test]
fn a_job_that_fails_ends_the_command_with_an_error() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    app.person("ann");
    crate::stored::run(&app, "ALTER TABLE stories RENAME TO hidden");
    let run = whisper(&app, &["jobs", "run", "story-expiry"]);
    assert!(!run.status.success());
    assert!(printed(&run).contains("500 internal"), "{}", printed(&run));
    let list = printed(&whisper(&app, &["jobs", "list"]));
    let line = list
        .lines()
        .find(|line| line.starts_with("story-expiry"))
        .unwrap();
    assert!(line.contains("failed"), "{list}");
}

#[test]
fn only_the_operator_is_told_of_jobs() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let routes: Vec<Route> = vec![
        ("GET", "/internal/jobs".into(), Value::Null),
        (
            "GET",
            "/internal/jobs/story-expiry/runs".into(),
            Value::Null,
        ),
    ];
    app.refuses_all_but_operator(&routes, &ann);
    if app.has_operator_key() {
        let runs = app
            .get("/internal/jobs/nothing/runs")
            .bearer(app.operator_key());
        runs.send().expect_problem(404, "not_found");
    }
}

#[test]
fn deliveries_that_failed_are_listed_and_tried_again_on_the_command_line() {
    let Some((app, service)) = push::start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    push::device(&app, &service, &bob, "/bob");
    let none = whisper(&app, &["queue", "list"]);
    assert!(printed(&none).contains("no messages are failed"));
    service.answer("/bob", 403, "");
    let path = push::direct(&app, &ann, &bob);
    push::say(&app, &ann, &path, &json!({}));
    push::wait_for_messages(&app, "failed", 1);
    let list = printed(&whisper(&app, &["queue", "list"]));
    for told in [
        "messages, failed:",
        "pushes, failed:",
        "the push service answered 403",
    ] {
        assert!(list.contains(told), "{list}");
    }
    let queue = json_of(&whisper(&app, &["queue", "list", "--json"]));
    let id = queue["messages"][0]["id"].as_str().unwrap();
    service.answer("/bob", 201, "");
    let retried = whisper(&app, &["queue", "retry", id]);
    assert!(retried.status.success(), "{}", printed(&retried));
    assert_eq!(
        printed(&retried).trim(),
        "1 pushes of 1 messages wait again"
    );
    push::wait_for_messages(&app, "delivered", 1);
    assert_eq!(service.pushed().len(), 2);
    let list = printed(&whisper(&app, &["queue", "list", "--status", "delivered"]));
    assert!(list.contains(id), "{list}");
}
