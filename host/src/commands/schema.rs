//! `whisper schema`: what is made of the schema.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use whisper_schema::{ddl, stats};

/// Arguments of `whisper schema`.
#[derive(Debug, Args)]
pub struct Schema {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print how many databases, collections, attributes, indexes and buckets there are
    Stats,
    /// Write what a target makes of the schema
    Export {
        /// For what
        #[arg(long)]
        target: Target,
        /// Where to; by default schema/generated under this folder, "-" for standard output
        #[arg(long, short)]
        output: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Target {
    /// The tables and indexes of SQLite
    Sqlite,
}

impl Target {
    fn text(self) -> String {
        match self {
            Target::Sqlite => ddl::sqlite(),
        }
    }

    fn file(self) -> &'static str {
        match self {
            Target::Sqlite => "schema/generated/sqlite.sql",
        }
    }
}

impl Schema {
    /// Runs the command.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::Stats => println!("{}", stats()),
            Action::Export { target, output } => {
                let output = output.unwrap_or_else(|| PathBuf::from(target.file()));
                write(&output, &target.text())?;
            }
        }
        Ok(())
    }
}

fn write(output: &Path, text: &str) -> anyhow::Result<()> {
    if output == Path::new("-") {
        print!("{text}");
        return Ok(());
    }
    if let Some(folder) = output.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    std::fs::write(output, text).with_context(|| format!("writing {}", output.display()))?;
    println!("wrote {}", output.display());
    Ok(())
}
