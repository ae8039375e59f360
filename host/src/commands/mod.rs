//! The subcommands, one in each file.

pub mod bench;
pub mod build;
pub mod jobs;
mod manifest_args;
pub mod migrate;
mod operator;
pub mod package;
mod postgres;
pub mod queue;
pub mod schema;
pub mod store;
pub mod up;
pub mod users;

use clap::{Parser, Subcommand};

pub use manifest_args::ManifestArgs;

/// The backend for chat and social apps, in one command
#[derive(Debug, Parser)]
#[command(name = "whisper", version, about, propagate_version = true)]
pub struct Cli {
    /// The subcommand
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build the components if needed, and serve them
    Up(up::Up),
    /// Build and check the components without serving them
    Build(build::Build),
    /// Bring a database to this version's schema
    Migrate(migrate::Migrate),
    /// Move a database to another one
    #[command(subcommand)]
    Store(store::Store),
    /// Count the schema, or write it in the form of a target
    Schema(schema::Schema),
    /// Make packages of the components that another host deploys
    #[command(subcommand)]
    Package(package::Package),
    /// List the jobs with their last runs, or run one
    #[command(subcommand)]
    Jobs(jobs::Jobs),
    /// Show an account, disable it, or enable it again
    #[command(subcommand)]
    Users(users::Users),
    /// See deliveries on their way, and try failed ones again
    #[command(subcommand)]
    Queue(queue::Queue),
    /// Measure the bundle under load
    #[command(subcommand)]
    Bench(bench::Bench),
}

impl Command {
    /// Does it.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Up(up) => up.run(),
            Self::Build(build) => build.run(),
            Self::Migrate(migrate) => migrate.run(),
            Self::Store(store) => store.run(),
            Self::Schema(schema) => schema.run(),
            Self::Package(package) => package.run(),
            Self::Jobs(jobs) => jobs.run(),
            Self::Users(users) => users.run(),
            Self::Queue(queue) => queue.run(),
            Self::Bench(bench) => bench::run(bench),
        }
    }
}
