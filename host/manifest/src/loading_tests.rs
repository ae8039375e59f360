use super::*;

const HEAD: &str = "spin_manifest_version = 2\n[application]\nname = \"t\"\n";

fn parse(rest: &str) -> Result<Manifest, Problems> {
    Manifest::parse(&format!("{HEAD}{rest}"), Path::new("/app/spin.toml"))
}

/// The messages for a manifest with mistakes.
fn mistakes(rest: &str) -> Vec<String> {
    let problems = parse(rest).unwrap_err();
    problems
        .list
        .into_iter()
        .map(|p| format!("{}: {}: {}", p.line, p.table, p.message))
        .collect()
}

#[test]
fn the_projects_own_manifest_is_read() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spin.toml");
    let manifest = Manifest::load(&file).unwrap();
    assert_eq!(manifest.application.name, "whisper");
    assert!(manifest.components["accounts"].source.is_absolute());
    assert!(!manifest.triggers.is_empty());
    assert!(manifest.schedules.iter().any(|s| s.name == "story-expiry"));
}

#[test]
fn every_field_is_kept() {
    let manifest = parse(
        r#"
        [[trigger.http]]
        route = { private = true }
        component = "a-b"
        [component.a-b]
        source = "x/a.wasm"
        sqlite_databases = ["default"]
        allowed_outbound_hosts = ["http://self"]
        environment = { A = "b" }
        files = []
        tool.other = { anything = 1 }
        [component.a-b.build]
        command = ["one", "two"]
        workdir = "x"
        watch = ["**/*.rs"]
        "#,
    )
    .unwrap();
    let component = &manifest.components["a-b"];
    assert_eq!(component.source, Path::new("/app/x/a.wasm"));
    assert_eq!(component.sqlite_databases, ["default"]);
    assert_eq!(component.environment["A"], "b");
    let build = component.build.as_ref().unwrap();
    assert_eq!(build.commands, ["one", "two"]);
    assert_eq!(build.workdir, Path::new("/app/x"));
    assert_eq!(manifest.triggers[0].route, Route::Private);
}

#[test]
fn all_mistakes_are_told_at_once_with_their_lines() {
    let told = mistakes(
        r#"[variables]
Bad = { default = "" }
nothing = {}
[[trigger.http]]
rout = "/x"
component = "missing"
[component.a]
sorce = "a.wasm"
sqlite_databases = ["other"]
allowed_outbound_hosts = ["example.com"]
variables = { v = "{{ unknown }}" }
files = ["x"]
"#,
    );
    let expected = [
        "5: [variables] Bad: \"Bad\" is no name",
        "6: [variables] nothing: needs either",
        "7: [[trigger.http]]: `route` must be",
        "8: [[trigger.http]]: unknown field `rout` (did you mean `route`?)",
        "10: [component.a]: `source` is missing",
        "10: [component.a]: `sqlite_databases`: there is no SQLite database \"other\"",
        "10: [component.a]: `allowed_outbound_hosts`: \"example.com\" is no",
        "11: [component.a]: unknown field `sorce` (did you mean `source`?)",
        "15: [component.a]: `files` is not supported by the embedded host",
        "there is no variable \"unknown\"",
    ];
    for part in expected {
        assert!(
            told.iter().any(|t| t.contains(part)),
            "{part}\nin {told:#?}"
        );
    }
}

#[test]
fn references_and_routes_are_checked() {
    let told = mistakes(
        "[[trigger.http]]\nroute = \"/a\"\ncomponent = \"b\"\n\
         [[trigger.http]]\nroute = \"/a\"\ncomponent = \"c\"\n\
         [component.c]\nsource = \"c.wasm\"\n",
    );
    assert!(
        told.iter()
            .any(|t| t.contains("there is no component \"b\"")),
        "{told:?}"
    );
    assert!(
        told.iter().any(|t| t.contains("\"/a\" stands twice")),
        "{told:?}"
    );
}

#[test]
fn schedules_are_checked() {
    let told = mistakes(
        "[[application.tool.whisper.schedules]]\nname = \"a\"\ncron = \"* * *\"\nroute = \"x\"\n",
    );
    assert!(told.iter().any(|t| t.contains("has 3 fields")), "{told:?}");
    assert!(
        told.iter().any(|t| t.contains("must start with")),
        "{told:?}"
    );
}

#[test]
fn other_versions_and_triggers_are_refused() {
    let text = "spin_manifest_version = 1\n[application]\nname = \"t\"\n[[trigger.redis]]\n";
    let problems = Manifest::parse(text, Path::new("/app/spin.toml")).unwrap_err();
    let text = problems.to_string();
    assert!(text.contains("spin_manifest_version = 2"), "{text}");
    assert!(text.contains("HTTP triggers only"), "{text}");
}

#[test]
fn broken_toml_names_the_line() {
    let problems = parse("[component.a\n").unwrap_err();
    assert_eq!(problems.list[0].line, 4);
}
