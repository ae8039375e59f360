//! `deploy/kubernetes`, by the schemas of Kubernetes (PyPI's kubernetes-validate), of SpinKube and of CloudNativePG.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::Duration;

use whisper_manifest::Route;
use whisper_testkit::{TestApp, Value, json, root};

use super::{file, is_variable, manifest, path};
use crate::npm::{printed, quiet, skip};
use crate::{pip, stored};

/// The newest Kubernetes that both operators were tested with.
const KUBERNETES: &str = "1.34";

/// The complaints of the manifests' checker about these files; nothing where it can't be had.
fn checked(files: &[PathBuf]) -> Option<Output> {
    let programs = pip::installed("kubernetes-validate", "1.37.0")?;
    let ours = root().join("tests/deploy");
    let mut check = Command::new(programs.join("python"));
    check.arg(ours.join("manifests.py")).arg(KUBERNETES);
    Some(quiet(check.arg(ours.join("schemas")).args(files)).unwrap())
}

/// The manifests of `deploy/kubernetes`, which are in order; read once.
fn documents() -> Option<&'static [Value]> {
    static DOCUMENTS: OnceLock<Option<Vec<Value>>> = OnceLock::new();
    DOCUMENTS.get_or_init(read).as_deref()
}

fn read() -> Option<Vec<Value>> {
    let folder = path("kubernetes").read_dir().unwrap();
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let done = checked(&files)?;
    assert!(done.status.success(), "{}", printed(&done));
    Some(serde_json::from_slice(&done.stdout).unwrap())
}

fn of_kind<'a>(documents: &'a [Value], kind: &str) -> Vec<&'a Value> {
    let is_it = |document: &&Value| document["kind"] == kind;
    documents.iter().filter(is_it).collect()
}

fn one<'a>(documents: &'a [Value], kind: &str) -> &'a Value {
    let found = of_kind(documents, kind);
    assert_eq!(found.len(), 1, "{kind}");
    found[0]
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// Everything below a value, itself first.
fn below(value: &Value) -> Vec<&Value> {
    let parts: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        _ => Vec::new(),
    };
    let mut all = vec![value];
    all.extend(parts.into_iter().flat_map(below));
    all
}

#[test]
fn every_manifest_is_one_that_kubernetes_takes() {
    let Some(documents) = documents() else { return };
    for document in documents {
        let namespace = match document["kind"] == "Namespace" {
            true => &document["metadata"]["name"],
            false => &document["metadata"]["namespace"],
        };
        assert_eq!(*namespace, "whisper", "{document}");
    }
    for kind in ["Cluster", "SpinApp", "SpinAppExecutor", "Ingress"] {
        one(documents, kind);
    }
}

#[test]
fn a_field_that_kubernetes_or_an_operator_does_not_know_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let wrong = [
        ("  maxUnavailable:", "  maxUnavailible:"),
        ("  executor:", "  executer:"),
    ];
    for (right, wrong) in wrong {
        let file = dir.path().join("whisper.yaml");
        let manifests = self::file("kubernetes/whisper.yaml");
        assert!(manifests.contains(right), "{right}");
        std::fs::write(&file, manifests.replace(right, wrong)).unwrap();
        let Some(done) = checked(&[file]) else { return };
        let told = printed(&done);
        assert!(
            !done.status.success() && told.contains(wrong.trim().trim_end_matches(':')),
            "{told}"
        );
    }
}

#[test]
fn the_app_sets_variables_of_the_bundle_and_finds_its_database() {
    let Some(documents) = documents() else { return };
    let app = one(documents, "SpinApp");
    let variables = app["spec"]["variables"].as_array().unwrap();
    let named = |name: &str| {
        let found = variables.iter().find(|variable| variable["name"] == name);
        found.unwrap_or_else(|| panic!("{name} isn't set"))
    };
    let declared = manifest().variables;
    for variable in variables {
        let name = text(&variable["name"]);
        is_variable(name);
        let is_secret = variable.get("valueFrom").is_some();
        assert_eq!(is_secret, declared[name].secret, "{name}");
    }
    // The names are CloudNativePG's: a Service for writing, and a Secret with the owner's address.
    let database = text(&one(documents, "Cluster")["metadata"]["name"]);
    assert_eq!(named("store")["value"], "postgres");
    let origin = format!("postgres://{database}-rw.whisper:5432");
    assert_eq!(named("postgres_origin")["value"], origin);
    let secret = json!({"secretKeyRef": {"name": format!("{database}-app"), "key": "uri"}});
    assert_eq!(named("postgres_url")["valueFrom"], secret);
    let executor = one(documents, "SpinAppExecutor");
    assert_eq!(app["spec"]["executor"], executor["metadata"]["name"]);
}

#[test]
fn whoever_reads_the_page_knows_the_secrets_to_make() {
    let Some(documents) = documents() else { return };
    let page = std::fs::read_to_string(root().join("docs/deploying.md")).unwrap();
    let mut names = BTreeSet::new();
    for value in documents.iter().flat_map(below) {
        for field in ["secretName", "serverCASecret", "caCertSecret"] {
            names.extend(value.get(field).map(text));
        }
        let secret = value.get("secretKeyRef");
        names.extend(secret.map(|secret| text(&secret["name"])));
    }
    assert!(names.len() >= 4, "{names:?}");
    for name in names {
        assert!(
            page.contains(name),
            "docs/deploying.md doesn't tell of {name}"
        );
    }
}

