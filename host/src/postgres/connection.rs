//! A guest's connection, and the statements that run on it.

use std::pin::pin;
use std::sync::Arc;

use deadpool_postgres::Object;
use futures::StreamExt;
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, RowStream};

use super::errors::{statement_failed, text_of_query};
use super::statements::{forget_stale, prepare};
use super::tls::RootCertificate;
use super::values::{self, Parameter};
use crate::bindings::postgres::{Column, DbValue, Error, ParameterValue, RowSet};

/// Bytes that the rows of a result may take together where the guest gets them at once, and a row where it gets them one by one.
const MAX_BYTES: usize = 128 << 20;
/// Rows that wait for the guest to read them.
const WAITING_ROWS: usize = 4;

/// A connection of a pool, given back when the last handle is dropped.
#[derive(Clone)]
pub struct Connection(Arc<Object>);

/// The address of a connection to be opened, and the root certificate that it trusts.
pub struct ConnectionBuilder {
    /// The address.
    pub address: String,
    /// The certificate.
    pub root: Option<RootCertificate>,
}

/// A result that a guest reads row by row.
pub(crate) struct Rows {
    /// Its columns; none when it has no row.
    pub columns: Vec<Column>,
    /// The rows. The statement is given up when nobody reads them any more.
    pub rows: mpsc::Receiver<Vec<DbValue>>,
    /// How it ended.
    pub end: oneshot::Receiver<Result<(), Error>>,
}

impl Connection {
    /// A connection that was taken from a pool.
    pub fn new(taken: Object) -> Self {
        Self(Arc::new(taken))
    }

    /// Runs a statement and returns how many rows it concerned.
    pub(crate) async fn execute(
        &self,
        statement: &str,
        parameters: &[ParameterValue],
    ) -> Result<u64, Error> {
        // Another variant than in a query, as in Spin.
        let parameters = values::parameters(parameters)
            .map_err(|e| Error::ValueConversionFailed(format!("{e:?}")))?;
        let borrowed: Vec<&(dyn ToSql + Sync)> = parameters
            .iter()
            .map(|parameter| parameter.as_ref() as &(dyn ToSql + Sync))
            .collect();
        loop {
            let ran = async {
                let prepared = prepare(&self.0, statement, borrowed.len()).await?;
                self.0.execute(&prepared, &borrowed).await
            };
            match ran.await {
                Err(error) if forget_stale(&self.0, statement, &error) => {}
                ran => return ran.map_err(statement_failed),
            }
        }
    }

    /// Runs a statement and returns all its rows.
    pub(crate) async fn query(
        &self,
        statement: &str,
        parameters: &[ParameterValue],
    ) -> Result<RowSet, Error> {
        let mut found = pin!(self.start(statement, parameters).await?);
        let (mut columns, mut rows) = (None, Vec::new());
        let mut bytes = size_of::<RowSet>();
        while let Some(row) = found.next().await {
            let row = row.map_err(|e| whole(statement_failed(e)))?;
            columns.get_or_insert_with(|| values::columns(&row));
            let row = read(&row).map_err(whole)?;
            bytes += size(&row);
            if bytes > MAX_BYTES {
                return Err(text_of_query(too_large()));
            }
            rows.push(row);
        }
        Ok(RowSet {
            columns: columns.unwrap_or_default(),
            rows,
        })
    }

    /// Runs a statement and returns once its first row is there, or its end.
    pub(crate) async fn stream(
        &self,
        statement: &str,
        parameters: &[ParameterValue],
    ) -> Result<Rows, Error> {
        let found = self.start(statement, parameters).await?;
        let (rows, receiver) = mpsc::channel(WAITING_ROWS);
        let (end, ended) = oneshot::channel();
        let (columns, known) = oneshot::channel();
        tokio::spawn(async move {
            let _ = end.send(pass_on(found, columns, &rows).await);
        });
        Ok(Rows {
            columns: known.await.unwrap_or_default(),
            rows: receiver,
            end: ended,
        })
    }

    async fn start(
        &self,
        statement: &str,
        parameters: &[ParameterValue],
    ) -> Result<RowStream, Error> {
        let parameters: Vec<Parameter> =
            values::parameters(parameters).map_err(|e| Error::BadParameter(format!("{e:?}")))?;
        loop {
            let started = async {
                let prepared = prepare(&self.0, statement, parameters.len()).await?;
                let borrowed = parameters.iter();
                let borrowed = borrowed.map(|each| each.as_ref() as &(dyn ToSql + Sync));
                self.0.query_raw(&prepared, borrowed).await
            };
            match started.await {
                Err(error) if forget_stale(&self.0, statement, &error) => {}
                started => return started.map_err(statement_failed),
            }
        }
    }
}

/// Hands rows to the guest until there is none, one fails, or nobody reads them.
async fn pass_on(
    found: RowStream,
    columns: oneshot::Sender<Vec<Column>>,
    rows: &mpsc::Sender<Vec<DbValue>>,
) -> Result<(), Error> {
    let mut found = pin!(found);
    let mut columns = Some(columns);
    loop {
        let row = tokio::select! {
            biased;
            () = rows.closed() => return Ok(()),
            row = found.next() => row,
        };
        let Some(row) = row else { return Ok(()) };
        let row = row.map_err(statement_failed)?;
        if let Some(columns) = columns.take() {
            let _ = columns.send(values::columns(&row));
        }
        let row = read(&row)?;
        if size(&row) > MAX_BYTES {
            return Err(text_of_query(too_large()));
        }
        if let Err(e) = rows.send(row).await {
            return Err(text_of_query(format!("async error: {e}")));
        }
    }
}

fn read(row: &Row) -> Result<Vec<DbValue>, Error> {
    values::row(row).map_err(|e| text_of_query(format!("{e:?}")))
}

/// An error in the middle of a result that is returned whole, where Spin keeps only a text.
fn whole(error: Error) -> Error {
    text_of_query(format!("{:?}", anyhow::Error::from(error)))
}

fn too_large() -> String {
    format!("query result exceeds limit of {MAX_BYTES} bytes")
}

fn size(row: &[DbValue]) -> usize {
    row.iter().map(values::memory).sum()
}
