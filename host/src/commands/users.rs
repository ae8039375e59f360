//! `whisper users`: an account as the operator sees it, and whether it may be used.

use anyhow::bail;
use clap::Subcommand;
use serde_json::Value;

use super::operator::{Answer, Target, cell};

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Users {
    /// Show a user's account
    Show {
        /// Who, and where
        #[command(flatten)]
        user: User,
    },
    /// Disable an account: its sessions end at once, and nobody signs in to it
    Disable {
        /// Who, and where
        #[command(flatten)]
        user: User,
    },
    /// Enable an account that was disabled
    Enable {
        /// Who, and where
        #[command(flatten)]
        user: User,
    },
}

/// A user of a bundle.
#[derive(Debug, clap::Args)]
pub struct User {
    /// The user's id or user name
    user: String,
    /// Which bundle
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
            Self::Show { user } => user.print(user.target.get(&user.path("")?)?),
            Self::Disable { user } => user.print(user.target.post(&user.path("/disable")?, None)?),
            Self::Enable { user } => user.print(user.target.post(&user.path("/enable")?, None)?),
        }
    }
}

impl User {
    fn path(&self, action: &str) -> anyhow::Result<String> {
        let name = self.user.strip_prefix('@').unwrap_or(&self.user);
        let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.is_empty() || !name.chars().all(known) || name.chars().all(|c| c == '.') {
            bail!("\"{}\" is neither an id nor a user name", self.user);
        }
        Ok(format!("/internal/users/{name}{action}"))
    }

    fn print(&self, answer: Answer) -> anyhow::Result<()> {
        if answer.status == 404 && !answer.has_no_route() {
            bail!("there is no user \"{}\"", self.user);
        }
        let user = answer.expect_success()?;
        if self.target.json {
            println!("{user}");
            return Ok(());
        }
        print_fields("", &user);
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
