//! Lists: D:Query.php, D:Validator/Query/*.php, D:Database.php find, D:Adapter/SQL.php find.

use appwrite_server::{Database, Options};
use serde_json::{Value, json};

use crate::Client;
use crate::client::{ROWS, asked, query};

fn filled(options: Options) -> Client {
    let client = Client::with(options);
    let rows = [
        (
            "a",
            json!({"name": "Ann", "count": 1, "tags": ["x", "y"], "flag": true, "due": "2027-01-01T00:00:00Z", "rate": 0.5}),
        ),
        (
            "b",
            json!({"name": "bob", "count": 2, "tags": ["y"], "due": "2027-02-01T00:00:00Z"}),
        ),
        ("c", json!({"name": "Bo_", "count": 3, "tags": []})),
        ("d", json!({"count": 3, "name": "Ann B"})),
        ("e", json!({"note": "no name, no count"})),
    ];
    for (id, data) in rows {
        client.row(id, data).good();
        client.pass(1000);
    }
    client
}

fn letters(ids: &[String]) -> String {
    ids.concat()
}

/// Each query finds the rows of these letters.
fn finds(client: &Client, table: &[(Value, &str)]) {
    for (query, expected) in table {
        let found = client.ids(std::slice::from_ref(query));
        assert_eq!(letters(&found), *expected, "{query}");
    }
}

/// D:Adapter/MariaDB.php getSQLCondition: null is found by `isNull` alone.
#[test]
fn comparisons_find_their_rows() {
    let client = filled(Options::default());
    let nested = |method: &str, queries: Value| json!({"method": method, "values": queries});
    let one = query("equal", "count", json!([1]));
    let two = query("equal", "count", json!([2]));
    let either = nested("or", json!([one, two]));
    let more = query("greaterThan", "count", json!([1]));
    let shifted = json!(["2027-02-01T01:00:00+01:00"]);
    let third = json!(["2027-01-15T08:00:02.000Z"]);
    let table = [
        (query("equal", "count", json!([1, 3])), "acd"),
        (query("equal", "name", json!(["ann"])), "a"),
        (query("equal", "flag", json!([true])), "a"),
        (query("equal", "$id", json!(["a", "e"])), "ae"),
        (query("equal", "$sequence", json!(["2", 3])), "bc"),
        (query("notEqual", "count", json!([1])), "bcd"),
        (query("lessThan", "count", json!([3])), "ab"),
        (query("lessThanEqual", "count", json!([2])), "ab"),
        (query("greaterThan", "rate", json!([0])), "a"),
        (query("greaterThanEqual", "due", shifted), "b"),
        (query("greaterThan", "$createdAt", third), "de"),
        (query("between", "count", json!([2, 3])), "bcd"),
        (query("notBetween", "count", json!([2, 3])), "a"),
        (query("isNull", "count", json!([])), "e"),
        (query("isNotNull", "count", json!([])), "abcd"),
        (either.clone(), "ab"),
        (nested("and", json!([more, either])), "b"),
    ];
    finds(&client, &table);
}

/// The same for text and lists: items are compared exactly, text without case.
#[test]
fn parts_find_their_rows() {
    let client = filled(Options::default());
    client.index("words", "fulltext", &["name"]);
    let table = [
        (query("startsWith", "name", json!(["ANN"])), "ad"),
        (query("notStartsWith", "name", json!(["ann"])), "bc"),
        (query("endsWith", "name", json!(["_"])), "c"),
        (query("notEndsWith", "name", json!(["_"])), "abd"),
        (query("contains", "name", json!(["O", "nn "])), "bcd"),
        (query("notContains", "name", json!(["o"])), "ad"),
        (query("contains", "tags", json!(["x", "y"])), "ab"),
        (query("contains", "tags", json!(["X"])), ""),
        (query("containsAny", "tags", json!(["x"])), "a"),
        (query("containsAll", "tags", json!(["x", "y"])), "a"),
        (query("notContains", "tags", json!(["x"])), "bc"),
        (query("search", "name", json!(["ann"])), "ad"),
        (query("search", "name", json!(["\"ann b\""])), "d"),
        (query("notSearch", "name", json!(["ann"])), "bc"),
    ];
    finds(&client, &table);
}

fn senseless(client: &Client, table: &[Value]) {
    for query in table {
        let answer = client.list(std::slice::from_ref(query));
        assert_eq!(answer.refused(), (400, "general_query_invalid"), "{query}");
    }
}

