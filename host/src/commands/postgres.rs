//! The database of `--postgres`, and its replica: of `whisper up`, and of commands that reach it by themselves.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{anyhow, bail};
use futures::future::{Either, select};
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use whisper_manifest::Manifest;
use whisper_manifest::postgres::Address;
use whisper_manifest::variables::Values;
use whisper_store::Driver;
use whisper_store::copy::is_unfinished;
use whisper_store::postgres::native::PostgresDriver;

use crate::postgres::connector;

/// The variables that name the store, its address, and the origin that components may reach.
const STORE: &str = "store";
const URL: &str = "postgres_url";
const ORIGIN: &str = "postgres_origin";
/// The same of a replica.
const REPLICA: &str = "postgres_replica";
const REPLICA_ORIGIN: &str = "postgres_replica_origin";
/// The store that has an address and may have a replica.
const POSTGRES: &str = "postgres";
/// Where the address is given.
pub const PLACE: &str = "--postgres, or WHISPER_POSTGRES";
/// How long a start waits for the server. Later the components do.
const PATIENCE: Duration = Duration::from_secs(5);

/// An address as it was given. It is read only when it is used: the parser of arguments would print one that it refuses, password and all.
#[derive(Clone)]
pub struct Postgres(String);

impl FromStr for Postgres {
    type Err = Infallible;

    fn from_str(given: &str) -> Result<Self, Infallible> {
        Ok(Postgres(given.to_owned()))
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Postgres")
    }
}

impl Postgres {
    /// Sets the variables by which components find it.
    ///
    /// # Errors
    /// When it is no address, or the application doesn't have them.
    pub fn set(&self, manifest: &Manifest, values: &mut Values) -> anyhow::Result<()> {
        let address = self.address(PLACE)?;
        let variables = [
            (STORE, POSTGRES),
            (URL, address.url()),
            (ORIGIN, address.origin()),
        ];
        assign("--postgres", variables, manifest, values)
    }

    /// Sets the variables by which components find it as a replica.
    ///
    /// # Errors
    /// As [`Postgres::set`], and when there is no PostgreSQL that it could be a replica of.
    pub fn set_replica(&self, manifest: &Manifest, values: &mut Values) -> anyhow::Result<()> {
        let address = self.address("--postgres-replica, or WHISPER_POSTGRES_REPLICA")?;
        if values.get(STORE) != Some(POSTGRES) {
            bail!(
                "--postgres-replica: there is a replica of PostgreSQL alone; pass --postgres too"
            );
        }
        let variables = [(REPLICA, address.url()), (REPLICA_ORIGIN, address.origin())];
        assign("--postgres-replica", variables, manifest, values)
    }

    /// The address that was given at this place.
    ///
    /// # Errors
    /// When it is none; the text has nothing of it.
    pub fn address(&self, place: &str) -> anyhow::Result<Address> {
        Address::parse(&self.0).map_err(|e| anyhow!("{place}: {e}"))
    }

    /// Refuses a database into which a copy isn't finished. One that can't be reached is looked at by the components.
    ///
    /// # Errors
    /// When it is such a database.
    pub fn check_usable(&self) -> anyhow::Result<()> {
        let address = self.address(PLACE)?;
        let driver = driver(&address)?;
        let is_unfinished = futures::executor::block_on(async {
            match select(Box::pin(is_unfinished(&driver)), driver.pause(PATIENCE)).await {
                Either::Left((Ok(is_unfinished), _)) => is_unfinished,
                _ => false,
            }
        });
        if is_unfinished {
            bail!(
                "a copy into the database at {} isn't finished: run `whisper store copy` again, or take another database",
                address.origin()
            );
        }
        Ok(())
    }
}

/// A way to a database, encrypted as its address says.
///
/// # Errors
/// When there is no TLS.
pub fn driver(address: &Address) -> anyhow::Result<PostgresDriver> {
    let url = address.url();
    let mode = url.parse::<Config>().map(|config| config.get_ssl_mode());
    Ok(match mode {
        Ok(SslMode::Disable) => PostgresDriver::new(url),
        _ => PostgresDriver::with_tls(url, connector(None)?),
    })
}

fn assign<const N: usize>(
    flag: &str,
    variables: [(&str, &str); N],
    manifest: &Manifest,
    values: &mut Values,
) -> anyhow::Result<()> {
    for (name, value) in variables {
        if !manifest.variables.contains_key(name) {
            bail!("{flag}: the application has no variable `{name}`");
        }
        values.set(name, value.to_owned());
    }
    Ok(())
}
