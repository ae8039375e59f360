//! Rows one by one and many at once: A:H/Databases/Collections/Documents/*.php, D:Database.php.

use serde_json::{Value, json};

use crate::Client;
use crate::client::{ROWS, query};

fn at(id: &str) -> String {
    format!("{ROWS}/{id}")
}

/// Response/Model/Row.php and processDocument: the columns, and the fields that every row has.
#[test]
fn a_row_is_answered_with_all_its_columns() {
    let client = Client::new();
    let made = client.row(
        "a",
        json!({"name": "x", "due": "2027-01-02T03:04:05.678901Z"}),
    );
    assert_eq!(made.status, 201);
    let expected = json!({
        "$id": "a", "$sequence": "1", "$databaseId": "main", "$tableId": "things", "$permissions": [],
        "$createdAt": "2027-01-15T08:00:00.000+00:00", "$updatedAt": "2027-01-15T08:00:00.000+00:00",
        "name": "x", "note": null, "count": null, "big": null, "rate": null, "flag": false,
        "due": "2027-01-02T03:04:05.678+00:00", "tags": [], "revision": 1,
    });
    assert_eq!(made.body, expected);
    assert_eq!(client.read("a").good(), expected);
}

/// Create.php: the fields that a body must and mustn't have.
#[test]
fn what_is_missing_or_too_much_is_refused() {
    let client = Client::new();
    let data = json!({"name": "x"});
    let table = [
        (json!({}), (400, "row_missing_data")),
        (json!({"rowId": "a", "data": {}}), (400, "row_missing_data")),
        (json!({"data": data}), (400, "row_missing_data")),
        (
            json!({"rowId": "a", "data": data, "rows": [data]}),
            (400, "general_bad_request"),
        ),
        (
            json!({"rowId": "a", "rows": [data]}),
            (400, "general_bad_request"),
        ),
        (
            json!({"rows": [data], "permissions": ["read(\"any\")"]}),
            (400, "general_bad_request"),
        ),
        (
            json!({"rowId": "a", "data": 1}),
            (400, "general_argument_invalid"),
        ),
        (
            json!({"rowId": "a", "data": data, "permissions": ["create(\"any\")"]}),
            (400, "general_argument_invalid"),
        ),
        (
            json!({"rowId": "a", "data": data, "permissions": ["read(\"user\")"]}),
            (400, "general_argument_invalid"),
        ),
        (
            json!({"rowId": "a", "data": data, "permissions": vec!["read(\"any\")"; 101]}),
            (400, "general_argument_invalid"),
        ),
        (
            json!({"rows": vec![data.clone(); 101]}),
            (400, "general_argument_invalid"),
        ),
        (
            json!({"rows": [{"$id": "_a", "name": "x"}]}),
            (400, "general_bad_request"),
        ),
        (
            json!({"rows": [{"name": "x", "$permissions": ["see(\"any\")"]}]}),
            (400, "general_bad_request"),
        ),
    ];
    for (body, refused) in table {
        assert_eq!(client.post(ROWS, body.clone()).refused(), refused, "{body}");
    }
    assert_eq!(client.list(&[]).good()["total"], 0);
}

/// D:Validator/Key.php, with 36 characters: SQL.php getMaxUIDLength.
#[test]
fn ids_have_a_grammar() {
    let client = Client::new();
    for good in ["a", "A-b_c.d", "0", &"x".repeat(36)] {
        assert_eq!(client.row(good, json!({"name": "x"})).status, 201, "{good}");
    }
    for bad in ["_a", ".a", "-a", "a b", "ä", "$id", &"x".repeat(37)] {
        let answer = client.row(bad, json!({"name": "x"}));
        assert_eq!(answer.refused(), (400, "general_argument_invalid"), "{bad}");
    }
    let unique = client.row("unique()", json!({"name": "x"})).good();
    assert_ne!(unique["$id"], "unique()");
}

