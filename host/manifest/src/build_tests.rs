use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::Manifest;

fn component(id: &str, command: &str) -> Component {
    Component {
        id: id.into(),
        source: format!("/app/target/wasm32-wasip2/release/{id}.wasm").into(),
        description: String::new(),
        sqlite_databases: Vec::new(),
        key_value_stores: Vec::new(),
        allowed_outbound_hosts: Vec::new(),
        variables: Default::default(),
        environment: Default::default(),
        computes: false,
        one_instance: false,
        long_bodies: false,
        build: Some(Build {
            commands: vec![command.into()],
            workdir: "/app".into(),
            watch: vec!["src/**/*.rs".into(), "Cargo.lock".into()],
        }),
        function: Default::default(),
    }
}

#[test]
fn cargo_commands_that_differ_in_the_package_become_one() {
    let components = [
        component("a", "cargo build --release --target wasm32-wasip2 -p a"),
        component(
            "b",
            "cargo build --release --target wasm32-wasip2 --package b",
        ),
        component("c", "cargo build --target wasm32-wasip2 -p c"),
        component("d", "make d && cargo build"),
    ];
    let steps = plan(&components);
    let commands: Vec<&str> = steps.iter().map(|step| step.command.as_str()).collect();
    assert_eq!(
        commands,
        [
            "cargo build --release --target wasm32-wasip2 -p a -p b",
            "cargo build --target wasm32-wasip2 -p c",
            "make d && cargo build",
        ]
    );
    assert_eq!(steps[0].components, ["a", "b"]);
    assert_eq!(
        steps[0].target_dir.as_deref(),
        Some(Path::new("/app/target"))
    );
}

#[test]
fn the_wasm_target_of_a_command() {
    let target = |command| wasm_target(command);
    assert_eq!(
        target("cargo build --target wasm32-wasip2 -p a"),
        Some("wasm32-wasip2")
    );
    assert_eq!(
        target("cargo build --target=wasm32-wasip1"),
        Some("wasm32-wasip1")
    );
    assert_eq!(target("cargo build"), None);
    assert_eq!(target("npm run build"), None);
}

#[test]
fn a_component_is_stale_when_missing_or_older_than_a_watched_file() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("src/deep/target")).unwrap();
    for file in [
        "src/deep/lib.rs",
        "src/deep/target/skipped.rs",
        "src/deep/readme.md",
    ] {
        File::create(dir.path().join(file)).unwrap();
    }
    let mut component = component("a", "cargo build -p a");
    component.source = dir.path().join("a.wasm");
    let build = component.build.as_mut().unwrap();
    build.workdir = dir.path().to_owned();
    assert_eq!(why_stale(&component).as_deref(), Some("not built yet"));

    let wasm = File::create(&component.source).unwrap();
    let now = SystemTime::now();
    wasm.set_modified(now + Duration::from_secs(10)).unwrap();
    assert_eq!(why_stale(&component), None);

    let touch = |file: &str| {
        let file = File::options()
            .write(true)
            .open(dir.path().join(file))
            .unwrap();
        file.set_modified(now + Duration::from_secs(20)).unwrap();
    };
    touch("src/deep/target/skipped.rs");
    touch("src/deep/readme.md");
    assert_eq!(why_stale(&component), None);
    touch("src/deep/lib.rs");
    assert_eq!(
        why_stale(&component).as_deref(),
        Some("src/deep/lib.rs is newer")
    );
}

/// The folders of the workspace that each package is built from, its own among them.
fn sources() -> BTreeMap<String, BTreeSet<PathBuf>> {
    let metadata = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut folders = BTreeMap::new();
    let mut needed = BTreeMap::new();
    for package in packages {
        let name = text(&package["name"]).unwrap();
        let file = text(&package["manifest_path"]).unwrap();
        folders.insert(name.clone(), Path::new(&file).parent().unwrap().to_owned());
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let built = dependencies
            .filter(|one| one["path"].is_string() && one["kind"] != "dev")
            .map(|one| text(&one["name"]).unwrap());
        needed.insert(name, built.collect::<Vec<_>>());
    }
    let all = |name: &String| {
        let (mut found, mut next) = (BTreeSet::new(), vec![name.clone()]);
        while let Some(name) = next.pop() {
            if found.insert(folders[&name].clone()) {
                next.extend(needed[&name].clone());
            }
        }
        found
    };
    folders
        .keys()
        .map(|name| (name.clone(), all(name)))
        .collect()
}

#[test]
fn each_component_is_built_anew_when_a_crate_that_it_uses_changes() {
    let sources = sources();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spin.toml");
    let manifest = Manifest::load(&file.canonicalize().unwrap()).unwrap();
    for (id, component) in &manifest.components {
        let build = component.build.as_ref().unwrap();
        let watched = glob_set(&build.watch).unwrap();
        for folder in &sources[id] {
            let source = folder.join("src/lib.rs");
            let source = source.strip_prefix(&build.workdir).unwrap();
            assert!(watched.is_match(source), "{id}: {}", source.display());
        }
    }
}
