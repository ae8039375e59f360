//! `whisper migrate`: brings a database to this version's schema, ahead of the first request.

use std::path::PathBuf;
use std::rc::Rc;

use clap::Args;
use whisper_schema::Timestamp;
use whisper_store::Store;
use whisper_store::native::NativeDriver;

use super::ManifestArgs;
use crate::data_dir::FOLDER;
use crate::sqlite::DATABASE_FILE;

/// Arguments of `whisper migrate`.
#[derive(Debug, Args)]
pub struct Migrate {
    #[command(flatten)]
    manifest: ManifestArgs,
    /// The data folder, as for `up`
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// The SQLite file itself, such as .spin/sqlite_db.db
    #[arg(long, conflicts_with = "data_dir")]
    database: Option<PathBuf>,
}

impl Migrate {
    /// Runs the command.
    ///
    /// # Errors
    /// When the database can't be opened or isn't as this version left it.
    pub fn run(self) -> anyhow::Result<()> {
        let file = match (self.database, self.data_dir) {
            (Some(file), _) => file,
            (None, Some(folder)) => folder.join(DATABASE_FILE),
            (None, None) => self
                .manifest
                .manifest()?
                .dir
                .join(FOLDER)
                .join(DATABASE_FILE),
        };
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let store = Store::new(NativeDriver::new(&file), Rc::new(now));
        let report = futures::executor::block_on(store.migrate())?;
        match report.applied.as_slice() {
            [] => println!(
                "{} is at version {} already",
                file.display(),
                report.version
            ),
            applied => println!(
                "{} is at version {} now: applied {applied:?}",
                file.display(),
                report.version
            ),
        }
        Ok(())
    }
}

fn now() -> Timestamp {
    let now = jiff::Timestamp::now().as_millisecond();
    Timestamp::from_millis(now)
}