/// D:Validator/Query/Filter.php: 400 general_query_invalid.
#[test]
fn filters_that_make_no_sense_are_refused() {
    let client = filled(Options::default());
    let secret = json!({"key": "secret", "size": 200, "required": false, "encrypt": true});
    client.column("things", "string", secret);
    let many: Vec<i64> = (0..501).collect();
    let one = query("equal", "count", json!([1]));
    let limit = query("limit", "", json!([1]));
    let table = [
        query("shout", "count", json!([1])),
        query("equal", "no", json!([1])),
        query("equal", "secret", json!(["x"])),
        query("equal", "$permissions", json!(["x"])),
        query("equal", "count", json!([])),
        query("equal", "count", json!(["1"])),
        query("equal", "count", json!([null])),
        query("equal", "count", json!(many)),
        query("equal", "name", json!([1])),
        query("equal", "flag", json!([1])),
        query("equal", "due", json!(["soon"])),
        query("equal", "$sequence", json!([0])),
        query("equal", "tags", json!(["x"])),
        query("equal", "count", json!(1)),
        query("notEqual", "count", json!([1, 2])),
        query("between", "count", json!([1])),
        query("contains", "count", json!([1])),
        query("search", "name", json!(["x"])),
        query("or", "", json!([one])),
        query("and", "", json!([one, limit])),
        query("or", "", json!([one, query("equal", "no", json!([1]))])),
        query("crosses", "count", json!([[1, 2]])),
        query("regex", "name", json!(["^b.b$"])),
        query("elemMatch", "tags", json!([one])),
        query("exists", "", json!(["count"])),
    ];
    senseless(&client, &table);
    // Checked as others are, and then the database can't do it.
    let exists = client.list(&[query("exists", "count", json!([1]))]);
    assert_eq!(exists.refused(), (500, "general_unknown"));
}

/// D:Validator/Query/Select.php, Order.php, Limit.php, Offset.php, Cursor.php, D:Query.php parse.
#[test]
fn other_queries_that_make_no_sense_are_refused() {
    let client = filled(Options::default());
    let table = [
        query("select", "", json!([])),
        query("select", "", json!(["no"])),
        query("select", "", json!(["name", "name"])),
        query("orderAsc", "no", json!([])),
        query("orderAsc", "", json!([])),
        query("orderAsc", "$permissions", json!([])),
        query("limit", "", json!([0])),
        query("limit", "", json!(["x"])),
        query("offset", "", json!([-1])),
        query("cursorAfter", "", json!(["_"])),
        json!([1]),
        json!(1),
    ];
    senseless(&client, &table);
    let broken = client.get(&format!("{ROWS}?{}", asked(&["{".to_owned()])));
    assert_eq!(broken.refused(), (400, "general_query_invalid"));
}

/// XList.php: at most 100 queries, of 4096 characters.
#[test]
fn queries_are_limited_in_number_and_length() {
    let client = filled(Options::default());
    let one = query("isNotNull", "count", json!([]));
    assert_eq!(client.list(&vec![one.clone(); 100]).status, 200);
    let refused = (400, "general_argument_invalid");
    assert_eq!(client.list(&vec![one; 101]).refused(), refused);
    let of = |letters: usize| query("equal", "note", json!(["ä".repeat(letters)]));
    let least = of(0).to_string().len();
    assert_eq!(client.list(&[of(4096 - least)]).status, 200);
    assert_eq!(client.list(&[of(4097 - least)]).refused(), refused);
}

/// D:Database.php find: 25 rows, `$sequence` decides ties; upwards, but downwards behind a date that goes down.
#[test]
fn rows_are_ordered_and_paged() {
    let client = filled(Options::default());
    let up = |column: &str| query("orderAsc", column, json!([]));
    let down = |column: &str| query("orderDesc", column, json!([]));
    let limit = |rows: i64| query("limit", "", json!([rows]));
    let after = |id: &str| query("cursorAfter", "", json!([id]));
    let before = |id: &str| query("cursorBefore", "", json!([id]));
    let named = query("isNotNull", "name", json!([]));
    let table = [
        (vec![], "abcde"),
        (vec![down("$sequence")], "edcba"),
        (vec![down("count")], "cdbae"),
        (vec![down("$createdAt")], "edcba"),
        (vec![up("name"), named.clone()], "adcb"),
        (vec![limit(2)], "ab"),
        (vec![limit(2), query("offset", "", json!([1]))], "bc"),
        (vec![limit(2), limit(4)], "ab"),
        (vec![after("b")], "cde"),
        (vec![after("b"), limit(1)], "c"),
        (vec![before("d"), limit(2)], "bc"),
        (vec![down("count"), after("c")], "dba"),
        (vec![down("count"), before("b")], "cd"),
        (vec![up("count"), after("b")], "cd"),
        (vec![down("$sequence"), after("c")], "ba"),
        (vec![down("$updatedAt"), after("c")], "ba"),
    ];
    for (queries, expected) in table {
        assert_eq!(letters(&client.ids(&queries)), expected, "{queries:?}");
    }
    let gone = client.list(&[after("no")]);
    assert_eq!(gone.refused(), (400, "general_cursor_not_found"));
    let null = client.list(&[up("count"), after("e")]);
    assert_eq!(null.refused(), (400, "database_query_order_null"));
    let mut random = client.ids(&[query("orderRandom", "", json!([]))]);
    random.sort();
    assert_eq!(letters(&random), "abcde");
}

