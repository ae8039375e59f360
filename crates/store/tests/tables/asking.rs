//! The queries that the server is asked.

use serde_json::json;
use whisper_schema::prelude::*;
use whisper_store::{Filter, Query};

use crate::batches::wait;
use crate::scripted::{Scripted, none};

/// The queries of each call, decoded.
fn queries(server: &Scripted) -> Vec<Vec<serde_json::Value>> {
    let calls = server.calls.borrow();
    let of = |call: &whisper_store::tables::Call| {
        let (_, query) = call.url.split_once('?').unwrap();
        let values = query.split('&').filter(|part| part.starts_with("queries"));
        let decode = |part: &str| {
            let (_, value) = part.split_once('=').unwrap();
            let text = percent_encoding::percent_decode_str(value)
                .decode_utf8()
                .unwrap();
            assert!(text.chars().count() <= 4096);
            serde_json::from_str(&text).unwrap()
        };
        values.map(decode).collect()
    };
    calls.iter().map(of).collect()
}

#[test]
fn long_lists_are_asked_for_in_parts() {
    let server = Scripted::new(|_| none());
    let ids: Vec<String> = (0..1000).map(|i| format!("{i:036}")).collect();
    let of = Filter::is_in(Column::<Message>::id(), ids.iter().map(String::as_str));
    wait(server.store().read(Query::new().filter(of).limit(1000))).unwrap();
    let mut asked: Vec<String> = Vec::new();
    for queries in queries(&server) {
        let list = queries
            .iter()
            .find(|query| query["method"] == "equal")
            .unwrap();
        let values = list["values"].as_array().unwrap();
        assert!(values.len() <= 500);
        asked.extend(
            values
                .iter()
                .map(|value| value.as_str().unwrap().to_owned()),
        );
    }
    asked.sort_unstable();
    assert_eq!(asked, ids);
}

#[test]
fn rows_with_and_without_a_value_are_asked_for_apart() {
    let server = Scripted::new(|_| none());
    let by_edit = whisper_store::Order::asc(Message::EDITED_AT);
    let query = Query::<Message>::new().order(by_edit).limit(9);
    wait(server.store().read(query.page())).unwrap();
    let mut methods: Vec<_> = queries(&server)
        .iter()
        .map(|queries| {
            let names = queries
                .iter()
                .map(|query| query["method"].as_str().unwrap());
            names.map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    methods.sort();
    assert_eq!(
        methods,
        [
            vec!["isNotNull", "orderAsc", "orderAsc", "limit"],
            vec!["isNull", "orderAsc", "limit"],
        ]
    );
}

#[test]
fn text_that_is_compared_by_its_order_is_compared_here() {
    let server = Scripted::new(|_| none());
    let after = Filter::gt(Message::CONTENT, "b");
    wait(
        server
            .store()
            .read(Query::<Message>::new().filter(after).limit(9)),
    )
    .unwrap();
    let starts = Filter::starts_with(Message::CONTENT, "b");
    wait(
        server
            .store()
            .read(Query::<Message>::new().filter(starts).limit(9)),
    )
    .unwrap();
    let asked: Vec<_> = queries(&server)
        .iter()
        .map(|queries| queries[0]["method"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(asked, ["orderAsc", "startsWith"]);
}

/// A place is text to servers before 1.9, and the word "false" is true to all of them.
#[test]
fn places_are_text_and_totals_a_number() {
    let server = Scripted::new(|_| none());
    let behind = Query::<Message>::new().in_commit_order(7);
    wait(server.store().read(behind)).unwrap();
    let asked = queries(&server).remove(0);
    let place = asked.iter().find(|query| query["attribute"] == "$sequence");
    assert_eq!(place.unwrap()["values"], json!(["7"]));
    let count = server.store();
    wait(count.read(Query::<Message>::new().count(9))).unwrap();
    let calls = server.calls.borrow();
    assert!(calls[0].url.ends_with("&total=0"), "{}", calls[0].url);
    assert!(calls[1].url.ends_with("&total=1"), "{}", calls[1].url);
}

/// Servers don't escape backslashes in a pattern, where one gives the next character another
/// meaning.
#[test]
fn of_a_prefix_what_stands_before_a_backslash_is_asked_for() {
    let server = Scripted::new(|_| none());
    for prefix in [r"App\Exceptions", r"\App"] {
        let starts = Filter::starts_with(Message::CONTENT, prefix);
        wait(
            server
                .store()
                .read(Query::<Message>::new().filter(starts).limit(9)),
        )
        .unwrap();
    }
    let asked = queries(&server);
    assert_eq!(
        (&asked[0][0]["method"], &asked[0][0]["values"]),
        (&json!("startsWith"), &json!(["App"]))
    );
    assert_eq!(asked[1][0]["method"], "orderAsc");
}

/// A server keeps fewer digits of a double than it compares.
#[test]
fn doubles_are_asked_for_by_what_lies_near_them() {
    let server = Scripted::new(|_| none());
    let third = 1.0 / 3.0;
    for filter in [
        Filter::eq(TokenHolding::USD_VALUE, third),
        Filter::is_in(TokenHolding::USD_VALUE, [third, 0.5]),
        Filter::gt(TokenHolding::USD_VALUE, third),
        Filter::lt(TokenHolding::USD_VALUE, third),
    ] {
        wait(server.store().read(Query::new().filter(filter).limit(9))).unwrap();
    }
    let asked = queries(&server);
    let methods: Vec<_> = asked
        .iter()
        .map(|queries| queries[0]["method"].clone())
        .collect();
    assert_eq!(
        methods,
        ["between", "isNotNull", "greaterThanEqual", "lessThanEqual"]
    );
    let value = |n: usize, at: usize| asked[n][0]["values"][at].as_f64().unwrap();
    for (low, high) in [(value(0, 0), value(0, 1)), (value(2, 0), value(3, 0))] {
        assert!(low < 0.333_333_333_333_33 && third < high, "{low} {high}");
    }
}
