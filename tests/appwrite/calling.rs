//! Requests to a component and its answers, byte for byte.

use super::Project;
use super::function::Function;
use super::package::package;

/// A component that echoes, and misbehaves.
pub fn misbehaving(project: &Project) -> Function {
    let package = package().unwrap();
    Function::start(package, &project.server, "others/functions/misbehaving")
}

#[test]
fn method_query_headers_and_bytes_go_through_both_ways() {
    let Some(project) = Project::shared() else {
        return;
    };
    let function = misbehaving(project);
    let all: Vec<u8> = (0..=255).cycle().take(200_000).collect();
    let call = function.call("", "", "PATCH", "/echo?a=1&b=%20x%2F&b=2&c");
    let call = call
        .header("x-own", "one")
        .header("x-own", "two")
        .header("spin-client-addr", "0.0.0.0:0")
        .header("spin-path-info", "/forged")
        .header("te", "trailers");
    let answer = call.bytes("application/octet-stream", &all).send();
    assert_eq!(answer.status, 207);
    assert!(answer.body == all, "{} bytes came back", answer.body.len());
    assert_eq!(answer.headers["x-method"], "PATCH");
    assert_eq!(answer.headers["x-query"], "a=1&b=%20x%2F&b=2&c");
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    let seen = answer.headers["x-headers"].to_str().unwrap();
    assert!(seen.contains("x-own=one, two;"), "{seen}");
    assert!(seen.contains("spin-client-addr=203.0.113.9;"), "{seen}");
    assert_eq!(seen.matches("spin-").count(), 1, "{seen}");
}

#[test]
fn a_body_may_be_empty_and_a_method_of_any_kind() {
    let Some(project) = Project::shared() else {
        return;
    };
    let function = misbehaving(project);
    for method in ["GET", "DELETE", "OPTIONS"] {
        let answer = function.call("", "", method, "/echo").send();
        assert_eq!((answer.status, answer.body.len()), (207, 0), "{method}");
        assert_eq!(answer.headers["x-method"], method);
    }
    let head = function.call("", "", "HEAD", "/echo").send();
    assert_eq!(head.status, 207);
}

#[test]
fn a_component_has_its_variables_and_nothing_else_of_the_environment() {
    let Some(project) = Project::shared() else {
        return;
    };
    let function = misbehaving(project);
    let variable = |name: &str| {
        let path = format!("/variable?{name}");
        let answer = function.call("", "", "GET", &path).send();
        String::from_utf8(answer.body).unwrap()
    };
    assert_eq!(variable("WHISPER_VARIABLE_GREETING"), "hello, you");
    assert_eq!(variable("WHISPER_VARIABLE_HOST"), "appwrite");
    assert_eq!(
        variable("WHISPER_VARIABLE_APPWRITE_ENDPOINT"),
        project.server.endpoint()
    );
    assert_eq!(
        variable("WHISPER_VARIABLE_OPERATOR_KEY").len(),
        43,
        "nobody knows it"
    );
    for other in [
        "PATH",
        "HOME",
        "APPWRITE_FUNCTION_PROJECT_ID",
        "WHISPER_VARIABLE_HIDDEN",
    ] {
        assert_eq!(variable(other), "", "{other}");
    }
}