/// Create.php, Get.php, Update.php, Delete.php and app/config/errors.php: things that aren't there, and a row that is
/// there already.
#[test]
fn what_is_not_there_is_not_found() {
    let client = Client::new();
    client.row("a", json!({"name": "x"})).good();
    let data = || Some(json!({"data": {"name": "x"}}));
    let row = |id: &str| Some(json!({"rowId": id, "data": {"name": "x"}}));
    let empty = || Some(json!({"data": {}}));
    let (a, b) = (at("a"), at("b"));
    let steps = at("b/count/increment");
    let (nowhere, no_table) = (
        "/tablesdb/no/tables/things/rows",
        "/tablesdb/main/tables/no/rows",
    );
    let table = [
        ("POST", nowhere, row("b"), (404, "database_not_found")),
        ("POST", no_table, row("b"), (404, "table_not_found")),
        ("GET", no_table, None, (404, "table_not_found")),
        ("GET", &b, None, (404, "row_not_found")),
        ("PATCH", &b, data(), (404, "row_not_found")),
        ("PATCH", &a, empty(), (400, "row_missing_payload")),
        ("PUT", &a, empty(), (400, "row_missing_payload")),
        ("PUT", &at("_a"), data(), (400, "general_argument_invalid")),
        ("DELETE", &b, None, (404, "row_not_found")),
        ("PATCH", &steps, Some(json!({})), (404, "column_not_found")),
        ("POST", ROWS, row("a"), (409, "row_already_exists")),
    ];
    for (method, path, body, refused) in table {
        let answer = client.call(method, path, body);
        assert_eq!(answer.refused(), refused, "{method} {path}");
    }
}

/// D:Adapter/MariaDB.php processException: a unique index is violated; null never collides.
#[test]
fn unique_indexes_hold() {
    let client = Client::new();
    client.index("pair", "unique", &["name", "count"]);
    client.row("a", json!({"name": "x", "count": 1})).good();
    let violated = (409, "row_unique_constraint_violation");
    assert_eq!(
        client.row("b", json!({"name": "X", "count": 1})).refused(),
        violated
    );
    client.row("c", json!({"name": "x"})).good();
    client.row("d", json!({"name": "x"})).good();
    let same = json!({"data": {"count": 1}});
    assert_eq!(client.patch(&at("c"), same.clone()).refused(), violated);
    assert_eq!(client.put(&at("c"), same.clone()).refused(), violated);
    client.delete(&at("a")).good();
    client.patch(&at("c"), same).good();
}

/// D:Database.php updateDocument: `$updatedAt` moves when something changes, and defaults come back where null is set.
#[test]
fn an_update_that_changes_nothing_moves_no_date() {
    let client = Client::new();
    let made = client
        .row("a", json!({"name": "x", "count": 1, "flag": true}))
        .good();
    client.pass(1000);
    let same = client.patch(&at("a"), json!({"data": {"name": "x", "count": 1}}));
    assert_eq!(
        (same.status, &same.body["$updatedAt"]),
        (200, &made["$updatedAt"])
    );
    let changed = client
        .patch(&at("a"), json!({"data": {"count": 2, "flag": null}}))
        .good();
    assert_eq!(changed["$updatedAt"], "2027-01-15T08:00:01.000+00:00");
    assert_eq!(changed["$createdAt"], made["$createdAt"]);
    assert_eq!(
        (&changed["flag"], &changed["name"]),
        (&json!(false), &json!("x"))
    );
}

/// Action.php removeReadonlyAttributes; DatabasesBase.php testUpdateDocument: keys set dates, and the rest can't be
/// set.
#[test]
fn what_cannot_be_set_is_passed_over() {
    let client = Client::new();
    client.row("a", json!({"name": "x"})).good();
    let date = "2024-01-01T00:00:00.000+00:00";
    let data = json!({
        "$id": "other", "$sequence": 9999, "$tableId": "x", "$databaseId": "x",
        "$createdAt": date, "$updatedAt": date, "name": "y",
    });
    let changed = client.patch(&at("a"), json!({"data": data})).good();
    assert_eq!(
        (&changed["$id"], &changed["$sequence"]),
        (&json!("a"), &json!("1"))
    );
    assert_eq!(
        (&changed["$createdAt"], &changed["$updatedAt"]),
        (&json!(date), &json!(date))
    );
}

