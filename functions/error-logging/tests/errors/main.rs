//! Errors: reported, grouped, resolved, forgotten.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod inside;
mod operators;
mod reporting;
mod retention;

use error_logging::api;
use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_schema::prelude::Document;
use whisper_store::Query;

const KEY: &str = "the-operators-key";
const DAY: i64 = 24 * 60 * 60 * 1000;

/// The function, and somebody signed in.
struct Scene {
    edge: TestEdge,
    user: String,
    token: String,
}

impl Scene {
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(variables: &[(&str, &str)]) -> Self {
        let variables: Vec<_> = [("operator_key", KEY)]
            .iter()
            .chain(variables)
            .copied()
            .collect();
        let edge = TestEdge::new(&api(), &variables);
        let (user, token) = block_on(edge.user());
        Self { edge, user, token }
    }

    fn report(&self, body: &Value) -> Answer {
        block_on(
            self.edge
                .send(Method::POST, "/v1/errors", &self.token, body),
        )
    }

    fn batch(&self, errors: &[Value]) -> Answer {
        let body = json!({"errors": errors});
        block_on(
            self.edge
                .send(Method::POST, "/v1/errors/batch", &self.token, &body),
        )
    }

    fn operator(&self, method: Method, path: &str, body: &Value) -> Answer {
        block_on(self.edge.send(method, path, KEY, body))
    }

    fn groups(&self, query: &str) -> Vec<Value> {
        let list = self.operator(
            Method::GET,
            &format!("/internal/errors{query}"),
            &Value::Null,
        );
        list.expect(200)["items"].as_array().unwrap().clone()
    }

    /// The only group there is.
    fn group(&self) -> Value {
        let groups = self.groups("");
        assert_eq!(groups.len(), 1, "{groups:?}");
        groups[0].clone()
    }

    fn errors_of(&self, group: &Value) -> Vec<Value> {
        let path = format!(
            "/internal/errors/{}/errors?limit=100",
            group["id"].as_str().unwrap()
        );
        let list = self.operator(Method::GET, &path, &Value::Null).expect(200);
        list["items"].as_array().unwrap().clone()
    }

    fn count<D: Document>(&self) -> u64 {
        block_on(self.edge.store().read(Query::<D>::new().count(1_000_000))).unwrap()
    }
}

fn error(message: &str) -> Value {
    json!({"errorType": "send_failed", "errorMessage": message})
}
