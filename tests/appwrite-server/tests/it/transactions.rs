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

/// Update.php: the operations run in their order, later ones see the effects of earlier ones, and it is committed.
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

/// D:Database.php updateDocument, deleteDocument: `$updatedAt` after the timestamp is a conflict; Update.php takes the
/// operation's. increaseDocumentAttribute looks at none, and neither do later operations on the same row.
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

/// A:Utopia/Database/Validator/Operation.php: the form that an operation must have.
#[test]
fn operations_have_a_shape() {
    let client = Client::new();
    let id = client.begin();
    let path = format!("/tablesdb/transactions/{id}/operations");
    let data = json!({"name": "x"});
    let table = [
        json!(1),
        json!({"tableId": "things", "action": "create", "rowId": "a", "data": data}),
        json!({"databaseId": "main", "action": "create", "rowId": "a", "data": data}),
        json!({"databaseId": "main", "tableId": "things", "rowId": "a", "data": data}),
        json!({"databaseId": " ", "tableId": "things", "action": "create", "rowId": "a", "data": data}),
        json!({"databaseId": "main", "tableId": "things", "action": "destroy", "rowId": "a", "data": data}),
        json!({"databaseId": "main", "tableId": "things", "action": "create", "data": data}),
        json!({"databaseId": "main", "tableId": "things", "action": "create", "rowId": "", "data": data}),
        json!({"databaseId": "main", "tableId": "things", "action": "create", "rowId": "a"}),
        json!({"databaseId": "main", "tableId": "things", "action": "create", "rowId": "a", "data": "x"}),
        json!({"databaseId": "main", "tableId": "things", "action": "delete", "rowId": "a", "data": null}),
        json!({"databaseId": "main", "tableId": "things", "action": "increment", "rowId": "a", "data": {"value": 1}}),
        json!({"databaseId": "main", "tableId": "things", "action": "increment", "rowId": "a", "data": {"column": "count", "value": "x"}}),
        json!({"databaseId": "main", "tableId": "things", "action": "bulkUpdate", "data": {"data": {}}}),
        json!({"databaseId": "main", "tableId": "things", "action": "bulkUpdate", "data": {"queries": []}}),
        json!({"databaseId": "main", "tableId": "things", "action": "bulkDelete", "data": {"queries": "x"}}),
    ];
    for operation in table {
        let answer = client.post(&path, json!({"operations": [operation]}));
        assert_eq!(
            answer.refused(),
            (400, "general_argument_invalid"),
            "{operation}"
        );
    }
    let none = client.post(&path, json!({"operations": []}));
    assert_eq!(none.refused(), (400, "general_bad_request"));
}

/// Operations/Create.php: a row that is named must be there, in the table or made before in the transaction.
#[test]
fn operations_name_what_is_there() {
    let client = Client::new();
    client.row("a", json!({"name": "x"})).good();
    let id = client.begin();
    let mut elsewhere = update("a", json!({}));
    elsewhere["databaseId"] = "no".into();
    let mut nowhere = update("a", json!({}));
    nowhere["tableId"] = "no".into();
    let missing = (404, "document_not_found");
    let table = [
        (vec![elsewhere], (404, "database_not_found")),
        (vec![nowhere], (404, "collection_not_found")),
        (vec![update("b", json!({"count": 1}))], missing),
        (vec![remove("b")], missing),
        (vec![increment("b", json!({"column": "count"}))], missing),
        (
            vec![
                update("b", json!({"count": 1})),
                create("b", json!({"count": 1})),
            ],
            missing,
        ),
        (
            vec![
                create("b", json!({"count": 1})),
                update("b", json!({"count": 2})),
            ],
            (201, ""),
        ),
        (
            vec![update("b", json!({"count": 3})), remove("b")],
            (201, ""),
        ),
        (vec![update("b", json!({"count": 3}))], missing),
        (
            vec![json!({"action": "upsert", "rowId": "c", "data": {"$id": "c", "count": 3}})],
            (201, ""),
        ),
    ];
    for (operations, expected) in table {
        let answer = client.stage(&id, &operations);
        assert_eq!(answer.refused(), expected, "{operations:?}");
    }
    let unknown = client.stage("no", &[remove("a")]);
    assert_eq!(unknown.refused(), (404, "transaction_not_found"));
}

