//! The binary and the components under test, built once for each test process.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use whisper_manifest::{Manifest, Route};

/// The root of the workspace.
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .canonicalize()
            .expect("the workspace's root")
    })
}

/// Names of the components that spin.toml lists.
pub fn components() -> Vec<String> {
    let manifest = Manifest::load(&root().join("spin.toml")).expect("spin.toml");
    manifest.component_ids()
}

/// Names of the components that somebody outside reaches: those are functions on Appwrite.
pub fn functions() -> Vec<String> {
    let manifest = Manifest::load(&root().join("spin.toml")).expect("spin.toml");
    let reached = manifest.triggers.into_iter();
    let reached = reached.filter(|trigger| trigger.route != Route::Private);
    let ids: BTreeSet<String> = reached.map(|trigger| trigger.component).collect();
    ids.into_iter().collect()
}

/// Path of the release build of `whisper`, built when it is missing or stale.
///
/// The release profile is used on purpose: the README's first command builds it, and
/// Cranelift without optimisation takes a minute for work that then takes two seconds.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(given) = std::env::var_os("WHISPER_BIN") {
            return PathBuf::from(given);
        }
        // Without `-p`, so that the features are those of `cargo run --release -- up`: otherwise wasmtime
        // would be compiled a second time.
        cargo(&["build", "--release", "--bin", "whisper"]);
        target_dir().join("release/whisper")
    })
}

/// Builds the components that `manifest` names, once for each test process.
pub(crate) fn build_components(manifest: &Path) {
    static BUILT: std::sync::Mutex<Vec<PathBuf>> = std::sync::Mutex::new(Vec::new());
    let mut built = BUILT.lock().unwrap_or_else(|p| p.into_inner());
    if built.iter().any(|done| done == manifest) {
        return;
    }
    run(Command::new(binary())
        .arg("build")
        .arg("--from")
        .arg(manifest));
    built.push(manifest.to_path_buf());
}

fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

fn cargo(args: &[&str]) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run(Command::new(cargo).args(args).current_dir(root()));
}

fn run(command: &mut Command) {
    // Tests may be compiled by Clippy; the host and the components are as users have them.
    let output = command
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(
        output.status.success(),
        "{command:?} failed:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
