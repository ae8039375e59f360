//! Deployments: A:src/Appwrite/Platform/Modules/Functions/Http/Deployments.

use appwrite_server::Options;
use serde_json::json;

use crate::Client;
use crate::client::Answer;
use crate::functions::{FUNCTION, described};

/// Sends a file as a form has it, beside some texts.
pub fn deploy(client: &Client, texts: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Answer {
    let mut body = Vec::new();
    for (name, value) in texts {
        let part =
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.as_bytes());
    }
    if let Some((name, bytes)) = file {
        let part = format!(
            "--b\r\ncontent-disposition: form-data; name=\"code\"; filename=\"{name}\"\r\ncontent-type: application/gzip\r\n\r\n"
        );
        body.extend(part.as_bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    client.form(&format!("{FUNCTION}/deployments"), body)
}

#[test]
fn what_is_deployed_is_what_was_sent() {
    let client = Client::new();
    let sent = b"\x1f\x8b not that anybody looked";
    let file = Some(("code.tar.gz", sent.as_slice()));
    let texts = [("entrypoint", "index.js"), ("activate", "true")];
    assert_eq!(
        deploy(&client, &texts, file).refused(),
        (404, "function_not_found")
    );
    client.post("/functions", described(json!({}))).good();
    let answer = deploy(&client, &texts, file);
    assert_eq!(answer.status, 202);
    let made = answer.good();
    let id = made["$id"].as_str().unwrap();
    assert_eq!(
        (&made["entrypoint"], &made["sourceSize"]),
        (&json!("index.js"), &json!(sent.len()))
    );
    assert_eq!(client.server.code("greet").unwrap(), sent);
    let path = format!("{FUNCTION}/deployments/{id}");
    assert_eq!(client.get(&path).good()["status"], "ready");
    // One that isn't to be activated is there, and runs nothing.
    deploy(
        &client,
        &[("activate", "false")],
        Some(("c.tar.gz", b"other")),
    )
    .good();
    let function = client.get(FUNCTION).good();
    assert_eq!(function["deploymentId"], id);
    assert_ne!(function["latestDeploymentId"], id);
    assert_eq!(
        client.get(&format!("{FUNCTION}/deployments")).good()["total"],
        2
    );
    let lost = client.get(&format!("{FUNCTION}/deployments/none"));
    assert_eq!(lost.refused(), (404, "deployment_not_found"));
}

#[test]
fn a_deployment_runs_once_it_is_built() {
    let client = Client::with(Options::default());
    client.server.build_for(2);
    client.post("/functions", described(json!({}))).good();
    let made = deploy(&client, &[("activate", "true")], Some(("c.tar.gz", b"x"))).good();
    assert_eq!(made["status"], "building");
    let path = format!("{FUNCTION}/deployments/{}", made["$id"].as_str().unwrap());
    let active = || client.get(FUNCTION).good()["deploymentId"].clone();
    assert_eq!(
        (&client.get(&path).good()["status"], active()),
        (&json!("building"), json!(""))
    );
    assert_eq!(
        (&client.get(&path).good()["status"], active()),
        (&json!("ready"), made["$id"].clone())
    );
}

#[test]
fn what_cant_be_deployed_is_refused() {
    let client = Client::new();
    client
        .post("/functions", described(json!({"entrypoint": ""})))
        .good();
    let good = Some(("code.tar.gz", b"x".as_slice()));
    let missing = deploy(&client, &[("activate", "true")], good);
    assert_eq!(missing.refused(), (404, "function_entrypoint_missing"));
    let texts = [("activate", "true"), ("entrypoint", "main.js")];
    assert_eq!(
        deploy(&client, &texts, None).refused(),
        (400, "storage_file_empty")
    );
    let zip = deploy(&client, &texts, Some(("code.zip", b"x")));
    assert_eq!(zip.refused(), (400, "storage_file_type_unsupported"));
    let maybe = deploy(
        &client,
        &[("activate", "maybe"), ("entrypoint", "m.js")],
        good,
    );
    assert_eq!(maybe.refused(), (400, "general_argument_invalid"));
    // An upload in parts is refused by this server with a status that says so.
    let part = client.with_header("content-range", "bytes 0-0/6000000");
    assert_eq!(
        deploy(&part, &texts, good).refused(),
        (501, "general_not_implemented")
    );
    assert_eq!(client.server.code("greet"), None);
}
