//! Executions: their callers, and the headers of the functions' requests.
//! A:src/Appwrite/Platform/Modules/Functions/Http/Executions, and Platform/Workers/Functions.php.

use std::sync::{Arc, Mutex};

use appwrite_server::{Ran, Run};
use serde_json::{Value, json};

use crate::Client;
use crate::accounts::{sign_in, sign_up};
use crate::deployments::deploy;
use crate::functions::{FUNCTION, described};

const EXECUTIONS: &str = "/functions/greet/executions";

/// A server with a function that notes its calls, and answers with them.
fn deployed(change: Value) -> (Client, Arc<Mutex<Vec<Run>>>) {
    let client = Client::new();
    client.post("/functions", described(change)).good();
    deploy(
        &client,
        &[("activate", "true")],
        Some(("c.tar.gz", b"code")),
    )
    .good();
    let runs = Arc::<Mutex<Vec<Run>>>::default();
    let noted = runs.clone();
    client.server.run_functions(move |run| {
        let body = format!("{} {}", run.method, run.path).into_bytes();
        noted.lock().unwrap().push(run);
        let headers = [("content-type", "text/plain"), ("location", "/there")];
        Ran {
            status: 201,
            headers: headers
                .map(|(name, value)| (name.into(), value.into()))
                .to_vec(),
            body,
            logs: "logged".into(),
            ..Ran::default()
        }
    });
    (client, runs)
}

fn header<'r>(run: &'r Run, name: &str) -> Option<&'r str> {
    let found = run.headers.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str())
}