/// constants.php APP_LIMIT_DATABASE_TRANSACTION: 100 operations in all, however they are staged.
#[test]
fn a_transaction_has_a_hundred_operations() {
    let client = Client::new();
    let id = client.begin();
    let make = |from: i64, to: i64| -> Vec<Value> {
        (from..to)
            .map(|n| create(&format!("r{n}"), json!({"count": n})))
            .collect()
    };
    assert_eq!(
        client.stage(&id, &make(0, 101)).refused(),
        (400, "transaction_limit_exceeded")
    );
    assert_eq!(client.stage(&id, &make(0, 99)).good()["operations"], 99);
    assert_eq!(
        client.stage(&id, &make(99, 101)).refused(),
        (400, "transaction_limit_exceeded")
    );
    let row = |n: i64| json!({"rowId": format!("r{n}"), "data": {"count": n}, "transactionId": id});
    assert_eq!(client.post(ROWS, row(99)).status, 201);
    assert_eq!(
        client.post(ROWS, row(100)).refused(),
        (400, "transaction_limit_exceeded")
    );
    client.commit(&id).good();
    let list = client.list(&[]).good();
    assert_eq!(list["total"], 100);
    assert_eq!(list["rows"][24]["$sequence"], "25");
}

/// Update.php: one of commit and rollback; a rollback is a failure; nothing goes on after either.
#[test]
fn a_transaction_ends_once() {
    let client = Client::new();
    let id = client.begin();
    let path = format!("/tablesdb/transactions/{id}");
    for body in [json!({}), json!({"commit": true, "rollback": true})] {
        assert_eq!(
            client.patch(&path, body).refused(),
            (400, "general_bad_request")
        );
    }
    client
        .stage(&id, &[create("a", json!({"name": "x"}))])
        .good();
    let back = client.patch(&path, json!({"rollback": true})).good();
    assert_eq!(back["status"], "failed");
    assert_eq!(client.commit(&id).refused(), (400, "transaction_not_ready"));
    let late = client.stage(&id, &[create("a", json!({"name": "x"}))]);
    assert_eq!(late.refused(), (400, "general_bad_request"));
    let row = json!({"rowId": "a", "data": {"name": "x"}, "transactionId": id});
    assert_eq!(
        client.post(ROWS, row).refused(),
        (400, "transaction_not_ready")
    );
    let step = json!({"transactionId": id});
    let step = client.patch(&format!("{ROWS}/a/count/increment"), step);
    assert_eq!(step.refused(), (400, "general_bad_request"));
    let empty = client.begin();
    assert_eq!(client.commit(&empty).good()["status"], "committed");
    assert_eq!(client.delete(&path).status, 204);
    assert_eq!(client.get(&path).refused(), (404, "transaction_not_found"));
}

/// Documents/*.php: with a transaction's id a write is staged, and answered with the row as it would be.
#[test]
fn routes_of_rows_stage() {
    let client = Client::new();
    client.row("old", json!({"name": "old", "count": 1})).good();
    let id = client.begin();
    let body = |mut body: Value| {
        body["transactionId"] = id.clone().into();
        body
    };
    let at = |id: &str| format!("{ROWS}/{id}");
    let made = client.post(ROWS, body(json!({"rowId": "a", "data": {"name": "x"}})));
    assert_eq!(
        (made.status, &made.body["name"], &made.body["$sequence"]),
        (201, &json!("x"), &json!(""))
    );
    let changed = client.patch(&at("old"), body(json!({"data": {"name": "new"}})));
    assert_eq!(
        (
            changed.status,
            &changed.body["name"],
            &changed.body["count"]
        ),
        (200, &json!("new"), &json!(1))
    );
    let put = client.put(&at("b"), body(json!({"data": {"name": "b"}})));
    assert_eq!((put.status, &put.body["$id"]), (201, &json!("b")));
    let step = client.patch(
        &at("old/count/increment"),
        body(json!({"value": 5, "max": 6})),
    );
    assert_eq!((step.status, &step.body["count"]), (200, &json!(5)));
    assert_eq!(
        client
            .call("DELETE", &at("b"), Some(body(json!({}))))
            .status,
        204
    );
    let many = client.post(ROWS, body(json!({"rows": [{"$id": "m", "name": "m"}]})));
    assert_eq!(
        (many.status, many.body),
        (200, json!({"total": 1, "rows": []}))
    );
    assert_eq!(
        client
            .patch(ROWS, body(json!({"data": {"note": "all"}})))
            .good()["total"],
        0
    );
    assert_eq!(
        client
            .patch(&at("no"), body(json!({"data": {"name": "x"}})))
            .status,
        404
    );
    assert_eq!(client.list(&[]).good()["total"], 1);
    client.commit(&id).good();
    let old = client.read("old").good();
    assert_eq!(
        (&old["name"], &old["count"], &old["note"]),
        (&json!("new"), &json!(6), &json!("all"))
    );
    assert_eq!(client.ids(&[]), ["old", "a", "m"]);
}

