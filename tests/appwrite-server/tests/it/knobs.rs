//! Settings and counters of the server for tests.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Client;
use crate::client::{ROWS, query};

fn names(client: &Client) -> Vec<String> {
    client
        .server
        .events()
        .into_iter()
        .map(|event| event.name)
        .collect()
}

/// A:H/TablesDB/Tables/Rows/*.php labels, Create.php, Action.php triggerBulk: the first of the names that functions match.
#[test]
fn writes_tell_functions() {
    let client = Client::new();
    client.row("a", json!({"count": 1})).good();
    let path = format!("{ROWS}/a");
    client.patch(&path, json!({"data": {"count": 2}})).good();
    client.put(&path, json!({"data": {"count": 3}})).good();
    client
        .patch(&format!("{path}/count/increment"), json!({}))
        .good();
    let payload = client.server.events().remove(3).payload;
    assert_eq!(
        (&payload["$id"], &payload["count"]),
        (&json!("a"), &json!(4))
    );
    client.delete(&path).good();
    let rows = "databases.main.tables.things.rows";
    assert_eq!(names(&client), [format!("{rows}.a.delete")]);
    client.row("a", json!({"count": 1})).good();
    client.patch(&path, json!({"data": {"count": 2}})).good();
    client.put(&path, json!({"data": {"count": 3}})).good();
    let documents = "databases.main.collections.things.documents";
    let expected = [
        format!("{documents}.a.create"),
        format!("{rows}.a.update"),
        format!("{rows}.a.upsert"),
    ];
    assert_eq!(names(&client), expected);
    client.patch(ROWS, json!({"data": {"count": 5}})).good();
    client
        .put(ROWS, json!({"rows": [{"$id": "a", "count": 6}]}))
        .good();
    client.delete(ROWS).good();
    let each = ["update", "upsert", "delete"].map(|what| format!("{documents}.a.{what}"));
    assert_eq!(names(&client), each);
    assert_eq!(client.read("a").status, 404);
    assert_eq!(client.row("b", json!({"no": 1})).status, 400);
    assert_eq!(names(&client), [""; 0]);
}

/// Transactions/Update.php: after the commit, with the rows as they are then; many at once tell nothing.
#[test]
fn commits_tell_functions() {
    let client = Client::new();
    client.row("old", json!({"count": 1})).good();
    client.row("gone", json!({"count": 7})).good();
    client.server.events();
    let id = client.begin();
    let none = json!({"method": "equal", "attribute": "count", "values": [99]}).to_string();
    client
        .stage(
            &id,
            &[
                json!({"action": "create", "rowId": "new", "data": {"count": 1}}),
                json!({"action": "increment", "rowId": "old", "data": {"column": "count"}}),
                json!({"action": "update", "rowId": "new", "data": {"count": 2}}),
                json!({"action": "delete", "rowId": "gone"}),
                json!({"action": "upsert", "rowId": "up", "data": {"$id": "up", "count": 3}}),
                json!({"action": "bulkCreate", "data": [{"$id": "many", "count": 4}]}),
                json!({"action": "bulkDelete", "data": {"queries": [none]}}),
            ],
        )
        .good();
    assert_eq!(names(&client), [""; 0]);
    client.commit(&id).good();
    let events = client.server.events();
    let told: Vec<(String, Value)> = events
        .iter()
        .map(|event| (event.name.clone(), event.payload["count"].clone()))
        .collect();
    let named = |row: &str, count: i64| {
        (
            format!("databases.main.tables.things.rows.{row}"),
            json!(count),
        )
    };
    assert_eq!(
        told,
        [
            named("new.create", 2),
            named("old.update", 2),
            named("new.update", 2),
            named("gone.delete", 7),
            named("up.update", 3)
        ]
    );
    assert_eq!(events[0].payload["$tableId"], "things");
}

/// A commit whose answer is lost has taken effect: its status says so.
#[test]
fn an_answer_to_a_commit_gets_lost() {
    let client = Client::new();
    client.server.lose_commit_answers(1);
    let id = client.begin();
    client
        .stage(
            &id,
            &[json!({"action": "create", "rowId": "a", "data": {"name": "x"}})],
        )
        .good();
    let path = format!("/tablesdb/transactions/{id}");
    assert_eq!(
        client.send("PATCH", &path, Some(json!({"commit": true}))),
        None
    );
    assert_eq!(
        (client.status(&id), client.read("a").status),
        ("committed".to_owned(), 200)
    );
    let (_, next) = client.transact(&[json!({"action": "delete", "rowId": "a"})]);
    assert_eq!(next.status, 200);
}

