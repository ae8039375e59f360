//! `whisper migrate`: brings a database to this version's schema, ahead of the first request.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use futures::executor::block_on;
use whisper_schema::Timestamp;
use whisper_store::Store;
use whisper_store::native::NativeDriver;

use super::ManifestArgs;
use super::postgres::{PLACE, Postgres, driver};
use crate::data_dir::{self, FOLDER};
use crate::private_file::create_private;
use crate::sqlite::{self, DATABASE_FILE};

/// Arguments of `whisper migrate`.
#[derive(Debug, Args)]
pub struct Migrate {
    #[command(flatten)]
    manifest: ManifestArgs,
    /// The database's kind; SQLite unless an address is given
    #[arg(long)]
    store: Option<Kind>,
    /// The data folder of SQLite, as for `up`
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// The SQLite file itself, such as .spin/sqlite_db.db
    #[arg(long, conflicts_with = "data_dir")]
    database: Option<PathBuf>,
    /// The database of a PostgreSQL server, such as postgres://user:password@127.0.0.1/whisper
    #[arg(
        long,
        env = "WHISPER_POSTGRES",
        value_name = "URL",
        hide_env_values = true
    )]
    postgres: Option<Postgres>,
    /// Print the SQL that is missing, and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A file of this machine's
    Sqlite,
    /// A server
    Postgres,
}

impl Migrate {
    /// Runs the command.
    ///
    /// # Errors
    /// When the database can't be opened or isn't as this version left it.
    pub fn run(self) -> anyhow::Result<()> {
        let is_dry = self.dry_run;
        let names_a_file = self.data_dir.is_some() || self.database.is_some();
        match (self.store, &self.postgres) {
            (Some(Kind::Postgres), _) if names_a_file => {
                bail!("--store postgres: --data-dir and --database are of SQLite")
            }
            (Some(Kind::Postgres), Some(postgres)) => of_postgres(postgres, is_dry),
            (Some(Kind::Postgres), None) => bail!(
                "--store postgres: pass --postgres, or set WHISPER_POSTGRES, with the database's address"
            ),
            (None, Some(_)) if !names_a_file => bail!(
                "--postgres, or WHISPER_POSTGRES, names a server: say --store postgres to migrate it, or --store sqlite for the file"
            ),
            _ => self.of_sqlite(),
        }
    }

    fn of_sqlite(self) -> anyhow::Result<()> {
        let is_dry = self.dry_run;
        let (file, folder) = match (self.database, self.data_dir) {
            (Some(file), _) => (file, None),
            (None, Some(folder)) => (folder.join(DATABASE_FILE), Some(folder)),
            (None, None) => {
                let folder = self.manifest.manifest()?.dir.join(FOLDER);
                (folder.join(DATABASE_FILE), Some(folder))
            }
        };
        if is_dry && !file.exists() {
            return dry(&Store::new(NativeDriver::new(":memory:"), Rc::new(now)));
        }
        if !is_dry {
            prepare(&file, folder.as_deref())?;
        }
        sqlite::check_usable(&file)?;
        let store = Store::new(NativeDriver::new(&file), Rc::new(now));
        match is_dry {
            true => dry(&store),
            false => migrate(&store, &file.display().to_string()),
        }
    }
}

fn of_postgres(postgres: &Postgres, is_dry: bool) -> anyhow::Result<()> {
    let address = postgres.address(PLACE)?;
    let store = Store::new(driver(&address)?, Rc::new(now));
    match is_dry {
        true => dry(&store),
        false => migrate(&store, &format!("the database at {}", address.origin())),
    }
}

/// Makes the file if it is missing, and its folder, for their owner alone. A data folder is its owner's alone afterwards, whoever could read it
/// before.
fn prepare(file: &Path, data_folder: Option<&Path>) -> anyhow::Result<()> {
    match (data_folder, file.parent()) {
        (Some(folder), _) => {
            data_dir::create(folder)?;
            data_dir::tighten(folder)?;
        }
        (None, Some(folder)) if !folder.as_os_str().is_empty() && !folder.exists() => {
            data_dir::create(folder)?;
        }
        _ => {}
    }
    create_private(file).with_context(|| file.display().to_string())?;
    data_dir::tighten_database(file)
}

fn migrate(store: &Store, name: &str) -> anyhow::Result<()> {
    let report = block_on(store.migrate())?;
    let version = report.version;
    match report.applied.as_slice() {
        [] => println!("{name} is at version {version} already"),
        applied => println!("{name} is at version {version} now: applied {applied:?}"),
    }
    Ok(())
}

fn dry(store: &Store) -> anyhow::Result<()> {
    match block_on(store.migration_script())? {
        Some(script) => print!("{script}"),
        None => println!("-- Nothing is missing."),
    }
    Ok(())
}

/// The time of this machine.
pub(super) fn now() -> Timestamp {
    let now = jiff::Timestamp::now().as_millisecond();
    Timestamp::from_millis(now)
}
