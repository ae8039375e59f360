//! Programs of npm's at pinned versions, fetched once into the target folder.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Says why nothing was tested; fails where nothing may be skipped.
pub fn skip(what: &str, why: &str) {
    assert!(
        std::env::var_os("WHISPER_NO_SKIP").is_none(),
        "{what}: {why}"
    );
    // Written directly: the macros are captured where a test passes.
    let line = format!("skipped: {what}: {why}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// Runs a command with an empty standard input.
pub fn quiet(command: &mut Command) -> std::io::Result<Output> {
    command.stdin(Stdio::null()).output()
}

/// All that a command printed.
pub fn printed(done: &Output) -> String {
    let (out, err) = (&done.stdout, &done.stderr);
    let both = [out, err].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    both.concat()
}

/// The folder that a package is installed in; nothing where there is no npm.
pub fn installed(package: &str, version: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{package}-{version}"));
    let done = folder.join("installed");
    if done.exists() {
        return Some(folder);
    }
    if quiet(Command::new("npm").arg("--version")).is_err() {
        skip(package, "npm is not installed");
        return None;
    }
    std::fs::create_dir_all(&folder).unwrap();
    let mut npm = Command::new("npm");
    npm.args([
        "install",
        "--no-audit",
        "--no-fund",
        "--no-save",
        "--prefix",
    ]);
    let install = quiet(npm.arg(&folder).arg(format!("{package}@{version}"))).unwrap();
    if !install.status.success() {
        skip(
            package,
            &format!("npm can't install it: {}", printed(&install)),
        );
        return None;
    }
    std::fs::write(done, "").unwrap();
    Some(folder)
}
