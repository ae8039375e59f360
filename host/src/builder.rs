//! Builds the components that are missing or stale, as their `[build]` tables say.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};
use whisper_manifest::build::{Step, plan, wasm_target, why_stale};
use whisper_manifest::{Component, Manifest};

/// Variables by which `cargo run` tells its program about itself; a cargo started from there would take it
/// for its own settings.
const INHERITED: [&str; 5] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_BIN_NAME",
    // Components are compiled by the compiler alone, whatever has compiled us.
    "RUSTC_WORKSPACE_WRAPPER",
];

/// Builds stale components; progress and the commands' own output go to the standard error.
pub fn build(manifest: &Manifest) -> anyhow::Result<()> {
    let mut stale: Vec<&Component> = Vec::new();
    for component in manifest.components.values() {
        if let Some(reason) = why_stale(component) {
            eprintln!("building {}: {reason}", component.id);
            stale.push(component);
        }
    }
    for step in plan(stale.iter().copied()) {
        run(&step)?;
    }
    for component in stale {
        if !component.source.is_file() {
            bail!(
                "the build of \"{}\" left no {}; check its `source` and `build.command`",
                component.id,
                component.source.display()
            );
        }
        touch(&component.source)?;
    }
    Ok(())
}

fn run(step: &Step) -> anyhow::Result<()> {
    if let Some(target) = wasm_target(&step.command) {
        ensure_target(target, &step.workdir)?;
    }
    eprintln!("+ {}", step.command);
    let start = Instant::now();
    let mut command = shell(&step.command, &step.workdir);
    if let Some(target_dir) = &step.target_dir {
        // The manifest says where the files lie, not the environment.
        command.env("CARGO_TARGET_DIR", target_dir);
    }
    let status = command.status().with_context(|| step.command.clone())?;
    if !status.success() {
        bail!("building {} failed ({status})", step.components.join(", "));
    }
    eprintln!(
        "built {} in {:.1} s",
        step.components.join(", "),
        start.elapsed().as_secs_f64()
    );
    Ok(())
}

fn shell(line: &str, workdir: &Path) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(line).current_dir(workdir);
    // The standard output belongs to the log.
    command.stdout(std::io::stderr());
    for name in INHERITED {
        command.env_remove(name);
    }
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") {
            command.env_remove(name);
        }
    }
    command
}

/// Adds a Rust target that is not installed yet.
fn ensure_target(target: &str, workdir: &Path) -> anyhow::Result<()> {
    let output = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", target])
        .current_dir(workdir)
        .output()
        .context("`rustc` was not found; install Rust from https://rustup.rs")?;
    let libraries = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && Path::new(&libraries).is_dir() {
        return Ok(());
    }
    eprintln!("+ rustup target add {target}");
    let status = shell(&format!("rustup target add {target}"), workdir).status();
    if status.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    bail!(
        "the Rust target {target} is missing and rustup could not add it; run `rustup target add {target}`, \
         or install your distribution's package of it"
    )
}

/// Marks a file as fresh: cargo leaves it alone when the change didn't concern it.
fn touch(file: &Path) -> anyhow::Result<()> {
    // Compared with the times of source files, which are the system's.
    #[allow(clippy::disallowed_methods)]
    let now = std::time::SystemTime::now();
    let file_handle = std::fs::File::options().append(true).open(file);
    file_handle
        .and_then(|f| f.set_modified(now))
        .with_context(|| file.display().to_string())
}
