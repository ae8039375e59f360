//! `whisper package`: the components in the form that another host deploys.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use whisper_appwrite::package::{Function, Jco, MOST, Packaged, for_functions, functions, package};
use whisper_appwrite::{appwrite, from_schema};
use whisper_manifest::Manifest;
use whisper_manifest::build::target_dir;

use super::ManifestArgs;
use super::schema::PROJECT;
use crate::builder;

/// The folder in the target folder where components are built for packages, and packages go if nothing else is said.
const OUTPUT: &str = "appwrite";

/// For which host.
#[derive(Debug, Subcommand)]
pub enum Package {
    /// Functions and the configuration with them, for an Appwrite server; needs Node with npm
    Appwrite(Appwrite),
}

/// Arguments of `whisper package appwrite`.
#[derive(Debug, Args)]
pub struct Appwrite {
    #[command(flatten)]
    manifest: ManifestArgs,
    /// Where to; by default the folder appwrite in the target folder
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Only these components; all if none is named
    #[arg(long, value_name = "NAME", num_args = 1..)]
    component: Vec<String>,
    /// The project that the configuration is for
    #[arg(long, env = "WHISPER_APPWRITE_PROJECT", default_value = PROJECT, value_name = "ID")]
    project: String,
}

impl Package {
    /// Does it.
    ///
    /// # Errors
    /// When a component can't be built or packaged, or is too large.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Appwrite(appwrite) => appwrite.run(),
        }
    }
}

impl Appwrite {
    fn run(&self) -> anyhow::Result<()> {
        let mut manifest = self.manifest.manifest()?;
        let all = functions(&manifest).map_err(|why| anyhow!(why))?;
        manifest
            .components
            .retain(|id, _| all.iter().any(|function| function.id == *id));
        self.check_names(&manifest)?;
        if !self.component.is_empty() {
            manifest
                .components
                .retain(|id, _| self.component.contains(id));
        }
        let home = home(&manifest);
        let output = self.output.as_ref().unwrap_or(&home);
        // Found missing before anything is built, which takes minutes.
        let jco = Jco::install(&home.join("jco"))?;
        let manifest = for_functions(&manifest, &home)?;
        builder::build(&manifest)?;
        let mut made = Vec::new();
        for function in all
            .iter()
            .filter(|f| manifest.components.contains_key(&f.id))
        {
            let packaged = package(&jco, &manifest, function, output)?;
            println!("{:<20} {:>10} bytes", packaged.id, packaged.size);
            made.push(packaged);
        }
        self.write_config(output, &all)?;
        refuse_large(&made)
    }

    fn check_names(&self, manifest: &Manifest) -> anyhow::Result<()> {
        let unknown = self
            .component
            .iter()
            .find(|id| !manifest.components.contains_key(*id));
        if let Some(unknown) = unknown {
            let known = manifest.component_ids().join(", ");
            bail!("there is no component {unknown}; there are {known}");
        }
        Ok(())
    }

    /// The configuration names all functions whose folders are there.
    fn write_config(&self, output: &Path, all: &[Function]) -> anyhow::Result<()> {
        let is_there = |function: &&Function| output.join(&function.path).is_dir();
        let there: Vec<Function> = all.iter().filter(is_there).cloned().collect();
        let file = output.join("appwrite.config.json");
        std::fs::write(&file, appwrite(&from_schema(), &there, &self.project))?;
        println!("wrote {}", file.display());
        Ok(())
    }
}

fn home(manifest: &Manifest) -> PathBuf {
    let mut sources = manifest.components.values().map(|c| &c.source);
    let target = sources.find_map(|source| target_dir(source));
    target
        .unwrap_or_else(|| manifest.dir.join("target"))
        .join(OUTPUT)
}

fn refuse_large(made: &[Packaged]) -> anyhow::Result<()> {
    let large: Vec<&str> = made
        .iter()
        .filter(|packaged| packaged.is_too_large())
        .map(|packaged| packaged.id.as_str())
        .collect();
    if large.is_empty() {
        return Ok(());
    }
    bail!(
        "{} is over the {MOST} bytes that a deployment may have",
        large.join(", ")
    )
}
