//! A project that the command line of Appwrite deploys to, and apps call.

use std::path::PathBuf;
use std::process::Command;

use appwrite_server::{KEY, OWNER, Options, PROJECT, Server};
use whisper_testkit::{Value, json};

use super::deployed::Deployed;
use super::package::{Package, package};
use crate::npm::{installed, printed, quiet};

/// The command line's version, which `docs/deploy-appwrite.md` names.
const VERSION: &str = "12.0.1";

/// A server, and a folder with the packaged functions and their configuration, as `whisper package appwrite` leaves it.
pub struct Cloud {
    pub server: Server,
    folder: tempfile::TempDir,
    program: PathBuf,
    agent: ureq::Agent,
}

impl Cloud {
    /// One whose owner has signed in on the command line; nothing where there is no npm.
    pub fn start() -> Option<Self> {
        let package = package()?;
        let program = installed("appwrite-cli", VERSION)?.join("node_modules/.bin/appwrite");
        let server = Server::start(Options {
            storage_limit: 500_000_000,
            looks_until_available: 0,
            ..Options::default()
        })
        .unwrap();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .new_agent();
        let cloud = Self {
            server,
            folder: folder(package),
            program,
            agent,
        };
        cloud.run_deployed(package);
        let endpoint = cloud.server.endpoint();
        let said = cloud.appwrite(&[
            "login",
            "--endpoint",
            &endpoint,
            "--email",
            OWNER.email,
            "--password",
            OWNER.password,
        ]);
        let who = format!("Successfully signed in as {}", OWNER.email);
        assert!(said.contains(&who), "{said}");
        Some(cloud)
    }

    fn run_deployed(&self, package: &Package) {
        let deployed = Deployed::new(&package.node, &self.folder.path().join("deployed"));
        self.server.run_functions(move |run| deployed.run(run));
    }

    /// Runs a command of the command line, which must succeed and find no fault; gives its output.
    pub fn appwrite(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.program);
        // Its settings stand in the home folder.
        command
            .env("HOME", self.folder.path())
            .env("NO_COLOR", "1")
            .args(arguments)
            .current_dir(self.folder.path());
        let done = quiet(&mut command).unwrap();
        let printed = printed(&done);
        assert!(done.status.success(), "{arguments:?}:\n{printed}");
        assert!(!printed.contains("✗ Error"), "{arguments:?}:\n{printed}");
        printed
    }

    /// The functions of the configuration file.
    pub fn declared(&self) -> Vec<Value> {
        let file = self.folder.path().join("appwrite.config.json");
        let file: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        file["functions"].as_array().unwrap().clone()
    }

    /// Asks the server's API, with these headers beside the project's; gives status, body, and the cookies.
    pub fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> (u16, Value, Vec<String>) {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.server.endpoint()))
            .header("content-type", "application/json")
            .header("x-appwrite-project", PROJECT);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = match body {
            Value::Null => self.agent.run(request.body(()).unwrap()),
            body => self.agent.run(request.body(body.to_string()).unwrap()),
        };
        let mut answer = sent.unwrap();
        let cookies = answer.headers().get_all("set-cookie").iter();
        let cookies = cookies.map(|cookie| cookie.to_str().unwrap().to_owned());
        let cookies = cookies.collect();
        let text = answer.body_mut().read_to_string().unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        (answer.status().as_u16(), body, cookies)
    }

    /// The same by a key that may do everything; it must go well.
    pub fn get(&self, path: &str) -> Value {
        let (status, body, _) = self.ask("GET", path, &[("x-appwrite-key", KEY)], &Value::Null);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Somebody who signs up and in, over the server's API.
    pub fn person(&self, name: &str) -> User<'_> {
        let (email, password) = (format!("{name}@example.com"), "correct horse battery");
        let up = json!({"userId": "unique()", "email": email, "password": password, "name": name});
        let (status, made, _) = self.ask("POST", "/account", &[], &up);
        assert_eq!(status, 201, "{made}");
        let login = json!({"email": email, "password": password});
        let (status, _, cookies) = self.ask("POST", "/account/sessions/email", &[], &login);
        assert_eq!(status, 201);
        User {
            cloud: self,
            id: made["$id"].as_str().unwrap().to_owned(),
            cookies,
        }
    }

    /// Somebody who isn't signed in.
    pub fn guest(&self) -> User<'_> {
        User {
            cloud: self,
            id: String::new(),
            cookies: Vec::new(),
        }
    }
}

/// The package, copied to a folder of its own: the command line writes beside the configuration.
fn folder(package: &Package) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let name = "appwrite.config.json";
    std::fs::copy(package.functions.join(name), folder.path().join(name)).unwrap();
    let functions = package.functions.join("functions");
    for function in std::fs::read_dir(functions).unwrap() {
        let from = function.unwrap().path();
        let to = folder
            .path()
            .join("functions")
            .join(from.file_name().unwrap());
        copy(&from, &to);
    }
    folder
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    if !from.is_dir() {
        std::fs::copy(from, to).unwrap();
        return;
    }
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

/// A user of the project's, or a guest.
pub struct User<'c> {
    cloud: &'c Cloud,
    pub id: String,
    cookies: Vec<String>,
}

impl User<'_> {
    /// Calls a function as apps do; gives the status of the server, and the execution.
    pub fn execute(&self, function: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let cookies = self.cookies.iter();
        let headers: Vec<(&str, &str)> = cookies.map(|c| ("cookie", c.as_str())).collect();
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let call = json!({
            "body": body, "async": false, "method": method, "path": path, "headers": {"content-type": "application/json"},
        });
        let route = format!("/functions/{function}/executions");
        let (status, execution, _) = self.cloud.ask("POST", &route, &headers, &call);
        (status, execution)
    }

    /// The same; the function must answer with this status. Gives its body.
    #[track_caller]
    pub fn call(
        &self,
        function: &str,
        (method, path): (&str, &str),
        body: &Value,
        status: u16,
    ) -> Value {
        let (created, execution) = self.execute(function, method, path, body);
        assert_eq!(created, 201, "{execution}");
        assert_eq!(execution["responseStatusCode"], status, "{execution}");
        serde_json::from_str(execution["responseBody"].as_str().unwrap()).unwrap_or_default()
    }
}
