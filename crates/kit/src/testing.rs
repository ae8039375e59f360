//! For tests: a function's edge on a database of its own, with a clock that the test holds.

mod counted;
pub mod retention;
mod sent;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use bytes::Bytes;
use http::{HeaderValue, Method};
use serde_json::Value;
use whisper_schema::Timestamp;
use whisper_schema::prelude::Account;
use whisper_store::native::NativeDriver;
use whisper_store::postgres::native::PostgresDriver;
use whisper_store::{Batch, Driver, Store};

use crate::auth;
use crate::config::Config;
use crate::ctx::{Ctx, Instance};
use crate::edge::{Answered, Edge};
use crate::endpoint::Api;
use crate::error::Result;
use crate::openapi;
use crate::outlet::Outlet;
use crate::reply::Response;
use crate::request::Request;
use crate::signal::Fault;
use counted::{Counted, Log, Written};
use sent::{Pieces, Sent};
pub use sent::{broken_off, too_slow};

/// When the clock of a test starts: 2026-01-01T00:00:00Z.
pub const START: i64 = 1_767_225_600_000;

/// A function under test.
pub struct TestEdge {
    edge: Edge,
    instance: Rc<Instance>,
    now: Rc<Cell<i64>>,
    log: Log,
    written: Written,
    dir: Rc<tempfile::TempDir>,
}

impl TestEdge {
    /// The function on an empty database, with these variables.
    pub fn new(api: &Api, variables: &[(&str, &str)]) -> Self {
        let dir = Rc::new(tempfile::tempdir().expect("a folder"));
        let config = Config::new(variables.iter().map(|(n, v)| (*n, *v)));
        Self::on(dir, Rc::new(Cell::new(START)), api, config)
    }

    /// The function on a database of PostgreSQL's.
    pub fn on_postgres(api: &Api, variables: &[(&str, &str)], url: &str) -> Self {
        let dir = Rc::new(tempfile::tempdir().expect("a folder"));
        let config = Config::new(variables.iter().map(|(n, v)| (*n, *v)));
        let driver = PostgresDriver::new(url);
        Self::with(driver, dir, Rc::new(Cell::new(START)), api, config)
    }

    /// The same function where another server signs users in.
    pub fn signed_in_by(self, server: Rc<dyn auth::IdentityServer>) -> Self {
        let instance = Rc::into_inner(self.instance).expect("no request is under way");
        Self {
            instance: Rc::new(instance.with_identity(server)),
            ..self
        }
    }

    /// Another instance, of this function or another one, on the same database and clock.
    pub fn another(&self, api: &Api) -> Self {
        let config = self.instance.config.clone();
        Self::on(Rc::clone(&self.dir), Rc::clone(&self.now), api, config)
    }

    fn on(dir: Rc<tempfile::TempDir>, now: Rc<Cell<i64>>, api: &Api, config: Config) -> Self {
        let driver = NativeDriver::new(dir.path().join("test.db"));
        Self::with(driver, dir, now, api, config)
    }

    fn with(
        driver: impl Driver + 'static,
        dir: Rc<tempfile::TempDir>,
        now: Rc<Cell<i64>>,
        api: &Api,
        config: Config,
    ) -> Self {
        let clock: Rc<dyn Fn() -> Timestamp> = {
            let now = Rc::clone(&now);
            Rc::new(move || Timestamp::from_millis(now.get()))
        };
        let (log, written) = (Log::default(), Written::default());
        let driver = Counted {
            driver,
            log: Rc::clone(&log),
            written: Rc::clone(&written),
        };
        let store = Store::new(driver, Rc::clone(&clock));
        Self {
            edge: Edge::new(api).expect("routes that don't contradict each other"),
            instance: Rc::new(Instance::new(Some(store), config, clock)),
            now,
            log,
            written,
            dir,
        }
    }

    /// The database.
    pub fn store(&self) -> &Store {
        self.instance.store.as_ref().expect("a store")
    }

    /// A context as a request would have.
    pub fn ctx(&self) -> Ctx {
        Ctx::new(Rc::clone(&self.instance)).expect("a context")
    }

    /// Whether consumers would be woken for commits since this was asked last.
    pub fn signalled(&self) -> bool {
        self.instance.signals.take_committed()
    }

    /// The faults that would be reported since this was asked last.
    pub fn faults(&self) -> Vec<Fault> {
        self.instance.signals.take_faults()
    }

    /// Sends a request as a component does to another one's private route.
    pub async fn from_component(&self, path: &str, body: &Value) -> Answer {
        let mut request = Request::new(Method::POST, path);
        for (name, value) in [
            ("spin-client-addr", "0.0.0.0:0"),
            ("content-type", "application/json"),
        ] {
            request
                .headers
                .insert(name, HeaderValue::from_static(value));
        }
        if !body.is_null() {
            request.body = Bytes::from(body.to_string());
        }
        self.request(request).await
    }

    /// The statements that ran since this was asked last, without those that a connection runs once for each form of
    /// a commit.
    pub fn statements(&self) -> Vec<String> {
        let mut statements = self.log.take();
        statements.retain(|sql| !sql.starts_with("CREATE TEMP "));
        statements
    }

    /// Writes into the database past the store, which takes nothing that it couldn't read again.
    ///
    /// # Panics
    /// On SQL that fails.
    pub async fn spoil(&self, sql: &str) {
        let driver = NativeDriver::new(self.dir.path().join("test.db"));
        let connection = driver.connect().await.expect("a connection");
        connection.execute(sql, &[]).await.expect("SQL that holds");
    }

