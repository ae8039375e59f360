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
        (&["jobs", "run", "nothing"][..], "no such route"),
        (&["jobs", "run", "../x"], "no name of a job"),
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
fn a_job_that_fails_ends_the_command_with_an_error() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    app.person("ann");
    let database = rusqlite::Connection::open(app.data_dir().join("sqlite_db.db")).unwrap();
    database
        .execute_batch("ALTER TABLE stories RENAME TO hidden")
        .unwrap();
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
