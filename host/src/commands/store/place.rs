//! A database as it is named on the command line: a data folder of SQLite, or an address of PostgreSQL.

use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, anyhow, bail};
use whisper_manifest::postgres::Address;
use whisper_store::copy::Side;
use whisper_store::native::NativeDriver;

use crate::commands::postgres::driver;
use crate::data_dir::{DataDir, tighten_database};
use crate::private_file::create_private;
use crate::sqlite::{self, DATABASE_FILE};

/// A folder or an address as it was given. It is read only when it is used: the parser of arguments would print one that it refuses, password and
/// all.
#[derive(Clone)]
pub struct Place(String);

impl FromStr for Place {
    type Err = Infallible;

    fn from_str(given: &str) -> Result<Self, Infallible> {
        Ok(Place(given.to_owned()))
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place")
    }
}

/// A place that is this command's as long as this value lives.
pub struct Taken {
    /// The database.
    pub side: Side,
    _folder: Option<DataDir>,
}

impl Place {
    /// A database that is there.
    ///
    /// # Errors
    /// When it isn't, or a host of this machine has it.
    pub fn as_source(&self, option: &str) -> anyhow::Result<Taken> {
        let Some(folder) = self.folder() else {
            return self.server(option);
        };
        let file = folder.join(DATABASE_FILE);
        if !file.exists() {
            bail!("{option}: there is no {}", file.display());
        }
        sqlite::check_usable(&file)?;
        of_folder(&folder)
    }

    /// A database that may be to come.
    ///
    /// # Errors
    /// When it can't be made, or a host of this machine has it.
    pub fn as_target(&self, option: &str) -> anyhow::Result<Taken> {
        match self.folder() {
            Some(folder) => of_folder(&folder),
            None => self.server(option),
        }
    }

    /// The folder that it names. Whatever might have a password in it is taken for an address, which no message repeats.
    fn folder(&self) -> Option<PathBuf> {
        let might_be_address = ["://", "@", "=", "postgres"];
        let is_folder = Path::new(&self.0).is_dir()
            || !might_be_address.iter().any(|part| self.0.contains(part));
        is_folder.then(|| PathBuf::from(&self.0))
    }

    fn server(&self, option: &str) -> anyhow::Result<Taken> {
        let address = Address::parse(&self.0);
        let address = address.map_err(|e| {
            anyhow!("{option}: it is no folder that is there, and as an address: {e}")
        })?;
        Ok(Taken {
            side: Side::new(
                driver(&address)?,
                format!("the database at {}", address.origin()),
            ),
            _folder: None,
        })
    }
}

fn of_folder(folder: &Path) -> anyhow::Result<Taken> {
    let taken = DataDir::take(folder)?;
    let file = taken.path().join(DATABASE_FILE);
    create_private(&file).with_context(|| file.display().to_string())?;
    tighten_database(&file)?;
    Ok(Taken {
        side: Side::new(NativeDriver::new(&file), file.display().to_string()),
        _folder: Some(taken),
    })
}
