//! `whisper jobs`: the jobs that run by schedule, and how their last runs went.

use std::path::PathBuf;

use anyhow::bail;
use clap::Subcommand;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use whisper_manifest::ScheduleEntry;

use super::ManifestArgs;
use super::operator::{Target, cell, table};

/// How long after its time a job may begin: schedules of other machines aren't exact.
const LATE: SignedDuration = SignedDuration::from_secs(90);

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Jobs {
    /// List the jobs, each with its last run and its next
    List {
        /// The manifest with their schedules; by default the spin.toml here or in a folder above
        #[arg(long, short = 'f', value_name = "FILE")]
        from: Option<PathBuf>,
        /// The bundle
        #[command(flatten)]
        target: Target,
    },
    /// Run a job now
    Run {
        /// Its name
        name: String,
        /// The bundle
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
            Self::List { from, target } => list(from, &target),
            Self::Run { name, target } => run(&name, &target),
        }
    }
}

fn list(from: Option<PathBuf>, target: &Target) -> anyhow::Result<()> {
    let schedules = schedules(from)?;
    let mut jobs = target.get("/internal/jobs")?.expect_success()?;
    let now = jobs["now"].as_str().and_then(|now| now.parse().ok());
    if let (Some(now), Some(items)) = (now, jobs["items"].as_array_mut()) {
        items.iter_mut().for_each(|job| plan(job, &schedules, now));
    }
    if target.json {
        println!("{jobs}");
        return Ok(());
    }
    let rows = jobs["items"].as_array().into_iter().flatten().map(row);
    let head = [
        "job",
        "last run",
        "started",
        "ms",
        "done",
        "failed",
        "failures in 24 h",
        "due",
        "error",
    ];
    println!("{}", table(&head, &rows.collect::<Vec<_>>()));
    Ok(())
}

fn row(job: &Value) -> Vec<String> {
    let run = &job["lastRun"];
    let outcome = run["status"].as_str().unwrap_or("never ran").to_owned();
    let due = match job["missedAt"].as_str() {
        Some(missed) => format!("missed at {missed}"),
        None => cell(&job["dueAt"]),
    };
    vec![
        cell(&job["name"]),
        outcome,
        cell(&run["startedAt"]),
        cell(&run["durationMs"]),
        cell(&run["done"]),
        cell(&run["failed"]),
        cell(&job["failures24h"]),
        due,
        cell(&run["error"]),
    ]
}

/// The schedules of the manifest that is named, or of one that is found; none without a manifest.
fn schedules(from: Option<PathBuf>) -> anyhow::Result<Vec<ScheduleEntry>> {
    let arguments = ManifestArgs {
        from,
        cache_dir: None,
    };
    match arguments.is_there() {
        true => Ok(arguments.manifest()?.schedules),
        false => Ok(Vec::new()),
    }
}

/// Adds to a job when it is due (`dueAt`), and since when it is overdue (`missedAt`). A job that never ran may be
/// a new one, and has missed nothing.
fn plan(job: &mut Value, schedules: &[ScheduleEntry], now: Timestamp) {
    let entry = schedules.iter().find(|entry| job["name"] == entry.name);
    let Some(cron) = entry.map(|entry| &entry.cron) else {
        return;
    };
    if let Some(next) = cron.next_after(now) {
        job["dueAt"] = next.to_string().into();
    }
    let started = job["lastRun"]["startedAt"].as_str();
    let started: Option<Timestamp> = started.and_then(|time| time.parse().ok());
    let (Some(started), Ok(late)) = (started, now.checked_sub(LATE)) else {
        return;
    };
    let missed = cron.next_after(started).filter(|due| *due < late);
    if let Some(missed) = missed {
        job["missedAt"] = missed.to_string().into();
    }
}

fn run(name: &str, target: &Target) -> anyhow::Result<()> {
    let known = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if name.is_empty() || !name.chars().all(known) {
        bail!("\"{name}\" is no name of a job; {}", names(target)?);
    }
    let answer = target.post(&format!("/internal/jobs/{name}"), None)?;
    if answer.has_no_route() {
        bail!("there is no job \"{name}\"; {}", names(target)?);
    }
    if target.json {
        println!("{}", answer.body);
    }
    let report = answer.expect_success()?;
    if !target.json {
        println!("{name}: {}", outcome(&report));
    }
    Ok(())
}

fn outcome(report: &Value) -> String {
    let number = |field: &str| report[field].as_u64().unwrap_or(0);
    if report["isElsewhere"] == true {
        let seconds = number("againInSeconds");
        return format!(
            "under way already, so nothing was done; if that run was cut off, the job can be run again in {seconds} s"
        );
    }
    let more = match report["capped"] == true {
        true => ", and there is more for the next run",
        false => "",
    };
    let (found, done) = (number("found"), number("done"));
    format!("{found} found, {done} done{more}")
}

/// The jobs that there are, for a caller who named none of them.
fn names(target: &Target) -> anyhow::Result<String> {
    let jobs = target.get("/internal/jobs")?.expect_success()?;
    let names = jobs["items"].as_array().into_iter().flatten();
    let names: Vec<&str> = names.filter_map(|job| job["name"].as_str()).collect();
    Ok(format!("the jobs are {}", names.join(", ")))
}
