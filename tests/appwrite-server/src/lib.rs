//! A server that answers as Appwrite does, with the limits of its documentation; pushes of a schema, stores of rows and
//! functions are tested against it. Its [`Version`] and its [`Database`] are settings. Everything is in memory, and
//! gone with the [`Server`].
//!
//! It shares no code with the programs that it tests: the limits are written down here once more.

mod account;
mod auth;
mod bucket;
mod call;
mod check;
mod collation;
mod column;
mod console;
mod database;
mod deadlock;
mod double;
mod event;
mod fault;
mod form;
mod format;
mod function;
mod http;
mod index;
mod moment;
mod operator;
mod permission;
mod project;
mod query;
mod refusal;
mod routes;
mod row;
mod rows;
mod rows_api;
mod session;
mod structure;
mod table;
mod transaction;
mod user;
mod version;
mod write;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use tokio::sync::{mpsc, oneshot};

use function::run::{Pending, Runner, Started};
use project::Project;

pub use deadlock::Deadlocks;
pub use event::Event;
pub use function::run::{Ran, Run};
pub use version::{Database, Version};

/// The project that every server has.
pub const PROJECT: &str = "whisper-test";
/// The key that opens it.
pub const KEY: &str = "standard_0123456789abcdef";

/// The project of the owners of projects, where a command line signs in.
pub const CONSOLE: &str = "console";
/// The owner of the project, who may sign in at the console.
pub const OWNER: Login = Login {
    email: "owner@example.com",
    password: "a password of the tests",
};

/// The credentials of a user.
#[derive(Clone, Copy, Debug)]
pub struct Login {
    /// The address.
    pub email: &'static str,
    /// The password.
    pub password: &'static str,
}

/// Settings of a server.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Bytes of the largest file that a bucket may ask for: `_APP_STORAGE_LIMIT`.
    pub storage_limit: u64,
    /// How often a new column or index is still `processing` when somebody looks.
    pub looks_until_available: u32,
    /// The version of Appwrite.
    pub version: Version,
    /// The kind of its database.
    pub database: Database,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            storage_limit: 30_000_000,
            looks_until_available: 1,
            version: Version::Newest,
            database: Database::MariaDb,
        }
    }
}

