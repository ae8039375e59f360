//! The components packaged, and the packages that Node needs to run them: once for all tests.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use appwrite_server::PROJECT;
use whisper_testkit::{binary, root};

/// The Node of Appwrite's runtime `node-25`, as npm has it.
const NODE: &str = "25.5.0";
/// Where Node and the functions are.
pub struct Package {
    /// Node's program.
    pub node: PathBuf,
    /// The folder with the folder of each function.
    pub functions: PathBuf,
    /// The output of packaging the bundle's components.
    pub printed: String,
}

/// The packaged functions; nothing, after a line that says so, where there is no npm.
pub fn package() -> Option<&'static Package> {
    static PACKAGE: OnceLock<Option<Package>> = OnceLock::new();
    PACKAGE.get_or_init(make).as_ref()
}

fn make() -> Option<Package> {
    if run("npm", ["--version"], root()).is_err() {
        let why = "npm is not installed";
        assert!(std::env::var_os("WHISPER_NO_SKIP").is_none(), "{why}");
        eprintln!("skipped: functions on Node: {why}");
        return None;
    }
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("functions");
    let bundle = root().join("spin.toml");
    let printed = whisper(&bundle, &[], &output);
    let misbehaving = root().join("tests/misbehaving/spin.toml");
    whisper(&misbehaving, &["misbehaving"], &output.join("others"));
    // As the server does in each folder; all of them have the same packages, and find them in the folder above.
    let lock = output.join("functions/message-send/package-lock.json");
    install(&output, &lock);
    let node = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("node-{NODE}"));
    std::fs::create_dir_all(&node).unwrap();
    let program = node.join("node_modules/node/bin/node");
    if !program.exists() {
        let package = format!("node@{NODE}");
        let arguments = ["install", "--no-audit", "--no-fund", "--no-save", &package];
        run("npm", arguments, &node).unwrap();
    }
    Some(Package {
        node: program,
        functions: output,
        printed,
    })
}

/// Packages components of a manifest; all of them where none is named.
fn whisper(manifest: &Path, components: &[&str], output: &Path) -> String {
    let fixed = [
        OsStr::new("package"),
        "appwrite".as_ref(),
        "--from".as_ref(),
        manifest.as_ref(),
        "--output".as_ref(),
        output.as_ref(),
        "--project".as_ref(),
        PROJECT.as_ref(),
    ];
    let named = (!components.is_empty()).then_some("--component");
    let components = named.into_iter().chain(components.iter().copied());
    let components = components.map(OsStr::new);
    run(binary(), fixed.into_iter().chain(components), root()).unwrap()
}

/// Installs the packages of the lock file, unless they are there.
fn install(folder: &Path, lock: &Path) {
    let text = std::fs::read_to_string(lock).unwrap();
    let done = folder.join("installed");
    if std::fs::read_to_string(&done).is_ok_and(|before| before == text) {
        return;
    }
    std::fs::write(folder.join("package-lock.json"), &text).unwrap();
    let package = lock.with_file_name("package.json");
    std::fs::copy(package, folder.join("package.json")).unwrap();
    run("npm", ["ci", "--no-audit", "--no-fund"], folder).unwrap();
    std::fs::write(done, text).unwrap();
}

/// Runs a program; gives its standard output, or both outputs when it failed.
pub fn run(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    folder: &Path,
) -> Result<String, String> {
    let mut command = Command::new(&program);
    command.args(arguments).current_dir(folder);
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|e| e.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(text(&output.stderr) + text(&output.stdout).as_str()),
    }
}
