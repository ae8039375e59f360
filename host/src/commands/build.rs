//! `whisper build`: components built, compiled and checked, but not served.

use clap::Args;

use super::ManifestArgs;
use crate::{builder, engine};

/// Flags of `whisper build`.
#[derive(Debug, Args)]
pub struct Build {
    #[command(flatten)]
    manifest: ManifestArgs,
}

impl Build {
    /// Builds stale components, then compiles everything into the cache.
    pub fn run(self) -> anyhow::Result<()> {
        let manifest = self.manifest.manifest()?;
        builder::build(&manifest)?;
        let engine = engine::engine()?;
        let components = engine::compile(&engine, &manifest, &self.manifest.cache(&manifest)?)?;
        eprintln!("{} components are ready", components.len());
        Ok(())
    }
}