fn names(of: &Value) -> Vec<String> {
    let all = of["responseHeaders"].as_array().unwrap().iter();
    all.map(|header| header["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_call_of_somebody_signed_in_brings_who_they_are() {
    let (client, runs) = deployed(json!({"events": []}));
    sign_up(&client, "ann");
    let ann = sign_in(&client, "ann");
    let body = json!({
        "body": "hi", "async": false, "path": "/x?y=1", "method": "PUT", "headers": {"x-mine": "1", "X-Appwrite-User-Id": "bob"},
    });
    let answer = ann.post(EXECUTIONS, body);
    assert_eq!(answer.status, 201);
    let done = answer.good();
    assert_eq!(
        (&done["status"], &done["responseStatusCode"]),
        (&json!("completed"), &json!(201))
    );
    assert_eq!(
        (&done["responseBody"], &done["trigger"]),
        (&json!("PUT /x?y=1"), &json!("http"))
    );
    // The caller that waited gets all headers, and logs are for keys.
    assert_eq!(
        names(&done),
        ["content-type", "location", "x-appwrite-execution-id"]
    );
    assert_eq!(done["logs"], "");

    let run = runs.lock().unwrap().remove(0);
    assert_eq!(
        (run.body.as_slice(), &*run.code),
        (b"hi".as_slice(), b"code".as_slice())
    );
    assert_eq!(header(&run, "x-appwrite-user-id"), Some("ann"));
    assert_eq!(header(&run, "x-appwrite-trigger"), Some("http"));
    assert_eq!(header(&run, "x-appwrite-client-ip"), Some("127.0.0.1"));
    assert_eq!(header(&run, "x-mine"), Some("1"));
    // As with the real one, a client's header in another case comes along, so a function can't rely on a header that is
    // there twice.
    assert_eq!(header(&run, "X-Appwrite-User-Id"), Some("bob"));
    let jwt = header(&run, "x-appwrite-user-jwt").unwrap();
    let account = client
        .as_(&[("x-appwrite-jwt", jwt)])
        .get("/account")
        .good();
    assert_eq!(account["$id"], "ann");
}

/// The key of a run has the function's scopes, for as long as a run may take and a minute.
#[test]
fn a_run_has_a_key() {
    let (client, runs) = deployed(json!({"events": []}));
    client.post(EXECUTIONS, json!({})).good();
    let run = runs.lock().unwrap().remove(0);
    let key = client.as_(&[("x-appwrite-key", header(&run, "x-appwrite-key").unwrap())]);
    assert_eq!(key.read("none").status, 404);
    assert_eq!(
        key.row("a", json!({})).refused(),
        (401, "general_unauthorized_scope")
    );
    client.pass(80_000);
    assert_eq!(key.read("none").refused(), (401, "project_key_expired"));
    assert_eq!(
        run.variables["APPWRITE_FUNCTION_API_ENDPOINT"],
        client.server.endpoint()
    );
}

/// With two of its headers alone; keys see its logs too.
#[test]
fn whose_an_execution_is_sees_it() {
    let (client, _) = deployed(json!({"events": []}));
    sign_up(&client, "ann");
    let ann = sign_in(&client, "ann");
    let done = ann.post(EXECUTIONS, json!({})).good();
    let list = ann.get(EXECUTIONS).good();
    assert_eq!(
        (&list["total"], names(&list["executions"][0])),
        (&json!(1), vec!["content-type".to_owned()])
    );
    let path = format!("{EXECUTIONS}/{}", done["$id"].as_str().unwrap());
    assert_eq!(client.get(&path).good()["logs"], "logged");
    sign_up(&client, "bob");
    let bob = sign_in(&client, "bob");
    assert_eq!(bob.get(&path).refused(), (404, "execution_not_found"));
}

#[test]
fn nobody_calls_what_they_may_not() {
    let (client, runs) = deployed(json!({"execute": ["users"], "events": []}));
    sign_up(&client, "ann");
    let refused = client.as_(&[]).post(EXECUTIONS, json!({}));
    assert_eq!(refused.refused(), (401, "user_unauthorized"));
    assert!(runs.lock().unwrap().is_empty());
    // By a JWT somebody may, but the function gets none.
    let ann = sign_in(&client, "ann");
    let jwt = ann.post("/account/jwts", json!({})).good()["jwt"].clone();
    let by_jwt = client.as_(&[("x-appwrite-jwt", jwt.as_str().unwrap())]);
    by_jwt.post(EXECUTIONS, json!({})).good();
    let run = runs.lock().unwrap().remove(0);
    assert_eq!(
        (
            header(&run, "x-appwrite-user-id"),
            header(&run, "x-appwrite-user-jwt")
        ),
        (Some("ann"), Some(""))
    );
    // A function that keys alone may run, and one that is switched off.
    client.put(FUNCTION, json!({"name": "x"})).good();
    assert_eq!(
        ann.post(EXECUTIONS, json!({})).refused(),
        (401, "user_unauthorized")
    );
    client.post(EXECUTIONS, json!({})).good();
    client
        .put(
            FUNCTION,
            json!({"name": "x", "execute": ["any"], "enabled": false}),
        )
        .good();
    assert_eq!(
        ann.post(EXECUTIONS, json!({})).refused(),
        (404, "function_not_found")
    );
}

#[test]
fn a_call_that_makes_no_sense_is_refused() {
    let (client, runs) = deployed(json!({}));
    for (wrong, status) in [
        (json!({"path": "p".repeat(2049)}), 400),
        (json!({"method": "EAT"}), 400),
        (json!({"async": "maybe"}), 400),
        (json!({"body": 1}), 400),
        (json!({"headers": "none"}), 400),
        (json!({"scheduledAt": "2099-01-01T00:00:00Z"}), 400),
        (json!({"headers": {"x-appwrite-user-id": "ann"}}), 500),
        (json!({"headers": {"a b": "c"}}), 500),
        (json!({"async": true}), 501),
    ] {
        assert_eq!(
            client.post(EXECUTIONS, wrong.clone()).status,
            status,
            "{wrong}"
        );
    }
    let none = client.post("/functions/none/executions", json!({}));
    assert_eq!(none.refused(), (404, "function_not_found"));
    client
        .post("/functions", described(json!({"functionId": "empty"})))
        .good();
    let empty = client.post("/functions/empty/executions", json!({}));
    assert_eq!(empty.refused(), (404, "deployment_not_found"));
    assert!(runs.lock().unwrap().is_empty());
}

#[test]
fn events_and_schedules_run_what_is_declared_for_them() {
    let events = ["users.*.create", "databases.*.tables.things.rows.*.create"];
    let (client, runs) = deployed(json!({"events": events}));
    sign_up(&client, "ann");
    client.row("r1", json!({"name": "x"})).good();
    client
        .patch(
            "/tablesdb/main/tables/things/rows/r1",
            json!({"data": {"name": "y"}}),
        )
        .good();
    client.server.wait_idle();
    let told = std::mem::take(&mut *runs.lock().unwrap());
    let names: Vec<_> = told
        .iter()
        .map(|run| header(run, "x-appwrite-event").unwrap())
        .collect();
    let row = "databases.main.collections.things.documents.r1.create";
    assert_eq!(names, ["users.ann.create", row], "a change isn't declared");
    let payload: Value = serde_json::from_slice(&told[1].body).unwrap();
    assert_eq!(
        (&payload["$id"], &payload["name"]),
        (&json!("r1"), &json!("x"))
    );
    for (run, user) in told.iter().zip(["ann", ""]) {
        assert_eq!(header(run, "x-appwrite-trigger"), Some("event"));
        assert_eq!(header(run, "x-appwrite-user-id"), Some(user));
        assert_eq!(header(run, "x-appwrite-user-jwt"), Some(""));
        assert_eq!(header(run, "x-appwrite-client-ip"), None);
        assert_eq!((run.method.as_str(), run.path.as_str()), ("POST", "/"));
    }

    client.server.tick();
    client.server.wait_idle();
    let run = runs.lock().unwrap().remove(0);
    assert_eq!(header(&run, "x-appwrite-trigger"), Some("schedule"));
    assert_eq!(header(&run, "x-appwrite-event"), Some(""));
    client
        .put(FUNCTION, described(json!({"schedule": "0 0 1 1 *"})))
        .good();
    client.server.tick();
    client.server.wait_idle();
    assert!(runs.lock().unwrap().is_empty(), "not today");
}

/// A function calls the server while somebody waits for it.
#[test]
fn the_server_serves_what_it_runs() {
    let (client, _) = deployed(json!({"events": []}));
    let back = Mutex::new(client.with_header("x-from", "the function"));
    client.server.run_functions(move |run| {
        let row = back
            .lock()
            .unwrap()
            .row(&run.path[1..], json!({"name": "made"}));
        Ran {
            status: row.status,
            ..Ran::default()
        }
    });
    let done = client.post(EXECUTIONS, json!({"path": "/r9"})).good();
    assert_eq!(done["responseStatusCode"], 201);
    assert_eq!(client.read("r9").good()["name"], "made");
}
