//! `whisper migrate`: databases made on the command line.

use std::path::Path;
use std::process::{Command, Output};

use postgres_server::PASSWORD;
use whisper_testkit::{binary, root};

fn whisper(arguments: &[&str]) -> Output {
    let mut whisper = Command::new(binary());
    for variable in ["WHISPER_POSTGRES", "WHISPER_COPY_FROM", "WHISPER_COPY_TO"] {
        whisper.env_remove(variable);
    }
    whisper
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap()
}

/// All that a command printed, which has no password in it.
fn printed(output: &Output) -> String {
    let all = [output.stdout.as_slice(), &output.stderr].concat();
    let all = String::from_utf8(all).unwrap();
    assert!(
        !all.contains(PASSWORD) && !all.contains("unspoken"),
        "{all}"
    );
    all
}

#[track_caller]
fn done(arguments: &[&str]) -> String {
    let output = whisper(arguments);
    let printed = printed(&output);
    assert!(output.status.success(), "{arguments:?}: {printed}");
    printed
}

#[track_caller]
fn refused(arguments: &[&str], told: &str) {
    let output = whisper(arguments);
    let printed = printed(&output);
    assert!(!output.status.success(), "{arguments:?}: {printed}");
    assert!(printed.contains(told), "{printed}");
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_database_of_a_server_is_migrated_without_a_host() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let url = server.fresh_database();
    let migrate = ["migrate", "--store", "postgres", "--postgres", &url];
    let script = done(&[&migrate[..], &["--dry-run"]].concat());
    assert!(script.contains("CREATE TABLE \"messages\""), "{script}");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(server.sql(&url, tables).unwrap().trim(), "0");
    assert!(done(&migrate).contains("now: applied [1, "));
    assert!(done(&migrate).contains("already"));
    let script = done(&[&migrate[..], &["--dry-run"]].concat());
    assert_eq!(script, "-- Nothing is missing.\n");
    refused(&["migrate", "--store", "postgres"], "WHISPER_POSTGRES");
    refused(&["migrate", "--postgres", &url], "say --store postgres");
    let wrong = ["migrate", "--store", "postgres", "--postgres"];
    refused(
        &[&wrong[..], &["postgres://u:unspoken@a,b/d"]].concat(),
        "--postgres",
    );
}

#[test]
fn the_sql_that_a_file_lacks_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.db");
    let dry = ["migrate", "--database", text(&file), "--dry-run"];
    let script = done(&dry);
    assert!(!file.exists());
    let database = rusqlite::Connection::open(&file).unwrap();
    database.execute_batch(&script).unwrap();
    drop(database);
    assert_eq!(done(&dry), "-- Nothing is missing.\n");
    assert!(done(&dry[..3]).contains("already"));
}
