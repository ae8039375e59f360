//! Components as functions on Appwrite: for each a folder that `appwrite push functions` deploys.
//!
//! The component is transpiled by [jco](https://github.com/bytecodealliance/jco) to JavaScript and plain Wasm; a small
//! entry beside it, in `function/`, makes requests of Appwrite's calls and gives it the parts of WASI that it uses.

mod folder;
mod function;
mod npm;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use whisper_manifest::variables::Values;
use whisper_manifest::{Component, Manifest};

use folder::Folder;
pub use function::{Function, RUNTIME, functions};
pub use npm::{JCO, Jco};

/// Bytes that a deployment may have, unless the server says otherwise (`_APP_COMPUTE_SIZE_LIMIT`).
pub const MOST: u64 = 30_000_000;

/// The reason for which something can't be packaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(String);

impl Failure {
    fn new(why: impl Into<String>) -> Self {
        Failure(why.into())
    }

    fn file(path: &Path, error: &std::io::Error) -> Self {
        Failure(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// The manifest as it is built for functions: without Spin's own interfaces, and in a target folder of its own, so that
/// the files that Spin runs stay as they are.
///
/// # Errors
/// When a component isn't built by one `cargo build`.
pub fn for_functions(manifest: &Manifest, target: &Path) -> Result<Manifest, Failure> {
    let mut manifest = manifest.clone();
    for component in manifest.components.values_mut() {
        let build = component.build.as_mut();
        let command = build.and_then(|build| match build.commands.as_mut_slice() {
            [command] if command.starts_with("cargo build ") => Some(command),
            _ => None,
        });
        let (Some(command), Some(file)) = (command, component.source.file_name()) else {
            return Err(Failure::new(format!(
                "{}: only a component that one `cargo build` makes can be packaged",
                component.id
            )));
        };
        command.push_str(" --no-default-features");
        component.source = target.join("wasm32-wasip2/release").join(file);
    }
    Ok(manifest)
}

/// A function's folder, made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packaged {
    /// The function's id.
    pub id: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Bytes of it as a tar.gz.
    pub size: u64,
}

impl Packaged {
    /// Whether a server would refuse it for its size.
    pub fn is_too_large(&self) -> bool {
        self.size > MOST
    }
}

/// Makes the folder of a function, of its component's file, in the place of a former one.
///
/// # Errors
/// When the component can't be transpiled, or imports something that a function hasn't.
pub fn package(
    jco: &Jco,
    manifest: &Manifest,
    function: &Function,
    output: &Path,
) -> Result<Packaged, Failure> {
    let id = &function.id;
    let component = manifest.components.get(id);
    let component = component.ok_or_else(|| Failure::new(format!("there is no {id}")))?;
    let variables = variables(manifest, component)?;
    let path = output.join(&function.path);
    let folder = Folder::make(&path)?;
    jco.transpile(&component.source, &folder.component())?;
    folder.check(id)?;
    folder.write(function, &variables)?;
    Ok(Packaged {
        id: id.clone(),
        size: folder.size()?,
        folder: path,
    })
}

/// The component's variables with their defaults, but for those that name other components, say where the data is, which
/// Appwrite tells, or hold secrets: the function's own variables, `WHISPER_VARIABLE_<NAME>`, set any of them.
fn variables(
    manifest: &Manifest,
    component: &Component,
) -> Result<BTreeMap<String, String>, Failure> {
    const NOT_HERE: [&str; 5] = [
        "event_consumers",
        "stream_wakes",
        "error_reports",
        "password_hashing",
        "store",
    ];
    let values = Values::resolve(manifest, &[], |_| None);
    let values = values.map_err(|all| Failure::new(all.join("; ")))?;
    let mut own = values.of_component(component).map_err(Failure::new)?;
    own.retain(|name, value| {
        let secret = manifest.variables.get(name).is_some_and(|v| v.secret);
        !value.is_empty() && !secret && !NOT_HERE.contains(&name.as_str())
    });
    Ok(own)
}
