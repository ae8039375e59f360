//! `spin:postgres/postgres@4.2.0`.
#![allow(
    clippy::result_large_err,
    reason = "the error of the interface has all that the server tells"
)]

use std::sync::Arc;

use wasmtime::component::{Accessor, FutureReader, HasSelf, Resource, StreamReader};

use crate::bindings::postgres::{
    Column, DbValue, Error, Host, HostConnection, HostConnectionBuilder,
    HostConnectionBuilderWithStore, HostConnectionWithStore, ParameterValue, RowSet,
};
use crate::component::ComponentContext;
use crate::instance::InstanceState;
use crate::outbound;
use crate::postgres::{
    Connection, ConnectionBuilder, MAX_HANDLES, RootCertificate, Rows, check, connection_failed,
    too_many_connections,
};
use crate::stream::RowsProducer;

/// Takes a connection from the pool of an address that is granted.
async fn connect(
    component: &ComponentContext,
    address: &str,
    root: Option<RootCertificate>,
) -> Result<Connection, Error> {
    check(address, &component.allowed_hosts).map_err(|(refused, error)| {
        if let Some(server) = refused {
            outbound::denied(component, &server);
        }
        error
    })?;
    let taken = component.postgres.take(address, root).await;
    taken
        .map(Connection::new)
        .map_err(|e| connection_failed(format!("{e:?}")))
}

impl InstanceState {
    fn hold_postgres(&mut self, connection: Connection) -> Result<Resource<Connection>, Error> {
        if self.postgres.connections >= MAX_HANDLES {
            return Err(too_many_connections());
        }
        let handle = self.table.push(connection).map_err(other)?;
        self.postgres.connections += 1;
        Ok(handle)
    }

    fn postgres(&self, handle: &Resource<Connection>) -> Result<Connection, Error> {
        let held = self.table.get(handle);
        held.cloned()
            .map_err(|_| connection_failed("no connection found"))
    }

    fn postgres_builder(
        &self,
        handle: &Resource<ConnectionBuilder>,
    ) -> Result<(String, Option<RootCertificate>), Error> {
        let held = self.table.get(handle);
        held.map(|builder| (builder.address.clone(), builder.root.clone()))
            .map_err(|_| connection_failed("no builder found"))
    }
}

impl Host for InstanceState {
    fn convert_error(&mut self, error: Error) -> wasmtime::Result<Error> {
        Ok(error)
    }
}

impl HostConnectionBuilder for InstanceState {
    async fn new(&mut self, address: String) -> wasmtime::Result<Resource<ConnectionBuilder>> {
        if self.postgres.builders >= MAX_HANDLES {
            wasmtime::bail!("out of builder table space");
        }
        let builder = ConnectionBuilder {
            address,
            root: None,
        };
        let handle = self.table.push(builder)?;
        self.postgres.builders += 1;
        Ok(handle)
    }

    async fn set_ca_root(
        &mut self,
        builder: Resource<ConnectionBuilder>,
        certificate: String,
    ) -> Result<(), Error> {
        let root = RootCertificate::from_pem(&certificate)
            .map_err(|e| Error::Other(format!("invalid root certificate: {e}")))?;
        let builder = self.table.get_mut(&builder);
        let builder = builder.map_err(|_| connection_failed("no builder found"))?;
        builder.root = Some(root);
        Ok(())
    }

    async fn build(
        &mut self,
        builder: Resource<ConnectionBuilder>,
    ) -> Result<Resource<Connection>, Error> {
        let (address, root) = self.postgres_builder(&builder)?;
        let connection = connect(&self.component, &address, root).await?;
        self.hold_postgres(connection)
    }

    async fn drop(&mut self, builder: Resource<ConnectionBuilder>) -> wasmtime::Result<()> {
        self.table.delete(builder)?;
        self.postgres.builders = self.postgres.builders.saturating_sub(1);
        Ok(())
    }
}

impl HostConnection for InstanceState {
    async fn open(&mut self, address: String) -> Result<Resource<Connection>, Error> {
        let connection = connect(&self.component, &address, None).await?;
        self.hold_postgres(connection)
    }

    async fn query(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<RowSet, Error> {
        let connection = self.postgres(&connection)?;
        connection.query(&statement, &parameters).await
    }

    async fn execute(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<u64, Error> {
        let connection = self.postgres(&connection)?;
        connection.execute(&statement, &parameters).await
    }

    async fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        self.postgres.connections = self.postgres.connections.saturating_sub(1);
        Ok(())
    }
}

async fn open<T: Send>(
    accessor: &Accessor<T, HasSelf<InstanceState>>,
    address: &str,
    root: Option<RootCertificate>,
) -> Result<Resource<Connection>, Error> {
    let component = accessor.with(|mut access| Arc::clone(&access.get().component));
    let connection = connect(&component, address, root).await?;
    accessor.with(|mut access| access.get().hold_postgres(connection))
}

impl<T: Send> HostConnectionBuilderWithStore<T> for HasSelf<InstanceState> {
    async fn build_async(
        accessor: &Accessor<T, Self>,
        builder: Resource<ConnectionBuilder>,
    ) -> Result<Resource<Connection>, Error> {
        let (address, root) =
            accessor.with(|mut access| access.get().postgres_builder(&builder))?;
        open(accessor, &address, root).await
    }
}

impl<T: Send> HostConnectionWithStore<T> for HasSelf<InstanceState> {
    async fn open_async(
        accessor: &Accessor<T, Self>,
        address: String,
    ) -> Result<Resource<Connection>, Error> {
        open(accessor, &address, None).await
    }

    async fn query_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<
        (
            Vec<Column>,
            StreamReader<Vec<DbValue>>,
            FutureReader<Result<(), Error>>,
        ),
        Error,
    > {
        let connection = accessor.with(|mut access| access.get().postgres(&connection))?;
        let Rows { columns, rows, end } = connection.stream(&statement, &parameters).await?;
        accessor
            .with(|mut access| {
                let rows = StreamReader::new(&mut access, RowsProducer::new(rows))?;
                Ok((columns, rows, FutureReader::new(&mut access, end)?))
            })
            .map_err(|e: wasmtime::Error| other(e))
    }

    async fn execute_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<u64, Error> {
        let connection = accessor.with(|mut access| access.get().postgres(&connection))?;
        connection.execute(&statement, &parameters).await
    }
}

fn other(error: impl std::fmt::Display) -> Error {
    Error::Other(error.to_string())
}
