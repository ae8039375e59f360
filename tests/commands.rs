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
    for (target, file) in [
        ("sqlite", "schema/generated/sqlite.sql"),
        ("appwrite", "schema/generated/appwrite.config.json"),
        ("typescript", "schema/generated/schema.ts"),
        ("docs", "docs/schema.md"),
    ] {
        let written = whisper(&["schema", "export", "--target", target, "--output", "-"]);
        let stored = std::fs::read_to_string(root().join(file)).unwrap();
        assert!(written == stored, "{file} is stale");
    }
}

#[test]
fn migrating_twice_changes_nothing_the_second_time() {
    let dir = std::env::temp_dir().join(format!("whisper-migrate-{}", std::process::id()));
    let file = dir.join("x.db");
    let file = file.to_str().unwrap();
    let numbers = whisper_schema::MIGRATIONS.iter().map(|step| step.number);
    let applied = format!("applied {:?}", numbers.collect::<Vec<_>>());
    assert!(whisper(&["migrate", "--database", file]).contains(&applied));
    assert!(whisper(&["migrate", "--database", file]).contains("already"));
    std::fs::remove_dir_all(dir).unwrap();
}

fn validate(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(binary())
        .args(["schema", "validate"])
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn schema_validate_says_what_a_server_would_refuse() {
    let (status, printed, _) = validate(&["--storage-limit", "500000000"]);
    assert_eq!(status, 0, "{printed}");
    assert!(printed.starts_with("0 violations"), "{printed}");
    let manifest = std::fs::read_to_string(root().join("spin.toml")).unwrap();
    // A component without a route of its own is reached by other components alone.
    let mut routed = std::collections::BTreeSet::new();
    for trigger in manifest.split("[[trigger.http]]").skip(1) {
        let mut lines = trigger.lines().filter(|line| !line.is_empty());
        let route = lines.next().unwrap_or_default();
        let component = lines.next().unwrap_or_default();
        if route.starts_with("route = \"") {
            routed.insert(component.to_owned());
        }
    }
    let components = routed.len();
    let wanted = format!(" and {components} functions\n");
    assert!(printed.ends_with(&wanted), "{printed}");
    let (status, printed, _) = validate(&[]);
    assert_eq!(status, 1);
    assert!(
        printed.contains("bucket video [storage-limit]"),
        "{printed}"
    );
    assert!(
        printed.contains("has 500000000, may have 30000000"),
        "{printed}"
    );
    assert!(
        printed.contains("mend: raise _APP_STORAGE_LIMIT to 500000000"),
        "{printed}"
    );
}

#[test]
fn schema_validate_checks_the_functions_of_a_bundle_that_is_named() {
    let (_, printed, _) = validate(&["--from", "tests/misbehaving/spin.toml"]);
    assert!(printed.ends_with(" and 3 functions\n"), "{printed}");
    let (status, _, said) = validate(&["--from", "no-such.toml"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("no-such.toml"), "{said}");
}

#[test]
fn schema_validate_reads_files_and_speaks_json() {
    let (status, printed, _) = validate(&["schema/tests/facts.json", "--json"]);
    assert_eq!(status, 1);
    let found: whisper_testkit::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(found["violations"], 18);
    let first = &found["found"][0];
    assert_eq!(first["where"], "mainDB.profiles.privacySettings");
    assert_eq!(
        (first["has"].as_u64(), first["limit"].as_u64()),
        (Some(81_062), Some(65_534))
    );
    assert_eq!(first["rule"], "row-width");
    for (file, told) in [("nothing.json", "nothing.json"), ("Cargo.toml", "not JSON")] {
        let (status, _, said) = validate(&[file]);
        assert_eq!(status, 2, "{said}");
        assert!(said.contains(told), "{said}");
    }
}
