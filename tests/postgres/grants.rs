//! Servers that a component may reach: `allowed_outbound_hosts` with the scheme `postgres`.

use postgres_server::{PASSWORD, USER};
use whisper_testkit::json;

use super::{bundle, run, run_at};

#[test]
fn a_server_needs_a_grant() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let url = server.url("postgres");
    let expected = format!(
        "address postgres://127.0.0.1:{} is not permitted",
        server.port()
    );
    let ways = [
        json!({ "open": "a", "address": url }),
        json!({ "open_blocking": "a", "address": url }),
        // With a builder.
        json!({ "open_blocking": "a", "address": url, "ca": "" }),
    ];
    for step in ways {
        let outcome = run_at(&app, "/refused", &json!([step])).remove(0);
        assert_eq!(outcome["error"]["kind"], "connection", "{outcome}");
        assert_eq!(outcome["error"]["text"], expected);
        let outcome = run(&app, &json!([step])).remove(0);
        assert_eq!(outcome["ok"], "opened", "{outcome}");
    }
    let denied =
        app.eventually(|| Some(app.logged("outbound_denied")).filter(|denied| denied.len() >= 3));
    assert_eq!(denied.len(), 3);
    assert_eq!(denied[0]["component"], "refused");
    assert_eq!(denied[0]["host"], format!("127.0.0.1:{}", server.port()));
}

#[test]
fn an_address_may_have_either_form() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let port = server.port();
    let login = format!("user={USER} password={PASSWORD} dbname=postgres");
    for address in [
        server.url("postgres"),
        server
            .url("postgres")
            .replace("postgres://", "postgresql://"),
        format!("host=127.0.0.1 port={port} {login}"),
        format!("host=127.0.0.1 hostaddr=127.0.0.1 port={port} {login}"),
        format!("hostaddr=127.0.0.1 port={port} {login}"),
    ] {
        let outcome = run(&app, &json!([{ "open": "a", "address": address }])).remove(0);
        assert_eq!(outcome["ok"], "opened", "{address}: {outcome}");
    }
}

#[test]
fn each_server_of_an_address_needs_a_grant() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let port = server.port();
    let other = port ^ 1;
    let cases = [
        (
            "postgres://127.0.0.1/a".to_owned(),
            "127.0.0.1:5432".to_owned(),
        ),
        (
            format!("postgres://127.0.0.1:{other}/a"),
            format!("127.0.0.1:{other}"),
        ),
        (
            format!("postgres://localhost:{port}/a"),
            format!("localhost:{port}"),
        ),
        ("host=127.0.0.1".to_owned(), "127.0.0.1".to_owned()),
        (
            format!("host=localhost port={port}"),
            format!("localhost:{port}"),
        ),
        (
            format!("host=127.0.0.1,127.0.0.2 port={port}"),
            format!("127.0.0.2:{port}"),
        ),
        (
            format!("host=127.0.0.1,127.0.0.1 port={port},{other}"),
            format!("127.0.0.1:{other}"),
        ),
        (
            format!("postgres://127.0.0.1:{port}/a?host=127.0.0.3"),
            format!("127.0.0.3:{port}"),
        ),
        // The port is the granted one, and connected to is another address.
        (
            format!("host=127.0.0.1 hostaddr=127.0.0.2 port={port}"),
            format!("127.0.0.2:{port}"),
        ),
        (
            format!("hostaddr=127.0.0.2 port={port}"),
            format!("127.0.0.2:{port}"),
        ),
        // Spin refuses addresses of version 6 too.
        (format!("postgres://[::1]:{port}/a"), format!("::1:{port}")),
    ];
    for (address, refused) in cases {
        let outcome = run(&app, &json!([{ "open": "a", "address": address }])).remove(0);
        let text = format!("address postgres://{refused} is not permitted");
        assert_eq!(outcome["error"]["text"], text, "{address}: {outcome}");
    }
}

#[test]
fn a_name_is_granted_with_its_usual_port_or_any() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    // Granted are port 5432 of this machine, where perhaps nobody listens, and any of a name that nobody has.
    for address in [
        "host=127.0.0.1 user=a connect_timeout=5",
        "postgres://a@127.0.0.1:5432/a?connect_timeout=5",
        "postgres://a@database.example:7/a?connect_timeout=5",
    ] {
        let step = json!([{ "open": "a", "address": address }]);
        let outcome = run_at(&app, "/refused", &step).remove(0);
        let text = outcome["error"]["text"].as_str().unwrap_or_default();
        assert!(!text.contains("not permitted"), "{address}: {outcome}");
    }
}

#[test]
fn sockets_of_files_and_nonsense_are_refused() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let Some(app) = bundle(server) else { return };
    let cases = [
        (
            "host=/tmp user=a",
            "Unix sockets are not supported on WebAssembly",
        ),
        (
            "postgres://%2Ftmp/a",
            "Unix sockets are not supported on WebAssembly",
        ),
        ("nonsense", "invalid connection string"),
        ("host=127.0.0.1 what=1", "invalid connection string"),
    ];
    for (address, expected) in cases {
        let outcome = run(&app, &json!([{ "open": "a", "address": address }])).remove(0);
        assert_eq!(outcome["error"]["kind"], "connection", "{outcome}");
        assert_eq!(outcome["error"]["text"], expected, "{address}");
    }
    let outcome = run(&app, &json!([{ "open": "a", "address": "user=a" }])).remove(0);
    let text = outcome["error"]["text"].as_str().unwrap();
    assert!(
        text.contains("both host and hostaddr are missing"),
        "{text}"
    );
}
