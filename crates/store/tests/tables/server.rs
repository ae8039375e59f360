//! A server of the tests' own, with the schema.

use std::time::Duration;

use appwrite_server::{Database, KEY, Options, PROJECT, Server, Version};
use whisper_appwrite::Config;
use whisper_appwrite::from_schema;
use whisper_appwrite::remote::{Client, plan, push, state};
use whisper_store::tables::native::HttpTransport;
use whisper_store::tables::{Credentials, Tables};

/// A server that takes the schema at once.
pub const OPTIONS: Options = Options {
    storage_limit: 500_000_000,
    looks_until_available: 0,
    version: Version::Newest,
    database: Database::MariaDb,
};

/// The clock of the stores, in milliseconds.
pub const NOW: u64 = 1_767_225_600_000;

/// The tables of most tests.
const FEW: [&str; 6] = [
    "conversations",
    "messages",
    "tokenHoldings",
    "events",
    "stickers",
    "accounts",
];

/// Starts a server and pushes the schema.
pub fn start(options: Options) -> Server {
    started(options, &from_schema())
}

/// The same with a few tables alone, which takes a tenth of the time.
pub fn small(options: Options) -> Server {
    let mut few = from_schema();
    few.tables.retain(|table| FEW.contains(&table.id.as_str()));
    few.buckets.clear();
    started(options, &few)
}

fn started(options: Options, schema: &Config) -> Server {
    let server = Server::start(options).unwrap();
    let client = Client::new(&server.endpoint(), PROJECT, KEY);
    let plan = plan(schema, &state(&client).unwrap(), &[]);
    push(&client, &plan, Duration::from_secs(60), &mut |_| {}).unwrap();
    server
}

/// Its project.
pub fn opened(endpoint: &str) -> Tables {
    let transport = HttpTransport::new();
    Tables::new(endpoint, PROJECT, Credentials::new(KEY), transport)
}

/// Runs a test against servers of each version.
pub fn on_each(test: impl Fn(Options)) {
    for version in Version::ALL {
        test(Options { version, ..OPTIONS });
    }
}
