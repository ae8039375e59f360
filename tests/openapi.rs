//! The document and the routes that answer are the same set.

use whisper_testkit::{TestApp, Value};

/// Every operation of the document: method and path with its parts filled in.
fn operations(document: &Value) -> Vec<(String, String)> {
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            operations.push((method.to_uppercase(), filled(path)));
        }
    }
    operations
}

/// A path with its parts filled in.
fn filled(path: &str) -> String {
    let fill = |part: &str| match part.starts_with('{') {
        true => "nothing".to_owned(),
        false => part.to_owned(),
    };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

#[test]
fn every_operation_of_the_document_answers() {
    let app = TestApp::start();
    let document = app.get("/v1/openapi.json").send().expect(200);
    assert_eq!(document["openapi"], "3.1.0");
    let operations = operations(&document);
    assert!(operations.len() > 40, "{}", operations.len());
    for (method, path) in operations {
        let reply = app.call(&method, &path).send();
        let code = reply.body["code"].as_str().unwrap_or_default();
        let unknown = ["route_not_found", "method_not_allowed"].contains(&code);
        // The viewer's own file route says route_not_found for a file it doesn't have.
        assert!(
            !unknown || path == "/docs/nothing",
            "{method} {path}: {}",
            reply.text
        );
        assert!(reply.status < 500, "{method} {path}: {}", reply.text);
    }
}

#[test]
fn no_route_answers_with_a_method_that_the_document_lacks() {
    let app = TestApp::start();
    let document = app.get("/v1/openapi.json").send().expect(200);
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = &filled(path);
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if methods.get(method.to_lowercase()).is_none() {
                app.call(method, path)
                    .send()
                    .expect_problem(405, "method_not_allowed");
            }
        }
    }
}

#[test]
fn operations_for_users_refuse_a_stranger_and_a_forged_token() {
    let app = TestApp::start();
    let document = app.get("/v1/openapi.json").send().expect(200);
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if operation["security"].as_array().unwrap().is_empty() {
                continue;
            }
            let path = path.replace(['{', '}'], "");
            let call = || app.call(&method.to_uppercase(), &path);
            call().send().expect_problem(401, "unauthenticated");
            let forged = call().bearer("eyJhbGciOiJub25lIn0.e30.").send();
            assert_eq!(forged.status, 401, "{method} {path}: {}", forged.text);
        }
    }
}

#[test]
fn the_viewer_is_served_from_here() {
    let app = TestApp::start();
    let page = app.get("/docs").send();
    assert_eq!(page.status, 200);
    assert!(
        page.header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    for source in page
        .text
        .split("src=\"")
        .skip(1)
        .chain(page.text.split("href=\"").skip(1))
    {
        let address = source.split('"').next().unwrap();
        assert!(address.starts_with('/'), "{address} comes from elsewhere");
    }
    for file in [
        "/docs/viewer.js",
        "/docs/swagger-ui.css",
        "/docs/swagger-ui-bundle.js",
    ] {
        let reply = app.call("HEAD", file).send();
        assert_eq!(reply.status, 200, "{file}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    }
}
