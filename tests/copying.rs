//! `whisper store copy` and `whisper migrate`: databases moved and made on the command line.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use postgres_server::PASSWORD;
use whisper_testkit::{Person, TestApp, binary, json, root};

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

fn said(app: &TestApp, who: &Person, room: &str) -> Vec<String> {
    let page = who.get(app, room).expect(200);
    let items = page["items"].as_array().unwrap().iter();
    let words = items.filter(|item| item["isSystemMessage"] != true);
    words
        .map(|item| item["content"].as_str().unwrap().to_owned())
        .collect()
}

/// A host of SQLite, whichever store the other tests have.
fn on_sqlite() -> Option<TestApp> {
    let app = TestApp::own().start()?;
    app.sqlite_file().map(|_| app)
}

#[test]
fn a_bundle_moves_to_postgres_and_back() {
    let (Some(server), Some(mut here)) = (postgres_server::shared(), on_sqlite()) else {
        return;
    };
    let (ann, bob) = (here.person("ann"), here.person("bob"));
    let body = json!({"type": "group", "name": "Friends", "participantIds": [bob.id]});
    let made = ann.post(&here, "/v1/conversations", &body).expect(201);
    let place = made["id"].as_str().unwrap();
    bob.accept(&here, place);
    let room = format!("/v1/conversations/{place}/messages");
    let say = |app: &TestApp, who: &Person, words: &str| {
        who.post(app, &room, &json!({"content": words})).expect(201);
    };
    say(&here, &ann, "one");
    say(&here, &bob, "two");
    let url = server.fresh_database();
    let folder = here.data_dir().to_owned();
    let there = ["store", "copy", "--from", text(&folder), "--to", &url];
    refused(&there, "is in use");
    assert!(here.stop());
    let told = done(&there);
    assert!(told.contains("both databases have the same"), "{told}");
    let Some(mut there) = TestApp::own().on_postgres(&url).start() else {
        return;
    };
    assert_eq!(said(&there, &bob, &room), ["two", "one"]);
    say(&there, &ann, "three");
    assert_eq!(said(&there, &bob, &room), ["three", "two", "one"]);
    assert!(there.stop());
    let back = ["store", "copy", "--from", &url, "--to", text(&folder)];
    refused(&back, "isn't empty");
    for file in ["sqlite_db.db", "sqlite_db.db-wal", "sqlite_db.db-shm"] {
        let _ = fs::remove_file(folder.join(file));
    }
    done(&back);
    let here = here.restart();
    say(&here, &bob, "four");
    assert_eq!(said(&here, &ann, &room), ["four", "three", "two", "one"]);
    assert_eq!(said(&here, &bob.sign_in(&here), &room).len(), 4);
}

#[test]
fn no_host_starts_on_an_unfinished_copy() {
    let folder = tempfile::tempdir().unwrap();
    let data = text(folder.path());
    done(&["migrate", "--data-dir", data]);
    let mark = "INSERT INTO _migrations VALUES (999999999, 'copy', 'x', 0)";
    let file = rusqlite::Connection::open(folder.path().join("sqlite_db.db")).unwrap();
    file.execute_batch(mark).unwrap();
    drop(file);
    let unfinished = "isn't finished: run `whisper store copy` again";
    refused(&["up", "--no-build", "--data-dir", data], unfinished);
    refused(&["migrate", "--data-dir", data], unfinished);
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let url = server.fresh_database();
    let migrate = ["migrate", "--store", "postgres", "--postgres", &url];
    done(&migrate);
    server.sql(&url, mark).unwrap();
    refused(&migrate, unfinished);
    let other = tempfile::tempdir().unwrap();
    let up = ["up", "--no-build", "--data-dir", text(other.path())];
    refused(&[&up[..], &["--postgres", &url]].concat(), unfinished);
}

#[test]
fn a_place_that_is_refused_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let target = text(folder.path());
    let source = tempfile::tempdir().unwrap();
    let source = text(source.path());
    done(&["migrate", "--data-dir", source]);
    for wrong in [
        "postgres://u:unspoken@h:port/d",
        "postgres://u:unspoken@a,b/d",
        "u:unspoken@h",
        "host=/tmp password=unspoken",
        "postgres:/u:unspoken",
    ] {
        refused(
            &["store", "copy", "--from", wrong, "--to", target],
            "--from",
        );
        refused(&["store", "copy", "--from", source, "--to", wrong], "--to");
    }
    let nothing = folder.path().join("nothing");
    refused(
        &["store", "copy", "--from", text(&nothing), "--to", target],
        "there is no",
    );
    assert!(!nothing.exists());
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