#[test]
fn each_schedule_has_its_cron_job() {
    let template = std::fs::read_to_string(root().join("tests/deploy/job.yaml")).unwrap();
    let mut jobs = "# Generated from spin.toml's schedules: `WHISPER_BLESS=1 cargo test -p e2e deploy::`. Spin runs no schedule by itself, \
                    so each job is called\n# by its route, with the operator's key.\n"
        .to_owned();
    for schedule in manifest().schedules {
        let job = template.replace("JOB", &schedule.name);
        let job = job.replace("CRON", schedule.cron.as_str());
        jobs += &job.replace("ROUTE", &schedule.route);
    }
    if std::env::var_os("WHISPER_BLESS").is_some() {
        std::fs::write(path("kubernetes/jobs.yaml"), &jobs).unwrap();
    }
    assert!(
        file("kubernetes/jobs.yaml") == jobs,
        "deploy/kubernetes/jobs.yaml is stale: WHISPER_BLESS=1 cargo test -p e2e deploy::"
    );
}

#[test]
fn what_a_cron_job_sends_runs_the_job() {
    let Some(documents) = documents() else { return };
    if quiet(Command::new("curl").arg("--version")).is_err() {
        return skip("deploy", "curl is not installed");
    }
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let header = format!("Authorization: Bearer {}\n", app.operator_key());
    std::fs::write(dir.path().join("authorization"), header).unwrap();
    for job in of_kind(documents, "CronJob") {
        let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
        let done = send(&pod["containers"][0], app.base(), dir.path());
        assert!(done.status.success(), "{job}: {}", printed(&done));
        let report: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!(report["failed"], 0, "{job}: {report}");
    }
    // A job that failed is to be seen in Kubernetes.
    std::fs::write(
        dir.path().join("authorization"),
        "Authorization: Bearer no\n",
    )
    .unwrap();
    let job = of_kind(documents, "CronJob")[0];
    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    assert!(
        !send(&pod["containers"][0], app.base(), dir.path())
            .status
            .success()
    );
}

#[test]
fn a_cron_job_comes_back_for_a_run_that_was_cut_off_elsewhere() {
    let Some(documents) = documents() else { return };
    if quiet(Command::new("curl").arg("--version")).is_err() {
        return skip("deploy", "curl is not installed");
    }
    let Some(app) = TestApp::own().start() else {
        return;
    };
    app.person("ann");
    let dir = tempfile::tempdir().unwrap();
    let header = format!("Authorization: Bearer {}\n", app.operator_key());
    std::fs::write(dir.path().join("authorization"), header).unwrap();
    let job = of_kind(documents, "CronJob")[0];
    let name = text(&job["metadata"]["name"])
        .strip_prefix("whisper-")
        .unwrap();
    stored::hold_lease(&app, name, Duration::from_secs(15));
    let elsewhere = app.run_job(name).expect(200);
    assert_eq!(elsewhere["isElsewhere"], true);
    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    let done = send(&pod["containers"][0], app.base(), dir.path());
    assert!(done.status.success(), "{}", printed(&done));
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(report.get("isElsewhere"), None, "it ran at last: {report}");
}

/// Runs a container's command, on another bundle, and with another folder of its Secret.
fn send(container: &Value, bundle: &str, secret: &Path) -> Output {
    let mounted = text(&container["volumeMounts"][0]["mountPath"]);
    let parts = ["command", "args"].map(|part| container[part].as_array().unwrap());
    let mut words = parts.into_iter().flatten().map(|argument| {
        let argument = text(argument).replace(mounted, secret.to_str().unwrap());
        // The Service is named as the SpinApp.
        argument.replace("http://whisper/", &format!("{bundle}/"))
    });
    quiet(Command::new(words.next().unwrap()).args(words)).unwrap()
}

#[test]
fn the_world_reaches_what_is_for_it_and_nothing_else() {
    let Some(documents) = documents() else { return };
    let ingress = one(documents, "Ingress");
    let paths = ingress["spec"]["rules"][0]["http"]["paths"].as_array();
    let is_open = |route: &str| {
        paths.unwrap().iter().any(|entry| {
            let path = text(&entry["path"]);
            let below = format!("{path}/");
            route == path || (entry["pathType"] == "Prefix" && route.starts_with(&below))
        })
    };
    for entry in paths.unwrap() {
        let service = &entry["backend"]["service"];
        assert_eq!(*service, json!({"name": "whisper", "port": {"number": 80}}));
    }
    for trigger in manifest().triggers {
        let Route::Public(route) = trigger.route else {
            continue;
        };
        let route = route.trim_end_matches("/...");
        let is_public = !route.is_empty() && !route.starts_with("/internal");
        assert!(route.is_empty() || is_open(route) == is_public, "{route}");
    }
    for own in ["/", "/health", "/docs", "/docs/app.js", "/v1/openapi.json"] {
        assert!(is_open(own), "{own}");
    }
    for closed in ["/internal", "/internal/jobs", "/.well-known/spin/info"] {
        assert!(!is_open(closed), "{closed}");
    }
}
