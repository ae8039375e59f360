//! The server itself.

use postgres_server::{PASSWORD, shared, start};

#[test]
fn databases_are_apart() {
    let Some(server) = shared() else { return };
    let (one, other) = (server.fresh_database(), server.fresh_database());
    assert_ne!(one, other);
    server
        .sql(&one, "CREATE TABLE a (n int); INSERT INTO a VALUES (7)")
        .unwrap();
    assert_eq!(server.sql(&one, "SELECT n FROM a").unwrap(), "7");
    let error = server.sql(&other, "SELECT n FROM a").unwrap_err();
    assert!(
        error.to_string().contains("\"a\" does not exist"),
        "{error}"
    );
}

#[test]
fn text_sorts_as_in_english() {
    let Some(server) = shared() else { return };
    let provider = "SELECT datlocprovider FROM pg_database WHERE datname = 'postgres'";
    let url = server.url("postgres");
    // Versions before 15 have no such column.
    if server.sql(&url, provider).is_ok_and(|found| found == "i") {
        assert_eq!(server.sql(&url, "SELECT 'a' < 'B'").unwrap(), "t");
    }
    assert_eq!(
        server.sql(&url, "SELECT 'a' < 'B' COLLATE \"C\"").unwrap(),
        "f"
    );
}

#[test]
fn the_password_is_asked_for() {
    let Some(server) = shared() else { return };
    let wrong = server.url("postgres").replace(PASSWORD, "wrong");
    let error = server.sql(&wrong, "SELECT 1").unwrap_err().to_string();
    assert!(error.contains("password authentication failed"), "{error}");
}

#[test]
fn commits_outlive_a_crash() {
    let Some(server) = start() else { return };
    let url = server.fresh_database();
    server.sql(&url, "CREATE TABLE a AS SELECT 7 AS n").unwrap();
    server.crash().unwrap();
    assert!(server.sql(&url, "SELECT n FROM a").is_err());
    server.start_again().unwrap();
    assert_eq!(server.sql(&url, "SELECT n FROM a").unwrap(), "7");
    server.stop().unwrap();
    server.start_again().unwrap();
    assert_eq!(server.sql(&url, "SELECT n FROM a").unwrap(), "7");
}

#[test]
fn it_ends_when_dropped() {
    let Some(server) = start() else { return };
    let port = server.port();
    drop(server);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn a_standby_follows_until_it_is_paused() {
    let Some(server) = start() else { return };
    let url = server.fresh_database();
    let standby = server.standby().unwrap();
    let (_, name) = url.rsplit_once('/').unwrap();
    let there = standby.url(name);
    let make = |n: u32| {
        let table = format!("CREATE TABLE t{n} (n int)");
        server.sql(&url, &table).unwrap();
    };
    let sees = |n: u32| {
        let look = format!("SELECT to_regclass('t{n}') IS NOT NULL");
        standby.sql(&there, &look).unwrap() == "t"
    };
    make(1);
    standby.catch_up(&server).unwrap();
    assert!(sees(1));
    standby.pause_replay().unwrap();
    make(2);
    assert!(!sees(2));
    let write = standby.sql(&there, "CREATE TABLE t3 (n int)").unwrap_err();
    assert!(write.to_string().contains("read-only"), "{write}");
    standby.resume_replay().unwrap();
    standby.catch_up(&server).unwrap();
    assert!(sees(2));
    standby.promote().unwrap();
    standby.sql(&there, "CREATE TABLE t3 (n int)").unwrap();
}
