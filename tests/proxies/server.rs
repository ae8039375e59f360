//! The proxies, each started with its file.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use whisper_testkit::{Value, json, root};

use crate::npm::{printed, quiet, skip};

/// How long one may take until it listens.
const PATIENCE: Duration = Duration::from_secs(30);
/// The name and the address that readers of the files replace with their own.
const NAME: &str = "chat.example.com";
const BUNDLE: &str = "127.0.0.1:3000";

/// A proxy that listens; ended when dropped.
pub struct Proxy {
    pub name: &'static str,
    /// Where, such as `https://localhost:4711`.
    pub base: String,
    child: Child,
    _dir: TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A file of `docs/proxies`.
pub fn file(name: &str) -> String {
    std::fs::read_to_string(root().join("docs/proxies").join(name)).unwrap()
}

/// nginx in front of this bundle; nothing, after a line that says so, where it isn't installed.
pub fn nginx(bundle: &str) -> Option<Proxy> {
    let program = program("nginx", "-v")?;
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    certificate(dir.path())?;
    let folder = dir.path().to_str().unwrap();
    let site = replaced(
        file("nginx.conf"),
        &[
            (BUNDLE, authority(bundle)),
            ("listen 443 ", &format!("listen 127.0.0.1:{port} ")),
            (&format!("server_name {NAME};"), "server_name localhost;"),
            (&format!("/etc/ssl/{NAME}/"), &format!("{folder}/")),
        ],
    );
    std::fs::write(dir.path().join("whisper.conf"), site).unwrap();
    // One process, as this user, which writes here alone.
    let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let paths = paths.map(|path| format!("{path}_temp_path {path};\n"));
    let all = format!(
        "daemon off;\nmaster_process off;\npid nginx.pid;\nerror_log stderr;\nevents {{}}\n\
         http {{\naccess_log off;\n{}include whisper.conf;\n}}\n",
        paths.concat()
    );
    std::fs::write(dir.path().join("nginx.conf"), all).unwrap();
    let mut command = Command::new(program);
    command
        .args(["-e", "stderr", "-c", "nginx.conf", "-p"])
        .arg(dir.path());
    Some(started("nginx", command, port, dir))
}

/// Caddy in front of this bundle; nothing, after a line that says so, where it isn't installed.
pub fn caddy(bundle: &str) -> Option<Proxy> {
    let program = program("caddy", "version")?;
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let site = replaced(
        file("Caddyfile"),
        &[
            (BUNDLE, authority(bundle)),
            // A name for which Caddy signs the certificate itself.
            (&format!("\n{NAME} {{"), &format!("\nlocalhost:{port} {{")),
        ],
    );
    let mut config = adapt(&program, &site, dir.path());
    // It leaves the machine alone: no administration, no redirection from port 80, no trust in its authority.
    config["admin"] = json!({"disabled": true, "config": {"persist": false}});
    let server = &mut config["apps"]["http"]["servers"]["srv0"];
    server["listen"] = json!([format!("127.0.0.1:{port}")]);
    server["automatic_https"] = json!({"disable_redirects": true});
    config["apps"]["pki"] = json!({"certificate_authorities": {"local": {"install_trust": false}}});
    config["logging"] = json!({"logs": {"default": {"level": "FATAL"}}});
    std::fs::write(dir.path().join("caddy.json"), config.to_string()).unwrap();
    let mut command = Command::new(program);
    command
        .args(["run", "--config", "caddy.json"])
        .current_dir(dir.path());
    for home in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        command.env(home, dir.path());
    }
    Some(started("Caddy", command, port, dir))
}

/// A Caddyfile as Caddy understands it; nothing, after a line that says so, where it isn't installed.
pub fn adapted(caddyfile: &str) -> Option<Value> {
    let dir = tempfile::tempdir().unwrap();
    let program = program("caddy", "version")?;
    Some(adapt(&program, caddyfile, dir.path()))
}

fn adapt(program: &Path, caddyfile: &str, dir: &Path) -> Value {
    let path = dir.join("Caddyfile");
    std::fs::write(&path, caddyfile).unwrap();
    let mut adapt = Command::new(program);
    adapt
        .args(["adapt", "--adapter", "caddyfile", "--config"])
        .arg(&path);
    let done = quiet(&mut adapt).unwrap();
    assert!(done.status.success(), "{}", printed(&done));
    serde_json::from_slice(&done.stdout).unwrap()
}

/// A program on the search path, or where systems keep servers.
fn program(name: &str, version: &str) -> Option<PathBuf> {
    let found = [name.into(), Path::new("/usr/sbin").join(name)];
    let found = found
        .into_iter()
        .find(|path| quiet(Command::new(path).arg(version)).is_ok());
    if found.is_none() {
        skip(name, "it is not installed");
    }
    found
}

/// A key with a certificate that it signs itself.
fn certificate(dir: &Path) -> Option<()> {
    let mut openssl = Command::new("openssl");
    openssl
        .current_dir(dir)
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        ])
        .args(["-subj", "/CN=localhost"])
        .args(["-keyout", "privkey.pem", "-out", "fullchain.pem"]);
    let Ok(done) = quiet(&mut openssl) else {
        skip("nginx", "openssl is not installed");
        return None;
    };
    assert!(done.status.success(), "{}", printed(&done));
    Some(())
}

/// The text with other addresses, each of which must stand in it.
fn replaced(text: String, others: &[(&str, &str)]) -> String {
    others.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{from:?} doesn't stand in {text}");
        text.replace(from, to)
    })
}

fn authority(base: &str) -> &str {
    base.strip_prefix("http://").unwrap()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn started(name: &'static str, mut command: Command, port: u16, dir: TempDir) -> Proxy {
    let mut child = command.stdin(Stdio::null()).spawn().unwrap();
    let end = Instant::now() + PATIENCE;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none() && Instant::now() < end, "{name}: {ended:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
    Proxy {
        name,
        base: format!("https://localhost:{port}"),
        child,
        _dir: dir,
    }
}
