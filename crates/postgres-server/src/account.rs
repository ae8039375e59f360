//! The account that a server runs under: PostgreSQL refuses root's.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

/// Accounts without rights that a machine may have, the best first.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// An account's user and group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    user: u32,
    group: u32,
}

impl Account {
    /// The account that a server of this process runs under; none when it is this process' own.
    pub fn for_server() -> Result<Option<Account>> {
        // A file that this process makes belongs to its user.
        let own = tempfile::tempfile().and_then(|file| file.metadata())?.uid();
        if own != 0 {
            return Ok(None);
        }
        let accounts = std::fs::read_to_string("/etc/passwd").context("/etc/passwd")?;
        let found = UNPRIVILEGED
            .iter()
            .find_map(|name| Account::named(&accounts, name));
        found
            .map(Some)
            .context("root may not run PostgreSQL, and there is no account `postgres` or `nobody`")
    }

    fn named(accounts: &str, name: &str) -> Option<Account> {
        let line = accounts
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2);
        Some(Account {
            user: numbers.next()?.parse().ok()?,
            group: numbers.next()?.parse().ok()?,
        })
    }

    /// Has a command run under it.
    pub fn run(self, command: &mut Command) {
        command.uid(self.user).gid(self.group);
    }

    /// Gives it a file or folder.
    pub fn give(self, path: &Path) -> std::io::Result<()> {
        chown(path, Some(self.user), Some(self.group))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\npostgres2:x:7:7::/:\nnobody:x:65534:65533:nobody:/:/bin/false\n";
        let nobody = Account {
            user: 65_534,
            group: 65_533,
        };
        assert_eq!(Account::named(accounts, "nobody"), Some(nobody));
        assert_eq!(Account::named(accounts, "postgres"), None);
    }
}
