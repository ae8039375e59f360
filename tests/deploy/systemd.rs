//! `deploy/systemd`, by `systemd-analyze`.

use std::process::{Command, Output};

use tempfile::TempDir;
use whisper_testkit::binary;

use super::{file, others, whisper_reads};
use crate::npm::{printed, quiet, skip};

/// Where the unit expects the program.
const PROGRAM: &str = "/usr/local/bin/whisper";
/// How exposed the unit may be, in tenths of systemd's points (0 to 10).
const EXPOSURE: &str = "15";

/// The complaints of `systemd-analyze` about the unit, whose program is where it is here; nothing where there is no such tool.
fn analyze(arguments: &[&str], unit: &str) -> Option<Output> {
    let mut analyze = Command::new("systemd-analyze");
    if quiet(analyze.arg("--version")).is_err() {
        skip("deploy", "systemd-analyze is not installed");
        return None;
    }
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("whisper.service");
    let program = binary().to_str().unwrap();
    std::fs::write(&path, unit.replace(PROGRAM, program)).unwrap();
    let mut analyze = Command::new("systemd-analyze");
    Some(quiet(analyze.args(arguments).arg(path)).unwrap())
}

fn verify(unit: &str) -> Option<Output> {
    analyze(&["verify", "--man=no", "--recursive-errors=no"], unit)
}

fn unit() -> String {
    file("systemd/whisper.service")
}

#[test]
fn systemd_finds_nothing_wrong() {
    let Some(done) = verify(&unit()) else { return };
    let told = printed(&done);
    // It warns of units of the machine's too.
    assert!(
        done.status.success() && !told.contains("whisper.service"),
        "{told}"
    );
    // A setting that it doesn't know is only a warning.
    let wrong = unit().replace("ProtectHome=", "ProtectHoem=");
    let told = printed(&verify(&wrong).unwrap());
    assert!(
        told.contains("whisper.service") && told.contains("ProtectHoem"),
        "{told}"
    );
}

#[test]
fn the_unit_is_shut_in() {
    let threshold = format!("--threshold={EXPOSURE}");
    let arguments = ["security", "--offline=true", "--no-pager", &threshold];
    let Some(done) = analyze(&arguments, &unit()) else {
        return;
    };
    assert!(done.status.success(), "{}", printed(&done));
}

#[test]
fn the_unit_starts_whisper_with_arguments_that_it_reads() {
    let unit = unit();
    let command = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="));
    let mut words = command.unwrap().split(' ');
    assert_eq!(words.next(), Some(PROGRAM));
    whisper_reads(words);
}

#[test]
fn the_settings_are_variables_of_the_bundle() {
    let settings = file("systemd/whisper.env");
    let names = settings.lines().filter_map(|line| {
        let (name, _) = line.split_once('=')?;
        let name = name.trim_start_matches('#');
        (!name.contains(' ')).then_some(name)
    });
    assert_eq!(
        others(names),
        ["WHISPER_POSTGRES", "WHISPER_POSTGRES_REPLICA"]
    );
    assert!(unit().contains("\nEnvironmentFile=/etc/whisper/whisper.env\n"));
}
