//! The functions that a manifest's components become, and how the components are built.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;

use whisper_appwrite::package::{MOST, Packaged, for_functions, functions};
use whisper_manifest::Manifest;

fn manifest(rest: &str) -> Manifest {
    let text = format!(
        "spin_manifest_version = 2\n[application]\nname = \"t\"\n\
         [[trigger.http]]\nroute = \"/internal/jobs/...\"\ncomponent = \"a\"\n\
         [component.a]\nsource = \"target/wasm32-wasip2/release/a_b.wasm\"\n\
         [component.a.build]\ncommand = \"cargo build --release --target wasm32-wasip2 -p a-b\"\n{rest}"
    );
    Manifest::parse(&text, Path::new("/app/spin.toml")).unwrap()
}

const SCHEDULE: &str = "[[application.tool.whisper.schedules]]\nname = \"one\"\ncron = \"5 4 * * *\"\nroute = \"/internal/jobs/one\"\n";

#[test]
fn a_schedule_is_the_components_that_its_route_leads_to() {
    let without = &functions(&manifest("")).unwrap()[0];
    assert_eq!(
        (without.schedule.as_str(), &without.job, without.timeout),
        ("", &None, 30)
    );
    let with = &functions(&manifest(SCHEDULE)).unwrap()[0];
    assert_eq!(with.schedule, "5 4 * * *");
    assert_eq!(with.job.as_deref(), Some("/internal/jobs/one"));
    assert_eq!(with.timeout, 300, "nobody waits for it");
    let own = format!("{SCHEDULE}[component.a.tool.whisper.appwrite]\ntimeout = 60\n");
    assert_eq!(functions(&manifest(&own)).unwrap()[0].timeout, 60);
}

#[test]
fn a_schedule_of_nobody_and_a_second_one_are_refused() {
    let second = format!("{SCHEDULE}{}", SCHEDULE.replace("one", "two"));
    let why = functions(&manifest(&second)).unwrap_err();
    assert!(why.contains("\"a\" has two schedules"), "{why}");
    let nobodys = SCHEDULE.replace("/internal/jobs/one", "/elsewhere");
    let why = functions(&manifest(&nobodys)).unwrap_err();
    assert!(why.contains("\"one\" leads to no component"), "{why}");
}

#[test]
fn a_component_that_only_others_call_is_no_function() {
    let chained = "[component.b]\nsource = \"b.wasm\"\n[[trigger.http]]\nroute = { private = true }\ncomponent = \"b\"\n";
    let made = functions(&manifest(chained)).unwrap();
    let ids: Vec<&str> = made.iter().map(|function| function.id.as_str()).collect();
    assert_eq!(ids, ["a"]);
}

#[test]
fn a_function_without_data_has_no_scopes() {
    assert_eq!(functions(&manifest("")).unwrap()[0].scopes, [""; 0]);
}

#[test]
fn components_are_built_apart_from_those_that_spin_runs() {
    let built = for_functions(&manifest(""), Path::new("/app/target/appwrite")).unwrap();
    let a = &built.components["a"];
    let file = "/app/target/appwrite/wasm32-wasip2/release/a_b.wasm";
    assert_eq!(a.source, Path::new(file));
    let command = "cargo build --release --target wasm32-wasip2 -p a-b --no-default-features";
    assert_eq!(a.build.as_ref().unwrap().commands, [command]);
}

#[test]
fn what_something_else_builds_is_refused() {
    for command in ["\"make a\"", "[\"cargo build -p a\", \"true\"]"] {
        let text = "spin_manifest_version = 2\n[application]\nname = \"t\"\n[component.a]\nsource = \"a.wasm\"\n\
                    [component.a.build]\ncommand = ";
        let file = Path::new("/app/spin.toml");
        let manifest = Manifest::parse(&format!("{text}{command}\n"), file).unwrap();
        let why = for_functions(&manifest, Path::new("/t")).unwrap_err();
        assert!(why.to_string().contains("one `cargo build`"), "{why}");
    }
}

#[test]
fn thirty_million_bytes_may_be_deployed() {
    let packaged = |size| Packaged {
        id: "a".into(),
        folder: "/f".into(),
        size,
    };
    assert!(!packaged(MOST).is_too_large());
    assert!(packaged(MOST + 1).is_too_large());
}
