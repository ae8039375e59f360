//! A full disk: requests are refused as such, nothing is half-written, and all goes on once there is room again.
//!
//! Needs a small file system of its own, which only root may mount. Elsewhere the test is skipped, and says so.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use whisper_testkit::{Person, Reply, TestApp, Value, json};

use crate::npm::quiet;

/// Room for the database of a bundle that has just begun, and little more.
const SIZE: &str = "size=48m,mode=1777";
/// More sends than fit behind the last of the room: the log of the database has some of its own.
const ENOUGH: usize = 3_000;

/// A file system of a few megabytes, in memory.
struct SmallDisk {
    folder: TempDir,
}

/// Runs a command as root, if this is root or root is had without a password.
fn as_root(arguments: &[&str]) -> bool {
    let asked = [&[][..], &["sudo", "-n"]].map(|before: &[&str]| {
        let words = before.iter().chain(arguments).copied();
        words.collect::<Vec<_>>()
    });
    asked.iter().any(|words| {
        let done = quiet(Command::new(words[0]).args(&words[1..]));
        done.is_ok_and(|done| done.status.success())
    })
}

impl SmallDisk {
    fn mounted() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        if as_root(&["mount", "-t", "tmpfs", "-o", SIZE, "tmpfs", path]) {
            return Some(SmallDisk { folder });
        }
        // Not a fault of the machine's, even where nothing else may be skipped: rights are given by its owner.
        let line = "skipped: a full disk: needs the right to mount one\n";
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        None
    }

    fn filler(&self) -> PathBuf {
        self.folder.path().join("filler")
    }

    /// Takes all the room there is.
    fn fill(&self) {
        let mut filler = File::create(self.filler()).unwrap();
        while filler.write_all(&[1; 4096]).is_ok() {}
    }

    fn make_room(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // The files that are open there are closed by the end of the host.
        as_root(&["umount", "-l", self.folder.path().to_str().unwrap()]);
    }
}

/// Two people with a conversation, on a small disk.
struct Scene {
    app: TestApp,
    ann: Person,
    bob: Person,
    room: String,
    /// The ids of the messages that were answered with 201.
    acknowledged: Vec<String>,
}

impl Scene {
    fn on(disk: &SmallDisk) -> Option<Self> {
        let app = TestApp::own().data_below(disk.folder.path()).start()?;
        // The disk of PostgreSQL is another one.
        app.sqlite_file()?;
        let [ann, bob] = ["ann", "bob"].map(|name| app.person(name));
        let pair = json!({"type": "direct", "participantIds": [bob.id]});
        let pair = ann.post(&app, "/v1/conversations", &pair).expect(201);
        let room = format!(
            "/v1/conversations/{}/messages",
            pair["id"].as_str().unwrap()
        );
        let acknowledged = Vec::new();
        Some(Scene {
            app,
            ann,
            bob,
            room,
            acknowledged,
        })
    }

    fn send(&mut self, id: &str) -> Reply {
        let body = json!({"id": id, "content": format!("word {id}")});
        let reply = self.ann.post(&self.app, &self.room, &body);
        if reply.status == 201 {
            self.acknowledged.push(id.to_owned());
        }
        reply
    }

    /// Sends until one is refused, and tells which.
    fn send_until_refused(&mut self) -> (String, Reply) {
        for n in 0..ENOUGH {
            let id = format!("m{n}");
            let reply = self.send(&id);
            if reply.status != 201 {
                return (id, reply);
            }
        }
        panic!("{ENOUGH} messages had room on a full disk")
    }

    /// The ids of all messages of the conversation, the oldest first, as Bob reads them.
    fn history(&self) -> Vec<String> {
        let (mut ids, mut path) = (Vec::new(), format!("{}?limit=100", self.room));
        loop {
            let page = self.bob.get(&self.app, &path).expect(200);
            let items = page["items"].as_array().unwrap().iter();
            ids.extend(items.map(|item| item["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else {
                ids.reverse();
                return ids;
            };
            path = format!("{}?limit=100&after={next}", self.room);
        }
    }

    fn unread(&self) -> Value {
        let path = self.room.trim_end_matches("/messages");
        self.bob.get(&self.app, path).expect(200)["my"]["unreadCount"].clone()
    }
}

/// Tries the operations that have to write, each some times, and gives the addresses of the accounts that were refused.
fn refused_accounts(app: &TestApp) -> BTreeSet<String> {
    let tried = (0..20).map(|n| format!("late-{n}@example.com"));
    let is_refused = |email: &String| {
        let reply = app.post("/v1/accounts").json(&account(email)).send();
        match reply.status {
            201 => false,
            _ => reply.expect_problem(507, "storage_full").is_object(),
        }
    };
    tried.filter(is_refused).collect()
}

fn account(email: &str) -> Value {
    let username = email.split('@').next().unwrap().replace('-', "_");
    json!({"email": email, "password": "correct horse battery", "username": username})
}

/// SQLite's own check of the file.
fn integrity(app: &TestApp) -> String {
    let database = app.data_dir().join("sqlite_db.db");
    let database = rusqlite::Connection::open(database).unwrap();
    let check = "PRAGMA integrity_check";
    database.query_row(check, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_full_disk_is_said_as_such_and_nothing_is_half_written() {
    let Some(disk) = SmallDisk::mounted() else {
        return;
    };
    let Some(mut scene) = Scene::on(&disk) else {
        return;
    };
    for n in 0..3 {
        scene.send(&format!("early{n}")).expect(201);
    }
    disk.fill();
    let (refused, reply) = scene.send_until_refused();
    let problem = reply.expect_problem(507, "storage_full");
    assert_eq!(
        problem["detail"], "The disk of the server is full. Nothing was written.",
        "{problem}"
    );
    assert_eq!(scene.history(), scene.acknowledged, "reading goes on");
    let refused_accounts = refused_accounts(&scene.app);
    assert!(!refused_accounts.is_empty());

    disk.make_room();
    assert_eq!(scene.send(&refused).expect(201)["id"], *refused);
    for email in refused_accounts {
        let made = scene
            .app
            .post("/v1/accounts")
            .json(&account(&email))
            .send()
            .expect(201);
        assert_eq!(made["account"]["email"], *email, "there was none of it");
    }
    assert_eq!(scene.history(), scene.acknowledged);
    assert_eq!(scene.unread(), scene.acknowledged.len());
    what_follows_catches_up(&scene, &refused);

    scene.app.kill();
    assert_eq!(integrity(&scene.app), "ok");
    scene.app = scene.app.restart();
    assert_eq!(scene.history(), scene.acknowledged);
}

/// The components that react have missed nothing: the job of each ends well, and the last message is found by its words.
fn what_follows_catches_up(scene: &Scene, last: &str) {
    for job in ["xp-badges", "notification-push", "search"] {
        scene.app.run_job(job).expect(200);
    }
    let path = format!("/v1/search/messages?query={last}");
    let found = scene.ann.get(&scene.app, &path).expect(200);
    assert_eq!(found["items"][0]["id"].as_str(), Some(last), "{found}");
}
