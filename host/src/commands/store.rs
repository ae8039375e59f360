//! `whisper store`: moves the documents of a bundle from one database to another.

mod place;

use std::ops::ControlFlow;

use anyhow::anyhow;
use clap::{Args, Subcommand};
use futures::executor::block_on;
use whisper_store::copy::{Copied, Progress, copy};

use self::place::Place;
use super::migrate::now;
use super::operator::table;

/// Documents after which a copy says again how far it is.
const TOLD: usize = 100_000;

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Store {
    /// Copy a whole database, from SQLite to PostgreSQL or back; hosts of both have to be stopped. Called again, it goes on with a copy that broke off
    Copy(Copy),
}

/// Arguments of `whisper store copy`.
#[derive(Debug, Args)]
pub struct Copy {
    /// The database that is copied: a data folder, or an address as postgres://user:password@127.0.0.1/whisper
    #[arg(
        long,
        env = "WHISPER_COPY_FROM",
        value_name = "FOLDER|URL",
        hide_env_values = true
    )]
    from: Place,
    /// The database that it is copied into: a data folder without a database, or the address of an empty one
    #[arg(
        long,
        env = "WHISPER_COPY_TO",
        value_name = "FOLDER|URL",
        hide_env_values = true
    )]
    to: Place,
}

impl Store {
    /// Does it.
    ///
    /// # Errors
    /// When it is refused or fails.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Copy(copy) => copy.run(),
        }
    }
}

impl Copy {
    fn run(self) -> anyhow::Result<()> {
        let from = self.from.as_source("--from")?;
        let to = self.to.as_target("--to")?;
        let mut told = Told::default();
        let tell = |progress: Progress| {
            told.hear(progress);
            ControlFlow::Continue(())
        };
        let copied = block_on(copy(&from.side, &to.side, now(), tell));
        let copied = copied.map_err(|error| anyhow!("{error}"))?;
        print(&copied);
        Ok(())
    }
}

/// Says how far a copy is.
#[derive(Default)]
struct Told {
    collection: &'static str,
    documents: usize,
}

impl Told {
    fn hear(
        &mut self,
        Progress {
            collection,
            documents,
        }: Progress,
    ) {
        if self.collection != collection {
            (self.collection, self.documents) = (collection, 0);
        }
        let before = self.documents / TOLD;
        self.documents += documents;
        if self.documents / TOLD > before {
            eprintln!("{collection}: {} copied", self.documents);
        }
    }
}

fn print(copied: &Copied) {
    let some = copied.collections.iter().filter(|(_, count, _)| *count > 0);
    let rows: Vec<Vec<String>> = some
        .map(|(collection, count, checksum)| {
            vec![
                (*collection).to_owned(),
                count.to_string(),
                checksum.clone(),
            ]
        })
        .collect();
    println!("{}", table(&["collection", "documents", "checksum"], &rows));
    let documents: u64 = copied.collections.iter().map(|(_, count, _)| count).sum();
    let went_on = match copied.went_on {
        true => ", after it had broken off",
        false => "",
    };
    println!("copied {documents} documents{went_on}: both databases have the same");
}
