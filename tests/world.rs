//! The components ask for the imports of `wit/function.wit`, and for nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use wasmparser::{Parser, Payload};
use whisper_testkit::{TestApp, root};

#[derive(Debug, Default)]
struct World {
    imports: BTreeSet<String>,
    exports: BTreeSet<String>,
}

/// The imports and exports that the file names, each on a line of its own.
fn documented() -> World {
    let text = fs::read_to_string(root().join("wit/function.wit")).unwrap();
    let names = |keyword: &str| {
        let name = |line: &str| {
            let name = line.trim().strip_prefix(keyword)?.strip_suffix(';')?;
            Some(name.to_owned())
        };
        text.lines().filter_map(name).collect()
    };
    World {
        imports: names("import "),
        exports: names("export "),
    }
}

/// The imports and exports of a component's binary.
fn actual(file: &PathBuf) -> World {
    let bytes = fs::read(file).unwrap();
    let mut world = World::default();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(&bytes) {
        match payload.unwrap() {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(imports) if depth == 0 => {
                let names = imports.into_iter().map(|import| import.unwrap().name.name);
                world.imports.extend(names.map(str::to_owned));
            }
            Payload::ComponentExportSection(exports) if depth == 0 => {
                let names = exports.into_iter().map(|export| export.unwrap().name.name);
                world.exports.extend(names.map(str::to_owned));
            }
            _ => {}
        }
    }
    world
}

/// The files of the application's components.
fn components() -> Vec<PathBuf> {
    let manifest = fs::read_to_string(root().join("spin.toml")).unwrap();
    let source = |line: &str| {
        let path = line.strip_prefix("source = \"")?.strip_suffix('"')?;
        Some(root().join(path))
    };
    manifest.lines().filter_map(source).collect()
}

#[test]
fn components_are_held_to_their_world() {
    // Builds them.
    let Some(_app) = TestApp::own().start() else {
        return;
    };
    let documented = documented();
    let mut used = BTreeSet::new();
    let components = components();
    assert!(!components.is_empty());
    for file in components {
        let World { imports, exports } = actual(&file);
        let more: Vec<_> = imports.difference(&documented.imports).collect();
        assert!(more.is_empty(), "{} asks for {more:?}", file.display());
        assert_eq!(exports, documented.exports, "{}", file.display());
        used.extend(imports);
    }
    let unused: Vec<_> = documented.imports.difference(&used).collect();
    assert!(unused.is_empty(), "no component asks for {unused:?}");
}

#[test]
fn without_spin_components_ask_for_nothing_but_wasi() {
    // The folder where functions for Appwrite are built, beside the others: the components built for Spin stay as they
    // are.
    let folder = root().join("target/appwrite");
    let packages = ["message-send", "notification-push", "story-expiry"];
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.env_remove("RUSTC_WORKSPACE_WRAPPER");
    build.current_dir(root()).args([
        "build",
        "--release",
        "--config",
        "functions/profile.toml",
        "--no-default-features",
        "--target",
        "wasm32-wasip2",
        "--target-dir",
    ]);
    build.arg(&folder);
    for package in packages {
        build.args(["-p", package]);
    }
    let built = build.output().unwrap();
    let told = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{told}");
    for package in packages {
        let name = format!("{}.wasm", package.replace('-', "_"));
        let World { imports, exports } = actual(&folder.join("wasm32-wasip2/release").join(name));
        let others: Vec<_> = imports.iter().filter(|i| !i.starts_with("wasi:")).collect();
        assert!(others.is_empty(), "{package} asks for {others:?}");
        assert!(imports.contains("wasi:http/client@0.3.0"), "{imports:?}");
        assert_eq!(exports, documented().exports, "{package}");
    }
}
