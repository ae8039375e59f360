//! `whisper schema diff` and `push`: the schema and a server of Appwrite's.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use serde_json::{Value, json};
use whisper_appwrite::remote::{self, Client, Plan, Progress};
use whisper_appwrite::{Config, Options, Severity, check, limits};

use crate::exit::Exit;

/// The variable of the key. It is no flag: arguments can be read by everybody on the machine.
const KEY: &str = "WHISPER_APPWRITE_KEY";
/// Status of `diff` when something differs.
const DIFFERS: u8 = 1;
/// Status of `diff` and `push` when the file, the key or the server are of no use.
const UNUSABLE: u8 = 2;

/// The server, and the configuration that it is compared with.
#[derive(Debug, Args)]
pub struct Remote {
    /// An appwrite.config.json; the schema if none is given
    file: Option<PathBuf>,
    /// Where the server's API is, such as https://cloud.appwrite.io/v1
    #[arg(long, env = "WHISPER_APPWRITE_ENDPOINT", value_name = "URL")]
    endpoint: String,
    /// Id of the project
    #[arg(long, env = "WHISPER_APPWRITE_PROJECT", value_name = "ID")]
    project: String,
    /// Delete the thing of this name that the server has and the schema hasn't, or has otherwise; can be given several times
    #[arg(long, value_name = "NAME")]
    prune: Vec<String>,
    /// Print JSON: one object for a diff, one for each step of a push
    #[arg(long)]
    json: bool,
}

/// Arguments of a push: those of a comparison, and two of its own.
#[derive(Debug, Args)]
pub struct Push {
    #[command(flatten)]
    remote: Remote,
    /// The server's _APP_STORAGE_LIMIT, in bytes
    #[arg(long, default_value_t = limits::STORAGE, value_name = "BYTES")]
    storage_limit: u64,
    /// Seconds to wait for the columns or the indexes of a table
    #[arg(long, default_value_t = 300, value_name = "SECONDS")]
    patience: u64,
}

impl Remote {
    /// Prints the changes that a push would make.
    ///
    /// # Errors
    /// When something differs, with status 1; when the comparison fails, with status 2.
    pub fn diff(&self) -> anyhow::Result<()> {
        let (_, plan) = self.compare(&self.wanted()?)?;
        if self.json {
            println!("{}", object(&plan));
        } else {
            print(&plan);
        }
        named(&plan)?;
        if plan.changes.is_empty() && plan.refused.is_empty() {
            return Ok(());
        }
        Err(anyhow!("the server differs").context(Exit(DIFFERS)))
    }

    fn wanted(&self) -> anyhow::Result<Config> {
        super::config(self.file.as_deref())
    }

    fn client(&self) -> anyhow::Result<Client> {
        let key = std::env::var(KEY).ok().filter(|key| !key.trim().is_empty());
        let key = key.ok_or_else(|| {
            let needed = "databases.read, databases.write, tables.read, tables.write, columns.read, columns.write, indexes.read, indexes.write, buckets.read and buckets.write";
            anyhow!("{KEY} is not set: an API key of the project, with the scopes {needed}").context(Exit(UNUSABLE))
        })?;
        Ok(Client::new(&self.endpoint, &self.project, key.trim()))
    }

    fn compare(&self, wanted: &Config) -> anyhow::Result<(Client, Plan)> {
        let client = self.client()?;
        let there = remote::state(&client)
            .with_context(|| format!("asking {}", self.endpoint))
            .map_err(|error| error.context(Exit(UNUSABLE)))?;
        Ok((client, remote::plan(wanted, &there, &self.prune)))
    }
}

