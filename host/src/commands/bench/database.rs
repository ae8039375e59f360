//! The databases of a benchmark on PostgreSQL: each run has a new one, which is dropped at its end.

use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use tokio_postgres::{Client, Config, NoTls};
use whisper_manifest::postgres::Address;

use crate::commands::postgres::Postgres;

/// A server that the benchmark may make databases on.
pub struct PostgresServer {
    address: Address,
    client: Client,
    /// The settings that its rate hangs on.
    pub settings: String,
}

/// A database of one run. It stays until [`PostgresServer::remove`].
pub struct Database {
    /// Its address, with the password.
    pub address: Address,
    name: String,
}

impl PostgresServer {
    /// Connects, and asks for the settings. Refused where commits don't wait for the disk: rates say nothing then.
    pub async fn connect(given: &Postgres) -> anyhow::Result<Self> {
        let address = given.address("--postgres")?;
        let client = client(&address).await.context("--postgres")?;
        let mut settings = Vec::new();
        for name in ["server_version", "fsync", "synchronous_commit"] {
            let row = client.query_one(&format!("SHOW {name}"), &[]).await?;
            let value: String = row.get(0);
            if name != "server_version" && value == "off" {
                bail!("--postgres: the server has {name} = off; commits have to wait for its disk");
            }
            settings.push(format!("{name} {value}"));
        }
        Ok(Self {
            address,
            client,
            settings: settings.join(", "),
        })
    }

    /// Makes a database.
    pub async fn fresh(&self) -> anyhow::Result<Database> {
        let name = format!("whisper_bench_{}", uuid::Uuid::now_v7().simple());
        let address = self.address.of_database(&name).ok_or_else(|| {
            anyhow!("--postgres: write postgres://user:password@127.0.0.1:5432/postgres")
        })?;
        let make = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'");
        let made = self.client.batch_execute(&make).await;
        made.context("--postgres: the user has to be allowed to create databases")?;
        Ok(Database { address, name })
    }

    /// Drops one, whoever is connected to it.
    pub async fn remove(&self, database: Database) -> anyhow::Result<()> {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", database.name);
        Ok(self.client.batch_execute(&drop).await?)
    }
}

impl Database {
    /// How it is reached.
    pub fn config(&self) -> anyhow::Result<Config> {
        Ok(self.address.url().parse()?)
    }

    /// Runs statements.
    pub async fn run(&self, statements: &str) -> anyhow::Result<()> {
        let client = client(&self.address).await?;
        Ok(client.batch_execute(statements).await?)
    }

    /// Members of conversations, written past the bundle: sign-ups would take longer than the benchmark.
    pub async fn add_members(
        &self,
        conversations: impl Iterator<Item = &String>,
        count: u32,
    ) -> anyhow::Result<()> {
        let client = Arc::new(client(&self.address).await?);
        let insert = "INSERT INTO \"conversationMembers\" (\"_id\", \"conversationId\", \"userId\", \"role\", \"status\", \"joinedAt\") \
             SELECT gen_random_uuid()::text, $1, 'bench-member-' || n, 'member', 'active', 0 FROM generate_series($2::bigint, $3::bigint) AS n";
        let counted = "UPDATE \"conversations\" SET \"participantCount\" = \"participantCount\" + $2 WHERE \"_id\" = $1";
        for conversation in conversations {
            // A transaction has room for 16,384 new documents.
            for first in (0..i64::from(count)).step_by(10_000) {
                let last = i64::from(count).min(first + 10_000) - 1;
                let rows: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
                    [conversation, &first, &last];
                client.execute(insert, &rows).await?;
            }
            client
                .execute(counted, &[conversation, &i64::from(count)])
                .await?;
        }
        client.batch_execute("VACUUM ANALYZE").await?;
        Ok(())
    }
}

async fn client(address: &Address) -> anyhow::Result<Client> {
    let (client, connection) = tokio_postgres::connect(address.url(), NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
