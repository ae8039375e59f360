//! curl as the client, as it speaks HTTP/2 by TLS.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::server::Proxy;
use crate::npm::{quiet, skip};

/// curl's option for each version of HTTP, and how its answers begin.
pub const VERSIONS: [(&str, &str); 2] = [("--http1.1", "HTTP/1.1"), ("--http2", "HTTP/2")];

/// How long something may take that comes at once; a proxy that keeps it back does so for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether there is a curl that knows both versions; says so if not.
pub fn speaks_both() -> bool {
    let told = quiet(Command::new("curl").arg("--version"));
    let told = told.map(|told| String::from_utf8_lossy(&told.stdout).contains("HTTP2"));
    if !told.as_ref().is_ok_and(|knows| *knows) {
        skip("proxies", "curl with HTTP/2 is not installed");
    }
    told.unwrap_or_default()
}

/// A request to a path of the proxy's; the certificate isn't checked.
fn request(proxy: &Proxy, options: &[&str], token: Option<&str>, path: &str) -> Command {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--insecure", "--ipv4"])
        .args(options);
    if let Some(token) = token {
        curl.arg("-H").arg(format!("Authorization: Bearer {token}"));
    }
    curl.arg(format!("{}{path}", proxy.base));
    curl
}

/// Posts JSON; gives the status and the body.
pub fn curl(
    proxy: &Proxy,
    options: &[&str],
    token: Option<&str>,
    path: &str,
    body: &[u8],
) -> (u16, String) {
    let mut curl = request(proxy, options, token, path);
    curl.args([
        "-H",
        "Content-Type: application/json",
        "--data-binary",
        "@-",
    ])
    .args(["--max-time", "60", "--write-out", "\n%{http_code}"]);
    let mut child = curl
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // curl reads all of it before it sends; an error shows in what it prints.
    let _ = child.stdin.take().unwrap().write_all(body);
    let done = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let (text, status) = text.rsplit_once('\n').unwrap();
    (status.parse().unwrap(), text.to_owned())
}

/// An open stream; ended when dropped.
pub struct Stream {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Stream {
    /// Opens it. Its first line is that of the status.
    pub fn open(proxy: &Proxy, option: &str, token: &str) -> Self {
        let options = [option, "--no-buffer", "--dump-header", "-"];
        let mut child = request(proxy, &options, Some(token), "/v1/realtime")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            lines,
            seen: Vec::new(),
        }
    }

    /// The next line, without blanks at its end.
    #[track_caller]
    pub fn line(&mut self) -> String {
        self.wait_for("")
    }

    /// The next line that begins like this. Others are passed over.
    #[track_caller]
    pub fn wait_for(&mut self, begin: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!(
                    "no line {begin:?} within {PATIENCE:?}, after {:#?}",
                    self.seen
                );
            };
            let line = line.trim_end().to_owned();
            self.seen.push(line.clone());
            if line.starts_with(begin) {
                // HTTP/1.1 has a reason there, HTTP/2 none.
                return line.strip_suffix(" OK").unwrap_or(&line).to_owned();
            }
        }
    }

    /// Whether it goes on.
    pub fn is_open(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