/// A running server. It ends when dropped.
pub struct Server {
    address: SocketAddr,
    project: Arc<Mutex<Project>>,
    queue: mpsc::UnboundedSender<Started>,
    pending: Arc<Pending>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts one, on a port of the system's choice.
    ///
    /// # Errors
    /// When the system gives no port or no thread.
    pub fn start(options: Options) -> std::io::Result<Server> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let mut project = Project::new(options);
        project.endpoint = format!("http://{address}/v1");
        project.operators.push(user::User {
            id: "owner".to_owned(),
            name: "Owner".to_owned(),
            email: OWNER.email.to_owned(),
            password: Some(OWNER.password.to_owned()),
            roles: Vec::new(),
            blocked: false,
            created: project.now(),
        });
        let project = Arc::new(Mutex::new(project));
        let (stop, stopped) = oneshot::channel();
        let (queue, waiting) = mpsc::unbounded_channel();
        let served = project.clone();
        let thread = std::thread::Builder::new()
            .name("appwrite-server".to_owned())
            .spawn(move || http::serve(listener, &served, waiting, stopped))?;
        Ok(Server {
            address,
            project,
            queue,
            pending: Arc::default(),
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where the API is: `http://127.0.0.1:…/v1`.
    pub fn endpoint(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The requests that changed something or were refused, as `POST /tablesdb`, since the last time this was asked.
    pub fn writes(&self) -> Vec<String> {
        std::mem::take(&mut self.project().writes)
    }

    /// From here on, after so many more writes, every connection is closed without an answer, until [`Server::recover`].
    pub fn fail_after(&self, writes: u32) {
        self.project().fails_after = Some(writes);
    }

    /// Ends the failures that [`Server::fail_after`] began.
    pub fn recover(&self) {
        self.project().fails_after = None;
    }

    /// Answers 429 to so many of the next requests, with `Retry-After: 0`.
    pub fn throttle(&self, requests: u32) {
        self.project().throttled = requests;
    }

    /// Tells the time by this from now on.
    pub fn set_clock(&self, clock: impl Fn() -> SystemTime + Send + 'static) {
        self.project().clock = Box::new(clock);
    }

    /// Moves the time forward.
    pub fn advance(&self, by: Duration) {
        self.project().ahead += by;
    }

    /// So many of the next commits take effect, and are never answered.
    pub fn lose_commit_answers(&self, commits: u32) {
        self.project().lost = commits;
    }

    /// Does something right before the next commit takes effect, such as another client's write meanwhile; it may call the server.
    /// Given several times, each is for one commit, in their order.
    pub fn before_commit(&self, what: impl FnOnce() + Send + 'static) {
        self.project().before_commits.push_back(Box::new(what));
    }

    /// Takes the next number of a table, as a commit does that is still under way; none if there is no such table.
    pub fn take_sequence(&self, database: &str, table: &str) -> Option<u64> {
        let mut project = self.project();
        let table = project.table(database, table).ok()?;
        Some(table.rows.next_sequence())
    }

    /// Gives a number that was taken to the next new row of a table: the row of a commit that was under way is there,
    /// later than rows with greater numbers.
    pub fn give_sequence(&self, database: &str, table: &str, number: u64) {
        if let Ok(table) = self.project().table(database, table) {
            table.rows.give_late(number);
        }
    }

    /// So many of the next commits fail as if another had been faster.
    pub fn conflict(&self, commits: u32) {
        self.project().conflicts = commits;
    }

    /// From here on, commits that take rows in another order than an earlier one did are caught in a deadlock, as if both were under way
    /// at once.
    pub fn deadlocks(&self) {
        self.project().deadlocks = Some(Deadlocks::default());
    }

    /// How many commits were caught in a deadlock since [`Server::deadlocks`] was called.
    pub fn deadlocked(&self) -> usize {
        let project = self.project();
        project.deadlocks.as_ref().map_or(0, Deadlocks::count)
    }

    /// How often each route was asked since the last time this was, as `POST /tablesdb/{database}/tables`.
    pub fn requests(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut self.project().requests)
    }

    /// How many requests came in chunks, without a length: proxies before a server may refuse those.
    pub fn chunked(&self) -> usize {
        self.project().chunked
    }

    /// The events of rows and users since the last time this was asked, in their order.
    pub fn events(&self) -> Vec<Event> {
        std::mem::take(&mut self.project().events)
    }

    /// Runs functions by this from now on. A function may call the server while it runs.
    pub fn run_functions(&self, how: impl Fn(Run) -> Ran + Send + Sync + 'static) {
        self.project().runner = Some(Runner {
            hook: Arc::new(how),
            queue: self.queue.clone(),
            pending: self.pending.clone(),
        });
    }

    /// From now on a deployment is still being built so many times when somebody looks, as columns are.
    pub fn build_for(&self, looks: u32) {
        self.project().options.looks_until_available = looks;
    }

    /// Waits until all functions have run that events and schedules started, and the ones that those started in turn.
    pub fn wait_idle(&self) {
        self.pending.wait();
    }

    /// Starts the functions whose schedule is due in this minute.
    pub fn tick(&self) {
        function::schedule::start(&mut self.project());
    }

    /// The code of a function's deployment that runs, as it was sent: a tar.gz.
    pub fn code(&self, function: &str) -> Option<Vec<u8>> {
        let project = self.project();
        let mut functions = project.functions.iter();
        let function = functions.find(|known| known.id == function)?;
        Some(function.ready()?.code.to_vec())
    }

    /// A key with these scopes alone.
    pub fn key(&self, scopes: &[&str]) -> String {
        let mut project = self.project();
        let key = format!("standard_{:032x}", project.keys.len() + 1);
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        project.keys.push((key.clone(), scopes));
        key
    }

    /// A JWT of a user, good for 15 minutes; the user is made with it. The roles are those beside the user's own, as `team:a/owner`.
    pub fn jwt(&self, user: &str, roles: &[&str]) -> String {
        let mut project = self.project();
        let now = project.now();
        project.users.retain(|known| known.id != user);
        project.users.push(user::User {
            id: user.to_owned(),
            name: user.to_owned(),
            email: format!("{user}@example.com"),
            password: None,
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            blocked: false,
            created: now,
        });
        let session = session::Session::new(user, false, now);
        let jwt = auth::mint(user, &session.id, now.plus(900));
        project.sessions.push(session);
        jwt
    }

    /// Blocks a user: nothing is answered to them from now on.
    pub fn block(&self, user: &str) {
        let mut project = self.project();
        let found = project.users.iter_mut().find(|known| known.id == user);
        if let Some(found) = found {
            found.blocked = true;
        }
    }

    /// How many columns and indexes of all tables are available.
    pub fn available(&self) -> (usize, usize) {
        let project = self.project();
        let tables = || {
            project
                .databases
                .iter()
                .flat_map(|database| &database.tables)
        };
        let columns = tables().flat_map(|table| &table.columns);
        let indexes = tables().flat_map(|table| &table.indexes);
        (
            columns.filter(|column| column.looks == 0).count(),
            indexes.filter(|index| index.looks == 0).count(),
        )
    }

    fn project(&self) -> MutexGuard<'_, Project> {
        self.project.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // An error means that the server panicked, which its test has seen already.
            let _ = thread.join();
        }
    }
}
