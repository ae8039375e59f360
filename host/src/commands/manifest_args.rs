//! Flags that name the manifest and the cache.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use whisper_manifest::Manifest;

use crate::data_dir;

/// Flags that every command about a bundle has.
#[derive(Clone, Debug, Args)]
pub struct ManifestArgs {
    /// The manifest; by default the spin.toml here or in a folder above
    #[arg(long, short = 'f', value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Where compiled components are kept; by default .whisper/cache beside the manifest
    #[arg(long, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
}

impl ManifestArgs {
    /// Reads the manifest.
    pub fn manifest(&self) -> anyhow::Result<Manifest> {
        let file = match &self.from {
            Some(path) if path.is_dir() => path.join("spin.toml"),
            Some(file) => file.clone(),
            None => find_upward(&std::env::current_dir().context("the current folder")?)?,
        };
        Ok(Manifest::load(&file)?)
    }

    /// Whether there is a manifest to read: one that was named, or one here or above.
    pub fn is_there(&self) -> bool {
        let here = || std::env::current_dir().is_ok_and(|here| find_upward(&here).is_ok());
        self.from.is_some() || here()
    }

    /// The cache's folder, absolute and made.
    pub fn cache(&self, manifest: &Manifest) -> anyhow::Result<PathBuf> {
        let cache = self.cache_dir.clone();
        let cache = cache.unwrap_or_else(|| manifest.dir.join(data_dir::FOLDER).join("cache"));
        data_dir::create(&cache).context(
            "compiled components can't be kept; pass --cache-dir with a folder that can be written to",
        )?;
        let cache = cache
            .canonicalize()
            .with_context(|| cache.display().to_string())?;
        refuse_others(&cache)?;
        Ok(cache)
    }
}

/// Refuses a folder that others may write to: compiled components are programs, and theirs would run here.
fn refuse_others(folder: &Path) -> anyhow::Result<()> {
    let about = folder.metadata()?;
    let user = rustix::process::geteuid().as_raw();
    let is_trusted = [0, user].contains(&about.uid());
    if !is_trusted || about.mode() & 0o022 != 0 {
        bail!(
            "others may write to {}, and their programs would run as yours; pass --cache-dir with a folder of your own, or `chmod go-w` it",
            folder.display()
        );
    }
    Ok(())
}

fn find_upward(from: &Path) -> anyhow::Result<PathBuf> {
    let candidates = from.ancestors().map(|dir| dir.join("spin.toml"));
    match candidates.into_iter().find(|file| file.is_file()) {
        Some(file) => Ok(file),
        None => bail!("no spin.toml in {} or above; pass --from", from.display()),
    }
}
