//! Text that is an operator: A:H/Databases/Action.php parseOperators, D:Operator.php, D:Validator/Operator.php.

use serde_json::{Value, json};

use crate::Client;
use crate::client::ROWS;

fn operator(method: &str, values: Value) -> Value {
    json!({"method": method, "values": values})
        .to_string()
        .into()
}

fn start() -> Value {
    json!({"name": "ab", "count": 6, "rate": 1.5, "flag": true, "tags": ["a", "b", "a"], "due": "2027-01-01T00:00:00Z"})
}

/// A column, an operator's method and values, and the column's value after it.
type Case<'a> = (&'a str, &'a str, Value, Value);

/// Updates and upserts execute operators alike.
fn executed(table: &[Case]) {
    let client = Client::new();
    for (at, (column, method, values, expected)) in table.iter().enumerate() {
        let data = json!({"data": {*column: operator(method, values.clone())}});
        for way in ["PATCH", "PUT"] {
            let id = format!("{way}{at}");
            client.row(&id, start()).good();
            let path = format!("{ROWS}/{id}");
            let changed = client.call(way, &path, Some(data.clone())).good();
            assert_eq!(changed[*column], *expected, "{way} {method} {values}");
            assert_eq!(client.read(&id).good()[*column], *expected);
        }
    }
}

/// D:Adapter/MariaDB.php getOperatorSQL: a bound that would be passed leaves the number as it is.
#[test]
fn operators_change_numbers() {
    executed(&[
        ("count", "increment", json!([2]), json!(8)),
        ("count", "increment", json!([2, 7]), json!(6)),
        ("count", "increment", json!([1, 7]), json!(7)),
        ("count", "decrement", json!([2]), json!(4)),
        ("count", "decrement", json!([2, 5]), json!(6)),
        ("count", "multiply", json!([3]), json!(18)),
        ("count", "divide", json!([3]), json!(2)),
        ("count", "modulo", json!([4]), json!(2)),
        ("count", "power", json!([2]), json!(36)),
        ("rate", "increment", json!([1]), json!(2.5)),
    ]);
}

/// The same.
#[test]
fn operators_change_text_lists_and_dates() {
    let dates = [
        "2027-01-02T00:00:00.000+00:00",
        "2026-12-31T00:00:00.000+00:00",
        "2027-01-15T08:00:00.000+00:00",
    ];
    let [next, last, now] = dates.map(Value::from);
    executed(&[
        ("name", "stringConcat", json!(["c"]), json!("abc")),
        ("name", "stringReplace", json!(["a", "x"]), json!("xb")),
        ("flag", "toggle", json!([]), json!(false)),
        (
            "tags",
            "arrayAppend",
            json!(["c"]),
            json!(["a", "b", "a", "c"]),
        ),
        (
            "tags",
            "arrayPrepend",
            json!(["c"]),
            json!(["c", "a", "b", "a"]),
        ),
        (
            "tags",
            "arrayInsert",
            json!([1, "c"]),
            json!(["a", "c", "b", "a"]),
        ),
        ("tags", "arrayRemove", json!(["a"]), json!(["b"])),
        ("tags", "arrayUnique", json!([]), json!(["a", "b"])),
        ("tags", "arrayIntersect", json!(["b", "x"]), json!(["b"])),
        ("tags", "arrayDiff", json!(["b"]), json!(["a", "a"])),
        ("due", "dateAddDays", json!([1]), next),
        ("due", "dateSubDays", json!([1]), last),
        ("due", "dateSetNow", json!([]), now),
    ]);
}

/// D:Validator/Operator.php, and Action.php where one can't be read.
#[test]
fn operators_that_do_not_fit_are_refused() {
    let client = Client::new();
    client.row("a", start()).good();
    let structure = "row_invalid_structure";
    let table = [
        ("name", operator("increment", json!([1])), structure),
        ("count", operator("increment", json!(["x"])), structure),
        ("count", operator("increment", json!([])), structure),
        (
            "count",
            operator("increment", json!([2_147_483_647])),
            structure,
        ),
        ("count", operator("divide", json!([0])), structure),
        ("count", operator("stringConcat", json!(["x"])), structure),
        (
            "name",
            operator("stringConcat", json!(["x".repeat(19)])),
            structure,
        ),
        ("name", operator("arrayAppend", json!(["x"])), structure),
        ("tags", operator("arrayInsert", json!([4, "x"])), structure),
        ("flag", operator("dateSetNow", json!([])), structure),
        ("no", operator("increment", json!([1])), structure),
        (
            "count",
            json!({"method": "increment", "values": 1})
                .to_string()
                .into(),
            "general_bad_request",
        ),
        (
            "count",
            json!({"method": "increment", "attribute": 1})
                .to_string()
                .into(),
            "general_bad_request",
        ),
    ];
    for (column, value, kind) in table {
        let answer = client.patch(&format!("{ROWS}/a"), json!({"data": {column: value}}));
        assert_eq!(answer.refused(), (400, kind), "{column} {value}");
    }
    let filter = json!({"data": {"tags": operator("arrayFilter", json!(["equal", "a"]))}});
    assert_eq!(client.patch(&format!("{ROWS}/a"), filter).status, 501);
}

/// Action.php: other text is text, as is an operator in a row that is created outside of a transaction.
#[test]
fn other_text_is_text() {
    let client = Client::new();
    let texts = [
        "{\"method\":\"shout\",\"values\":[1]}",
        "{\"method\":1}",
        "{\"method\":\"increment\"",
        "[\"increment\"]",
        "increment",
    ];
    client.row("a", start()).good();
    for text in texts {
        let changed = client.patch(&format!("{ROWS}/a"), json!({"data": {"note": text}}));
        assert_eq!(changed.good()["note"], text);
    }
    let concat = operator("stringConcat", json!(["!"]));
    assert_eq!(
        client.row("b", json!({"note": concat})).good()["note"],
        concat
    );
    let spaced = json!({"data": {"note": " {\"method\": \"stringConcat\", \"values\": [\"!\"]} "}});
    assert_eq!(
        client.patch(&format!("{ROWS}/a"), spaced).good()["note"],
        "increment!"
    );
}

/// Transactions/Update.php: parseOperators at the commit, for every action. A new row can't be made of one.
#[test]
fn a_commit_executes_operators() {
    let client = Client::new();
    client.row("a", start()).good();
    let add = operator("increment", json!([2]));
    let update = json!({"action": "update", "rowId": "a", "data": {"count": add}});
    client.transact(&[update.clone(), update]).1.good();
    assert_eq!(client.read("a").good()["count"], 10);
    let concat = operator("stringConcat", json!(["!"]));
    let create = json!({"action": "create", "rowId": "b", "data": {"note": concat}});
    let (id, answer) = client.transact(&[create]);
    assert_eq!(answer.refused(), (500, "general_unknown"));
    assert_eq!(client.status(&id), "committing");
    assert_eq!(client.read("b").status, 404);
    let upsert = json!({"action": "upsert", "rowId": "c", "data": {"$id": "c", "note": concat}});
    client.transact(&[upsert]).1.good();
    assert_eq!(client.read("c").good()["note"], "!");
}
