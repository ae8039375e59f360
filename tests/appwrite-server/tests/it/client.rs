//! Calls the server as a client does.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use appwrite_server::{Database, KEY, Options, PROJECT, Server, Version};
use serde_json::{Value, json};

/// The table that all tests share the shape of.
pub const ROWS: &str = "/tablesdb/main/tables/things/rows";

/// A server with a table, and its callers.
pub struct Client {
    pub server: Arc<Server>,
    headers: Vec<(String, String)>,
    clock: Arc<AtomicI64>,
}

/// An answer.
#[derive(Debug, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// The type of an error, checked for its shape; else nothing.
    pub fn kind(&self) -> &str {
        if self.status < 400 {
            return "";
        }
        let keys: Vec<&String> = self.body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["code", "message", "type", "version"], "{self:?}");
        assert_eq!(self.body["code"], self.status);
        let versions = Version::ALL.map(Version::number);
        assert!(
            versions
                .iter()
                .any(|number| self.body["version"] == **number)
        );
        self.body["type"].as_str().unwrap()
    }

    /// Status and type of an error.
    pub fn refused(&self) -> (u16, &str) {
        (self.status, self.kind())
    }

    /// The body of an answer that must be good.
    pub fn good(self) -> Value {
        assert!(self.status < 300, "{self:?}");
        self.body
    }
}

impl Client {
    /// A server with the database `main` and its table `things`, whose clock stands.
    pub fn new() -> Client {
        Client::with(Options::default())
    }

    /// Another version, on MariaDB.
    pub fn of(version: Version) -> Client {
        Client::with(Options {
            version,
            ..Options::default()
        })
    }

    /// The newest version, on PostgreSQL.
    pub fn on_postgres() -> Client {
        Client::with(Options {
            database: Database::PostgreSql,
            ..Options::default()
        })
    }

    pub fn with(options: Options) -> Client {
        let options = Options {
            looks_until_available: 0,
            ..options
        };
        let server = Arc::new(Server::start(options).unwrap());
        let clock = Arc::new(AtomicI64::new(1_800_000_000_000));
        let told = clock.clone();
        server.set_clock(move || {
            let now = told.load(Ordering::Relaxed);
            UNIX_EPOCH + Duration::from_millis(u64::try_from(now).unwrap())
        });
        let client = Client {
            server,
            headers: vec![
                ("x-appwrite-project".into(), PROJECT.into()),
                ("x-appwrite-key".into(), KEY.into()),
            ],
            clock,
        };
        client.make();
        client
    }

    fn make(&self) {
        self.post("/tablesdb", json!({"databaseId": "main", "name": "Main"}))
            .good();
        let table = json!({"tableId": "things", "name": "Things"});
        self.post("/tablesdb/main/tables", table).good();
        let columns = [
            (
                "string",
                json!({"key": "name", "size": 20, "required": false}),
            ),
            (
                "string",
                json!({"key": "note", "size": 16383, "required": false}),
            ),
            (
                "integer",
                json!({"key": "count", "required": false, "min": -10, "max": 1000}),
            ),
            ("integer", json!({"key": "big", "required": false})),
            ("float", json!({"key": "rate", "required": false})),
            (
                "boolean",
                json!({"key": "flag", "required": false, "default": false}),
            ),
            ("datetime", json!({"key": "due", "required": false})),
            (
                "string",
                json!({"key": "tags", "size": 20, "required": false, "array": true}),
            ),
            (
                "integer",
                json!({"key": "revision", "required": false, "default": 1, "min": 1}),
            ),
        ];
        for (kind, column) in columns {
            self.column("things", kind, column);
        }
    }

    pub fn column(&self, table: &str, kind: &str, column: Value) {
        let path = format!("/tablesdb/main/tables/{table}/columns/{kind}");
        self.post(&path, column).good();
    }

    pub fn index(&self, key: &str, kind: &str, columns: &[&str]) {
        let index = json!({"key": key, "type": kind, "columns": columns});
        self.post("/tablesdb/main/tables/things/indexes", index)
            .good();
    }

    /// The same server, called with other headers.
    pub fn as_(&self, headers: &[(&str, &str)]) -> Client {
        let project = [("x-appwrite-project", PROJECT)];
        let all = project.iter().chain(headers);
        Client {
            server: self.server.clone(),
            headers: all.map(|(k, v)| ((*k).into(), (*v).into())).collect(),
            clock: self.clock.clone(),
        }
    }

    /// The same server, called with these headers alone.
    pub fn as_only(&self, headers: &[(&str, &str)]) -> Client {
        let all = headers.iter();
        Client {
            headers: all.map(|(k, v)| ((*k).into(), (*v).into())).collect(),
            ..self.as_(&[])
        }
    }

    /// The same server, called without any header.
    pub fn as_nobody(&self) -> Client {
        Client {
            headers: Vec::new(),
            ..self.as_(&[])
        }
    }

