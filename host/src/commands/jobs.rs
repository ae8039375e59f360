//! `whisper jobs`: what runs by schedule, and how it went.

use anyhow::bail;
use clap::Subcommand;
use serde_json::Value;

use super::operator::{Target, cell, table};

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Jobs {
    /// List the jobs, each with its last run
    List {
        /// Which bundle
        #[command(flatten)]
        target: Target,
    },
    /// Run a job now
    Run {
        /// Its name
        name: String,
        /// Which bundle
        #[command(flatten)]
        target: Target,
    },
}

impl Jobs {
    /// Does it.
    ///
    /// # Errors
    /// When the bundle can't be asked, or the job failed.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List { target } => list(&target),
            Self::Run { name, target } => run(&name, &target),
        }
    }
}

fn list(target: &Target) -> anyhow::Result<()> {
    let jobs = target.get("/internal/jobs")?.expect_success()?;
    if target.json {
        println!("{jobs}");
        return Ok(());
    }
    let rows = jobs["items"].as_array().into_iter().flatten().map(|job| {
        let run = &job["lastRun"];
        let outcome = run["status"].as_str().unwrap_or("never ran");
        let cells = [
            &job["name"],
            &run["startedAt"],
            &run["durationMs"],
            &run["done"],
            &run["failed"],
            &job["failures24h"],
        ];
        let mut row: Vec<String> = cells.into_iter().map(cell).collect();
        row.insert(1, outcome.to_owned());
        row.push(cell(&run["error"]));
        row
    });
    let head = [
        "job",
        "last run",
        "started",
        "ms",
        "done",
        "failed",
        "failures in 24 h",
        "error",
    ];
    println!("{}", table(&head, &rows.collect::<Vec<_>>()));
    Ok(())
}

fn run(name: &str, target: &Target) -> anyhow::Result<()> {
    let known = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if name.is_empty() || !name.chars().all(known) {
        bail!("\"{name}\" is no name of a job");
    }
    let answer = target.post(&format!("/internal/jobs/{name}"), None)?;
    if target.json {
        println!("{}", answer.body);
    }
    let report = answer.expect_success()?;
    if !target.json {
        let number = |field: &str| report.get(field).and_then(Value::as_u64).unwrap_or(0);
        let more = match report["capped"] == true {
            true => ", and there is more for the next run",
            false => "",
        };
        println!(
            "{name}: {} found, {} done{more}",
            number("found"),
            number("done")
        );
    }
    Ok(())
}
