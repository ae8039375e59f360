//! `whisper users`: an account as the operator sees it, and whether it may be used.

use anyhow::bail;
use clap::Subcommand;
use serde_json::Value;

use super::operator::{Target, cell};

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Users {
    /// Show a user's account
    Show {
        /// The user, and the bundle
        #[command(flatten)]
        user: User,
    },
    /// Disable an account: its sessions end at once, and nobody signs in to it
    Disable {
        /// The user, and the bundle
        #[command(flatten)]
        user: User,
    },
    /// Enable an account that was disabled
    Enable {
        /// The user, and the bundle
        #[command(flatten)]
        user: User,
    },
}

/// A user of a bundle.
#[derive(Debug, clap::Args)]
pub struct User {
    /// The user's id or user name
    user: String,
    /// The bundle
    #[command(flatten)]
    target: Target,
}

impl Users {
    /// Does it.
    ///
    /// # Errors
    /// When the bundle can't be asked, or has no such user.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Show { user } => user.print(&user.find()?),
            Self::Disable { user } => user.print(&user.change("disable")?),
            Self::Enable { user } => user.print(&user.change("enable")?),
        }
    }
}

impl User {
    /// The account, by the id or the user name.
    fn find(&self) -> anyhow::Result<Value> {
        let name = self.user.strip_prefix('@').unwrap_or(&self.user);
        let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.is_empty() || !name.chars().all(known) || name.chars().all(|c| c == '.') {
            bail!("\"{}\" is neither an id nor a user name", self.user);
        }
        let answer = self.target.get(&format!("/internal/users/{name}"))?;
        if answer.status == 404 && !answer.has_no_route() {
            bail!("there is no user \"{}\"", self.user);
        }
        answer.expect_success()
    }

    /// Disables or enables the account; returns how it is then.
    fn change(&self, action: &str) -> anyhow::Result<Value> {
        let user = self.find()?;
        let id = user["id"].as_str().unwrap_or_default();
        let path = format!("/internal/users/{id}/{action}");
        self.target.post(&path, None)?.expect_success()
    }

    fn print(&self, user: &Value) -> anyhow::Result<()> {
        match self.target.json {
            true => println!("{user}"),
            false => print_fields("", user),
        }
        Ok(())
    }
}

/// A line for each field; those of objects inside behind the object's name.
fn print_fields(prefix: &str, value: &Value) {
    for (name, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::Object(_) => print_fields(&format!("{prefix}{name}."), value),
            _ => println!("{:24} {}", format!("{prefix}{name}"), cell(value)),
        }
    }
}
