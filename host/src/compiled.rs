//! Components compiled for this machine, kept in a folder, so that the next start maps them into memory and compiles nothing.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, anyhow};
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

/// How many bytes the files may have together; the ones that no start has used for longest go first.
const LARGEST: u64 = 1 << 30;
/// How the files' names end.
const EXTENSION: &str = "cwasm";

/// The folder. Its files are programs: only a folder that others can't write to may be given.
#[derive(Clone, Debug)]
pub struct Kept(PathBuf);

impl Kept {
    /// Compiled components in this folder.
    pub fn new(folder: &Path) -> Self {
        Kept(folder.to_owned())
    }

    /// The component of a file, from the folder if it was compiled before; else it is compiled, and kept.
    ///
    /// # Errors
    /// When the file can't be read or is no component. One that can't be kept is only told of in the log.
    pub fn component(&self, engine: &Engine, source: &Path) -> anyhow::Result<Component> {
        let wasm = std::fs::read(source).with_context(|| source.display().to_string())?;
        let place = self.place(engine, &wasm)?;
        if let Some(found) = found(engine, &place) {
            return Ok(found);
        }
        let component = Component::new(engine, &wasm).map_err(|e| {
            let reason = format!("{e:#}");
            let reason = reason.lines().next().unwrap_or_default();
            anyhow!("{} is no component: {reason}", source.display())
        })?;
        if let Err(error) = self.keep(&component, &place) {
            eprintln!("{} can't be kept: {error:#}", place.display());
        }
        Ok(component)
    }

    /// The file of a component: its name tells what it was compiled from, and all of the engine that it depends on.
    fn place(&self, engine: &Engine, wasm: &[u8]) -> anyhow::Result<PathBuf> {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let mut name = String::new();
        for byte in Sha256::digest(wasm) {
            write!(name, "{byte:02x}")?;
        }
        write!(name, "-{:016x}.{EXTENSION}", hasher.finish())?;
        Ok(self.0.join(name))
    }

    /// Keeps a component. The file comes into its place whole, whatever happens meanwhile.
    fn keep(&self, component: &Component, place: &Path) -> anyhow::Result<()> {
        let bytes = component.serialize().map_err(|e| anyhow!("{e:#}"))?;
        let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        file.persist(place)?;
        self.clean(place)
    }

    /// Removes the files that no start has used for longest, until the rest is no larger than it may be.
    fn clean(&self, kept: &Path) -> anyhow::Result<()> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.0)? {
            let entry = entry?;
            let is_ours = entry.path().extension().is_some_and(|end| end == EXTENSION);
            let Some(about) = entry.metadata().ok().filter(|_| is_ours) else {
                continue;
            };
            files.push((about.modified()?, about.len(), entry.path()));
        }
        files.sort();
        let mut size: u64 = files.iter().map(|(_, size, _)| size).sum();
        for (_, of_it, path) in files {
            if size <= LARGEST {
                break;
            }
            // Another process may have removed it.
            if path != kept && std::fs::remove_file(path).is_ok() {
                size -= of_it;
            }
        }
        Ok(())
    }
}

/// The component in a file, if it is there and fits this engine.
fn found(engine: &Engine, place: &Path) -> Option<Component> {
    let file = std::fs::File::open(place).ok()?;
    // The time of its last use; a folder that can't be written to keeps what it has.
    let _ = file.set_modified(SystemTime::now());
    #[allow(unsafe_code)]
    // SAFETY: the file has what `serialize` made, as it came into its place whole, nothing writes to it there, and others can't.
    let mapped = unsafe { Component::deserialize_file(engine, place) };
    match mapped {
        Ok(component) => Some(component),
        Err(error) => {
            // As on a file system that runs no programs (`noexec`), where each start compiles all.
            eprintln!("{} can't be mapped: {error:#}", place.display());
            None
        }
    }
}
