//! Points `bindgen!` at the interfaces that components are compiled against: the `wit` folder
//! of the very `spin-sdk` that `Cargo.lock` names. A copy here could drift from it.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

const BINDINGS: &str = r#"
wasmtime::component::bindgen!({
    path: "@wit@",
    inline: "
        package whisper:host;
        world host {
            import spin:sqlite/sqlite@3.1.0;
            import spin:variables/variables@3.0.0;
            import spin:key-value/key-value@3.0.0;
            import spin:postgres/postgres@4.2.0;
        }
    ",
    world: "whisper:host/host",
    imports: { default: async | trappable },
    trappable_error_type: {
        "spin:sqlite/sqlite@3.1.0.error" => spin::sqlite::sqlite::Error,
        "spin:variables/variables@3.0.0.error" => spin::variables::variables::Error,
        "spin:key-value/key-value@3.0.0.error" => spin::key_value::key_value::Error,
        "spin:postgres/postgres@4.2.0.error" => spin::postgres::postgres::Error,
    },
    with: {
        "spin:sqlite/sqlite@3.1.0.connection": crate::sqlite::Connection,
        "spin:key-value/key-value@3.0.0.store": crate::key_value::Store,
        "spin:postgres/postgres@4.2.0.connection": crate::postgres::Connection,
        "spin:postgres/postgres@4.2.0.connection-builder": crate::postgres::ConnectionBuilder,
    },
    require_store_data_send: true,
});
"#;

fn main() -> ExitCode {
    match generate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("the interfaces of spin-sdk were not found: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn generate() -> Result<(), String> {
    let variable = |name: &str| env::var(name).map_err(|e| format!("{name}: {e}"));
    let root = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("..");
    println!("cargo::rerun-if-changed=build.rs");
    println!(
        "cargo::rerun-if-changed={}",
        root.join("Cargo.lock").display()
    );
    let wit = spin_sdk(&variable("CARGO")?, &root)?.join("wit");
    let wit = wit
        .to_str()
        .filter(|p| wit.is_dir() && !p.contains(['"', '\\']));
    let bindings = BINDINGS.replace("@wit@", wit.ok_or("its folder `wit` is missing")?);
    let file = Path::new(&variable("OUT_DIR")?).join("bindings.rs");
    // Writing the same again would make cargo compile the host again.
    if fs::read_to_string(&file).is_ok_and(|old| old == bindings) {
        return Ok(());
    }
    fs::write(&file, bindings).map_err(|e| format!("{}: {e}", file.display()))
}

/// The folder of the `spin-sdk` in the dependency graph of the components.
fn spin_sdk(cargo: &str, root: &Path) -> Result<PathBuf, String> {
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--filter-platform",
            "wasm32-wasip2",
        ])
        .current_dir(root)
        .output()
        .map_err(|e| format!("{cargo} metadata: {e}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|e| e.to_string())?;
    let packages = metadata["packages"]
        .as_array()
        .ok_or("cargo metadata lists no packages")?;
    let sdk = packages.iter().find(|p| p["name"] == "spin-sdk");
    let manifest = sdk.and_then(|p| p["manifest_path"].as_str());
    let manifest = manifest.ok_or("no component depends on spin-sdk")?;
    Path::new(manifest)
        .parent()
        .map(Path::to_owned)
        .ok_or_else(|| manifest.to_owned())
}
