//! Node and npm: found where they are, and jco installed once.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Failure;

/// The version of jco that transpiles: the lock file beside this names it and all that it needs.
pub const JCO: &str = "1.35.0";
/// The least Node that it runs on.
const NODE: u32 = 20;
const PACKAGE: &str = include_str!("jco/package.json");
const LOCK: &str = include_str!("jco/package-lock.json");

/// jco, ready to run.
#[derive(Clone, Debug)]
pub struct Jco {
    program: PathBuf,
}

impl Jco {
    /// jco in this folder, installed there if it isn't yet.
    ///
    /// # Errors
    /// When there is no Node or npm, or npm can't install it.
    pub fn install(folder: &Path) -> Result<Jco, Failure> {
        node()?;
        let program = folder.join("node_modules/@bytecodealliance/jco/dist/jco.js");
        let done = folder.join("installed");
        if std::fs::read_to_string(&done).is_ok_and(|text| text == LOCK) && program.exists() {
            return Ok(Jco { program });
        }
        run("npm", ["--version"], Path::new(".")).map_err(|_| missing("npm"))?;
        let write = |name: &str, text: &str| {
            let file = folder.join(name);
            std::fs::write(&file, text).map_err(|e| Failure::file(&file, &e))
        };
        std::fs::create_dir_all(folder).map_err(|e| Failure::file(folder, &e))?;
        write("package.json", PACKAGE)?;
        write("package-lock.json", LOCK)?;
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        run("npm", arguments, folder)
            .map_err(|why| Failure::new(format!("npm can't install jco {JCO}: {why}")))?;
        write("installed", LOCK)?;
        Ok(Jco { program })
    }

    /// Makes JavaScript of a component, in a folder that it makes.
    ///
    /// # Errors
    /// When jco can't.
    pub fn transpile(&self, component: &Path, folder: &Path) -> Result<(), Failure> {
        let arguments: [&OsStr; 11] = [
            self.program.as_os_str(),
            "transpile".as_ref(),
            component.as_os_str(),
            "--out-dir".as_ref(),
            folder.as_os_str(),
            "--name=component".as_ref(),
            "--async-mode=jspi".as_ref(),
            // Not at once when it is loaded: each of many instances by a call.
            "--instantiation=async".as_ref(),
            "--no-typescript".as_ref(),
            "--no-nodejs-compat".as_ref(),
            "--quiet".as_ref(),
        ];
        run("node", arguments, Path::new(".")).map_err(|why| {
            Failure::new(format!(
                "jco can't transpile {}: {why}",
                component.display()
            ))
        })
    }
}

/// Looks whether there is a Node that jco runs on.
fn node() -> Result<(), Failure> {
    let output = Command::new("node")
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|_| missing("node"))?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let major = version.trim_start_matches('v').split('.').next();
    match major.and_then(|major| major.parse::<u32>().ok()) {
        Some(major) if major >= NODE => Ok(()),
        _ => Err(Failure::new(format!(
            "Node {NODE} or later is needed, and this is {version}"
        ))),
    }
}

fn missing(program: &str) -> Failure {
    Failure::new(format!(
        "`{program}` was not found: packaging for Appwrite needs Node {NODE} or later with npm (https://nodejs.org)"
    ))
}

/// Runs a program to its end; the error of one that fails is its output.
fn run(
    program: &str,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    folder: &Path,
) -> Result<(), String> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("{program}: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stderr, output.stdout].concat();
    Err(String::from_utf8_lossy(&said).trim().to_owned())
}
