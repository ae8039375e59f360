//! Transactions: A:H/Databases/Transactions/*.php.

use serde_json::{Value, json};

use crate::Client;
use crate::client::ROWS;

fn create(id: &str, data: Value) -> Value {
    json!({"action": "create", "rowId": id, "data": data})
}

fn update(id: &str, data: Value) -> Value {
    json!({"action": "update", "rowId": id, "data": data})
}

fn increment(id: &str, data: Value) -> Value {
    json!({"action": "increment", "rowId": id, "data": data})
}

fn remove(id: &str) -> Value {
    json!({"action": "delete", "rowId": id})
}

/// Create.php: `ttl` is 60 to 3600 seconds, 300 if nothing is said; Update.php: 410 after that.
#[test]
fn a_transaction_lives_for_its_ttl() {
    let client = Client::new();
    for (ttl, status) in [(59, 400), (60, 201), (3600, 201), (3601, 400)] {
        let answer = client.post("/tablesdb/transactions", json!({"ttl": ttl}));
        assert_eq!(answer.status, status, "{ttl}");
    }
    let id = client.begin();
    client
        .stage(&id, &[create("a", json!({"name": "x"}))])
        .good();
    client.pass(300_001);
    assert_eq!(client.commit(&id).refused(), (410, "transaction_expired"));
    let late = client.stage(&id, &[create("b", json!({"name": "x"}))]);
    assert_eq!(late.refused(), (410, "transaction_expired"));
}

/// Update.php: the operations run in their order, later ones see what earlier ones did, and it is committed.
#[test]
fn operations_run_in_their_order() {
    let client = Client::new();
    client.row("old", json!({"name": "old", "count": 1})).good();
    let (id, answer) = client.transact(&[
        create("new", json!({"name": "new", "count": 5})),
        increment("new", json!({"column": "count", "value": 2})),
        update("new", json!({"name": "newer"})),
        update("old", json!({"count": 2})),
        increment("old", json!({"column": "count"})),
        create("gone", json!({"name": "x"})),
        remove("gone"),
    ]);
    assert_eq!(answer.good()["status"], "committed");
    assert_eq!(client.status(&id), "committed");
    let new = client.read("new").good();
    assert_eq!((&new["name"], &new["count"]), (&json!("newer"), &json!(7)));
    assert_eq!(client.read("old").good()["count"], 3);
    assert_eq!(client.read("gone").refused(), (404, "row_not_found"));
}

/// Update.php catches and marks as failed: nothing of it is there afterwards.
#[test]
fn a_commit_is_all_or_nothing() {
    let client = Client::new();
    client.index("by_name", "unique", &["name"]);
    client.row("a", json!({"name": "taken", "count": 5})).good();
    let table = [
        (
            create("a", json!({"name": "b"})),
            (409, "transaction_conflict"),
        ),
        (
            create("b", json!({"name": "taken"})),
            (409, "transaction_conflict"),
        ),
        (
            create("b", json!({"nothing": 1})),
            (400, "document_invalid_structure"),
        ),
        (
            create("b", json!({"count": 1001})),
            (400, "document_invalid_structure"),
        ),
        (
            increment("a", json!({"column": "count", "max": 5})),
            (400, "attribute_limit_exceeded"),
        ),
        (
            json!({"action": "decrement", "rowId": "a", "data": {"column": "count", "min": 5}}),
            (400, "attribute_limit_exceeded"),
        ),
        (
            increment("a", json!({"column": "nothing"})),
            (404, "document_not_found"),
        ),
        (
            json!({"action": "bulkUpdate", "data": {"queries": ["{\"method\":\"equal\",\"attribute\":\"no\",\"values\":[1]}"], "data": {"count": 1}}}),
            (400, "general_query_invalid"),
        ),
    ];
    for (operation, refused) in table {
        let first = create("first", json!({"name": "first"}));
        let (id, answer) = client.transact(&[first, operation.clone()]);
        assert_eq!(answer.refused(), refused, "{operation}");
        assert_eq!(client.status(&id), "failed", "{operation}");
        assert_eq!(client.commit(&id).refused(), (400, "transaction_not_ready"));
        assert_eq!(client.list(&[]).good()["total"], 1, "{operation}");
    }
}

/// D:Database.php updateDocument, deleteDocument: `$updatedAt` after the timestamp is a conflict; Update.php takes the operation's.
/// increaseDocumentAttribute looks at none, and what follows on the same row doesn't either.
#[test]
fn rows_that_changed_after_staging_conflict_unless_they_were_touched_before() {
    let client = Client::new();
    let conflict = (409, "transaction_conflict");
    let table = [
        (vec![update("a", json!({"count": 9}))], Some(conflict)),
        (vec![remove("a")], Some(conflict)),
        (
            vec![json!({"action": "upsert", "rowId": "a", "data": {"$id": "a", "count": 9}})],
            Some(conflict),
        ),
        (vec![increment("a", json!({"column": "revision"}))], None),
        (
            vec![
                increment("a", json!({"column": "revision"})),
                update("a", json!({"count": 9})),
            ],
            None,
        ),
        (
            vec![increment("a", json!({"column": "revision"})), remove("a")],
            None,
        ),
    ];
    for (operations, refused) in table {
        client.row("a", json!({"count": 1})).good();
        let id = client.begin();
        client.stage(&id, &operations).good();
        client.pass(1);
        client
            .patch(&format!("{ROWS}/a"), json!({"data": {"count": 2}}))
            .good();
        let answer = client.commit(&id);
        match refused {
            Some(refused) => assert_eq!(answer.refused(), refused, "{operations:?}"),
            None => assert_eq!(answer.good()["status"], "committed", "{operations:?}"),
        }
        client.delete(&format!("{ROWS}/a"));
    }
}
