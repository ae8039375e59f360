//! A component's pools of connections, one for each address.

use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, QueueMode, RecyclingMethod};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};

use super::tls::{RootCertificate, connector};

/// Connections of a pool; one more waits until one is given back.
const POOL_SIZE: usize = 64;
/// Addresses whose pools are kept. The connections of a pool that goes close when they are given back.
const POOLS: usize = 16;

/// The pools of one component; none before it opens a connection.
#[derive(Default)]
pub struct Pools {
    /// The one used last is the last.
    pools: Mutex<Vec<Kept>>,
}

struct Kept {
    address: String,
    root: Option<RootCertificate>,
    pool: Pool,
}

impl Pools {
    /// Takes a connection to an address, waiting until there is one to take.
    ///
    /// # Errors
    /// When a new one is needed, and the server refuses it or can't be reached.
    pub async fn take(
        &self,
        address: &str,
        root: Option<RootCertificate>,
    ) -> anyhow::Result<Object> {
        let pool = self
            .pool(address, root)
            .context("establishing PostgreSQL connection pool")?;
        Ok(pool.get().await?)
    }

    fn pool(&self, address: &str, root: Option<RootCertificate>) -> anyhow::Result<Pool> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let found = pools
            .iter()
            .position(|kept| kept.address == address && kept.root == root);
        let kept = match found {
            Some(index) => pools.remove(index),
            None => Kept {
                address: address.to_owned(),
                pool: new_pool(address, root.as_ref())?,
                root,
            },
        };
        let pool = kept.pool.clone();
        if pools.len() >= POOLS {
            pools.remove(0);
        }
        pools.push(kept);
        Ok(pool)
    }
}

fn new_pool(address: &str, root: Option<&RootCertificate>) -> anyhow::Result<Pool> {
    let config = address
        .parse::<Config>()
        .context("parsing Postgres connection string")?;
    // Resets settings and drops what belongs to the session, in one round trip; it ends no transaction.
    let how = ManagerConfig {
        recycling_method: RecyclingMethod::Clean,
    };
    let manager = if config.get_ssl_mode() == SslMode::Disable {
        Manager::from_config(config, NoTls, how)
    } else {
        Manager::from_config(config, connector(root)?, how)
    };
    Pool::builder(manager)
        .max_size(POOL_SIZE)
        .queue_mode(QueueMode::Lifo)
        .build()
        .context("building Postgres connection pool")
}
