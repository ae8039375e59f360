//! `whisper schema diff` and `push`, against a server of our own.

use std::process::{Command, Output};

use appwrite_server::{KEY, Options, PROJECT, Server};
use serde_json::Value;
use whisper_testkit::{binary, root};

/// A server of the tests' own, with room for all of the schema.
pub fn server() -> Server {
    Server::start(Options {
        storage_limit: 500_000_000,
        looks_until_available: 0,
        ..Options::default()
    })
    .unwrap()
}

fn schema(server: &Server, key: Option<&str>, arguments: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.current_dir(root()).arg("schema").args(arguments);
    command.args(["--endpoint", &server.endpoint(), "--project", PROJECT]);
    command.env_remove("WHISPER_APPWRITE_KEY");
    if let Some(key) = key {
        command.env("WHISPER_APPWRITE_KEY", key);
    }
    command.output().unwrap()
}

/// Pushes the schema as an operator does.
pub fn push(server: &Server) {
    let (status, out, err) = printed(&schema(server, Some(KEY), &["push", LARGE[0], LARGE[1]]));
    assert_eq!(status, Some(0), "{out}{err}");
}

fn printed(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

const LARGE: [&str; 2] = ["--storage-limit", "500000000"];

#[test]
fn a_push_makes_the_schema_and_a_diff_then_finds_nothing() {
    let server = server();
    let (status, out, err) = printed(&schema(&server, Some(KEY), &["diff"]));
    assert_eq!(status, Some(1), "{err}");
    assert!(
        out.contains("\n+ column mainDB.messages.content\n"),
        "{out}"
    );
    assert_eq!(server.writes(), [""; 0], "a diff changes nothing");

    let pushed = schema(&server, Some(KEY), &["push", LARGE[0], LARGE[1]]);
    let (status, out, err) = printed(&pushed);
    assert_eq!(status, Some(0), "{out}{err}");
    let last = out.lines().last().unwrap();
    assert_eq!(last, format!("done: {} changes", server.writes().len()));

    let (status, out, _) = printed(&schema(&server, Some(KEY), &["diff", "--json"]));
    let diff: Value = serde_json::from_str(&out).unwrap();
    let nothing = serde_json::json!({"changes": [], "refused": [], "kept": []});
    assert_eq!((status, diff), (Some(0), nothing));
    let pushed = schema(&server, Some(KEY), &["push", LARGE[0], LARGE[1]]);
    assert_eq!(printed(&pushed).1, "nothing to do\n");
    assert_eq!(server.writes(), [""; 0]);
}

#[test]
fn a_push_says_what_is_in_its_way_and_sends_nothing() {
    let server = server();
    let push = |key, arguments: &[&str]| {
        let all: Vec<&str> = ["push"].iter().chain(arguments).copied().collect();
        printed(&schema(&server, key, &all))
    };
    let (status, _, err) = push(None, &LARGE);
    assert_eq!(status, Some(2));
    assert!(err.contains("WHISPER_APPWRITE_KEY is not set"), "{err}");
    let (status, _, err) = push(Some("standard_wrong"), &LARGE);
    assert_eq!(status, Some(2));
    assert!(err.contains("401 user_unauthorized"), "{err}");
    assert!(!err.contains("standard_wrong"), "{err}");
    // Seven buckets are more than a server allows unless it is told otherwise.
    let (status, _, err) = push(Some(KEY), &[]);
    assert_eq!(status, Some(1));
    assert!(
        err.contains("bucket video") && err.contains("nothing was sent"),
        "{err}"
    );
    let (status, _, err) = push(
        Some(KEY),
        &[LARGE[0], LARGE[1], "--prune", "mainDB.nothing"],
    );
    assert_eq!(status, Some(2));
    assert!(err.contains("mainDB.nothing"), "{err}");
    let (status, _, err) = push(Some(KEY), &["no-such-file.json"]);
    assert_eq!(status, Some(2));
    assert!(err.contains("no-such-file.json"), "{err}");
    assert_eq!(server.writes(), [""; 0]);
}

#[test]
fn a_change_that_loses_data_needs_its_name() {
    let server = server();
    let folder = tempfile::tempdir().unwrap();
    let file = |size: u32| {
        let column =
            serde_json::json!({"key": "a", "type": "string", "size": size, "default": null});
        let table =
            serde_json::json!({"$id": "t", "databaseId": "d", "name": "T", "columns": [column]});
        let config =
            serde_json::json!({"tablesDB": [{"$id": "d", "name": "D"}], "tables": [table]});
        let path = folder.path().join(format!("{size}.json"));
        std::fs::write(&path, config.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let push = |arguments: &[&str]| printed(&schema(&server, Some(KEY), arguments));
    assert_eq!(push(&["push", &file(20)]).0, Some(0));
    server.writes();
    let (status, out, err) = push(&["push", &file(10)]);
    assert_eq!(status, Some(1));
    assert_eq!(out, "! d.t.a would lose data: size 20 → 10\n");
    assert!(err.contains("nothing was changed"), "{err}");
    assert_eq!(server.writes(), [""; 0]);
    let (status, out, _) = push(&["push", &file(10), "--prune", "d.t.a", "--json"]);
    assert_eq!(status, Some(0));
    let steps: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(steps[0]["do"], "delete");
    assert_eq!(steps.last().unwrap()["event"], "done");
    assert_eq!(server.writes().len(), 2);
}
