//! Values that a row may hold: D:Validator/Structure.php, A:app/init/database/formats.php.

use serde_json::{Value, json};

use crate::Client;

/// A column takes these values and refuses those.
fn takes(client: &Client, column: &str, good: &[Value], bad: &[Value]) {
    let write = |value: &Value| {
        let data = json!({column: value, "note": "n"});
        client.row("unique()", data)
    };
    for value in good {
        let answer = write(value);
        assert_eq!(answer.status, 201, "{column} {value} {answer:?}");
    }
    for value in bad {
        let refused = (400, "row_invalid_structure");
        assert_eq!(write(value).refused(), refused, "{column} {value}");
    }
}

/// Sizes are in characters; null is for columns that needn't be there.
#[test]
fn text_is_text_of_a_size() {
    let client = Client::new();
    let (fits, long) = (json!("ä".repeat(20)), json!("ä".repeat(21)));
    let not = [long.clone(), json!(1), json!(["x"]), json!({})];
    takes(&client, "name", &[fits, json!(""), Value::Null], &not);
    let lists = [json!([]), json!(["a", "b"]), json!(["a", null])];
    let not = [json!("a"), json!([1]), json!([long]), json!({"a": "b"})];
    takes(&client, "tags", &lists, &not);
}

/// Ranges are those of the column and of its bits, which are symmetric.
#[test]
fn numbers_are_in_their_range() {
    let client = Client::new();
    let small = json!({"key": "small", "required": false, "max": i32::MAX});
    client.column("things", "integer", small);
    let not = [json!(-11), json!(1001), json!(1.5), json!("1"), json!(true)];
    takes(&client, "count", &[json!(-10), json!(1000)], &not);
    let not = [json!(i64::MIN), json!(u64::MAX)];
    takes(&client, "big", &[json!(i64::MAX), json!(-i64::MAX)], &not);
    let not = [json!(i64::from(i32::MAX) + 1), json!(i32::MIN)];
    takes(&client, "small", &[json!(i32::MAX), json!(-i32::MAX)], &not);
    let not = [json!("1.5"), json!(true)];
    takes(&client, "rate", &[json!(1), json!(1.5)], &not);
    takes(&client, "flag", &[json!(true)], &[json!(1), json!("true")]);
}

#[test]
fn dates_are_dates() {
    let client = Client::new();
    let good = [
        "9999-12-31T23:59:59Z",
        "2027-01-01",
        "2027-01-01T00:00:00Z",
        "2027-01-01 00:00:00.123",
    ];
    let not = [
        json!(""),
        json!("soon"),
        json!(1),
        json!("0999-01-01T00:00:00Z"),
    ];
    takes(&client, "due", &good.map(Value::from), &not);
}

#[test]
fn formats_are_kept() {
    let client = Client::new();
    for (kind, key) in [("email", "mail"), ("ip", "host")] {
        client.column("things", kind, json!({"key": key, "required": false}));
    }
    let kinds = json!({"key": "kind", "required": false, "elements": ["a", "b"]});
    client.column("things", "enum", kinds);
    let not = [
        "",
        "a@b",
        "a b@example.com",
        "@example.com",
        "a@b_c.de",
        "a@1.2.3.4",
        "a@b.123",
        "\"a b\"@b.de",
    ];
    takes(
        &client,
        "mail",
        &[json!("a.b+c@example.com")],
        &not.map(Value::from),
    );
    let not = ["127.0.0", "localhost"];
    takes(
        &client,
        "host",
        &["127.0.0.1", "::1"].map(Value::from),
        &not.map(Value::from),
    );
    takes(
        &client,
        "kind",
        &[json!("a")],
        &["c", "A", ""].map(Value::from),
    );
}

/// filter_var: the host of a web address is looked at.
#[test]
fn urls_have_hosts() {
    let client = Client::new();
    let link = json!({"key": "link", "required": false});
    client.column("things", "url", link);
    let long = format!("https://{}.com", "a".repeat(64));
    let not = [
        "",
        "example.com",
        "https://",
        "https://exa mple.com",
        "https://my_site.example.com",
        "https://-a.example.com",
        "https://a-.example.com",
        "https://a..example.com",
        "https://[v1.x]/",
        long.as_str(),
    ];
    let good = [
        "https://example.com/x?y#z",
        "https://example.com.:8080",
        "https://[::1]/",
        "https://1.2.3.4",
        "ftp://my_site.example.com",
    ];
    takes(
        &client,
        "link",
        &good.map(Value::from),
        &not.map(Value::from),
    );
}

/// checkForAllRequiredValues, checkForUnknownAttributes.
#[test]
fn required_columns_are_there_and_no_others() {
    let client = Client::new();
    client.column(
        "things",
        "string",
        json!({"key": "must", "size": 9, "required": true}),
    );
    let invalid = (400, "row_invalid_structure");
    for (data, refused) in [
        (json!({"name": "x"}), invalid),
        (json!({"name": "x", "must": null}), invalid),
        (json!({"must": "m", "other": 1}), invalid),
        (json!({"must": "m", "other": null}), invalid),
        (json!({"must": "m", "$other": 1}), invalid),
        (json!({"must": "m", "Name": "x"}), invalid),
        (json!({"must": "m"}), (201, "")),
    ] {
        assert_eq!(client.row("a", data.clone()).refused(), refused, "{data}");
    }
}

/// A message says which column, in the words of the library.
#[test]
fn a_refusal_names_the_column() {
    let client = Client::new();
    let answer = client.row("a", json!({"count": 5000}));
    assert_eq!(
        answer.body["message"],
        "Invalid document structure: Attribute \"count\" has invalid format. Value must be a valid range between -10 and 1000"
    );
}
