//! A process beside the server that ends it and removes its folder once this one is gone, also when nothing was dropped: a static
//! server, a killed test.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, Result};

/// Waits for the end of its input, which this process alone holds; then the server has a second to go by itself.
const SCRIPT: &str = r#"
cat >/dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
  kill -QUIT "$pid" 2>/dev/null
  turns=0
  while kill -0 "$pid" 2>/dev/null && [ $turns -lt 50 ]; do
    sleep 0.1
    turns=$((turns + 1))
  done
  kill -KILL "$pid" 2>/dev/null
fi
rm -rf "$1"
"#;

/// Its process. It ends when dropped, and the server with it.
pub struct Guard {
    process: Child,
    input: Option<ChildStdin>,
}

impl Guard {
    /// Watches over the server in a folder.
    pub fn start(folder: &Path) -> Result<Guard> {
        let mut command = Command::new("sh");
        command
            .args(["-c", SCRIPT, "sh"])
            .arg(folder)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // An interrupt at the terminal goes to the test alone.
        command.process_group(0);
        let mut process = command.spawn().context("sh")?;
        let input = process.stdin.take();
        Ok(Guard { process, input })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.process.wait();
    }
}
