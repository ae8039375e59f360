//! The API document as schemathesis reads it: requests that it allows are accepted, others are refused, and answers are those it
//! describes. Each request is made up from the document alone, the same ones in each run; `hooks.py` has the rules that no document tells.
//!
//! Needs Python, whose package is fetched once. Without it the test is skipped, and says so.

use std::process::Command;

use whisper_testkit::{TestApp, root};

use crate::npm::{printed, quiet};
use crate::pip;

const VERSION: &str = "4.32.5";

/// Operations that would end the session with which all others are called.
const ENDING: [&str; 2] = ["changePassword", "revokeSessions"];

/// A bundle without limits of rates.
fn app() -> Option<TestApp> {
    let manifest = std::fs::read_to_string(root().join("spin.toml")).unwrap();
    let limits = manifest
        .lines()
        .filter_map(|line| line.strip_suffix(" }")?.split_once(" = { default = "));
    let limits = limits.filter(|(name, _)| name.contains("_rate_per_"));
    let unlimited = limits.fold(TestApp::own(), |app, (name, _)| app.variable(name, "0"));
    // The origin of the examples.
    let unlimited = unlimited.variable("webhook_origin", "https://hooks.example.com");
    unlimited.start()
}

#[test]
fn requests_are_accepted_as_the_document_says() {
    let Some(programs) = pip::installed("schemathesis", VERSION) else {
        return;
    };
    let Some(app) = app() else { return };
    let [ann, bob, carl] = ["ann", "bob", "carl"].map(|name| app.person(name));
    let mut run = Command::new(programs.join("schemathesis"));
    run.current_dir(root().join("tests/schemathesis"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("WHISPER_USER", &ann.id)
        .env("WHISPER_OTHER", &bob.id)
        .env("WHISPER_MEMBER", &carl.id)
        .env("WHISPER_BASE", app.base())
        .env("WHISPER_TOKEN", &ann.token)
        .args(["--config-file", "schemathesis.toml", "run"])
        .arg(format!("{}/v1/openapi.json", app.base()))
        .arg("--header")
        .arg(format!("Authorization: Bearer {}", ann.token))
        .args(["--phases", "examples,coverage", "--workers", "2"])
        .arg("--generation-deterministic")
        .args(["--no-color", "--exclude-path-regex", "^/internal/"]);
    for operation in ENDING {
        run.args(["--exclude-operation-id", operation]);
    }
    let done = quiet(&mut run).unwrap();
    assert!(done.status.success(), "{}", printed(&done));
}