/// app/init/resources/request.php requestTimestamp; Update.php and Delete.php use it, Upsert.php doesn't.
#[test]
fn the_optimistic_lock_is_a_timestamp() {
    let client = Client::new();
    client.row("a", json!({"name": "x"})).good();
    let data = json!({"data": {"name": "y"}});
    let early = client.with_header("x-appwrite-timestamp", "2027-01-15T07:59:59.999Z");
    let conflict = (409, "row_update_conflict");
    assert_eq!(early.patch(&at("a"), data.clone()).refused(), conflict);
    assert_eq!(early.delete(&at("a")).refused(), conflict);
    assert_eq!(early.put(&at("a"), data.clone()).status, 200);
    let exact = client.with_header("x-appwrite-timestamp", "2027-01-15T08:00:00.000Z");
    assert_eq!(exact.patch(&at("a"), data.clone()).status, 200);
    let broken = client.with_header("x-appwrite-timestamp", "yesterday");
    assert_eq!(
        broken.patch(&at("a"), data).refused(),
        (400, "general_argument_invalid")
    );
}

/// D:Database.php upsertDocumentsWithIncrease: optional columns stay, required ones must be given, equal rows are left
/// alone.
#[test]
fn an_upsert_makes_or_changes() {
    let client = Client::new();
    client.column(
        "things",
        "string",
        json!({"key": "must", "size": 9, "required": true}),
    );
    let made = client.put(&at("a"), json!({"data": {"name": "x", "must": "m"}}));
    assert_eq!((made.status, &made.body["$sequence"]), (200, &json!("1")));
    let changed = client
        .put(&at("a"), json!({"data": {"count": 2, "must": "m"}}))
        .good();
    assert_eq!(
        (&changed["name"], &changed["count"]),
        (&json!("x"), &json!(2))
    );
    let lacking = client.put(&at("a"), json!({"data": {"count": 3}}));
    assert_eq!(lacking.refused(), (400, "row_invalid_structure"));
    // The number that the second upsert took is gone.
    assert_eq!(
        client.row("b", json!({"must": "m"})).good()["$sequence"],
        "3"
    );
}

/// The same: PHP finds null equal to an empty value, and so a new row of nothing else isn't made.
#[test]
fn an_upsert_of_what_is_empty_makes_nothing() {
    let client = Client::new();
    let answer = client.put(&at("a"), json!({"data": {"count": 0, "name": ""}}));
    assert_eq!((answer.status, &answer.body["$id"]), (200, &Value::Null));
    assert_eq!(client.read("a").refused(), (404, "row_not_found"));
}

/// Increment.php, D:Database.php increaseDocumentAttribute.
#[test]
fn numbers_go_up_and_down_within_bounds() {
    let client = Client::new();
    client
        .row("a", json!({"count": 5, "name": "x", "big": i64::MAX}))
        .good();
    let table = [
        ("count/increment", json!({}), Ok(6)),
        ("count/increment", json!({"value": 4, "max": 10}), Ok(10)),
        (
            "count/increment",
            json!({"max": 10}),
            Err((400, "column_limit_exceeded")),
        ),
        ("count/decrement", json!({"value": 4, "min": 6}), Ok(6)),
        (
            "count/decrement",
            json!({"min": 6}),
            Err((400, "column_limit_exceeded")),
        ),
        (
            "count/increment",
            json!({"value": 0}),
            Err((400, "general_argument_invalid")),
        ),
        (
            "count/increment",
            json!({"value": "x"}),
            Err((400, "general_argument_invalid")),
        ),
        (
            "name/increment",
            json!({}),
            Err((400, "attribute_type_invalid")),
        ),
        (
            "tags/increment",
            json!({}),
            Err((400, "attribute_type_invalid")),
        ),
        ("no/increment", json!({}), Err((404, "column_not_found"))),
        // More than 64 bits hold leaves it as it is.
        ("big/increment", json!({}), Err((200, ""))),
        // The range of the column isn't looked at: 6 + 2000.
        ("count/increment", json!({"value": 2000}), Ok(2006)),
    ];
    for (path, body, expected) in table {
        client.pass(1000);
        let answer = client.patch(&at(&format!("a/{path}")), body.clone());
        match expected {
            Ok(count) => assert_eq!(answer.good()["count"], count, "{path} {body}"),
            Err(refused) => assert_eq!(answer.refused(), refused, "{path} {body}"),
        }
    }
    assert_eq!(
        client.read("a").good()["$updatedAt"],
        "2027-01-15T08:00:12.000+00:00"
    );
}