/// A:Databases/TransactionState.php: reads that name a transaction see the writes that it staged, but not its steps of numbers.
#[test]
fn reads_see_what_their_transaction_staged() {
    let client = Client::new();
    for id in ["a", "b", "c"] {
        client.row(id, json!({"name": id, "count": 1})).good();
    }
    let id = client.begin();
    client
        .stage(
            &id,
            &[
                create("new", json!({"name": "new"})),
                update("a", json!({"name": "changed"})),
                increment("b", json!({"column": "count", "value": 5})),
                remove("c"),
            ],
        )
        .good();
    let list = client.get(&format!("{ROWS}?transactionId={id}")).good();
    let rows = list["rows"].as_array().unwrap().iter();
    let seen: Vec<(&str, &str)> = rows
        .map(|row| (row["$id"].as_str().unwrap(), row["name"].as_str().unwrap()))
        .collect();
    assert_eq!(seen, [("a", "changed"), ("b", "b"), ("new", "new")]);
    assert_eq!(list["total"], 3);
    let read = |row: &str| client.get(&format!("{ROWS}/{row}?transactionId={id}"));
    assert_eq!(read("b").good()["count"], 1);
    assert_eq!(read("c").refused(), (404, "row_not_found"));
    assert_eq!(read("new").good()["name"], "new");
    assert_eq!(client.read("new").status, 404);
}

/// Update.php handleUpsertOperation: the row of an upsert is that of its data; without one it is a new row.
#[test]
fn an_upsert_goes_by_the_id_in_its_data() {
    let client = Client::new();
    client.row("a", json!({"name": "x"})).good();
    client
        .transact(&[json!({"action": "upsert", "rowId": "a", "data": {"name": "y"}})])
        .1
        .good();
    assert_eq!(client.read("a").good()["name"], "x");
    assert_eq!(client.list(&[]).good()["total"], 2);
    client
        .transact(&[json!({"action": "upsert", "rowId": "a", "data": {"$id": "a", "name": "z"}})])
        .1
        .good();
    assert_eq!(client.read("a").good()["name"], "z");
}

/// Update.php: many at once, in the order of all; those that were touched before are written again as they were touched.
#[test]
fn many_are_committed_with_the_others() {
    let client = Client::new();
    for (id, count) in [("a", 1), ("b", 2), ("c", 3)] {
        client.row(id, json!({"count": count})).good();
    }
    let low = json!({"method": "lessThan", "attribute": "count", "values": [3]}).to_string();
    let high = json!({"method": "equal", "attribute": "count", "values": [3]}).to_string();
    client.transact(&[
        update("a", json!({"name": "touched"})),
        json!({"action": "bulkUpdate", "data": {"queries": [low], "data": {"note": "low"}}}),
        json!({"action": "bulkUpsert", "data": [{"$id": "b", "name": "b"}, {"$id": "d", "name": "d"}]}),
        json!({"action": "bulkDelete", "data": {"queries": [high]}}),
    ]).1.good();
    let a = client.read("a").good();
    assert_eq!((&a["name"], &a["note"]), (&json!("touched"), &json!("low")));
    let b = client.read("b").good();
    assert_eq!(
        (&b["name"], &b["note"], &b["count"]),
        (&json!("b"), &json!("low"), &json!(2))
    );
    assert_eq!(client.ids(&[]), ["a", "b", "d"]);
}

/// handleBulk*Operation: rows that changed since the operation was staged are in conflict, unless they were touched before.
#[test]
fn many_conflict_as_one_does() {
    let client = Client::new();
    let table = [
        json!({"action": "bulkUpdate", "data": {"queries": [], "data": {"count": 9}}}),
        json!({"action": "bulkUpsert", "data": [{"$id": "a", "count": 9}]}),
        json!({"action": "bulkDelete", "data": {"queries": []}}),
    ];
    client.row("a", json!({"count": 1})).good();
    for operation in table {
        for touched in [false, true] {
            let id = client.begin();
            let mut operations = vec![operation.clone()];
            if touched {
                operations.insert(0, increment("a", json!({"column": "revision"})));
            }
            client.stage(&id, &operations).good();
            client.pass(1);
            let path = format!("{ROWS}/a");
            let note = id.clone();
            client.patch(&path, json!({"data": {"note": note}})).good();
            let status = if touched { 200 } else { 409 };
            assert_eq!(client.commit(&id).status, status, "{operation}");
        }
    }
}

/// Update.php doesn't catch these: the transaction stays `committing`, and nothing is written.
#[test]
fn what_nobody_catches_leaves_a_commit_hanging() {
    let client = Client::new();
    client.row("a", json!({"name": "x", "count": 1})).good();
    for operation in [
        increment("a", json!({"column": "name"})),
        increment("a", json!({"column": "count", "value": 0})),
        create("b", json!({"name": "x", "$permissions": ["see(\"any\")"]})),
    ] {
        let before = update("a", json!({"count": 5}));
        let (id, answer) = client.transact(&[before, operation.clone()]);
        assert_eq!(answer.refused(), (500, "general_unknown"), "{operation}");
        assert_eq!(client.status(&id), "committing");
        assert_eq!(client.read("a").good()["count"], 1);
    }
}