#[test]
fn commits_conflict_as_often_as_is_said() {
    let client = Client::new();
    client.server.conflict(2);
    for (at, status) in [409, 409, 200].into_iter().enumerate() {
        let id = format!("r{at}");
        let (_, answer) =
            client.transact(&[json!({"action": "create", "rowId": id, "data": {"name": "x"}})]);
        assert_eq!(answer.status, status);
        assert_eq!(
            client.read(&id).status,
            if status == 200 { 200 } else { 404 }
        );
    }
}

/// A row that changes right before the commit is one that another was faster with.
#[test]
fn others_are_faster() {
    let client = Arc::new(Client::new());
    client.row("a", json!({"count": 1})).good();
    let other = client.clone();
    client.server.before_commit(move || {
        other.pass(1);
        let data = json!({"data": {"count": 2}});
        other.patch(&format!("{ROWS}/a"), data).good();
    });
    let update = json!({"action": "update", "rowId": "a", "data": {"count": 3}});
    let (_, answer) = client.transact(std::slice::from_ref(&update));
    assert_eq!(answer.refused(), (409, "transaction_conflict"));
    assert_eq!(client.read("a").good()["count"], 2);
    assert_eq!(client.transact(&[update]).1.status, 200);
}

/// Numbers are given before commits: a row may come later than one of a higher number.
#[test]
fn numbers_come_late() {
    let client = Client::new();
    client.row("a", json!({"name": "x"})).good();
    let taken = client.server.take_sequence("main", "things").unwrap();
    client.row("c", json!({"name": "x"})).good();
    assert_eq!(client.ids(&[]), ["a", "c"]);
    client.server.give_sequence("main", "things", taken);
    client.row("b", json!({"name": "x"})).good();
    client.row("d", json!({"name": "x"})).good();
    assert_eq!(client.ids(&[]), ["a", "b", "c", "d"]);
}

#[test]
fn requests_are_counted_by_their_route() {
    let client = Client::new();
    client.server.requests();
    client
        .transact(&[json!({"action": "create", "rowId": "a", "data": {"name": "x"}})])
        .1
        .good();
    client.read("a").good();
    client.read("b");
    let counted = client.server.requests();
    let expected = [
        ("GET /tablesdb/{database}/tables/{table}/rows/{row}", 2),
        ("PATCH /tablesdb/transactions/{transaction}", 1),
        ("POST /tablesdb/transactions", 1),
        ("POST /tablesdb/transactions/{transaction}/operations", 1),
    ];
    let expected = expected.map(|(kind, count)| (kind.to_owned(), count));
    assert_eq!(counted.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn time_is_what_tests_say() {
    let client = Client::new();
    client.server.advance(Duration::from_hours(24));
    let row = client.row("a", json!({"name": "x"})).good();
    assert_eq!(row["$createdAt"], "2027-01-16T08:00:00.000+00:00");
}

/// A:app/http.php: 12 MB.
#[test]
fn large_bodies_are_refused() {
    let client = Client::new();
    let of = |bytes: usize| json!({"rowId": "a", "data": {"note": "x".repeat(bytes)}});
    assert_eq!(
        client.post(ROWS, of(11_000_000)).refused(),
        (400, "row_invalid_structure")
    );
    assert_eq!(client.post(ROWS, of(13_000_000)).refused().0, 413);
}

#[test]
fn the_server_is_busy_or_breaks_as_often_as_is_said() {
    let client = Client::new();
    client.server.throttle(1);
    assert_eq!(
        client.list(&[]).refused(),
        (429, "general_rate_limit_exceeded")
    );
    assert_eq!(client.list(&[query("limit", "", json!([1]))]).status, 200);
    client.server.fail_after(1);
    assert_eq!(client.row("a", json!({"name": "x"})).status, 201);
    let row = json!({"rowId": "b", "data": {"name": "x"}});
    assert_eq!(client.send("POST", ROWS, Some(row)), None);
    client.server.recover();
    assert_eq!(client.read("b").status, 404);
}
