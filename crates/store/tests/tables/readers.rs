//! Readers of rows without the server between: users with Appwrite's own JWT.

use std::rc::Rc;

use appwrite_server::{PROJECT, Server};
use serde_json::{Value, json};
use whisper_schema::content_db::Sticker;
use whisper_schema::main_db::Contact;
use whisper_schema::prelude::*;
use whisper_schema::system::{Account, Session};
use whisper_schema::web3_db::TokenGift;
use whisper_schema::{Collection, Timestamp, collections, system_collections};
use whisper_store::{Batch, Filter, Get, Patch, Store};

use crate::server::{self, OPTIONS, opened};

fn wait<T>(future: impl Future<Output = T>) -> T {
    futures::executor::block_on(future)
}

fn store(server: &Server) -> Store {
    let now = Rc::new(|| Timestamp::from_millis(1_767_225_600_000));
    Store::tables(opened(&server.endpoint()), now)
}

/// A user who is signed in at Appwrite, and has no key.
struct User {
    endpoint: String,
    jwt: String,
    agent: ureq::Agent,
}

impl User {
    fn new(server: &Server, id: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        User {
            endpoint: server.endpoint(),
            jwt: server.jwt(id, &[]),
            agent: config.build().into(),
        }
    }

    fn rows(&self, table: &Collection) -> String {
        let (endpoint, database, id) = (&self.endpoint, table.database, table.id);
        format!("{endpoint}/tablesdb/{database}/tables/{id}/rows")
    }

    /// Ids of the rows of a table that they see.
    fn sees(&self, table: &Collection) -> Vec<String> {
        let request = self.agent.get(self.rows(table));
        let request = request.header("x-appwrite-project", PROJECT);
        let mut answer = request.header("x-appwrite-jwt", &self.jwt).call().unwrap();
        let listed: Value = answer.body_mut().read_json().unwrap();
        let rows = listed["rows"].as_array().cloned().unwrap_or_default();
        let id = |row: &Value| row["$id"].as_str().unwrap().to_owned();
        rows.iter().map(id).collect()
    }

    fn asks(&self, method: &str, path: &str, body: &Value) -> u16 {
        let request = ureq::http::Request::builder().method(method).uri(path);
        let request = request.header("x-appwrite-project", PROJECT);
        let request = request.header("x-appwrite-jwt", &self.jwt);
        let request = request.header("content-type", "application/json");
        let body = if method == "GET" {
            String::new()
        } else {
            body.to_string()
        };
        let answer = self.agent.run(request.body(body).unwrap()).unwrap();
        answer.status().as_u16()
    }
}

fn notification(id: &str, user: &str) -> Notification {
    Notification {
        id: id.to_owned(),
        user_id: user.to_owned(),
        title: "t".to_owned(),
        ..Notification::default()
    }
}

fn sticker(id: &str, creator: Option<&str>, is_public: bool) -> Sticker {
    Sticker {
        id: id.to_owned(),
        name: "s".to_owned(),
        image_url: "https://example.com/s".to_owned(),
        creator_id: creator.map(str::to_owned),
        is_public,
        ..Sticker::default()
    }
}

#[test]
fn users_read_their_own_rows_alone_and_write_none() {
    let server = server::start(OPTIONS);
    let store = store(&server);
    // Alone, in a transaction, and many at once.
    wait(store.commit(Batch::new().insert(&notification("a1", "ann")))).unwrap();
    let two = Batch::new()
        .insert(&notification("a2", "ann"))
        .insert(&notification("b1", "bob"));
    wait(store.commit(two)).unwrap();
    let many = (0..120).fold(Batch::new(), |batch, i| {
        batch.insert(&notification(&format!("c{i:03}"), "cid"))
    });
    wait(store.commit(many)).unwrap();
    let table = Notification::COLLECTION;
    let (ann, bob) = (User::new(&server, "ann"), User::new(&server, "bob"));
    assert_eq!(ann.sees(table), ["a1", "a2"]);
    assert_eq!(bob.sees(table), ["b1"]);
    assert_eq!(User::new(&server, "cid").sees(table).len(), 25);
    assert_eq!(User::new(&server, "dot").sees(table), [""; 0]);

    let row = |id: &str| format!("{}/{id}", ann.rows(table));
    let nothing = json!({});
    assert_eq!(ann.asks("GET", &row("a1"), &nothing), 200);
    assert_eq!(ann.asks("GET", &row("b1"), &nothing), 404);
    let read = json!({"data": {"isRead": true}});
    assert_eq!(ann.asks("PATCH", &row("a1"), &read), 401);
    assert_eq!(ann.asks("DELETE", &row("a1"), &nothing), 401);
    let new = json!({"rowId": "n", "data": {"userId": "ann", "type": "system", "title": "t"}});
    assert_eq!(ann.asks("POST", &ann.rows(table), &new), 401);
}

