//! The driver for tests and tools: a client of its own, on a thread of its own.
//!
//! The client needs tokio, and the store's futures run on whatever drives them: so each connection lives on a runtime in a thread that all
//! share, and answers across.

use std::error::Error;
use std::pin::Pin;
use std::sync::OnceLock;
use std::time::Duration;

use futures::channel::oneshot;
use tokio::runtime::{Builder, Handle};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, NoTls, Row, Socket};

use super::with_options;
use crate::driver::{Connection, Dialect, Driver, DriverError, LocalBoxFuture, SqlValue};

/// A database of a PostgreSQL server, reached by this process.
pub struct PostgresDriver {
    address: String,
    open: Box<dyn Fn(String) -> Opening>,
}

/// A connection that is being made.
type Opening = Pin<Box<dyn Future<Output = Result<Client, tokio_postgres::Error>> + Send>>;

impl PostgresDriver {
    /// The database at this address, a URL or words as `host=… dbname=…`. The connection isn't encrypted.
    pub fn new(address: &str) -> Self {
        PostgresDriver::with_tls(address, NoTls)
    }

    /// The database at this address, by connections that are encrypted as the address says (`sslmode`).
    pub fn with_tls<T>(address: &str, tls: T) -> Self
    where
        T: MakeTlsConnect<Socket> + Clone + Send + 'static,
        T::Stream: Send + 'static,
        T::TlsConnect: Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let open = move |address: String| -> Opening {
            let tls = tls.clone();
            Box::pin(async move {
                let (client, connection) = tokio_postgres::connect(&address, tls).await?;
                // It ends with its client.
                tokio::spawn(connection);
                Ok(client)
            })
        };
        PostgresDriver {
            address: with_options(address),
            open: Box::new(open),
        }
    }
}

/// The runtime of all connections.
fn runtime() -> Result<&'static Handle, DriverError> {
    static HANDLE: OnceLock<Option<Handle>> = OnceLock::new();
    let handle = HANDLE.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_all().build().ok()?;
        let handle = runtime.handle().clone();
        std::thread::Builder::new()
            .name("postgres".into())
            .spawn(move || runtime.block_on(std::future::pending::<()>()))
            .ok()?;
        Some(handle)
    });
    handle
        .as_ref()
        .ok_or_else(|| DriverError::Unavailable("no thread for PostgreSQL".into()))
}

/// Runs a future there, and waits for it here.
async fn across<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, DriverError> {
    let (done, result) = oneshot::channel();
    runtime()?.spawn(async move {
        done.send(work.await).ok();
    });
    result
        .await
        .map_err(|_| DriverError::Unavailable("the connection ended".into()))
}

impl Driver for PostgresDriver {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn connect(&self) -> LocalBoxFuture<'_, Result<Box<dyn Connection>, DriverError>> {
        Box::pin(async {
            let opening = (self.open)(self.address.clone());
            let client = across(opening).await?.map_err(refused)?;
            let client = std::sync::Arc::new(client);
            Ok(Box::new(NativeConnection { client }) as Box<dyn Connection>)
        })
    }

    fn pause(&self, time: Duration) -> LocalBoxFuture<'_, ()> {
        Box::pin(async move {
            // Made over there, where the timers are.
            across(async move { tokio::time::sleep(time).await })
                .await
                .ok();
        })
    }
}

struct NativeConnection {
    client: std::sync::Arc<Client>,
}

impl Connection for NativeConnection {
    fn execute<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [SqlValue],
    ) -> LocalBoxFuture<'a, Result<Vec<Vec<SqlValue>>, DriverError>> {
        Box::pin(async move {
            let (client, sql, params) = (self.client.clone(), sql.to_owned(), params.to_vec());
            let rows = across(async move {
                let params = params.iter().map(|param| param as &(dyn ToSql + Sync));
                client.query(&sql, &params.collect::<Vec<_>>()).await
            });
            let rows = rows.await?.map_err(refused)?;
            rows.iter().map(values).collect()
        })
    }
}

fn refused(error: tokio_postgres::Error) -> DriverError {
    match error.as_db_error() {
        Some(known) => DriverError::from_postgres(known.code().code(), known.message()),
        None if error.is_closed() => DriverError::Unavailable(error.to_string()),
        None => {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            DriverError::Unavailable(format!("{error}: {cause}"))
        }
    }
}

fn values(row: &Row) -> Result<Vec<SqlValue>, DriverError> {
    let value = |at| row.try_get::<_, SqlValue>(at);
    let values = (0..row.len()).map(|at| value(at).map_err(|e| DriverError::Other(e.to_string())));
    values.collect()
}

impl ToSql for SqlValue {
    fn to_sql(
        &self,
        of: &Type,
        out: &mut tokio_postgres::types::private::BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            SqlValue::Null => Ok(IsNull::Yes),
            // No column has U+0000: it equals none.
            SqlValue::Text(text) if text.contains('\0') => Ok(IsNull::Yes),
            SqlValue::Integer(number) => number.to_sql_checked(of, out),
            SqlValue::Real(number) => number.to_sql_checked(of, out),
            SqlValue::Text(text) => text.to_sql_checked(of, out),
            SqlValue::Blob(bytes) => bytes.to_sql_checked(of, out),
            SqlValue::Texts(texts) => texts.to_sql_checked(of, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for SqlValue {
    fn from_sql(of: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *of {
            Type::INT8 => SqlValue::Integer(i64::from_sql(of, raw)?),
            Type::INT4 => SqlValue::Integer(i32::from_sql(of, raw)?.into()),
            Type::BOOL => SqlValue::Integer(bool::from_sql(of, raw)?.into()),
            Type::FLOAT8 => SqlValue::Real(f64::from_sql(of, raw)?),
            Type::BYTEA => SqlValue::Blob(Vec::from_sql(of, raw)?),
            Type::VOID => SqlValue::Null,
            _ => SqlValue::Text(String::from_sql(of, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(SqlValue::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
