//! Subcommands that need no running bundle.

use std::process::Command;

use whisper_testkit::{binary, root};

fn whisper(arguments: &[&str]) -> String {
    let output = Command::new(binary())
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn schema_stats_prints_the_five_numbers() {
    let printed = whisper(&["schema", "stats"]);
    let numbers: Vec<(&str, &str)> = printed
        .lines()
        .filter_map(|line| line.split_once(char::is_whitespace))
        .map(|(name, number)| (name, number.trim()))
        .take(5)
        .collect();
    let wanted = [
        ("databases", "5"),
        ("collections", "30"),
        ("attributes", "394"),
        ("indexes", "66"),
        ("buckets", "12"),
    ];
    assert_eq!(numbers, wanted, "{printed}");
}

#[test]
fn schema_export_writes_what_is_checked_in() {
    let written = whisper(&["schema", "export", "--target", "sqlite", "--output", "-"]);
    let stored = std::fs::read_to_string(root().join("schema/generated/sqlite.sql")).unwrap();
    assert!(written == stored, "schema/generated/sqlite.sql is stale");
}

#[test]
fn migrating_twice_changes_nothing_the_second_time() {
    let dir = std::env::temp_dir().join(format!("whisper-migrate-{}", std::process::id()));
    let file = dir.join("x.db");
    let file = file.to_str().unwrap();
    assert!(whisper(&["migrate", "--database", file]).contains("applied [1, 2, 3]"));
    assert!(whisper(&["migrate", "--database", file]).contains("already"));
    std::fs::remove_dir_all(dir).unwrap();
}
