//! An Appwrite to walk docs/deploy-appwrite.md with: the server of the tests, which runs deployed functions under Node.
//! Prints where it listens, how its owner signs in at the console, the project, and a key. Needs Node 25: `node` on the path, or
//! its program as the argument.

#[path = "deployed.rs"]
mod deployed;

use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use appwrite_server::{KEY, OWNER, Options, PROJECT, Server};
use deployed::Deployed;

fn main() -> std::io::Result<()> {
    let node = std::env::args().nth(1).unwrap_or_else(|| "node".into());
    let node = PathBuf::from(node);
    let version = Command::new(&node).arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    if !version.as_ref().is_ok_and(|text| text.starts_with("v25.")) {
        let version = version.unwrap_or_default();
        eprintln!(
            "Node 25 is needed, and {} is {version}: give its program as the argument",
            node.display()
        );
        std::process::exit(2);
    }
    let server = Server::start(Options {
        storage_limit: 500_000_000,
        ..Options::default()
    })?;
    let folder = tempfile::tempdir()?;
    let deployed = Deployed::new(&node, folder.path());
    server.run_functions(move |run| {
        let (function, what) = (run.function.clone(), format!("{} {}", run.method, run.path));
        let trigger = run
            .headers
            .iter()
            .find(|(name, _)| name == "x-appwrite-trigger");
        let trigger = trigger.map(|(_, value)| value.clone()).unwrap_or_default();
        let ran = deployed.run(run);
        eprintln!(
            "{function} ({trigger}): {what}: {} {}",
            ran.status, ran.errors
        );
        ran
    });
    println!("export WHISPER_APPWRITE_ENDPOINT={}", server.endpoint());
    println!("export WHISPER_APPWRITE_PROJECT={PROJECT}");
    println!("export WHISPER_APPWRITE_KEY={KEY}");
    println!(
        "# appwrite login --endpoint $WHISPER_APPWRITE_ENDPOINT --email {} --password '{}'",
        OWNER.email, OWNER.password
    );
    loop {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let into = now.unwrap_or_default().as_secs() % 60;
        thread::sleep(Duration::from_secs(60 - into));
        server.tick();
    }
}
