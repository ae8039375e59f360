//! The components as functions of an Appwrite server: packaged, under Node as Open Runtimes runs it, with their data in
//! TablesDB of the tests' server.

mod calling;
mod cloud;
mod deployed;
mod deploying;
mod entry;
mod function;
mod package;
mod polling;
mod reacting;
mod refusals;
mod talking;

use std::process::Command;
use std::rc::Rc;
use std::sync::OnceLock;

use appwrite_server::{KEY, Options, PROJECT, Server};
use whisper_schema::Timestamp;
use whisper_store::Store;
use whisper_store::tables::native::HttpTransport;
use whisper_store::tables::{Credentials, Tables};
use whisper_testkit::{Value, binary, json};

use function::{Answer, Function};
use package::{Package, package};

/// A project with the bundle's functions.
pub struct Project {
    server: Server,
    accounts: Function,
    conversations: Function,
    messages: Function,
    actions: Function,
    stories: Function,
    points: Function,
    realtime: Function,
}

impl Project {
    /// A project of a test's own.
    fn start(package: &Package) -> Self {
        let server = Server::start(Options {
            storage_limit: 500_000_000,
            looks_until_available: 0,
            ..Options::default()
        })
        .unwrap();
        push_schema(&server);
        let function = |name: &str| Function::start(package, &server, &format!("functions/{name}"));
        Self {
            accounts: function("accounts"),
            conversations: function("conversations"),
            messages: function("message-send"),
            actions: function("message-actions"),
            stories: function("story-expiry"),
            points: function("xp-badges"),
            realtime: function("realtime"),
            server,
        }
    }

    /// The one that tests share; nothing where there is no npm. Each test has users of its own there.
    fn shared() -> Option<&'static Project> {
        static PROJECT: OnceLock<Option<Project>> = OnceLock::new();
        PROJECT.get_or_init(|| package().map(Self::start)).as_ref()
    }

    /// Somebody who signed up at Appwrite, and whom the function for accounts was told of.
    fn person(&self, id: &str) -> Person<'_> {
        let jwt = self.server.jwt(id, &[]);
        let event = format!("users.{id}.create");
        let told = self
            .accounts
            .on_event(&event, &json!({"$id": id, "name": id}));
        assert_eq!(told.status, 204, "{told:?}");
        Person {
            project: self,
            id: id.to_owned(),
            jwt,
        }
    }

    /// The same with another JWT.
    fn person_again(&self, id: &str) -> Person<'_> {
        Person {
            project: self,
            id: id.to_owned(),
            jwt: self.server.jwt(id, &[]),
        }
    }

    /// The data, as an operator sees it.
    fn store(&self) -> Store {
        let credentials = Credentials::new(KEY);
        let transport = HttpTransport::new();
        let tables = Tables::new(&self.server.endpoint(), PROJECT, credentials, transport);
        Store::tables(
            tables,
            Rc::new(|| Timestamp::from_millis(1_800_000_000_000)),
        )
    }
}

/// Makes the collections on a server.
fn push_schema(server: &Server) {
    let output = Command::new(binary())
        .args(["schema", "push", "--storage-limit", "500000000"])
        .args(["--endpoint", &server.endpoint(), "--project", PROJECT])
        .env("WHISPER_APPWRITE_KEY", KEY)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Somebody who is signed in at Appwrite.
pub struct Person<'p> {
    project: &'p Project,
    id: String,
    jwt: String,
}

impl Person<'_> {
    fn call(&self, function: &Function, method: &str, path: &str, body: &Value) -> Answer {
        let call = function.call(&self.id, &self.jwt, method, path);
        match body {
            Value::Null => call.send(),
            body => call.json(body).send(),
        }
    }

    fn get(&self, function: &Function, path: &str) -> Answer {
        self.call(function, "GET", path, &Value::Null)
    }

    /// A direct conversation with somebody; gives where its messages are.
    fn talk_to(&self, other: &Person<'_>) -> String {
        let body = json!({"type": "direct", "participantIds": [other.id]});
        let function = &self.project.conversations;
        let made = self
            .call(function, "POST", "/v1/conversations", &body)
            .expect(201);
        format!(
            "/v1/conversations/{}/messages",
            made["id"].as_str().unwrap()
        )
    }

    fn send(&self, messages: &str, body: &Value) -> Answer {
        self.call(&self.project.messages, "POST", messages, body)
    }
}
