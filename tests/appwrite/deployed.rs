//! Deployments, run as Appwrite runs them: the code that was sent is unpacked, its commands build it, Node runs it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use appwrite_server::{Ran, Run};

/// How long the server waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A deployment, or why it doesn't run.
type Begun = Arc<OnceLock<Result<Program, String>>>;

/// The deployments that have been called. Their programs end when this is dropped.
pub struct Deployed {
    node: PathBuf,
    folder: PathBuf,
    begun: Mutex<BTreeMap<String, Begun>>,
    agent: ureq::Agent,
}

impl Deployed {
    /// None yet; they will be unpacked into this folder, and run by this Node.
    pub fn new(node: &Path, folder: &Path) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(PATIENCE));
        Self {
            node: node.to_owned(),
            folder: folder.to_owned(),
            begun: Mutex::default(),
            agent: config.build().new_agent(),
        }
    }

    /// Runs it, in a container that stays as long as the code and the variables are the same.
    pub fn run(&self, run: Run) -> Ran {
        let failed = |errors| Ran {
            status: 500,
            errors,
            ..Ran::default()
        };
        let key = format!("{} {:?}", run.deployment, run.variables);
        let begun = {
            let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
            let next = begun.len();
            let folder = self.folder.join(format!("{next}-{}", run.function));
            let cell = begun.entry(key).or_default().clone();
            (cell, folder)
        };
        let (cell, folder) = begun;
        match cell.get_or_init(|| Program::start(&self.node, &folder, &run)) {
            Ok(program) => program.call(&self.agent, run).unwrap_or_else(failed),
            Err(why) => failed(why.clone()),
        }
    }
}

/// A deployment, running.
struct Program {
    node: Child,
    address: String,
}

impl Program {
    fn start(node: &Path, folder: &Path, run: &Run) -> Result<Self, String> {
        let said = |error: std::io::Error| error.to_string();
        std::fs::create_dir_all(folder).map_err(said)?;
        let code = flate2::read::GzDecoder::new(&*run.code);
        tar::Archive::new(code).unpack(folder).map_err(said)?;
        let built = Command::new("sh")
            .args(["-c", &run.commands])
            .current_dir(folder)
            // Packages that other deployments needed too come from npm's cache.
            .env("npm_config_prefer_offline", "true")
            .stdin(Stdio::null())
            .output()
            .map_err(said)?;
        if !built.status.success() {
            return Err(String::from_utf8_lossy(&built.stderr).into_owned());
        }
        let mut node = Command::new(node)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("appwrite/runtime.mjs"))
            .args([folder.as_os_str(), run.entrypoint.as_ref()])
            .envs(&run.variables)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(said)?;
        let mut port = String::new();
        let out = node.stdout.take().ok_or("no output")?;
        BufReader::new(out).read_line(&mut port).map_err(said)?;
        let address = format!("http://127.0.0.1:{}", port.trim());
        Ok(Self { node, address })
    }

    fn call(&self, agent: &ureq::Agent, run: Run) -> Result<Ran, String> {
        let slash = if run.path.starts_with('/') { "" } else { "/" };
        let mut request = ureq::http::Request::builder()
            .method(run.method.as_str())
            .uri(format!("{}{slash}{}", self.address, run.path));
        for (name, value) in &run.headers {
            request = request.header(name, value);
        }
        let bad = |error: ureq::http::Error| error.to_string();
        let sent = match run.body.is_empty() {
            true => agent.run(request.body(()).map_err(bad)?),
            false => agent.run(request.body(run.body).map_err(bad)?),
        };
        let mut answer = sent.map_err(|error| error.to_string())?;
        let text = |value: &ureq::http::HeaderValue| {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        let headers = answer.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), text(value)));
        Ok(Ran {
            status: answer.status().as_u16(),
            headers: headers.collect(),
            body: answer
                .body_mut()
                .with_config()
                .limit(20 << 20)
                .read_to_vec()
                .map_err(|error| error.to_string())?,
            ..Ran::default()
        })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already, or it ends now.
        let _ = self.node.kill();
        let _ = self.node.wait();
    }
}
