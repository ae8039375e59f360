//! A server that answers as Appwrite 1.9.6 does, with the limits of its documentation: what pushes of a schema
//! are tested against. Everything is in memory, and gone with the [`Server`].
//!
//! It shares no code with what it is there to test: the limits are written down here once more.

mod bucket;
mod call;
mod check;
mod column;
mod database;
mod http;
mod index;
mod project;
mod refusal;
mod routes;
mod table;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use project::Project;

/// The project that every server has.
pub const PROJECT: &str = "whisper-test";
/// The key that opens it.
pub const KEY: &str = "standard_0123456789abcdef";

/// What a server is like.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Bytes of the largest file that a bucket may ask for: `_APP_STORAGE_LIMIT`.
    pub storage_limit: u64,
    /// How often a new column or index is still `processing` when somebody looks.
    pub looks_until_available: u32,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            storage_limit: 30_000_000,
            looks_until_available: 1,
        }
    }
}

/// A running server. It ends when dropped.
pub struct Server {
    address: SocketAddr,
    project: Arc<Mutex<Project>>,
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
        let project = Arc::new(Mutex::new(Project::new(options)));
        let (stop, stopped) = oneshot::channel();
        let served = project.clone();
        let thread = std::thread::Builder::new()
            .name("appwrite-server".to_owned())
            .spawn(move || http::serve(listener, &served, stopped))?;
        Ok(Server {
            address,
            project,
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

    /// Ends what [`Server::fail_after`] began.
    pub fn recover(&self) {
        self.project().fails_after = None;
    }

    /// Answers 429 to so many of the next requests, with `Retry-After: 0`.
    pub fn throttle(&self, requests: u32) {
        self.project().throttled = requests;
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
            // It panicked: whoever tests with it has seen that already.
            let _ = thread.join();
        }
    }
}
