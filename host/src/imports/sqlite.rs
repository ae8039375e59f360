//! `spin:sqlite/sqlite@3.1.0`.

use std::sync::Arc;

use wasmtime::component::{Accessor, FutureReader, HasSelf, Resource, StreamReader};

use crate::bindings::sqlite::{
    Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
};
use crate::instance::InstanceState;
use crate::sqlite::{Connection, End, MAX_CONNECTIONS, io_error};
use crate::stream::RowsProducer;

impl InstanceState {
    fn open_database(&mut self, label: &str) -> Result<Resource<Connection>, Error> {
        // The manifest's check leaves only labels that exist.
        if !self
            .component
            .databases
            .iter()
            .any(|granted| granted == label)
        {
            return Err(Error::AccessDenied);
        }
        if self.connections >= MAX_CONNECTIONS {
            return Err(Error::Io("too many connections opened".into()));
        }
        let held = Arc::clone(&self.component.held);
        let connection = Connection::new(self.component.database_path.clone(), held);
        let handle = self.table.push(connection).map_err(io_error)?;
        self.connections += 1;
        Ok(handle)
    }

    fn connection(&self, handle: &Resource<Connection>) -> Result<Connection, Error> {
        self.table
            .get(handle)
            .map(Connection::share)
            .map_err(|_| Error::InvalidConnection)
    }
}

impl Host for InstanceState {
    fn convert_error(&mut self, error: Error) -> wasmtime::Result<Error> {
        Ok(error)
    }
}

impl HostConnection for InstanceState {
    async fn open(&mut self, database: String) -> Result<Resource<Connection>, Error> {
        self.open_database(&database)
    }

    async fn execute(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<QueryResult, Error> {
        self.connection(&connection)?
            .query(statement, parameters)
            .await
    }

    async fn changes(&mut self, connection: Resource<Connection>) -> wasmtime::Result<u64> {
        Ok(self
            .connection(&connection)?
            .ask(rusqlite::Connection::changes)
            .await?)
    }

    async fn last_insert_rowid(
        &mut self,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        Ok(self
            .connection(&connection)?
            .ask(rusqlite::Connection::last_insert_rowid)
            .await?)
    }

    async fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        self.connections = self.connections.saturating_sub(1);
        Ok(())
    }
}

impl<T: Send> HostConnectionWithStore<T> for HasSelf<InstanceState> {
    async fn open_async(
        accessor: &Accessor<T, Self>,
        database: String,
    ) -> Result<Resource<Connection>, Error> {
        accessor.with(|mut access| access.get().open_database(&database))
    }

    async fn execute_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<
        (
            Vec<String>,
            StreamReader<RowResult>,
            FutureReader<Result<(), Error>>,
        ),
        Error,
    > {
        let connection = accessor.with(|mut access| access.get().connection(&connection))?;
        let started = connection.start(statement, parameters).await?;
        let (columns, rows) = (started.columns, RowsProducer::new(started.rows));
        accessor
            .with(|mut access| {
                let rows = StreamReader::new(&mut access, rows)?;
                let end = match started.end {
                    End::Reached(result) => FutureReader::new(
                        &mut access,
                        std::future::ready(wasmtime::Result::<_>::Ok(result)),
                    )?,
                    End::Awaited(receiver) => FutureReader::new(&mut access, receiver)?,
                };
                Ok((columns, rows, end))
            })
            .map_err(|e: wasmtime::Error| io_error(e))
    }

    async fn changes_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<u64> {
        let connection = accessor.with(|mut access| access.get().connection(&connection))?;
        Ok(connection.ask(rusqlite::Connection::changes).await?)
    }

    async fn last_insert_rowid_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        let connection = accessor.with(|mut access| access.get().connection(&connection))?;
        Ok(connection
            .ask(rusqlite::Connection::last_insert_rowid)
            .await?)
    }
}
