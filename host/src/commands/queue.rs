//! `whisper queue`: deliveries and pushes on their way to devices, and failed ones.

use anyhow::bail;
use clap::Subcommand;
use serde_json::{Value, json};

use super::operator::{Target, cell, table};

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Queue {
    /// List deliveries of messages, and pushes to devices
    List {
        /// pending, processing, delivered or failed
        #[arg(long, default_value = "failed", value_parser = ["pending", "processing", "delivered", "failed"])]
        status: String,
        /// How many of each at most
        #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u32).range(1..=100))]
        limit: u32,
        /// The bundle
        #[command(flatten)]
        target: Target,
    },
    /// Try failed ones again
    Retry {
        /// Ids of deliveries or pushes
        #[arg(required_unless_present = "all")]
        ids: Vec<String>,
        /// All that failed
        #[arg(long, conflicts_with = "ids")]
        all: bool,
        /// The bundle
        #[command(flatten)]
        target: Target,
    },
}

impl Queue {
    /// Does it.
    ///
    /// # Errors
    /// When the bundle can't be asked, or none of the ids is one that failed.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List {
                status,
                limit,
                target,
            } => list(&status, limit, &target),
            Self::Retry { ids, all, target } => retry(&ids, all, &target),
        }
    }
}

fn list(status: &str, limit: u32, target: &Target) -> anyhow::Result<()> {
    let page = |path: &str| {
        let path = format!("{path}?status={status}&limit={limit}");
        target.get(&path)?.expect_success()
    };
    let messages = page("/internal/queue")?;
    // Pushes that arrived are gone.
    let pushes = match status {
        "delivered" => json!({"items": []}),
        _ => page("/internal/queue/pushes")?,
    };
    if target.json {
        println!(
            "{}",
            json!({"messages": messages["items"], "pushes": pushes["items"]})
        );
        return Ok(());
    }
    let rows = |list: &Value, fields: &[&str]| -> Vec<Vec<String>> {
        let items = list["items"].as_array().into_iter().flatten();
        let row = |item: &Value| fields.iter().map(|field| cell(&item[*field])).collect();
        items.map(row).collect()
    };
    let shown = [
        (
            "messages",
            &messages,
            ["id", "messageId", "retryCount", "ageSeconds", "error"],
        ),
        (
            "pushes",
            &pushes,
            ["id", "userId", "attempts", "ageSeconds", "error"],
        ),
    ];
    for (name, list, fields) in shown {
        let rows = rows(list, &fields);
        if rows.is_empty() {
            println!("no {name} are {status}");
            continue;
        }
        println!("{name}, {status}:\n{}", table(&fields, &rows));
        if list["next"].is_string() {
            println!("and more");
        }
    }
    Ok(())
}

fn retry(ids: &[String], all: bool, target: &Target) -> anyhow::Result<()> {
    let body = if all {
        json!({"all": true})
    } else {
        json!({"ids": ids})
    };
    let answer = target
        .post("/internal/queue/retry", Some(&body))?
        .expect_success()?;
    if target.json {
        println!("{answer}");
    } else {
        let more = if answer["more"] == true {
            ", and there is more"
        } else {
            ""
        };
        println!(
            "{} pushes of {} messages wait again{more}",
            answer["pushes"], answer["messages"]
        );
    }
    if !all && answer["pushes"] == 0 {
        bail!("nothing that failed has one of these ids");
    }
    Ok(())
}
