//! A server of the tests' own, with the schema.

use std::time::Duration;

use appwrite_server::{Database, KEY, Options, PROJECT, Server, Version};
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

/// Starts a server and pushes the schema.
pub fn start(options: Options) -> Server {
    let server = Server::start(options).unwrap();
    let client = Client::new(&server.endpoint(), PROJECT, KEY);
    let plan = plan(&from_schema(), &state(&client).unwrap(), &[]);
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
