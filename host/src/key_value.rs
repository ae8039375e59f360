//! `spin:key-value/key-value@3.0.0`: the store `default`, a SQLite file like Spin's.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::mpsc;

use crate::bindings::key_value::Error;
use crate::private_file::create_private;

/// Name of the file in the data folder; the same as Spin's.
pub(crate) const DATABASE_FILE: &str = "sqlite_key_value.db";

/// The only label, and the name of the store in the file.
const DEFAULT: &str = "default";
/// Stores that one instance may have open, as in Spin.
pub(crate) const MAX_STORES: usize = 256;

/// The file of the key-value store.
pub fn database_path(data_dir: &Path) -> PathBuf {
    data_dir.join(DATABASE_FILE)
}

/// The store of an application: one connection behind a lock, as in Spin.
#[derive(Clone)]
pub struct KeyValue {
    path: PathBuf,
    connection: Arc<Mutex<Option<Connection>>>,
}

/// A component's handle of the store.
pub struct Store(pub(crate) KeyValue);

impl KeyValue {
    /// The store in a data folder; its file is made when it is first used.
    pub fn new(data_dir: &Path) -> Self {
        Self {
            path: database_path(data_dir),
            connection: Arc::default(),
        }
    }

    /// The value of a key.
    pub(crate) async fn get(&self, key: String) -> Result<Option<Vec<u8>>, Error> {
        let query = "SELECT value FROM spin_key_value WHERE store = ?1 AND key = ?2";
        let read = move |connection: &Connection| {
            let mut statement = connection.prepare_cached(query)?;
            statement
                .query_row(params![DEFAULT, key], |row| row.get(0))
                .optional()
        };
        self.run(read).await
    }

    /// Gives a key a value.
    pub(crate) async fn set(&self, key: String, value: Vec<u8>) -> Result<(), Error> {
        let query = "INSERT INTO spin_key_value (store, key, value) VALUES (?1, ?2, ?3)
                     ON CONFLICT (store, key) DO UPDATE SET value = ?3";
        let write = move |connection: &Connection| {
            connection
                .prepare_cached(query)?
                .execute(params![DEFAULT, key, value])
        };
        self.run(write).await.map(drop)
    }

    /// Takes a key out.
    pub(crate) async fn delete(&self, key: String) -> Result<(), Error> {
        let query = "DELETE FROM spin_key_value WHERE store = ?1 AND key = ?2";
        let write = move |connection: &Connection| {
            connection
                .prepare_cached(query)?
                .execute(params![DEFAULT, key])
        };
        self.run(write).await.map(drop)
    }

    /// Whether a key has a value.
    pub(crate) async fn exists(&self, key: String) -> Result<bool, Error> {
        let query = "SELECT 1 FROM spin_key_value WHERE store = ?1 AND key = ?2";
        let read = move |connection: &Connection| {
            connection
                .prepare_cached(query)?
                .exists(params![DEFAULT, key])
        };
        self.run(read).await
    }

    /// Sends every key, until the component has dropped the stream.
    pub(crate) async fn keys(&self, keys: mpsc::Sender<String>) -> Result<(), Error> {
        self.run(move |connection| send_keys(connection, &keys))
            .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let this = self.clone();
        let work = move || {
            let mut slot = this.connection.lock().unwrap_or_else(|p| p.into_inner());
            let connection = match slot.take() {
                Some(connection) => connection,
                None => open(&this.path)?,
            };
            let result = work(&connection);
            *slot = Some(connection);
            result
        };
        let result = tokio::task::spawn_blocking(work).await;
        result
            .map_err(|e| Error::Other(e.to_string()))?
            .map_err(|e| Error::Other(e.to_string()))
    }
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    // A folder that can't be written to makes the next line fail with SQLite's own words.
    let _ = create_private(path);
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS spin_key_value (
            store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key)
        )",
    )?;
    Ok(connection)
}

fn send_keys(connection: &Connection, keys: &mpsc::Sender<String>) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare_cached("SELECT key FROM spin_key_value WHERE store = ?1")?;
    let mut rows = statement.query([DEFAULT])?;
    while let Some(row) = rows.next()? {
        // The component has dropped the stream, so the rest isn't read.
        if keys.blocking_send(row.get(0)?).is_err() {
            break;
        }
    }
    Ok(())
}
