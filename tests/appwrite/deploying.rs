//! Functions as `whisper package appwrite` makes them, deployed by the command line of Appwrite, and used over
//! Appwrite's API alone.

use appwrite_server::KEY;
use whisper_testkit::{Value, functions, json};

use super::cloud::Cloud;
use super::push_schema;

#[test]
fn the_command_line_makes_every_function_as_the_file_says() {
    let Some(cloud) = Cloud::start() else {
        return;
    };
    let declared = cloud.declared();
    let all = functions().len();
    assert_eq!(declared.len(), all);
    let said = cloud.appwrite(&["push", "functions", "--all", "--force"]);
    let pushed = format!("Successfully pushed {all} functions");
    assert!(said.contains(&pushed), "{said}");
    for function in &declared {
        let id = function["$id"].as_str().unwrap();
        let there = cloud.get(&format!("/functions/{id}"));
        // The path of the folder isn't sent to the server.
        let own = function.as_object().unwrap().iter();
        for (key, value) in own.filter(|(key, _)| *key != "path") {
            assert_eq!(&there[key], value, "{id}: {key}");
        }
        let deployment = there["deploymentId"].as_str().unwrap();
        let deployment = cloud.get(&format!("/functions/{id}/deployments/{deployment}"));
        assert_eq!(deployment["status"], "ready");
        assert!(cloud.server.code(id).unwrap().len() < 30_000_000);
    }
    assert_eq!(cloud.get("/proxy/rules")["total"], all);

    // A second push changes the functions that are there.
    cloud.server.writes();
    cloud.appwrite(&["push", "functions", "--all", "--force"]);
    let writes = cloud.server.writes();
    let kinds = |start: &str, end: &str| {
        let is_it = |write: &&String| write.starts_with(start) && write.ends_with(end);
        writes.iter().filter(is_it).count()
    };
    assert_eq!(
        (kinds("PUT /functions/", ""), kinds("POST ", "/deployments")),
        (all, all)
    );
    assert_eq!(writes.len(), 2 * all, "{writes:?}");
    assert_eq!(cloud.get("/functions")["total"], all);
    let twice = cloud.get("/functions/accounts/deployments");
    assert_eq!(twice["total"], 2);
}

#[test]
fn two_who_sign_up_talk_over_what_was_deployed() {
    let Some(cloud) = Cloud::start() else {
        return;
    };
    push_schema(&cloud.server);
    cloud.appwrite(&["push", "functions", "--all", "--force"]);
    let (ann, bob) = (cloud.person("ann"), cloud.person("bob"));
    let me = ann.call("accounts", ("GET", "/v1/me"), &Value::Null, 200);
    assert_eq!(me["id"], ann.id);
    // Bob has asked for nothing, and is known by the event of his signing up.
    cloud.server.wait_idle();
    let me = ann.call("accounts", ("GET", "/v1/me"), &Value::Null, 200);
    assert_eq!(
        me["displayName"], "ann",
        "whoever was first, she or the event"
    );
    let body = json!({"type": "direct", "participantIds": [bob.id]});
    let talk = ann.call("conversations", ("POST", "/v1/conversations"), &body, 201);
    let messages = format!(
        "/v1/conversations/{}/messages",
        talk["id"].as_str().unwrap()
    );
    let body = json!({"id": "first", "content": "hi"});
    let (_, sent) = ann.execute("message-send", "POST", &messages, &body);
    assert_eq!(sent["responseStatusCode"], 201, "{sent}");
    let location = json!({"name": "location", "value": format!("{messages}/first")});
    let headers = sent["responseHeaders"].as_array().unwrap();
    assert!(headers.contains(&location), "{headers:?}");
    ann.call("message-send", ("POST", &messages), &body, 200);
    let page = bob.call("message-send", ("GET", &messages), &Value::Null, 200);
    assert_eq!(
        (&page["items"][0]["content"], &page["items"][1]),
        (&json!("hi"), &Value::Null)
    );

    // The rows written so far have run the functions that are declared for their events.
    cloud.server.wait_idle();
    for function in ["xp-badges", "notification-push"] {
        let runs = cloud.get(&format!("/functions/{function}/executions"));
        let runs = runs["executions"].as_array().unwrap();
        assert!(!runs.is_empty(), "{function}");
        for run in runs {
            assert_eq!(
                (&run["trigger"], &run["status"]),
                (&json!("event"), &json!("completed")),
                "{run}"
            );
        }
    }
    let progress = ann.call("xp-badges", ("GET", "/v1/me/progress"), &Value::Null, 200);
    assert!(progress["xp"].as_u64().unwrap() >= 2, "{progress}");

    // Guests aren't let in: by Appwrite where a function is for users alone, by the function where it is for all.
    let guest = cloud.guest();
    let (status, refused) = guest.execute("message-send", "GET", &messages, &Value::Null);
    assert_eq!(
        (status, &refused["type"]),
        (401, &json!("user_unauthorized"))
    );
    let refused = guest.call("xp-badges", ("GET", "/v1/me/progress"), &Value::Null, 401);
    assert_eq!(refused["code"], "unauthenticated");
    let eve = cloud.person("eve");
    eve.call("message-send", ("GET", &messages), &Value::Null, 404);
    cloud.server.wait_idle();
}

#[test]
fn a_schedule_runs_what_was_deployed_and_operators_see_it() {
    let Some(cloud) = Cloud::start() else {
        return;
    };
    push_schema(&cloud.server);
    for function in ["story-expiry", "operator"] {
        cloud.appwrite(&["push", "function", "--function-id", function, "--force"]);
    }
    cloud.server.tick();
    cloud.server.wait_idle();
    let runs = cloud.get("/functions/story-expiry/executions");
    let run = &runs["executions"][0];
    assert_eq!(
        (&run["trigger"], &run["responseStatusCode"]),
        (&json!("schedule"), &json!(200)),
        "{runs}"
    );

    // No key is the operator's before one is set; and users can't call the function at all.
    let key = "0123456789abcdef0123456789abcdef";
    let bearer = json!({"authorization": format!("Bearer {key}")});
    let body = json!({"method": "GET", "path": "/internal/jobs", "headers": bearer});
    let route = "/functions/operator/executions";
    let jobs = |headers: &[(&str, &str)]| cloud.ask("POST", route, headers, &body);
    let all = [("x-appwrite-key", KEY)];
    assert_eq!(jobs(&all).1["responseStatusCode"], 401);
    let variable = "WHISPER_VARIABLE_OPERATOR_KEY";
    cloud.appwrite(&[
        "functions",
        "create-variable",
        "--function-id",
        "operator",
        "--key",
        variable,
        "--value",
        key,
    ]);
    let (_, shown, _) = jobs(&all);
    assert_eq!(shown["responseStatusCode"], 200, "{shown}");
    let shown: Value = serde_json::from_str(shown["responseBody"].as_str().unwrap()).unwrap();
    let mut shown = shown["items"].as_array().unwrap().iter();
    let expiry = shown.find(|job| job["name"] == "story-expiry").unwrap();
    assert!(expiry["lastRun"].is_object(), "{expiry}");
    assert_eq!(jobs(&[]).1["type"], "user_unauthorized");
}