/// D:Adapter/MariaDB.php increaseDocumentAttribute: null and one are null, in spite of the answer.
#[test]
fn null_does_not_grow() {
    let client = Client::new();
    client.row("a", json!({"name": "x"})).good();
    assert_eq!(
        client.patch(&at("a/count/increment"), json!({})).good()["count"],
        1
    );
    assert_eq!(client.read("a").good()["count"], Value::Null);
}

/// Create.php, Bulk/*.php: at most 100 rows, all or none; answers show 100 of them.
#[test]
fn many_rows_are_written_together() {
    let client = Client::new();
    let rows: Vec<Value> = (0..100)
        .map(|n| json!({"$id": format!("r{n}"), "count": n}))
        .collect();
    let made = client.post(ROWS, json!({"rows": rows}));
    assert_eq!((made.status, &made.body["total"]), (201, &json!(100)));
    let broken = json!({"rows": [{"$id": "new", "count": 1}, {"$id": "r1", "count": 1}]});
    assert_eq!(
        client.post(ROWS, broken).refused(),
        (409, "row_already_exists")
    );
    assert_eq!(client.read("new").status, 404);
    let low = query("lessThan", "count", json!([10])).to_string();
    let changed = client
        .patch(ROWS, json!({"data": {"name": "low"}, "queries": [low]}))
        .good();
    assert_eq!(changed["total"], 10);
    assert_eq!(client.read("r9").good()["name"], "low");
    let put = json!({"rows": [{"$id": "r0", "count": 500}, {"$id": "more", "count": 1}]});
    assert_eq!(client.put(ROWS, put).good()["total"], 2);
    assert_eq!(client.read("r0").good()["name"], "low");
    let gone = client
        .call("DELETE", ROWS, Some(json!({"queries": [low]})))
        .good();
    assert_eq!(
        (&gone["total"], client.list(&[]).good()["total"].clone()),
        (&json!(10), json!(91))
    );
    assert_eq!(
        client.patch(ROWS, json!({"data": {}})).refused(),
        (400, "row_missing_payload")
    );
}

/// MariaDB.php: a failed write uses up a number, too; never given again.
#[test]
fn numbers_of_rows_are_never_given_again() {
    let client = Client::new();
    client.row("a", json!({"name": "x"})).good();
    assert_eq!(client.row("a", json!({"name": "x"})).status, 409);
    assert_eq!(
        client.row("b", json!({"name": "x"})).good()["$sequence"],
        "3"
    );
    client.delete(&at("b")).good();
    assert_eq!(
        client.row("b", json!({"name": "x"})).good()["$sequence"],
        "4"
    );
    let other = json!({"action": "create", "rowId": "c", "data": {"name": "x"}});
    let taken = json!({"action": "create", "rowId": "a", "data": {"name": "x"}});
    assert_eq!(client.transact(&[other, taken]).1.status, 409);
    assert_eq!(
        client.row("c", json!({"name": "x"})).good()["$sequence"],
        "7"
    );
}
