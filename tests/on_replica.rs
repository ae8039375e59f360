//! The application with a streaming replica, which a test pauses, ends and starts again: nobody sees less than was committed before, and
//! nobody sees what they may no longer see.

use postgres_server::PostgresServer;
use whisper_testkit::{Person, TestApp, Value, json};

/// Two servers, and the application on them.
struct World {
    primary: PostgresServer,
    standby: PostgresServer,
    app: TestApp,
    database: String,
}

impl World {
    fn start() -> Option<World> {
        // The other bundle says where its documents are.
        if std::env::var_os("WHISPER_URL").is_some() {
            return None;
        }
        let primary = postgres_server::start()?;
        let url = primary.fresh_database();
        let database = url.rsplit_once('/').unwrap().1.to_owned();
        let standby = primary.standby().unwrap();
        let replica = format!("--postgres-replica={}", standby.url(&database));
        let app = TestApp::own().on_postgres(&url).argument(&replica);
        let app = app.start()?;
        Some(World {
            primary,
            standby,
            app,
            database,
        })
    }

    /// How often the standby has looked into a table, as its statistics say.
    fn looks(&self, table: &str) -> u64 {
        let count = format!(
            "SELECT coalesce(sum(seq_scan + idx_scan), 0) FROM pg_stat_user_tables WHERE relname = '{table}'"
        );
        let url = self.standby.url(&self.database);
        self.standby.sql(&url, &count).unwrap().parse().unwrap()
    }

    fn group(&self, owner: &Person, others: &[&Person]) -> String {
        let ids: Vec<&str> = others.iter().map(|other| other.id.as_str()).collect();
        let body = json!({"type": "group", "name": "Friends", "participantIds": ids});
        let made = owner
            .post(&self.app, "/v1/conversations", &body)
            .expect(201);
        let path = format!("/v1/conversations/{}", made["id"].as_str().unwrap());
        for other in others {
            other.accept(&self.app, made["id"].as_str().unwrap());
        }
        path
    }

    fn send(&self, by: &Person, place: &str, words: &str) -> Value {
        let body = json!({"content": words});
        by.post(&self.app, &format!("{place}/messages"), &body)
            .expect(201)
    }

    fn history(&self, by: &Person, place: &str) -> Vec<String> {
        let page = by.get(&self.app, &format!("{place}/messages")).expect(200);
        let items = page["items"].as_array().unwrap().iter();
        items
            .filter(|message| message["isSystemMessage"] != true)
            .map(|message| message["content"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[test]
fn the_replica_answers_lists_and_histories() {
    let Some(world) = World::start() else { return };
    let (ann, bob) = (world.app.person("ann"), world.app.person("bob"));
    let place = world.group(&ann, &[&bob]);
    world.send(&ann, &place, "hello");
    world.standby.catch_up(&world.primary).unwrap();
    let before = (world.looks("messages"), world.looks("conversationMembers"));
    world.app.eventually(|| {
        assert_eq!(world.history(&bob, &place), ["hello"]);
        let members = bob.get(&world.app, &format!("{place}/members")).expect(200);
        assert_eq!(members["items"].as_array().unwrap().len(), 2);
        // Its statistics come a second later.
        let now = (world.looks("messages"), world.looks("conversationMembers"));
        (now.0 > before.0 && now.1 > before.1).then_some(())
    });
}

#[test]
fn nothing_that_a_paused_replica_has_not_heard_of_is_missing() {
    let Some(world) = World::start() else { return };
    let (ann, bob, cid) = (
        world.app.person("ann"),
        world.app.person("bob"),
        world.app.person("cid"),
    );
    let place = world.group(&ann, &[&bob, &cid]);
    world.send(&ann, &place, "before");
    world.standby.catch_up(&world.primary).unwrap();
    assert_eq!(world.history(&cid, &place), ["before"]);
    world.standby.pause_replay().unwrap();
    // Their own words, and others', at once.
    let sent = world.send(&bob, &place, "after");
    for person in [&ann, &bob, &cid] {
        assert_eq!(world.history(person, &place), ["after", "before"]);
    }
    let message = format!("{place}/messages/{}", sent["id"].as_str().unwrap());
    bob.delete(&world.app, &format!("{message}?for=all"))
        .expect(204);
    assert!(!world.history(&ann, &place).contains(&"after".to_owned()));
    // Somebody who was removed gets nothing from that commit on, nor does somebody who is signed out.
    ann.delete(&world.app, &format!("{place}/members/{}", cid.id))
        .expect(204);
    for list in [
        "messages",
        "members",
        "search?query=before",
        "media?kind=images",
    ] {
        let path = format!("{place}/{list}");
        cid.get(&world.app, &path).expect_problem(404, "not_found");
    }
    let session = format!("/v1/sessions/{}", bob.session_id);
    bob.delete(&world.app, &session).expect(204);
    bob.get(&world.app, &format!("{place}/messages"))
        .expect_problem(401, "session_revoked");
    // A block, for the people who are found.
    let found = |by: &Person, whom: &Person| {
        let path = format!("/v1/users?ids={}", whom.id);
        let page = by.get(&world.app, &path).expect(200);
        page["items"].as_array().unwrap().len()
    };
    assert_eq!(found(&cid, &ann), 1);
    ann.call(&world.app, "PUT", &format!("/v1/blocks/{}", cid.id))
        .send()
        .expect(204);
    assert_eq!(found(&cid, &ann), 0);
}

#[test]
fn answers_go_on_without_the_replica_and_the_log_says_so_once() {
    let Some(world) = World::start() else { return };
    let (ann, bob) = (world.app.person("ann"), world.app.person("bob"));
    let place = world.group(&ann, &[&bob]);
    world.send(&ann, &place, "hello");
    world.standby.catch_up(&world.primary).unwrap();
    assert_eq!(world.history(&bob, &place), ["hello"]);
    world.standby.crash().unwrap();
    for number in 0..20 {
        world.send(&ann, &place, &number.to_string());
        let newest = world.history(&bob, &place).remove(0);
        assert_eq!(newest, number.to_string());
    }
    let lines = world.app.log();
    let told = lines
        .lines()
        .filter(|line| line.contains("replica_not_read"));
    let away = told
        .filter(|line| line.contains("\"why\":\"away\""))
        .count();
    // Twenty lists were read: one line for each instance that read some, at most.
    assert!((1..10).contains(&away), "{away}: {lines}");
    assert!(!lines.contains(postgres_server::PASSWORD));
}