#[test]
fn a_change_of_the_reader_changes_who_reads() {
    let server = server::start(OPTIONS);
    let store = store(&server);
    let gift = TokenGift {
        id: "g".to_owned(),
        sender_id: "ann".to_owned(),
        recipient_id: "bob".to_owned(),
        chain: "base".to_owned(),
        ..TokenGift::default()
    };
    wait(store.commit(Batch::new().insert(&gift))).unwrap();
    let reads = |who: &str| User::new(&server, who).sees(TokenGift::COLLECTION).len();
    let all = || ["ann", "bob", "cid"].map(reads);
    assert_eq!(all(), [1, 1, 0]);
    let to = |who: &str| Patch::new().set(TokenGift::RECIPIENT_ID, who);
    // By a request of its own, on the condition that it is as it was, and as a new document in its place.
    wait(store.commit(Batch::new().update("g", to("cid")))).unwrap();
    assert_eq!(all(), [1, 0, 1]);
    let sent = Filter::eq(TokenGift::SENDER_ID, "ann");
    wait(store.commit(Batch::new().update_if("g", to("bob"), sent))).unwrap();
    assert_eq!(all(), [1, 1, 0]);
    let own = TokenGift {
        recipient_id: "ann".to_owned(),
        ..gift.clone()
    };
    wait(store.commit(Batch::new().upsert(&own))).unwrap();
    assert_eq!(all(), [1, 0, 0]);
    // A change of another attribute leaves the permissions as they are.
    let message = Patch::new().set(TokenGift::MESSAGE, "for you");
    wait(store.commit(Batch::new().update("g", message))).unwrap();
    assert_eq!(all(), [1, 0, 0]);
    // An id that no user there can have gives no permission to read, and the row is stored all the same.
    let odd = Patch::new()
        .set(TokenGift::SENDER_ID, "_ann")
        .set(TokenGift::RECIPIENT_ID, "b ob\")");
    wait(store.commit(Batch::new().update("g", odd))).unwrap();
    assert_eq!(all(), [0, 0, 0]);
    let long = "u".repeat(37);
    let new = TokenGift {
        id: "h".to_owned(),
        recipient_id: long.clone(),
        ..gift
    };
    wait(store.commit(Batch::new().insert(&new))).unwrap();
    assert_eq!(all(), [1, 0, 0]);
    let found = wait(store.read(Get::<TokenGift>::id("h")))
        .unwrap()
        .unwrap();
    assert_eq!(found.recipient_id, long);
}

#[test]
fn of_a_catalogue_everybody_sees_what_is_public() {
    let server = server::start(OPTIONS);
    let store = store(&server);
    let batch = Batch::new()
        .insert(&sticker("open", None, true))
        .insert(&sticker("draft", Some("ann"), false))
        .insert(&sticker("secret", None, false));
    wait(store.commit(batch)).unwrap();
    let sees = |who: &str| User::new(&server, who).sees(Sticker::COLLECTION);
    // Rows of one commit are made in the order of their ids.
    assert_eq!(sees("ann"), ["draft", "open"]);
    assert_eq!(sees("bob"), ["open"]);
    let public = |yes: bool| Patch::new().set(Sticker::IS_PUBLIC, yes);
    wait(store.commit(Batch::new().update("draft", public(true)))).unwrap();
    wait(store.commit(Batch::new().update("open", public(false)))).unwrap();
    assert_eq!(sees("bob"), ["draft"]);
    // A change of another attribute at the same time doesn't give the old permissions back.
    let endpoint = server.endpoint();
    server.before_commit(move || {
        let other = Store::tables(opened(&endpoint), Rc::new(|| Timestamp::MIN));
        let hidden = Patch::new().set(Sticker::IS_PUBLIC, false);
        wait(other.commit(Batch::new().update("draft", hidden))).unwrap();
    });
    let renamed = Patch::new().set(Sticker::NAME, "new");
    wait(store.commit(Batch::new().update("draft", renamed))).unwrap();
    assert_eq!(sees("bob"), [""; 0]);
    assert_eq!(sees("ann"), ["draft"]);
}

#[test]
fn what_is_nobodys_is_seen_by_nobody() {
    let server = server::start(OPTIONS);
    let store = store(&server);
    let batch = Batch::new()
        .insert(&Account {
            id: "ann".to_owned(),
            ..Account::default()
        })
        .insert(&Session {
            id: "s".to_owned(),
            user_id: "ann".to_owned(),
            ..Session::default()
        })
        .insert(&Message {
            id: "m".to_owned(),
            conversation_id: "c".to_owned(),
            sender_id: "ann".to_owned(),
            ..Message::default()
        })
        .insert(&Profile {
            id: "ann".to_owned(),
            user_id: "ann".to_owned(),
            ..Profile::default()
        })
        .insert(&Contact {
            id: "c".to_owned(),
            user_id: "ann".to_owned(),
            contact_user_id: "bob".to_owned(),
            ..Contact::default()
        });
    wait(store.commit(batch)).unwrap();
    let seen = |who: &str| -> Vec<&str> {
        let user = User::new(&server, who);
        let all = collections().iter().chain(system_collections());
        let seen = all.filter(|table| !user.sees(table).is_empty());
        seen.map(|table| table.id).collect()
    };
    assert_eq!(seen("ann"), ["profiles", "contacts"]);
    assert_eq!(seen("bob"), [""; 0]);
}