/// The same, among rows that are equal in the columns that order them.
#[test]
fn ties_are_decided_by_number() {
    let client = Client::new();
    for id in ["a", "b", "c"] {
        client.row(id, json!({"count": 1})).good();
    }
    for (method, column, expected) in [
        ("orderAsc", "$createdAt", "abc"),
        ("orderDesc", "$createdAt", "cba"),
        ("orderDesc", "$updatedAt", "cba"),
        ("orderDesc", "count", "abc"),
    ] {
        let order = query(method, column, json!([]));
        let after = query("cursorAfter", "", json!([&expected[..1]]));
        assert_eq!(letters(&client.ids(std::slice::from_ref(&order))), expected);
        assert_eq!(letters(&client.ids(&[order, after])), expected[1..]);
    }
}

/// MariaDB has null first, PostgreSQL last; MariaDB's collation knows no case, PostgreSQL's does but for ILIKE.
#[test]
fn databases_differ_in_null_and_case() {
    let maria = filled(Options::default());
    let postgres = filled(Options {
        database: Database::PostgreSql,
        ..Options::default()
    });
    let up = [query("orderAsc", "count", json!([]))];
    let down = [query("orderDesc", "count", json!([]))];
    let equal = [query("equal", "name", json!(["ann"]))];
    let starts = [query("startsWith", "name", json!(["ann"]))];
    let names = [
        query("orderAsc", "name", json!([])),
        query("isNotNull", "name", json!([])),
    ];
    for (queries, in_maria, in_postgres) in [
        (&up[..], "eabcd", "abcde"),
        (&down[..], "cdbae", "ecdba"),
        (&equal[..], "a", ""),
        (&starts[..], "ad", "ad"),
        (&names[..], "adcb", "adcb"),
    ] {
        assert_eq!(letters(&maria.ids(queries)), in_maria, "{queries:?}");
        assert_eq!(letters(&postgres.ids(queries)), in_postgres, "{queries:?}");
    }
    // And spaces at the end are nothing to MariaDB.
    let padded = [query("equal", "name", json!(["bob  "]))];
    assert_eq!(
        (maria.ids(&padded).len(), postgres.ids(&padded).len()),
        (1, 0)
    );
    // Nor do accents count there.
    for (text, same) in [("café", "CAFE"), ("straße", "strasse")] {
        let named = [query("equal", "note", json!([same]))];
        for (client, found) in [(&maria, 1), (&postgres, 0)] {
            client.row("unique()", json!({"note": text})).good();
            assert_eq!(client.ids(&named).len(), found, "{same}");
        }
    }
    // The case of an id counts on neither.
    for client in [&maria, &postgres] {
        let taken = client.row("A", json!({"name": "x"}));
        assert_eq!(taken.refused(), (409, "row_already_exists"));
        assert_eq!(client.read("A").good()["$id"], "a");
        assert_eq!(client.ids(&[query("equal", "$id", json!(["A"]))]), ["a"]);
    }
}

/// Validator/Queries/Document.php: a single row may be asked for some columns, and nothing else.
#[test]
fn columns_are_selected() {
    let client = filled(Options::default());
    let select = query("select", "", json!(["name"]));
    let list = client
        .list(&[select.clone(), query("limit", "", json!([1]))])
        .good();
    let keys = |row: &Value| row.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let expected = [
        "$createdAt",
        "$databaseId",
        "$id",
        "$permissions",
        "$sequence",
        "$tableId",
        "$updatedAt",
        "name",
    ];
    assert_eq!(keys(&list["rows"][0]), expected);
    let path = |query: &Value| format!("{ROWS}/a?{}", asked(&[query.to_string()]));
    assert_eq!(keys(&client.get(&path(&select)).good()), expected);
    let all = client.get(&path(&query("select", "", json!(["*"])))).good();
    assert_eq!(all["count"], 1);
    let limit = client.get(&path(&query("limit", "", json!([1]))));
    assert_eq!(limit.refused(), (400, "general_query_invalid"));
}

/// XList.php: the total is of all pages, not counted past 5000, and 0 where it isn't wanted. And it doesn't take seconds.
#[test]
fn totals_are_counted_to_a_limit() {
    let client = filled(Options::default());
    assert_eq!(
        client.list(&[query("limit", "", json!([1]))]).good()["total"],
        5
    );
    assert_eq!(client.get(&format!("{ROWS}?total=0")).good()["total"], 0);
    // To PHP the text "false" is true.
    assert_eq!(
        client.get(&format!("{ROWS}?total=false")).good()["total"],
        5
    );
    assert_eq!(
        client.get(&format!("{ROWS}?total=maybe")).refused(),
        (400, "general_argument_invalid")
    );
    for batch in 0..51 {
        let row = |n: i64| json!({"name": format!("n{}", n * 7919 % 5100), "count": n % 1000});
        let rows: Vec<Value> = (batch * 100..batch * 100 + 100).map(row).collect();
        client.post(ROWS, json!({"rows": rows})).good();
    }
    let list = client.list(&[
        query("orderAsc", "name", json!([])),
        query("limit", "", json!([6000])),
    ]);
    let list = list.good();
    assert_eq!(
        (&list["total"], list["rows"].as_array().unwrap().len()),
        (&json!(5000), 5105)
    );
}