    /// The same key, with one header more.
    pub fn with_header(&self, name: &str, value: &str) -> Client {
        self.as_(&[("x-appwrite-key", KEY), (name, value)])
    }

    /// Lets time pass.
    pub fn pass(&self, millis: i64) {
        self.clock.fetch_add(millis, Ordering::Relaxed);
    }

    pub fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send(method, path, body).expect("an answer")
    }

    /// The same, for connections that break.
    pub fn send(&self, method: &str, path: &str, body: Option<Value>) -> Option<Answer> {
        let body = body.map(|body| body.to_string().into_bytes());
        let (answer, _) = self.exchange(method, path, (None, body))?;
        Some(answer)
    }

    /// Sends a form.
    pub fn form(&self, path: &str, body: Vec<u8>) -> Answer {
        let kind = "multipart/form-data; boundary=b";
        let sent = self.exchange("POST", path, (Some(kind), Some(body)));
        sent.expect("an answer").0
    }

    /// The headers of an answer that must be good.
    pub fn headers_of(&self, path: &str, body: Value) -> Vec<(String, String)> {
        let body = body.to_string().into_bytes();
        let sent = self.exchange("POST", path, (None, Some(body)));
        let (answer, headers) = sent.expect("an answer");
        answer.good();
        headers
    }

    fn exchange(
        &self,
        method: &str,
        path: &str,
        (kind, body): (Option<&str>, Option<Vec<u8>>),
    ) -> Option<(Answer, Vec<(String, String)>)> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .build()
            .into();
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.server.endpoint()));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let answer = match body {
            Some(body) => agent.run(request.body(body).unwrap()),
            None => agent.run(request.body(()).unwrap()),
        };
        let mut answer = answer.ok()?;
        let status = answer.status().as_u16();
        let headers = answer.headers().iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        let headers = headers.collect();
        let text = answer
            .body_mut()
            .with_config()
            .limit(50_000_000)
            .read_to_string();
        let body = serde_json::from_str(&text.unwrap()).unwrap_or_default();
        Some((Answer { status, body }, headers))
    }

    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None)
    }

    pub fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, Some(body))
    }

    pub fn patch(&self, path: &str, body: Value) -> Answer {
        self.call("PATCH", path, Some(body))
    }

    pub fn put(&self, path: &str, body: Value) -> Answer {
        self.call("PUT", path, Some(body))
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, None)
    }

    /// Makes a row.
    pub fn row(&self, id: &str, data: Value) -> Answer {
        self.post(ROWS, json!({"rowId": id, "data": data}))
    }

    /// The row as it is.
    pub fn read(&self, id: &str) -> Answer {
        self.get(&format!("{ROWS}/{id}"))
    }

    /// A list by queries.
    pub fn list(&self, queries: &[Value]) -> Answer {
        let texts: Vec<String> = queries.iter().map(Value::to_string).collect();
        self.get(&format!("{ROWS}?{}", asked(&texts)))
    }

    /// The ids of a list.
    pub fn ids(&self, queries: &[Value]) -> Vec<String> {
        let list = self.list(queries).good();
        let rows = list["rows"].as_array().unwrap().iter();
        rows.map(|row| row["$id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// A new transaction's id.
    pub fn begin(&self) -> String {
        let made = self.post("/tablesdb/transactions", json!({})).good();
        made["$id"].as_str().unwrap().to_owned()
    }

    /// Stages operations on the table.
    pub fn stage(&self, transaction: &str, operations: &[Value]) -> Answer {
        let operations: Vec<Value> = operations
            .iter()
            .cloned()
            .map(|mut each| {
                for (name, value) in [("databaseId", "main"), ("tableId", "things")] {
                    each.as_object_mut()
                        .unwrap()
                        .entry(name)
                        .or_insert_with(|| value.into());
                }
                each
            })
            .collect();
        let path = format!("/tablesdb/transactions/{transaction}/operations");
        self.post(&path, json!({"operations": operations}))
    }

    pub fn commit(&self, transaction: &str) -> Answer {
        let path = format!("/tablesdb/transactions/{transaction}");
        self.patch(&path, json!({"commit": true}))
    }

    /// A transaction's status.
    pub fn status(&self, transaction: &str) -> String {
        let found = self
            .get(&format!("/tablesdb/transactions/{transaction}"))
            .good();
        found["status"].as_str().unwrap().to_owned()
    }

    /// All of it: begins, stages, commits.
    pub fn transact(&self, operations: &[Value]) -> (String, Answer) {
        let id = self.begin();
        self.stage(&id, operations).good();
        let answer = self.commit(&id);
        (id, answer)
    }
}

/// Queries as they stand in an address.
pub fn asked(queries: &[String]) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    for (at, query) in queries.iter().enumerate() {
        text.append_pair(&format!("queries[{at}]"), query);
    }
    text.finish()
}

/// A query.
pub fn query(method: &str, attribute: &str, values: Value) -> Value {
    json!({"method": method, "attribute": attribute, "values": values})
}
