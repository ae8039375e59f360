//! Scopes and permissions of callers: A:app/controllers/shared/api.php, A:app/config/roles.php, the permission checks
//! of A:H and D:Database.php.

use appwrite_server::KEY;
use serde_json::{Value, json};

use crate::Client;
use crate::client::{ROWS, query};

const TABLE: &str = "/tablesdb/main/tables/things";

fn allow(client: &Client, permissions: &[&str], row_security: bool) {
    let table = json!({"name": "Things", "permissions": permissions, "rowSecurity": row_security});
    client.put(TABLE, table).good();
}

fn user(client: &Client, id: &str) -> Client {
    let jwt = client.server.jwt(id, &[]);
    client.as_(&[("x-appwrite-jwt", &jwt)])
}

/// Keys have the scopes they were given: 401 general_unauthorized_scope.
#[test]
fn keys_need_scopes() {
    let client = Client::new();
    client.row("a", json!({"name": "x"})).good();
    let reads = client.server.key(&["rows.read"]);
    let reads = client.as_(&[("x-appwrite-key", &reads)]);
    let missing = (401, "general_unauthorized_scope");
    assert_eq!(reads.read("a").status, 200);
    assert_eq!(reads.row("b", json!({"name": "x"})).refused(), missing);
    assert_eq!(
        reads.post("/tablesdb/transactions", json!({})).refused(),
        missing
    );
    assert_eq!(reads.get("/tablesdb").refused(), missing);
    let unknown = client.as_(&[("x-appwrite-key", "standard_no")]);
    assert_eq!(unknown.read("a").status, 401);
    assert_eq!(client.as_(&[]).get("/tablesdb").refused(), missing);
}

/// The version is for everybody, even without a project.
#[test]
fn the_version_is_nobodys_secret() {
    let client = Client::new();
    assert_eq!(
        client.as_nobody().get("/health/version").good()["version"],
        "1.9.6"
    );
    let lost = client.as_nobody().read("a");
    assert_eq!(lost.refused(), (403, "project_id_missing"));
}

/// `GET /account` answers the user of a JWT, for 15 minutes; keys and guests have no account.
#[test]
fn a_jwt_is_somebody() {
    let client = Client::new();
    let jwt = client.server.jwt("ann", &[]);
    assert_eq!(jwt.split('.').count(), 3);
    let ann = client.as_(&[("x-appwrite-jwt", &jwt)]);
    let account = ann.get("/account").good();
    assert_eq!(
        (&account["$id"], &account["status"]),
        (&json!("ann"), &json!(true))
    );
    let forged = format!("{}x", jwt);
    let forged = client.as_(&[("x-appwrite-jwt", &forged)]);
    assert_eq!(forged.get("/account").refused(), (401, "user_jwt_invalid"));
    assert_eq!(
        client.get("/account").refused(),
        (401, "general_unauthorized_scope")
    );
    assert_eq!(
        client.as_(&[]).get("/account").refused(),
        (401, "general_unauthorized_scope")
    );
    client.pass(900_000);
    assert_eq!(ann.get("/account").refused(), (401, "user_jwt_invalid"));
    let ann = user(&client, "ann");
    client.server.block("ann");
    assert_eq!(ann.get("/account").refused(), (403, "user_blocked"));
}

/// Permissions of the table: each action for itself, and none for guests who aren't named.
#[test]
fn a_table_says_who_may() {
    let client = Client::new();
    client.row("a", json!({"name": "x"})).good();
    let ann = user(&client, "ann");
    let guest = client.as_(&[]);
    let unauthorized = (401, "user_unauthorized");
    let data = json!({"data": {"name": "y"}});
    let path = format!("{ROWS}/a");
    assert_eq!(ann.row("b", json!({"name": "x"})).refused(), unauthorized);
    assert_eq!(ann.list(&[]).refused(), unauthorized);
    assert_eq!(ann.read("a").refused(), (404, "row_not_found"));
    assert_eq!(ann.patch(&path, data.clone()).refused(), unauthorized);
    assert_eq!(ann.delete(&path).refused(), unauthorized);
    assert_eq!(guest.list(&[]).refused(), unauthorized);
    allow(
        &client,
        &[
            "create(\"users\")",
            "read(\"user:ann\")",
            "update(\"users/unverified\")",
            "delete(\"any\")",
        ],
        false,
    );
    assert_eq!(ann.row("b", json!({"name": "x"})).status, 201);
    assert_eq!(ann.list(&[]).good()["total"], 2);
    assert_eq!(user(&client, "bob").list(&[]).refused(), unauthorized);
    assert_eq!(ann.patch(&path, data).status, 200);
    assert_eq!(guest.delete(&path).status, 204);
}

