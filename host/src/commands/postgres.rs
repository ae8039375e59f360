//! The database of `--postgres`: of `whisper up`, and of commands that reach it by themselves.

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
        let address = self.address()?;
        for (name, value) in [
            (STORE, "postgres"),
            (URL, address.url()),
            (ORIGIN, address.origin()),
        ] {
            if !manifest.variables.contains_key(name) {
                bail!("--postgres: the application has no variable `{name}`");
            }
            values.set(name, value.to_owned());
        }
        Ok(())
    }

    /// The address.
    ///
    /// # Errors
    /// When it is none.
    pub fn address(&self) -> anyhow::Result<Address> {
        let address = Address::parse(&self.0);
        address.map_err(|e| anyhow!("--postgres, or WHISPER_POSTGRES: {e}"))
    }

    /// Refuses a database into which a copy isn't finished. One that can't be reached is looked at by the components.
    ///
    /// # Errors
    /// When it is such a database.
    pub fn check_usable(&self) -> anyhow::Result<()> {
        let address = self.address()?;
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
