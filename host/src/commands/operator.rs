//! Talking to a bundle, wherever it runs, with the operator's key.

use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use serde_json::Value;

use crate::data_dir;

/// The variable of the key. It is no flag: arguments can be read by everybody on the machine.
const KEY: &str = "WHISPER_OPERATOR_KEY";

/// A bundle's address and its operator's key.
#[derive(Debug, Args)]
pub struct Target {
    /// Where the bundle answers; http:// may be left out
    #[arg(long, env = "WHISPER_URL", default_value = "http://127.0.0.1:3000", value_parser = base_url)]
    url: String,
    /// File with the operator's key; WHISPER_OPERATOR_KEY or the data folder's otherwise
    #[arg(long, value_name = "FILE")]
    operator_key_file: Option<PathBuf>,
    /// Data folder of the bundle, whose operator.key is used
    #[arg(long, value_name = "DIR", default_value = data_dir::FOLDER)]
    data_dir: PathBuf,
    /// Print the answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Reads `https://chat.example`, `127.0.0.1:3000`, `localhost:3000` or `3000`.
fn base_url(text: &str) -> Result<String, String> {
    let whole = match text.parse::<u16>() {
        Ok(port) => format!("http://127.0.0.1:{port}"),
        Err(_) if text.contains("://") => text.to_owned(),
        Err(_) => format!("http://{text}"),
    };
    let is_url = |url: &http::Uri| {
        url.host().is_some_and(|host| !host.is_empty())
            && matches!(url.scheme_str(), Some("http" | "https"))
    };
    match whole.parse::<http::Uri>() {
        Ok(url) if is_url(&url) => Ok(whole.trim_end_matches('/').to_owned()),
        _ => Err("write https://chat.example, 127.0.0.1:3000 or 3000".to_owned()),
    }
}

/// An answer of the bundle's.
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Value,
}

impl Target {
    /// Asks for something.
    ///
    /// # Errors
    /// When nothing listens, the key is missing or wrong, or the answer is none of this API.
    pub fn get(&self, path: &str) -> anyhow::Result<Answer> {
        let request = agent()
            .get(self.address(path))
            .header("authorization", self.bearer()?);
        self.read(request.call())
    }

    /// Has something done.
    ///
    /// # Errors
    /// As [`Target::get`].
    pub fn post(&self, path: &str, body: Option<&Value>) -> anyhow::Result<Answer> {
        let request = agent()
            .post(self.address(path))
            .header("authorization", self.bearer()?);
        self.read(match body {
            Some(body) => request.send_json(body),
            None => request.send_empty(),
        })
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    fn bearer(&self) -> anyhow::Result<String> {
        Ok(format!("Bearer {}", self.key()?))
    }

    fn key(&self) -> anyhow::Result<String> {
        if self.operator_key_file.is_none()
            && let Ok(key) = std::env::var(KEY)
        {
            return Ok(key.trim().to_owned());
        }
        let file = match &self.operator_key_file {
            Some(file) => file.clone(),
            None => self.data_dir.join("operator.key"),
        };
        let key = std::fs::read_to_string(&file).with_context(|| {
            let file = file.display();
            format!(
                "no operator's key in {file}; pass --operator-key-file or --data-dir, or set {KEY}"
            )
        })?;
        Ok(key.trim().to_owned())
    }

    fn read(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> anyhow::Result<Answer> {
        let mut answer = answer.map_err(|e| anyhow!("{}: {e}", self.url))?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string()?;
        // The host's own, where no component has such a path.
        let text = match (status, text.as_str()) {
            (404, "") => r#"{"code": "route_not_found"}"#,
            (_, text) => text,
        };
        let body: Value = serde_json::from_str(text).map_err(|_| {
            anyhow!(
                "{} answered {status}, and no JSON: is it a bundle?",
                self.url
            )
        })?;
        match status {
            401 => bail!("{} doesn't take this operator's key", self.url),
            _ => Ok(Answer { status, body }),
        }
    }
}

impl Answer {
    /// Whether the bundle doesn't know the path.
    pub fn has_no_route(&self) -> bool {
        self.status == 404 && self.body["code"] == "route_not_found"
    }

    /// The body of a success.
    ///
    /// # Errors
    /// The problem otherwise.
    pub fn expect_success(self) -> anyhow::Result<Value> {
        if self.status < 300 {
            return Ok(self.body);
        }
        if self.has_no_route() {
            bail!("the bundle has no such route: is it of this version?");
        }
        let code = self.body["code"].as_str().unwrap_or_default();
        let detail = self.body["detail"].as_str().unwrap_or_default();
        bail!("{} {code}: {detail}", self.status)
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    config.build().new_agent()
}

/// A table with a line for each row, columns as wide as they must be.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |n: usize| {
        let cells = rows.iter().filter_map(|row| row.get(n));
        let cells = cells.map(|cell| cell.chars().count());
        cells.chain([head[n].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(head.to_vec())];
    lines.extend(
        rows.iter()
            .map(|row| line(row.iter().map(String::as_str).collect())),
    );
    lines.join("\n")
}

/// A field as a cell; nothing for one that isn't there.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
