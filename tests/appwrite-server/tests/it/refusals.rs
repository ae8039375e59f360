//! Refusals of servers, with their status and type.

use serde_json::{Value, json};

use crate::Client;
use crate::client::ROWS;

const TABLE: &str = "/tablesdb/main/tables/things";

/// A role that is named must be one.
#[test]
fn tables_are_for_roles_that_can_be() {
    let client = Client::new();
    for (permission, status) in [
        (r#"read("user:")"#, 400),
        (r#"read("user:_a")"#, 400),
        (r#"see("any")"#, 400),
        (r#"read("user:a")"#, 201),
    ] {
        let id = format!("t{status}");
        let table = json!({"tableId": id, "name": "T", "permissions": [permission]});
        let made = client.post("/tablesdb/main/tables", table);
        assert_eq!(made.status, status, "{permission}");
    }
}

#[test]
fn defaults_are_values_of_their_column() {
    let client = Client::new();
    for (kind, default, status) in [
        ("email", json!("no address"), 400),
        ("email", json!("a@example.com"), 202),
        ("datetime", json!("soon"), 400),
        ("datetime", json!("2027-01-01T00:00:00Z"), 202),
        ("url", json!("nowhere"), 400),
        ("boolean", json!("true"), 400),
    ] {
        let body = json!({"key": format!("{kind}{status}"), "required": false, "default": default});
        let made = client.post(&format!("{TABLE}/columns/{kind}"), body);
        assert_eq!(made.status, status, "{kind} {default}");
    }
    // A change names the new default.
    let path = format!("{TABLE}/columns/boolean/flag");
    let without = client.patch(&path, json!({"required": false}));
    assert_eq!(without.refused(), (400, "general_argument_invalid"));
    let with = client.patch(&path, json!({"required": false, "default": null}));
    assert_eq!(with.status, 200);
}

/// By the paths of tables, indexes are those of columns.
#[test]
fn errors_of_indexes_have_names_of_their_own() {
    let client = Client::new();
    let legacy = "/databases/main/collections/things/indexes";
    for (path, of) in [
        (format!("{TABLE}/indexes"), "column_"),
        (legacy.to_owned(), ""),
    ] {
        let index = |columns: Value| json!({"key": format!("{of}i"), "type": "key", "columns": columns, "attributes": columns});
        let kind = |answer: crate::client::Answer| answer.kind().to_owned();
        let twice = kind(client.post(&path, index(json!(["name", "NAME"]))));
        let list = kind(client.post(&path, index(json!(["tags"]))));
        assert_eq!(
            (twice, list),
            (format!("{of}index_invalid"), format!("{of}index_invalid"))
        );
        client.post(&path, index(json!(["name"])));
        let again = kind(client.post(&path, index(json!(["name"]))));
        assert_eq!(again, format!("{of}index_already_exists"));
    }
    let path = format!("{TABLE}/indexes/no");
    assert_eq!(
        client.delete(&path).refused(),
        (404, "column_index_not_found")
    );
}

#[test]
fn callers_who_may_not() {
    let client = Client::new();
    let jwt = client.server.jwt("ann", &[]);
    let ann = client.as_(&[("x-appwrite-jwt", &jwt)]);
    let denied = ann.post("/account/jwts", json!({}));
    assert_eq!(denied.refused(), (403, "user_jwt_creation_denied"));
    let nobody = client.as_nobody().get(ROWS);
    assert_eq!(nobody.refused(), (403, "project_id_missing"));
    let none = (404, "database_not_found");
    assert_eq!(
        ann.patch(ROWS, json!({"data": {"count": 1}})).refused(),
        none
    );
    assert_eq!(
        ann.put(ROWS, json!({"rows": [{"$id": "a"}]})).refused(),
        none
    );
    assert_eq!(ann.delete(ROWS).refused(), none);
}
