//! The programs of an installed PostgreSQL.

use std::path::{Path, PathBuf};

/// The variable that names their folder.
const VARIABLE: &str = "WHISPER_POSTGRES_BIN";
/// Debian's folder of installed versions.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder of the programs; none when there is no PostgreSQL.
pub fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE).filter(|name| !name.is_empty()) {
        return complete(PathBuf::from(named));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).find_map(complete);
    on_path.or_else(|| newest(Path::new(DEBIAN)).and_then(complete))
}

/// The folder, when all programs that are used are in it.
fn complete(folder: PathBuf) -> Option<PathBuf> {
    let used = ["initdb", "postgres", "psql"];
    used.iter()
        .all(|name| folder.join(name).is_file())
        .then_some(folder)
}

fn newest(versions: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(versions).ok()?.flatten();
    let numbered = entries.filter_map(|entry| {
        let number: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((number, entry.path().join("bin")))
    });
    numbered
        .filter(|(_, bin)| bin.is_dir())
        .max()
        .map(|(_, bin)| bin)
}
