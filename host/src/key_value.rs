//! `spin:key-value/key-value@3.0.0`: the store `default`, a SQLite file like Spin's.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::{mpsc, oneshot};
use wasmtime::component::{Accessor, FutureReader, HasSelf, Resource, StreamReader};

use crate::bindings::key_value::{Error, Host, HostStore, HostStoreWithStore};
use crate::instance::InstanceState;
use crate::sqlite;
use crate::stream::RowsProducer;

/// Name of the file in the data folder; the same as Spin's.
pub(crate) const DATABASE_FILE: &str = "sqlite_key_value.db";

/// The only label, and the name of the store in the file.
const DEFAULT: &str = "default";
/// Stores that one instance may have open, as in Spin.
const MAX_STORES: usize = 256;

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
pub struct Store(KeyValue);

impl KeyValue {
    /// The store in a data folder; its file is made when it is first used.
    pub fn new(data_dir: &Path) -> Self {
        Self {
            path: database_path(data_dir),
            connection: Arc::default(),
        }
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
    let _ = sqlite::create_private(path);
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS spin_key_value (
            store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key)
        )",
    )?;
    Ok(connection)
}

impl InstanceState {
    fn key_value(&self, handle: &Resource<Store>) -> Result<KeyValue, Error> {
        let store = self.table.get(handle);
        store
            .map(|store| store.0.clone())
            .map_err(|e| Error::Other(e.to_string()))
    }
}

impl Host for InstanceState {
    fn convert_error(&mut self, error: Error) -> wasmtime::Result<Error> {
        Ok(error)
    }
}

impl HostStore for InstanceState {
    async fn drop(&mut self, store: Resource<Store>) -> wasmtime::Result<()> {
        self.table.delete(store)?;
        self.stores = self.stores.saturating_sub(1);
        Ok(())
    }
}

impl<T: Send> HostStoreWithStore<T> for HasSelf<InstanceState> {
    async fn open(accessor: &Accessor<T, Self>, label: String) -> Result<Resource<Store>, Error> {
        accessor.with(|mut access| {
            let state = access.get();
            if !state.component.stores.contains(&label) {
                return Err(Error::AccessDenied);
            }
            if state.stores >= MAX_STORES {
                return Err(Error::StoreTableFull);
            }
            let store = Store(state.component.key_value.clone());
            let handle = state
                .table
                .push(store)
                .map_err(|e| Error::Other(e.to_string()))?;
            state.stores += 1;
            Ok(handle)
        })
    }

    async fn get(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
    ) -> Result<Option<Vec<u8>>, Error> {
        let store = accessor.with(|mut access| access.get().key_value(&store))?;
        let query = "SELECT value FROM spin_key_value WHERE store = ?1 AND key = ?2";
        let read = move |connection: &Connection| {
            let mut statement = connection.prepare_cached(query)?;
            statement
                .query_row(params![DEFAULT, key], |row| row.get(0))
                .optional()
        };
        store.run(read).await
    }

    async fn set(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
        value: Vec<u8>,
    ) -> Result<(), Error> {
        let store = accessor.with(|mut access| access.get().key_value(&store))?;
        let query = "INSERT INTO spin_key_value (store, key, value) VALUES (?1, ?2, ?3)
                     ON CONFLICT (store, key) DO UPDATE SET value = ?3";
        let write = move |connection: &Connection| {
            connection
                .prepare_cached(query)?
                .execute(params![DEFAULT, key, value])
        };
        store.run(write).await.map(drop)
    }

    async fn delete(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
    ) -> Result<(), Error> {
        let store = accessor.with(|mut access| access.get().key_value(&store))?;
        let query = "DELETE FROM spin_key_value WHERE store = ?1 AND key = ?2";
        let write = move |connection: &Connection| {
            connection
                .prepare_cached(query)?
                .execute(params![DEFAULT, key])
        };
        store.run(write).await.map(drop)
    }

    async fn exists(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
    ) -> Result<bool, Error> {
        let store = accessor.with(|mut access| access.get().key_value(&store))?;
        let query = "SELECT 1 FROM spin_key_value WHERE store = ?1 AND key = ?2";
        let read = move |connection: &Connection| {
            connection
                .prepare_cached(query)?
                .exists(params![DEFAULT, key])
        };
        store.run(read).await
    }

    async fn get_keys(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
    ) -> wasmtime::Result<(StreamReader<String>, FutureReader<Result<(), Error>>)> {
        let store = accessor.with(|mut access| access.get().key_value(&store))?;
        let (keys, receiver) = mpsc::channel(4);
        let (end, awaited) = oneshot::channel();
        tokio::spawn(async move {
            let result = store
                .run(move |connection| send_keys(connection, &keys))
                .await;
            let _ = end.send(result);
        });
        accessor.with(|mut access| {
            let keys = StreamReader::new(&mut access, RowsProducer::new(receiver))?;
            Ok((keys, FutureReader::new(&mut access, awaited)?))
        })
    }
}

fn send_keys(connection: &Connection, keys: &mpsc::Sender<String>) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare_cached("SELECT key FROM spin_key_value WHERE store = ?1")?;
    let mut rows = statement.query([DEFAULT])?;
    while let Some(row) = rows.next()? {
        // The component has dropped the stream: nobody wants the rest.
        if keys.blocking_send(row.get(0)?).is_err() {
            break;
        }
    }
    Ok(())
}
