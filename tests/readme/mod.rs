//! The README, word by word, as a newcomer follows it: the outputs that it shows are the ones that come out.
//!
//! Needs bash, curl and jq. Without them the walk is skipped, and says so.

mod blocks;
mod shown;

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use whisper_testkit::{TestApp, binary, root};

use self::blocks::{Step, blocks, steps};
use self::shown::{Ids, first_column};
use crate::npm::{quiet, skip};

/// Written by the shell behind the output of each command.
const END: &str = "-- end of it --";
/// How often a question is asked, some milliseconds apart, until the consequences of the steps before have come to pass.
const TRIES: u32 = 300;
/// Where the README has the bundle.
const ADDRESS: &str = "localhost:3000";

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// A shell that keeps its variables and functions between commands.
struct Shell {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Shell {
    fn start(folder: &Path, app: &TestApp) -> Self {
        // The `whisper` of the README, on the path as `cargo install` puts it there.
        let whisper = folder.join("whisper");
        std::fs::write(&whisper, format!("#!/bin/sh\nexec {:?} \"$@\"\n", binary())).unwrap();
        std::fs::set_permissions(&whisper, std::fs::Permissions::from_mode(0o755)).unwrap();
        let path = std::env::var("PATH").unwrap();
        let mut child = Command::new("bash")
            .current_dir(folder)
            .env("PATH", format!("{}:{path}", folder.display()))
            .env("WHISPER_URL", app.base())
            .env("WHISPER_OPERATOR_KEY", app.operator_key())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Shell {
            input: child.stdin.take().unwrap(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    /// Runs a command; gives its output.
    fn run(&mut self, command: &str) -> String {
        // An answer of curl's has no line break at its end.
        writeln!(self.input, "{command}\necho; echo '{END}'").unwrap();
        let mut printed = String::new();
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).unwrap();
            assert!(read > 0, "the shell ended after `{command}`: {printed}");
            if line.trim_end() == END {
                return printed;
            }
            printed.push_str(&line);
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_there(program: &str) -> bool {
    let there = quiet(Command::new(program).arg("--version"));
    let is_there = there.is_ok_and(|done| done.status.success());
    if !is_there {
        skip("the README's walk", &format!("{program} is not installed"));
    }
    is_there
}

/// Runs a step, and holds its output against the one that is shown.
fn walk(app: &TestApp, shell: &mut Shell, ids: &mut Ids, step: &Step) {
    let port = app.base().rsplit_once(':').unwrap().1;
    let command = step.command.replace(ADDRESS, &format!("localhost:{port}"));
    let is_question = ![" -d ", " -X ", "tee ", "> "]
        .iter()
        .any(|part| command.contains(part));
    let tries = if is_question { TRIES } else { 1 };
    let (mut last, mut tried) = (String::new(), 0);
    let fits = app.eventually(|| {
        last = shell.run(&command);
        tried += 1;
        let fits = match command.starts_with("whisper ") {
            true => first_column(last.trim()) == first_column(step.shown.trim()),
            false => ids.fit(&step.shown, &last),
        };
        (fits || tried == tries).then_some(fits)
    });
    let shown = &step.shown;
    assert!(fits, "$ {command}\nshown:\n{shown}\ncame:\n{last}");
}

#[test]
fn the_walk_with_curl_comes_out_as_it_is_shown() {
    if !["bash", "curl", "jq"].into_iter().all(is_there) {
        return;
    }
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Shell::start(folder.path(), &app);
    let mut ids = Ids::default();
    let steps = steps(&readme());
    assert!(steps.len() > 15, "{steps:?}");
    for step in &steps {
        walk(&app, &mut shell, &mut ids, step);
    }
}

/// The lines that `up` prints until it has told how to stop it.
fn banner(data: &Path) -> String {
    let mut host = Command::new(binary())
        .args(["up", "--no-build", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(data)
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut printed = String::new();
    for line in BufReader::new(host.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        printed.push_str(line.trim_end());
        printed.push('\n');
        if line.starts_with("Ctrl-C") {
            break;
        }
    }
    host.kill().unwrap();
    host.wait().unwrap();
    printed.replace(data.to_str().unwrap(), ".whisper")
}

#[test]
fn up_prints_what_is_shown() {
    // Builds the components, once for all tests.
    let Some(_app) = TestApp::own().start() else {
        return;
    };
    let page = readme();
    let blocks = blocks(&page);
    let shown = blocks.iter().find(|block| block.contains("is up after"));
    let data = tempfile::tempdir().unwrap();
    let printed = banner(data.path());
    let varies = regex_lite::Regex::new(r"is up after [0-9.]+ s|127\.0\.0\.1:\d+").unwrap();
    let same = |text: &str| varies.replace_all(text.trim(), "…").into_owned();
    assert_eq!(same(&printed), same(shown.unwrap()));
}
