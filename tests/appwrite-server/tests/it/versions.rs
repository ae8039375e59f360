//! Differences between 1.8.1, 1.9.6 and the later 0cefd06, as those servers answered when they were run.

use appwrite_server::Version;
use serde_json::json;

use crate::Client;
use crate::client::{ROWS, query};

/// Numbers of rows are texts to 1.8, in filters too.
#[test]
fn filters_on_numbers_of_rows() {
    for version in Version::ALL {
        let client = Client::of(version);
        client.row("a", json!({"count": 1})).good();
        let text = query("greaterThanEqual", "$sequence", json!(["1"]));
        assert_eq!(client.ids(&[text]), ["a"]);
        let number = client.list(&[query("greaterThanEqual", "$sequence", json!([1]))]);
        let expected = match version {
            Version::V1_8 => (400, "general_query_invalid"),
            _ => (200, ""),
        };
        assert_eq!(number.refused(), expected, "{version:?}");
    }
}

#[test]
fn methods_of_queries() {
    for version in Version::ALL {
        let client = Client::of(version);
        client.row("a", json!({"tags": ["x"]})).good();
        for method in ["containsAny", "containsAll"] {
            let answer = client.list(&[query(method, "tags", json!(["x"]))]);
            let expected = match version {
                Version::Newest => (200, ""),
                _ => (400, "general_query_invalid"),
            };
            assert_eq!(answer.refused(), expected, "{version:?} {method}");
        }
        let exists = client.list(&[query("exists", "count", json!([1]))]);
        let expected = match version {
            Version::Newest => 500,
            _ => 400,
        };
        assert_eq!(exists.status, expected, "{version:?}");
    }
}

#[test]
fn unique_values_that_are_taken() {
    for version in Version::ALL {
        let client = Client::of(version);
        client.index("once", "unique", &["name"]);
        client.row("a", json!({"name": "x"})).good();
        let kind = match version {
            Version::Newest => "row_unique_constraint_violation",
            _ => "row_already_exists",
        };
        let taken = client.row("b", json!({"name": "x"}));
        assert_eq!(taken.refused(), (409, kind), "{version:?}");
    }
}

/// An exception that isn't caught rolls the transaction back, and leaves it with this status.
#[test]
fn the_status_after_a_fault() {
    for version in Version::ALL {
        let client = Client::of(version);
        client.row("a", json!({"name": "x"})).good();
        let wrong = json!({"action": "increment", "rowId": "a", "data": {"column": "name"}});
        let (id, answer) = client.transact(&[wrong]);
        assert_eq!(answer.refused(), (500, "general_unknown"));
        let status = match version {
            Version::V1_8 => "pending",
            _ => "committing",
        };
        assert_eq!(client.status(&id), status);
    }
}

#[test]
fn runtimes_and_variables_of_functions() {
    for version in Version::ALL {
        let client = Client::of(version);
        let function = |runtime: &str| {
            let body = json!({"functionId": runtime, "name": "f", "runtime": runtime});
            client.post("/functions", body).status
        };
        let old = version == Version::V1_8;
        assert_eq!(function("node-22"), 201);
        assert_eq!(function("node-25"), if old { 400 } else { 201 });
        let without_id = json!({"key": "A", "value": "b"});
        let made = client.post("/functions/node-22/variables", without_id);
        assert_eq!(made.status, if old { 201 } else { 400 }, "{version:?}");
        let with_id = json!({"variableId": "v", "key": "B", "value": "b"});
        let made = client.post("/functions/node-22/variables", with_id);
        assert_eq!(made.status, 201);
    }
}

#[test]
fn what_it_calls_itself() {
    for (version, number) in [(Version::V1_8, "1.8.1"), (Version::V1_9, "1.9.6")] {
        let client = Client::of(version);
        assert_eq!(client.get("/health/version").good()["version"], number);
        assert_eq!(client.get(&format!("{ROWS}/no")).body["version"], number);
    }
}
