//! The folder that is made, and the entry's answers when its component fails.

use std::thread;
use std::time::{Duration, Instant};

use whisper_testkit::{Value, json, root};

use super::Project;
use super::calling::misbehaving;
use super::function::Function;
use super::package::{package, run};

fn number(function: &Function) -> u64 {
    let answer = function.call("", "", "GET", "/").send();
    assert_eq!(answer.status, 200, "{answer:?}");
    String::from_utf8(answer.body).unwrap().parse().unwrap()
}

#[test]
fn an_instance_serves_many_calls_and_then_another_one_does() {
    let Some(project) = Project::shared() else {
        return;
    };
    let function = misbehaving(project);
    let numbers: Vec<u64> = (0..70).map(|_| number(&function)).collect();
    let expected: Vec<u64> = (0..70).map(|n| n % 32 + 1).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn a_trap_ends_its_call_and_the_next_one_gets_a_new_instance() {
    let Some(project) = Project::shared() else {
        return;
    };
    let function = misbehaving(project);
    assert_eq!([number(&function), number(&function)], [1, 2]);
    for path in ["/panic", "/hog"] {
        let trapped = function.call("", "", "GET", path).send();
        trapped.refused(502, "component_trapped");
        assert!(!String::from_utf8_lossy(&trapped.body).contains("purpose"));
        assert_eq!(number(&function), 1, "{path}");
    }
}

#[test]
fn a_panic_after_the_answer_does_no_harm_to_the_next_calls() {
    let Some(project) = Project::shared() else {
        return;
    };
    let function = misbehaving(project);
    let answer = function.call("", "", "GET", "/later").send();
    assert_eq!((answer.status, &*answer.body), (200, &b"answered"[..]));
    // A call that comes before the panic counts on from that one; the first after it gets a new instance.
    let start = Instant::now();
    while number(&function) != 1 {
        assert!(start.elapsed() < Duration::from_secs(20));
    }
    assert_eq!(number(&function), 2);
}

#[test]
fn who_waits_for_ever_is_answered_in_time_and_holds_up_nobody() {
    let Some(project) = Project::shared() else {
        return;
    };
    let function = misbehaving(project);
    number(&function);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| function.call("", "", "GET", "/wait").send());
        // Before it waits, the first instance answers.
        let start = Instant::now();
        while number(&function) != 1 {
            assert!(start.elapsed() < Duration::from_secs(20));
        }
        assert_eq!(function.call("", "", "GET", "/echo").send().status, 207);
        waiting.join().unwrap().refused(504, "component_timeout");
    });
    assert!(number(&function) > 1, "the other instance serves on");
}

#[test]
fn a_component_reaches_other_servers_at_once() {
    let Some(project) = Project::shared() else {
        return;
    };
    let function = misbehaving(project);
    let path = format!("/fetch?{}/account", project.server.endpoint());
    thread::scope(|scope| {
        let calls: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| function.call("", "", "GET", &path).send()))
            .collect();
        for call in calls {
            // The call of the component names no project, which the server answers with 403.
            assert_eq!(call.join().unwrap().body, b"status 403");
        }
    });
    let refused = function
        .call("", "", "GET", "/fetch?http://127.0.0.1:1/")
        .send();
    assert!(refused.body.starts_with(b"error"), "{refused:?}");
}

#[test]
fn a_folder_has_what_a_deployment_needs_and_its_size_is_printed() {
    let Some(package) = package() else {
        return;
    };
    let folder = package.functions.join("functions/message-send");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let wanted = [
        ".gitignore",
        "component",
        "instances.js",
        "main.js",
        "package-lock.json",
        "package.json",
        "refusal.js",
        "serve.js",
        "settings.json",
        "wasi.js",
    ];
    assert_eq!(names, wanted);
    let text = std::fs::read_to_string(folder.join("settings.json")).unwrap();
    let settings: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        settings["variables"],
        json!({
            "broadcast_rate_per_hour": "60", "comments_rate_per_minute": "60", "mention_rate_per_hour": "1000",
            "message_rate_per_minute": "120", "schedule_rate_per_minute": "60", "scheduled_messages_per_user": "100",
            "stranger_message_rate_per_hour": "60", "webhook_rate_per_minute": "30",
        })
    );
    let lines: Vec<&str> = package.printed.lines().collect();
    let line = lines
        .iter()
        .find(|line| line.starts_with("message-send "))
        .unwrap();
    let size: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!((100_000..5_000_000).contains(&size), "{line}");
}

#[test]
fn what_is_missing_is_said() {
    let Some(_) = package() else {
        return;
    };
    let whisper = whisper_testkit::binary();
    let unknown = run(
        whisper,
        ["package", "appwrite", "--component", "nothing"],
        root(),
    );
    assert!(
        unknown
            .unwrap_err()
            .contains("there is no component nothing; there are accounts, api")
    );
    // Without Node on the path.
    let mut command = std::process::Command::new(whisper);
    let output = command
        .args(["package", "appwrite"])
        .env("PATH", "")
        .current_dir(root())
        .output();
    let said = String::from_utf8(output.unwrap().stderr).unwrap();
    assert!(
        said.contains("`node` was not found") && said.contains("https://nodejs.org"),
        "{said}"
    );
}