/// Row permissions count only with `rowSecurity`; they are the maker's unless something is said.
#[test]
fn a_row_says_who_may() {
    let client = Client::new();
    allow(&client, &["create(\"users\")"], true);
    let (ann, bob) = (user(&client, "ann"), user(&client, "bob"));
    let made = ann.row("a", json!({"name": "x"})).good();
    let own = [
        "read(\"user:ann\")",
        "update(\"user:ann\")",
        "delete(\"user:ann\")",
    ];
    assert_eq!(made["$permissions"], json!(own));
    client.row("k", json!({"name": "x"})).good();
    assert_eq!((ann.ids(&[]), bob.ids(&[])), (vec!["a".to_owned()], vec![]));
    assert_eq!(bob.read("a").refused(), (404, "row_not_found"));
    let data = json!({"data": {"name": "y"}});
    let path = format!("{ROWS}/a");
    assert_eq!(
        bob.patch(&path, data.clone()).refused(),
        (401, "user_unauthorized")
    );
    let share = json!({"permissions": ["read(\"any\")", "write(\"user:ann\")"]});
    let shared = ann.patch(&path, share).good();
    assert_eq!(
        shared["$permissions"],
        json!([
            "read(\"any\")",
            "update(\"user:ann\")",
            "delete(\"user:ann\")"
        ])
    );
    assert_eq!(bob.read("a").status, 200);
    let theirs = json!({"permissions": ["read(\"user:bob\")"]});
    assert_eq!(
        ann.patch(&path, theirs).refused(),
        (401, "user_unauthorized")
    );
    allow(&client, &["create(\"users\")"], false);
    assert_eq!(ann.read("a").refused(), (404, "row_not_found"));
    assert_eq!(ann.patch(&path, data).refused(), (401, "user_unauthorized"));
}

/// Create.php and Bulk/*.php: many at once is for keys; so is a table that isn't enabled.
#[test]
fn some_is_for_keys_alone() {
    let client = Client::new();
    let all = [
        "create(\"any\")",
        "read(\"any\")",
        "update(\"any\")",
        "delete(\"any\")",
    ];
    allow(&client, &all, false);
    let ann = user(&client, "ann");
    let rows = json!({"rows": [{"$id": "a", "name": "x"}]});
    assert_eq!(
        ann.post(ROWS, rows.clone()).refused(),
        (401, "general_unauthorized_scope")
    );
    assert_eq!(ann.put(ROWS, rows).status, 404);
    assert_eq!(ann.patch(ROWS, json!({"data": {"name": "y"}})).status, 404);
    assert_eq!(ann.delete(ROWS).status, 404);
    let off = json!({"name": "Things", "permissions": all, "enabled": false});
    client.put(TABLE, off).good();
    assert_eq!(ann.list(&[]).refused(), (404, "table_not_found"));
    assert_eq!(client.list(&[]).status, 200);
}

/// Users' dates are the server's; rows that they can't see aren't counted.
#[test]
fn users_set_no_dates() {
    let client = Client::new();
    allow(&client, &["create(\"users\")"], true);
    let ann = user(&client, "ann");
    let row = ann
        .row(
            "a",
            json!({"name": "x", "$createdAt": "2020-01-01T00:00:00Z"}),
        )
        .good();
    assert_eq!(row["$createdAt"], "2027-01-15T08:00:00.000+00:00");
    client.row("b", json!({"name": "x"})).good();
    assert_eq!(
        ann.list(&[query("limit", "", json!([1]))]).good()["total"],
        1
    );
}

/// Transactions/*.php: users have their own transactions, and stage the operations that they may do.
#[test]
fn transactions_are_their_makers() {
    let client = Client::new();
    allow(&client, &["create(\"users\")"], true);
    let (ann, bob) = (user(&client, "ann"), user(&client, "bob"));
    client.row("k", json!({"name": "x"})).good();
    let id = ann.begin();
    let create = json!({"action": "create", "rowId": "a", "data": {"name": "x"}});
    assert_eq!(
        bob.stage(&id, std::slice::from_ref(&create)).refused(),
        (404, "transaction_not_found")
    );
    assert_eq!(bob.get("/tablesdb/transactions").good()["total"], 0);
    let unreadable = json!({"action": "update", "rowId": "k", "data": {"name": "y"}});
    assert_eq!(
        ann.stage(&id, &[unreadable]).refused(),
        (404, "document_not_found")
    );
    let many = json!({"action": "bulkDelete", "data": {"queries": []}});
    assert_eq!(
        ann.stage(&id, &[many]).refused(),
        (401, "user_unauthorized")
    );
    let theirs =
        json!({"action": "create", "rowId": "b", "data": {"$permissions": ["read(\"user:bob\")"]}});
    assert_eq!(
        ann.stage(&id, &[theirs]).refused(),
        (401, "user_unauthorized")
    );
    assert_eq!(ann.stage(&id, &[create]).status, 201);
    assert_eq!(ann.commit(&id).good()["status"], "committed");
    assert_eq!(
        client.read("a").good()["$permissions"],
        Value::Array(vec![])
    );
    // A key sees all transactions, and users don't see those of a key.
    assert_eq!(client.get("/tablesdb/transactions").good()["total"], 1);
    let key = client.as_(&[("x-appwrite-key", KEY)]).begin();
    assert_eq!(ann.commit(&key).refused(), (404, "transaction_not_found"));
}