impl Push {
    /// Brings the server up to the schema.
    ///
    /// # Errors
    /// When a server would refuse the schema, data would be lost, or a change fails.
    pub fn run(&self) -> anyhow::Result<()> {
        let remote = &self.remote;
        let wanted = remote.wanted()?;
        self.checked(&wanted)?;
        let (client, plan) = remote.compare(&wanted)?;
        named(&plan)?;
        if !plan.refused.is_empty() {
            print_refused(&plan);
            bail!(
                "nothing was changed; --prune with its name deletes what is there, with its data, and makes it anew"
            );
        }
        let mut teller = Teller::new(remote.json);
        let patience = Duration::from_secs(self.patience);
        let pushed = remote::push(&client, &plan, patience, &mut |progress| {
            teller.tell(&progress)
        });
        teller.clear();
        pushed
            .context("the push ended early; what is done stays, another one goes on from there")?;
        match (remote.json, plan.changes.len()) {
            (true, changes) => println!(
                "{}",
                json!({"event": "done", "changes": changes, "kept": plan.kept})
            ),
            (false, 0) => println!("nothing to do"),
            (false, changes) => println!("done: {changes} changes"),
        }
        Ok(())
    }

    fn checked(&self, wanted: &Config) -> anyhow::Result<()> {
        let options = Options {
            storage_limit: self.storage_limit,
        };
        let found = check(wanted, options);
        let refused: Vec<_> = found
            .iter()
            .filter(|v| v.severity == Severity::Violation)
            .collect();
        for violation in &refused {
            eprintln!("{violation}");
        }
        if refused.is_empty() {
            return Ok(());
        }
        bail!(
            "nothing was sent: a server refuses {} of this; --storage-limit says what its _APP_STORAGE_LIMIT is",
            refused.len()
        );
    }
}

/// Refuses names that name nothing.
fn named(plan: &Plan) -> anyhow::Result<()> {
    if plan.unknown.is_empty() {
        return Ok(());
    }
    let names = plan.unknown.join(", ");
    Err(anyhow!(
        "--prune: {names}: the server has none of this beyond the schema, or as the schema has it"
    )
    .context(Exit(UNUSABLE)))
}

fn print(plan: &Plan) {
    for change in &plan.changes {
        println!("{change}");
    }
    print_refused(plan);
    for place in &plan.kept {
        println!("  kept, as the schema has it not: {place}");
    }
    println!(
        "{} changes, {} refused, {} kept",
        plan.changes.len(),
        plan.refused.len(),
        plan.kept.len()
    );
}

fn print_refused(plan: &Plan) {
    for refused in &plan.refused {
        println!("! {} {}", refused.place, refused.why);
    }
}

fn object(plan: &Plan) -> Value {
    let change = |change: &remote::Change| {
        json!({
            "do": change.verb, "what": change.what.name(),
            "where": change.what.place(), "why": change.why,
        })
    };
    let changes: Vec<Value> = plan.changes.iter().map(change).collect();
    json!({"changes": changes, "refused": plan.refused, "kept": plan.kept})
}

/// Tells how far it is: on a terminal in one line that is written over.
struct Teller {
    json: bool,
    terminal: bool,
}

impl Teller {
    fn new(json: bool) -> Self {
        Teller {
            json,
            terminal: std::io::stdout().is_terminal(),
        }
    }

    fn tell(&mut self, progress: &Progress<'_>) {
        match progress {
            Progress::Change(n, of, change) if self.json => println!(
                "{}",
                json!({
                    "event": "change", "number": n, "of": of, "do": change.verb,
                    "what": change.what.name(), "where": change.what.place(),
                })
            ),
            Progress::Waiting(place, making) if self.json => {
                println!(
                    "{}",
                    json!({"event": "waiting", "where": place, "making": making})
                );
            }
            Progress::Change(n, of, change) => self.line(&format!("[{n}/{of}] {change}")),
            Progress::Waiting(place, making) if self.terminal => {
                self.line(&format!(
                    "waiting for {making} columns or indexes of {place}"
                ));
            }
            Progress::Waiting(..) => {}
        }
    }

    fn line(&self, line: &str) {
        if self.terminal {
            print!("\r\x1b[K{line}");
            // A line that isn't shown is no reason to stop.
            let _ = std::io::stdout().flush();
        } else {
            println!("{line}");
        }
    }

    fn clear(&self) {
        if self.terminal && !self.json {
            print!("\r\x1b[K");
        }
    }
}
