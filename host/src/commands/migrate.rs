//! `whisper migrate`: brings a database to this version's schema, ahead of the first request.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::Context;
use clap::Args;
use whisper_schema::Timestamp;
use whisper_store::Store;
use whisper_store::native::NativeDriver;

use super::ManifestArgs;
use crate::data_dir::{self, FOLDER};
use crate::private_file::create_private;
use crate::sqlite::{self, DATABASE_FILE};

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
            (Some(file), _) => {
                if let Some(folder) = file.parent().filter(|folder| !folder.exists()) {
                    data_dir::create(folder)?;
                }
                file
            }
            (None, Some(folder)) => in_folder(&folder)?,
            (None, None) => in_folder(&self.manifest.manifest()?.dir.join(FOLDER))?,
        };
        create_private(&file).with_context(|| file.display().to_string())?;
        data_dir::tighten_database(&file)?;
        sqlite::check_usable(&file)?;
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

/// The database of a data folder, which is made if it is missing.
fn in_folder(folder: &Path) -> anyhow::Result<PathBuf> {
    data_dir::create(folder)?;
    data_dir::tighten(folder)?;
    Ok(folder.join(DATABASE_FILE))
}

fn now() -> Timestamp {
    let now = jiff::Timestamp::now().as_millisecond();
    Timestamp::from_millis(now)
}
