//! A function's folder: the transpiled component, and the entry that calls it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::{Failure, Function};

/// Files that every function has beside its component.
const FILES: [(&str, &str); 7] = [
    ("main.js", include_str!("function/main.js")),
    ("serve.js", include_str!("function/serve.js")),
    ("instances.js", include_str!("function/instances.js")),
    ("refusal.js", include_str!("function/refusal.js")),
    ("wasi.js", include_str!("function/wasi.js")),
    ("package.json", include_str!("function/package.json")),
    (
        "package-lock.json",
        include_str!("function/package-lock.json"),
    ),
];
/// The `.gitignore`, whose patterns the CLI doesn't upload.
const IGNORED: &str = include_str!("function/gitignore");
/// The text before the name of an interface that a transpiled component imports.
const IMPORT: &str = "= imports['";

/// The folder of a function, being made.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A new folder in the place of the former one.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn make(path: &Path) -> Result<Folder, Failure> {
        if path.exists() {
            fs::remove_dir_all(path).map_err(|e| Failure::file(path, &e))?;
        }
        fs::create_dir_all(path).map_err(|e| Failure::file(path, &e))?;
        Ok(Folder {
            path: path.to_owned(),
        })
    }

    /// Where the transpiled component goes.
    pub fn component(&self) -> PathBuf {
        self.path.join("component")
    }

    /// Writes everything but the component.
    ///
    /// # Errors
    /// When a file can't be written.
    pub fn write(
        &self,
        function: &Function,
        variables: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        let settings = json!({
            "timeout": function.timeout,
            "job": function.job,
            "variables": variables,
        });
        let settings = format!("{settings:#}\n");
        let files = FILES.into_iter().chain([
            (".gitignore", IGNORED),
            ("settings.json", settings.as_str()),
        ]);
        for (name, text) in files {
            let file = self.path.join(name);
            fs::write(&file, text).map_err(|e| Failure::file(&file, &e))?;
        }
        Ok(())
    }

    /// Looks whether the function has all imports of the component, and removes files that only compilers read.
    ///
    /// # Errors
    /// When it imports something else, which would only show at the first call.
    pub fn check(&self, id: &str) -> Result<(), Failure> {
        let types = self.component().join("interfaces");
        let _ = fs::remove_dir_all(&types);
        let _ = fs::remove_file(self.component().join("component.d.ts"));
        let file = self.component().join("component.js");
        let text = fs::read_to_string(&file).map_err(|e| Failure::file(&file, &e))?;
        let given = include_str!("function/wasi.js");
        let imported = text.split(IMPORT).skip(1);
        let missing: Vec<&str> = imported
            .filter_map(|rest| rest.split('\'').next())
            .filter(|name| !given.contains(&format!("\"{name}\":")))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.join(", ");
        Err(Failure::new(format!(
            "{id} imports {missing}, which a function hasn't: is it built without its feature \"spin\"?"
        )))
    }

    /// Bytes of the folder as a tar.gz, the form in which it is uploaded.
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn size(&self) -> Result<u64, Failure> {
        let read = |e: io::Error| Failure::file(&self.path, &e);
        let mut archive =
            tar::Builder::new(GzEncoder::new(Counter::default(), Compression::default()));
        archive.append_dir_all(".", &self.path).map_err(read)?;
        let gzip = archive.into_inner().map_err(read)?;
        Ok(gzip.finish().map_err(read)?.0)
    }
}

/// Counts the bytes that are written to it.
#[derive(Default)]
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(script: &str) -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::make(&dir.path().join("f")).unwrap();
        fs::create_dir_all(folder.component().join("interfaces")).unwrap();
        fs::write(folder.component().join("component.js"), script).unwrap();
        fs::write(folder.component().join("component.d.ts"), "").unwrap();
        (dir, folder)
    }

    #[test]
    fn what_a_function_has_may_be_imported() {
        let script = "const { send } = imports['wasi:http/client'];\nconst { now } = imports['wasi:clocks/wall-clock'];";
        let (_dir, folder) = folder(script);
        folder.check("a").unwrap();
        let left = fs::read_dir(folder.component()).unwrap().count();
        assert_eq!(left, 1, "no types");
    }

    #[test]
    fn what_only_spin_has_is_named() {
        let script = "const { get } = imports['spin:variables/variables'];\nconst { now } = imports['wasi:clocks/wall-clock'];";
        let why = folder(script).1.check("a").unwrap_err().to_string();
        assert!(
            why.contains("a imports spin:variables/variables, which"),
            "{why}"
        );
    }

    #[test]
    fn the_size_is_that_of_a_tar_gz_of_all_files() {
        let (_dir, folder) = folder("");
        let empty = folder.size().unwrap();
        // Bytes that don't get smaller.
        let mut state: u64 = 1;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            state.to_be_bytes()[0]
        })
        .take(100_000)
        .collect();
        fs::write(folder.component().join("component.core.wasm"), noise).unwrap();
        let size = folder.size().unwrap();
        assert!((90_000..110_000).contains(&(size - empty)), "{size}");
    }

    #[test]
    fn a_folder_is_made_anew() {
        let (dir, folder) = folder("");
        let path = dir.path().join("f");
        drop(folder);
        Folder::make(&path).unwrap();
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
    }
}
