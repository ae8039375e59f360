//! A bundle of a test's own, before it starts.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::bundle;

const NO_SCHEDULES: &str = "--no-schedules";
/// Limits that tests would run into, as they do in a minute as much as a person does in a day. A test of a limit sets
/// that limit.
const ROOMY: [(&str, &str); 11] = [
    ("message_rate_per_minute", "60000"),
    ("stranger_message_rate_per_hour", "60000"),
    ("mention_rate_per_hour", "60000"),
    ("message_change_rate_per_minute", "60000"),
    ("reaction_rate_per_minute", "60000"),
    ("pin_rate_per_minute", "60000"),
    ("star_rate_per_minute", "60000"),
    ("vote_rate_per_minute", "60000"),
    ("search_rate_per_minute", "60000"),
    ("draft_rate_per_minute", "60000"),
    ("list_change_rate_per_minute", "60000"),
];

/// Manifest, arguments and variables of a test's own bundle.
#[derive(Clone)]
pub struct Builder {
    pub(crate) manifest: PathBuf,
    /// The folder that the data folder stands in; the system's for temporary files, if none.
    below: Option<PathBuf>,
    pub(crate) arguments: Vec<String>,
    pub(crate) variables: Vec<(String, String)>,
}

impl Builder {
    /// The application, without schedules that run by themselves and with room for what tests do in a minute.
    pub(crate) fn new() -> Self {
        Builder {
            manifest: bundle::root().join("spin.toml"),
            below: None,
            arguments: vec![NO_SCHEDULES.into()],
            variables: ROOMY
                .map(|(name, value)| (name.into(), value.into()))
                .to_vec(),
        }
    }

    /// Sets one of the manifest's variables.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    /// Uses another manifest, relative to the workspace's root.
    pub fn manifest(mut self, path: &str) -> Self {
        // Another application has other variables.
        self.variables.clear();
        self.manifest = bundle::root().join(path);
        self
    }

    /// Keeps the data below this folder, such as one of another file system.
    pub fn data_below(mut self, folder: &Path) -> Self {
        self.below = Some(folder.to_path_buf());
        self
    }

    /// Adds a command-line argument.
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Lets the schedules run by themselves.
    pub fn scheduled(mut self) -> Self {
        self.arguments.retain(|other| other != NO_SCHEDULES);
        self
    }

    /// Keeps the documents in this database of a PostgreSQL server.
    pub fn on_postgres(mut self, url: &str) -> Self {
        self.arguments.push(format!("{POSTGRES}{url}"));
        self
    }

    /// The database that it was given; none where SQLite keeps the documents.
    pub(crate) fn postgres(&self) -> Option<&str> {
        let mut arguments = self.arguments.iter();
        arguments.find_map(|argument| argument.strip_prefix(POSTGRES))
    }

    /// With `WHISPER_STORE=postgres`: the application on an empty database of the tests' own server, unless it has one or keeps them elsewhere; None where
    /// there is no server.
    fn on_store(self) -> Option<Self> {
        let is_asked = std::env::var("WHISPER_STORE").is_ok_and(|store| store == "postgres");
        let is_application = self.manifest == bundle::root().join("spin.toml");
        let has_store = self.variables.iter().any(|(name, _)| name == "store");
        if !is_asked || !is_application || has_store || self.postgres().is_some() {
            return Some(self);
        }
        let url = postgres_server::shared()?.fresh_database();
        Some(self.on_postgres(&url))
    }

    /// Everything that a start needs: built components, a database, and a data folder.
    pub(crate) fn prepared(self) -> Option<(Self, TempDir)> {
        bundle::build_components(&self.manifest);
        let builder = self.on_store()?;
        let below = builder.below.clone().unwrap_or_else(std::env::temp_dir);
        let dir = tempfile::Builder::new()
            .prefix("whisper-")
            .tempdir_in(below)
            .expect("a data folder");
        Some((builder, dir))
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.retain(|(other, _)| other != name);
        self.variables.push((name.to_owned(), value.to_owned()));
    }
}

/// The argument that names a database.
const POSTGRES: &str = "--postgres=";
