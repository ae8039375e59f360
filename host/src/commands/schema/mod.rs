//! `whisper schema`: counts, exports and checks of the schema, and its push to an Appwrite server.

mod remote;

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use whisper_appwrite::package::functions;
use whisper_appwrite::{
    Config, File, Options, Severity, appwrite, check_file, from_schema, limits, read_file,
    reference, typescript,
};
use whisper_schema::{ddl, stats};

use super::ManifestArgs;
use crate::exit::Exit;

/// The project of the exported configuration: put yours in its place.
pub(super) const PROJECT: &str = "whisper";
/// Status of the command when a server would refuse something.
const REFUSED: u8 = 1;
/// When the file can't be read.
const UNREADABLE: u8 = 2;

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
    /// Write the schema in the form of a target
    Export {
        /// The form
        #[arg(long)]
        target: Target,
        /// Where to; by default where it is checked in, "-" for standard output
        #[arg(long, short)]
        output: Option<PathBuf>,
        #[command(flatten)]
        manifest: ManifestArgs,
    },
    /// List the parts that an Appwrite server would refuse: of the schema, or of a configuration file
    Validate(Validate),
    /// Show the changes that a push would make on an Appwrite server; status 1 if there are any, 2 if it can't be told
    Diff(remote::Remote),
    /// Make the databases, tables, columns, indexes and buckets on an Appwrite server
    Push(remote::Push),
}

#[derive(Debug, Args)]
struct Validate {
    /// An appwrite.config.json of any CLI, the legacy form with collections too; the schema and the bundle's functions if none is given
    file: Option<PathBuf>,
    /// The bundle's manifest; by default the spin.toml here or in a folder above, if there is one
    #[arg(long, short = 'f', value_name = "FILE", conflicts_with = "file")]
    from: Option<PathBuf>,
    /// The server's _APP_STORAGE_LIMIT, in bytes
    #[arg(long, default_value_t = limits::STORAGE, value_name = "BYTES")]
    storage_limit: u64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Target {
    /// The tables and indexes of SQLite
    Sqlite,
    /// The functions, tables and indexes of PostgreSQL
    Postgres,
    /// Databases, tables, buckets, functions and settings, as Appwrite's CLI pushes them
    Appwrite,
    /// The ids, and a type for the documents of each collection
    Typescript,
    /// The reference, with a diagram
    Docs,
}

impl Target {
    fn text(self, manifest: &ManifestArgs) -> anyhow::Result<String> {
        Ok(match self {
            Target::Sqlite => ddl::sqlite(),
            Target::Postgres => ddl::postgres(),
            Target::Appwrite => {
                let functions = functions(&manifest.manifest()?).map_err(|why| anyhow!(why))?;
                appwrite(&from_schema(), &functions, PROJECT)
            }
            Target::Typescript => typescript(),
            Target::Docs => reference(),
        })
    }

    fn file(self) -> &'static str {
        match self {
            Target::Sqlite => "schema/generated/sqlite.sql",
            Target::Postgres => "schema/generated/postgres.sql",
            Target::Appwrite => "schema/generated/appwrite.config.json",
            Target::Typescript => "schema/generated/schema.ts",
            Target::Docs => "docs/schema.md",
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
            Action::Export {
                target,
                output,
                manifest,
            } => {
                let output = output.unwrap_or_else(|| PathBuf::from(target.file()));
                write(&output, &target.text(&manifest)?)?;
            }
            Action::Validate(validate) => validate.run()?,
            Action::Diff(remote) => remote.diff()?,
            Action::Push(push) => push.run()?,
        }
        Ok(())
    }
}

impl Validate {
    /// The schema, and the bundle's functions, read as they would be exported; without any where there is no bundle.
    fn exported(&self) -> anyhow::Result<File> {
        let manifest = ManifestArgs {
            from: self.from.clone(),
            cache_dir: None,
        };
        if !manifest.is_there() {
            return file(None);
        }
        Ok(read_file(&Target::Appwrite.text(&manifest)?)?)
    }

    fn run(&self) -> anyhow::Result<()> {
        let file = match &self.file {
            Some(named) => file(Some(named))?,
            None => self.exported()?,
        };
        let options = Options {
            storage_limit: self.storage_limit,
        };
        let found = check_file(&file, options);
        let refused = found.iter().filter(|v| v.severity == Severity::Violation);
        let refused = refused.count();
        if self.json {
            let all = json!({"violations": refused, "found": found});
            println!("{all}");
        } else {
            for violation in &found {
                println!("{violation}");
            }
            let config = &file.config;
            let columns: usize = config.tables.iter().map(|t| t.columns.len()).sum();
            println!(
                "{refused} violations and {} warnings in {} tables with {columns} columns, {} buckets and {} functions",
                found.len() - refused,
                config.tables.len(),
                config.buckets.len(),
                file.functions.len()
            );
        }
        if refused > 0 {
            return Err(anyhow!("a server would refuse this").context(Exit(REFUSED)));
        }
        Ok(())
    }
}

/// The databases, tables and buckets of a file; the schema's without one.
fn config(path: Option<&Path>) -> anyhow::Result<Config> {
    file(path).map(|file| file.config)
}

/// A file; the schema without one.
fn file(path: Option<&Path>) -> anyhow::Result<File> {
    let Some(path) = path else {
        return Ok(File {
            config: from_schema(),
            ..File::default()
        });
    };
    let text = std::fs::read_to_string(path).map_err(|e| e.to_string());
    let file = text.and_then(|text| read_file(&text).map_err(|e| e.to_string()));
    let named = |e: String| anyhow!("{}: {e}", path.display());
    file.map_err(|e| named(e).context(Exit(UNREADABLE)))
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