    /// How many rows each commit wrote or deleted since this was asked last.
    pub fn rows_written(&self) -> Vec<u64> {
        self.written.take()
    }

    /// The clock itself, for tests that move it in the middle of a request.
    pub fn clock(&self) -> Rc<Cell<i64>> {
        Rc::clone(&self.now)
    }

    /// Moves the clock.
    pub fn advance(&self, millis: i64) {
        self.now.set(self.now.get() + millis);
    }

    /// An account with an address and a session; gives its id and an access token.
    pub async fn user(&self) -> (String, String) {
        self.signed_up(false).await
    }

    /// An anonymous account with a session; gives its id and an access token.
    pub async fn anonymous(&self) -> (String, String) {
        self.signed_up(true).await
    }

    async fn signed_up(&self, is_anonymous: bool) -> (String, String) {
        let ctx = self.ctx();
        let id = ctx.new_id().expect("an id");
        let account = Account {
            id: id.clone(),
            email: (!is_anonymous).then(|| format!("{id}@example.com")),
            is_anonymous,
            created_at: ctx.now(),
            updated_at: ctx.now(),
            ..Account::default()
        };
        self.store()
            .commit(Batch::new().insert(&account))
            .await
            .expect("a commit");
        let token = self.session(&id).await;
        (id, token)
    }

    /// Another session of a user; gives an access token.
    pub async fn session(&self, user_id: &str) -> String {
        let request = Request::new(Method::POST, "/");
        let issued = auth::issue(&self.ctx(), &request, Batch::new(), user_id, None).await;
        let (batch, issued) = issued.expect("a session");
        self.store().commit(batch).await.expect("a commit");
        issued.access_token
    }

    /// Sends a request with a JSON body (none for null) and an access token (none when empty).
    pub async fn send(&self, method: Method, path: &str, token: &str, body: &Value) -> Answer {
        self.request(self.request_of(method, path, token, body))
            .await
    }

    /// The request that [`TestEdge::send`] sends.
    pub fn request_of(&self, method: Method, path: &str, token: &str, body: &Value) -> Request {
        let mut request = Request::new(method, path);
        if !token.is_empty() {
            let value = format!("Bearer {token}").parse().expect("a header");
            request.headers.insert("authorization", value);
        }
        if !body.is_null() {
            request.headers.insert(
                "content-type",
                "application/json".parse().expect("a header"),
            );
            request.body = Bytes::from(body.to_string());
        }
        request
    }

    /// Sends any request; returns when the work that it left for after the answer is done.
    pub async fn request(&self, mut request: Request) -> Answer {
        let sent = Sent::Whole(std::mem::take(&mut request.body));
        self.send_with(request, sent).await
    }

    /// Sends a request whose body comes in these pieces, none before the handler asks for it; see [`broken_off`] and [`too_slow`] for bodies
    /// that fail. It has the length that the request's `content-length` names.
    pub async fn request_in_pieces<P>(&self, request: Request, pieces: P) -> Answer
    where
        P: IntoIterator<Item = Result<Bytes>, IntoIter: 'static>,
    {
        let length = request.header("content-length");
        let length = length.and_then(|length| length.parse().ok());
        let pieces = Pieces(Box::new(pieces.into_iter()));
        self.send_with(request, Sent::Pieces(pieces, length)).await
    }

    async fn send_with(&self, request: Request, sent: Sent) -> Answer {
        let (answer, streamed) = self.answer_to(request, sent).await;
        self.work_off().await;
        Answer {
            streamed: text(&streamed),
            ..answer
        }
    }

    /// As [`TestEdge::request`], but leaves the work for after the answer to [`TestEdge::work_off`], or to the next request.
    pub async fn answer(&self, mut request: Request) -> Answer {
        let sent = Sent::Whole(std::mem::take(&mut request.body));
        self.answer_to(request, sent).await.0
    }

    /// Does the work that requests left for after their answers.
    pub async fn work_off(&self) {
        for task in self.instance.signals.take_tasks() {
            task.await;
        }
    }

    async fn answer_to(&self, request: Request, sent: Sent) -> (Answer, Rc<RefCell<Vec<u8>>>) {
        let endpoint = self.edge.endpoint(&request);
        let Answered { response, opened } = self
            .edge
            .answer(Rc::clone(&self.instance), request, sent)
            .await;
        if let Some(endpoint) = endpoint {
            openapi::check_headers(&endpoint, &response);
        }
        let streamed = Rc::new(RefCell::new(Vec::new()));
        if let Some(opened) = opened {
            opened(Outlet::to(Rc::clone(&streamed))).await;
        }
        let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        let bytes = [response.body(), streamed.borrow().as_slice()].concat();
        let answer = Answer {
            response,
            body,
            bytes,
            streamed: text(&streamed),
        };
        (answer, streamed)
    }
}

fn text(streamed: &RefCell<Vec<u8>>) -> String {
    String::from_utf8_lossy(&streamed.borrow()).into_owned()
}

/// An answer in a test.
#[derive(Debug)]
pub struct Answer {
    /// The whole response.
    pub response: Response,
    /// Its body; null when it is no JSON.
    pub body: Value,
    /// The bytes of its body, whole or written piece by piece.
    pub bytes: Vec<u8>,
    /// The text of a body that went on, up to the end of the work after the answer.
    pub streamed: String,
}

impl Answer {
    /// Asserts the status and gives the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.response.status().as_u16(), status, "{}", self.body);
        self.body
    }

    /// Asserts a problem with this status and code, and gives it.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Value {
        let seen = (self.response.status().as_u16(), self.body["code"].as_str());
        assert_eq!(seen, (status, Some(code)), "{}", self.body);
        self.body
    }
}
