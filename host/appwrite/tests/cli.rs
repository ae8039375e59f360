//! The real command line pushes our export, to a server that enforces the limits.
//!
//! Needs npm, which fetches the pinned version once. Without it the test is skipped, and says so.
#![allow(clippy::panic, clippy::unwrap_used, missing_docs)]

mod npm;

use std::path::Path;
use std::process::Command;

use appwrite_server::{KEY, Options, PROJECT, Server};
use whisper_appwrite::remote::{Client, Plan, plan, state};
use whisper_appwrite::{appwrite, from_schema};

use crate::npm::{installed, printed, quiet};

const VERSION: &str = "12.0.1";

struct Project<'a> {
    program: &'a Path,
    folder: tempfile::TempDir,
}

impl Project<'_> {
    /// Runs the command, which must succeed and find no fault; gives its output.
    fn run(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(self.program);
        // Its settings stand in the home folder.
        command.env("HOME", self.folder.path()).env("NO_COLOR", "1");
        let done = quiet(command.args(arguments).current_dir(self.folder.path())).unwrap();
        let printed = printed(&done);
        assert!(done.status.success(), "{arguments:?}:\n{printed}");
        assert!(!printed.contains("✗ Error"), "{arguments:?}:\n{printed}");
        printed
    }
}

#[test]
fn the_real_command_line_pushes_it() {
    let Some(folder) = installed("appwrite-cli", VERSION) else {
        return;
    };
    let program = folder.join("node_modules/.bin/appwrite");
    let server = Server::start(Options {
        storage_limit: 500_000_000,
        // It looks every few seconds, table by table.
        looks_until_available: 0,
        ..Options::default()
    })
    .unwrap();
    let project = Project {
        program: &program,
        folder: tempfile::tempdir().unwrap(),
    };
    let file = project.folder.path().join("appwrite.config.json");
    std::fs::write(file, appwrite(&from_schema(), &[], PROJECT)).unwrap();

    let endpoint = server.endpoint();
    project.run(&[
        "client",
        "--endpoint",
        &endpoint,
        "--project-id",
        PROJECT,
        "--key",
        KEY,
    ]);
    let printed = project.run(&["push", "tables", "--all", "--force"]);
    let tables = from_schema().tables.len();
    assert!(
        printed.contains(&format!("Successfully pushed {tables} tables")),
        "{printed}"
    );
    project.run(&["push", "buckets", "--all", "--force"]);

    // The command line's tables and buckets are those that our own push would have made.
    let there = state(&Client::new(&endpoint, PROJECT, KEY)).unwrap();
    assert_eq!(plan(&from_schema(), &there, &[]), Plan::default());

    // Nothing is made or deleted a second time. It sets numbers without bounds again, as servers
    // name those of the type.
    server.writes();
    let again = project.run(&["push", "tables", "--all", "--force"]);
    let changed = server.writes().into_iter().filter(|write| {
        let number = write.contains("/integer/") || write.contains("/float/");
        !(number && write.starts_with("PATCH "))
    });
    assert_eq!(changed.collect::<Vec<_>>(), [""; 0], "{again}");
}
