//! Connections with TLS.

use std::path::Path;
use std::process::{Command, Stdio};

use postgres_server::{PostgresServer, Tls};
use serde_json::Value;
use whisper_testkit::{TestApp, json};

use super::{bundle, run};

/// Whether a connection has TLS.
const ENCRYPTED: &str = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

/// A server whose certificate is of an authority that no system knows, and the authority's own.
fn server() -> Option<(PostgresServer, String)> {
    let folder = tempfile::tempdir().unwrap();
    if !certificates(folder.path()) {
        crate::npm::skip("PostgreSQL with TLS", "openssl is not installed");
        return None;
    }
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let (certificate, key) = (read("server.pem"), read("server.key"));
    let tls = Tls {
        certificate: &certificate,
        key: &key,
    };
    Some((postgres_server::start_with_tls(tls)?, read("ca.pem")))
}

/// Makes an authority, and a certificate of it for `127.0.0.1`; not where there is no openssl.
fn certificates(folder: &Path) -> bool {
    let extensions = "subjectAltName=IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\n";
    std::fs::write(folder.join("extensions"), extensions).unwrap();
    let commands = [
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3650 -subj /CN=tests",
        "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=127.0.0.1",
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile extensions -out server.pem",
    ];
    commands.iter().all(|arguments| {
        let mut openssl = Command::new("openssl");
        openssl.args(arguments.split(' ')).current_dir(folder);
        let silent = openssl.stdin(Stdio::null()).stdout(Stdio::null());
        match silent.stderr(Stdio::null()).status() {
            Ok(status) => {
                assert!(status.success(), "openssl {arguments}");
                true
            }
            Err(_) => false,
        }
    })
}

/// Outcomes of opening a connection to an address, and of asking whether it has TLS.
fn encrypted(app: &TestApp, open: &str, address: &str, ca: Option<&str>) -> (Value, Value) {
    let mut step = json!({ open: "a", "address": address });
    if let Some(ca) = ca {
        step["ca"] = json!(ca);
    }
    let mut outcomes = run(app, &json!([step, { "query": "a", "sql": ENCRYPTED }]));
    let found = outcomes.pop().unwrap();
    (outcomes.pop().unwrap(), found["ok"]["rows"][0][0].clone())
}

#[test]
fn a_server_s_certificate_must_be_of_an_authority_that_is_trusted() {
    let Some((server, ca)) = server() else { return };
    let Some(app) = bundle(&server) else { return };
    let url = server.fresh_database();
    for open in ["open", "open_blocking"] {
        for mode in ["?sslmode=prefer", "?sslmode=require", ""] {
            let address = format!("{url}{mode}");
            let (opened, _) = encrypted(&app, open, &address, None);
            assert_eq!(opened["error"]["kind"], "connection", "{opened}");
            let text = opened["error"]["text"].as_str().unwrap();
            assert!(text.contains("UnknownIssuer"), "{text}");
            let (opened, tls) = encrypted(&app, open, &address, Some(&ca));
            assert_eq!(opened["ok"], "opened", "{mode}: {opened}");
            assert_eq!(tls, "DbValue::Boolean(true)");
        }
        let (_, tls) = encrypted(&app, open, &format!("{url}?sslmode=disable"), Some(&ca));
        assert_eq!(tls, "DbValue::Boolean(false)");
        let (opened, _) = encrypted(&app, open, &url, Some("no certificate"));
        assert_eq!(opened["error"]["kind"], "other");
        let text = "invalid root certificate: invalid root certificate";
        assert_eq!(opened["error"]["text"], text);
    }
}

#[test]
fn a_server_without_tls_is_reached_unless_it_is_required() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.fresh_database();
    for mode in ["", "?sslmode=prefer", "?sslmode=disable"] {
        let (opened, tls) = encrypted(&app, "open", &format!("{url}{mode}"), None);
        assert_eq!(opened["ok"], "opened", "{mode}: {opened}");
        assert_eq!(tls, "DbValue::Boolean(false)");
    }
    let (opened, _) = encrypted(&app, "open", &format!("{url}?sslmode=require"), None);
    assert_eq!(opened["error"]["kind"], "connection", "{opened}");
}
