//! Functions and their variables and domains: A:src/Appwrite/Platform/Modules/Functions and Proxy.

use serde_json::{Value, json};

use crate::Client;
use crate::client::asked;

pub const FUNCTION: &str = "/functions/greet";

/// A function, changed by these fields.
pub fn described(change: Value) -> Value {
    let mut all = json!({
        "functionId": "greet", "name": "Greet", "runtime": "node-25", "execute": ["users"], "events": ["users.*.create"],
        "schedule": "* * * * *", "timeout": 20, "entrypoint": "main.js", "commands": "npm ci", "scopes": ["rows.read"],
    });
    let change = change.as_object().unwrap().clone();
    all.as_object_mut().unwrap().extend(change);
    all
}

#[test]
fn a_function_is_what_it_was_said_to_be() {
    let client = Client::new();
    let made = client.post("/functions", described(json!({}))).good();
    for (key, value) in described(json!({})).as_object().unwrap() {
        if key != "functionId" {
            assert_eq!(&made[key], value, "{key}");
        }
    }
    assert_eq!(
        (&made["enabled"], &made["logging"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(made["runtimeSpecification"], "s-1vcpu-512mb");
    let old = client
        .with_header("x-appwrite-response-format", "1.8.0")
        .get(FUNCTION)
        .good();
    assert_eq!(
        (&old["specification"], &old["runtimeSpecification"]),
        (&json!("s-1vcpu-512mb"), &Value::Null)
    );

    // An update leaves the runtime and the entrypoint, and sets the rest anew.
    let updated = client.put(FUNCTION, json!({"name": "Greet again"})).good();
    assert_eq!(
        (&updated["runtime"], &updated["entrypoint"]),
        (&json!("node-25"), &json!("main.js"))
    );
    assert_eq!(
        (&updated["execute"], &updated["timeout"]),
        (&json!([]), &json!(15))
    );
    assert_eq!(client.get("/functions").good()["total"], 1);
    let taken = client.post("/functions", described(json!({})));
    assert_eq!(taken.refused(), (409, "function_already_exists"));
    client.delete(FUNCTION).good();
    assert_eq!(client.get(FUNCTION).refused(), (404, "function_not_found"));
    assert_eq!(
        client.put(FUNCTION, json!({"name": "x"})).refused(),
        (404, "function_not_found")
    );
}

#[test]
fn what_a_function_cant_be_is_refused() {
    let client = Client::new();
    for (wrong, why) in [
        (json!({"functionId": ".x"}), "UID must contain"),
        (json!({"name": "n".repeat(129)}), "no longer than 128"),
        (json!({"runtime": "node-26"}), "must be one of (node-14.5, "),
        (
            json!({"execute": ["everybody"]}),
            "Role \"everybody\" is not allowed",
        ),
        (json!({"execute": vec!["any"; 101]}), "up to 100 roles"),
        (json!({"events": ["users.*.forget"]}), "Event is not valid"),
        (
            json!({"events": ["functions.*.create"]}),
            "on a function event is not allowed",
        ),
        (
            json!({"events": vec!["users.*.create"; 101]}),
            "no longer than 100 items",
        ),
        (json!({"schedule": "every minute"}), "valid cron expression"),
        (json!({"schedule": "60 * * * *"}), "valid cron expression"),
        (json!({"timeout": 901}), "between 1 and 900"),
        (json!({"timeout": 0}), "between 1 and 900"),
        (
            json!({"scopes": ["rows.eat"]}),
            "must be one of (project.read, ",
        ),
        (
            json!({"scopes": vec!["rows.read"; 201]}),
            "no longer than 200 items",
        ),
        (json!({"commands": "c".repeat(8193)}), "no longer than 8192"),
        (
            json!({"entrypoint": "e".repeat(1029)}),
            "no longer than 1028",
        ),
        (
            json!({"runtimeSpecification": "s-9vcpu"}),
            "Specification must be one of: s-0.5vcpu",
        ),
        (json!({"enabled": "yes"}), "valid boolean"),
    ] {
        let answer = client.post("/functions", described(wrong.clone()));
        assert_eq!(
            answer.refused(),
            (400, "general_argument_invalid"),
            "{wrong}"
        );
        let said = answer.body["message"].as_str().unwrap();
        assert!(said.contains(why), "{wrong}: {said}");
    }
    assert_eq!(client.get("/functions").good()["total"], 0);
}

#[test]
fn a_function_needs_a_name_and_may_have_any_schedule() {
    let client = Client::new();
    let nameless = client.post(
        "/functions",
        json!({"functionId": "x", "runtime": "node-25"}),
    );
    assert_eq!(nameless.body["message"], "Param \"name\" is not optional.");
    for good in ["", "17 3 * * *", "*/5 0-6 1,15 * MON-FRI", "@hourly"] {
        let body = described(json!({"functionId": "unique()", "schedule": good}));
        client.post("/functions", body).good();
    }
}

#[test]
fn a_function_has_variables() {
    let client = Client::new();
    let path = format!("{FUNCTION}/variables");
    assert_eq!(client.get(&path).refused(), (404, "function_not_found"));
    client.post("/functions", described(json!({}))).good();
    let body = json!({"variableId": "unique()", "key": "GREETING", "value": "hi", "secret": false});
    let made = client.post(&path, body.clone()).good();
    assert_eq!(
        (&made["key"], &made["value"]),
        (&json!("GREETING"), &json!("hi"))
    );
    assert_eq!(
        client.post(&path, body).refused(),
        (409, "variable_already_exists")
    );
    // A secret is told to the function alone.
    let secret = json!({"variableId": "s", "key": "SECRET", "value": "x"});
    assert_eq!(client.post(&path, secret).good()["value"], "");
    assert_eq!(
        client.get(FUNCTION).good()["vars"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let long = json!({"variableId": "l", "key": "LONG", "value": "v".repeat(8193)});
    assert_eq!(client.post(&path, long).status, 400);
    client.delete(&format!("{path}/s")).good();
    assert_eq!(
        client.delete(&format!("{path}/s")).refused(),
        (404, "variable_not_found")
    );
    assert_eq!(client.get(&path).good()["total"], 1);
}

#[test]
fn a_function_has_domains() {
    let client = Client::new();
    let rule = json!({"domain": "one.functions.localhost", "functionId": "greet"});
    let path = "/proxy/rules/function";
    assert_eq!(
        client.post(path, rule.clone()).refused(),
        (404, "rule_resource_not_found")
    );
    client.post("/functions", described(json!({}))).good();
    client.post(path, rule.clone()).good();
    assert_eq!(
        client.post(path, rule).refused(),
        (409, "rule_already_exists")
    );
    let wrong = json!({"domain": "no domain", "functionId": "greet"});
    assert_eq!(client.post(path, wrong).status, 400);
    let of = |function: &str| {
        let queries = [
            json!({"method": "limit", "values": [1]}).to_string(),
            json!({"method": "equal", "attribute": "deploymentResourceId", "values": [function]})
                .to_string(),
        ];
        let path = format!("/proxy/rules?{}", asked(&queries));
        client.get(&path).good()["total"].clone()
    };
    assert_eq!((of("greet"), of("other")), (json!(1), json!(0)));
}
