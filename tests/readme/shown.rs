//! The outputs that a page shows, held against the real ones: "…" stands for anything, ids, times and tokens differ from run to run.

use std::collections::BTreeMap;

use regex_lite::{Regex, escape};

/// Expressions for texts that differ from run to run, as a page shows them and as they come out; the first is an id.
const VARIES: [(&str, &str); 5] = [
    (
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})",
    ),
    (
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z",
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z",
    ),
    (r#""\d{4}-\d\d-\d\d""#, r#""\d{4}-\d\d-\d\d""#),
    // The secret part of a refresh token.
    (r"\.[A-Za-z0-9_-]{6}…", r"\.[A-Za-z0-9_-]{40,}"),
    ("…", ".*?"),
];

/// The ids of a page, each with the one that came out in its place.
#[derive(Default)]
pub struct Ids(BTreeMap<String, String>);

/// An expression for an output on a page, and the ids in it.
fn expression(shown: &str) -> (Regex, Vec<String>) {
    // A page breaks long lines, and answers have none.
    let shown: String = shown.lines().map(str::trim).collect();
    let all = VARIES.map(|(shown, _)| format!("(?:{shown})")).join("|");
    let all = Regex::new(&all).unwrap();
    let (mut made, mut ids, mut end) = (String::from("(?s)^"), Vec::new(), 0);
    for found in all.find_iter(&shown) {
        made.push_str(&escape(&shown[end..found.start()]));
        let is_whole = |pattern: &str| {
            let pattern = Regex::new(&format!("^(?:{pattern})$")).unwrap();
            pattern.is_match(found.as_str())
        };
        let kind = VARIES.iter().position(|(shown, _)| is_whole(shown));
        let kind = kind.unwrap();
        if kind == 0 {
            ids.push(found.as_str().to_owned());
        }
        made.push_str(VARIES[kind].1);
        end = found.end();
    }
    made.push_str(&escape(&shown[end..]));
    made.push('$');
    (Regex::new(&made).unwrap(), ids)
}

impl Ids {
    /// Whether an output is the one that the page shows, with the same id wherever the page has the same.
    pub fn fit(&mut self, shown: &str, came: &str) -> bool {
        let (expression, ids) = expression(shown);
        let Some(found) = expression.captures(came.trim()) else {
            return false;
        };
        let came = found.iter().skip(1).flatten();
        let pairs: Vec<_> = ids.iter().zip(came.map(|one| one.as_str())).collect();
        let is_same = |(shown, came): &(&String, &str)| {
            self.0.get(*shown).is_none_or(|before| before == came)
        };
        let all_same = pairs.iter().all(is_same);
        if all_same {
            let new = pairs.into_iter();
            self.0
                .extend(new.map(|(shown, came)| (shown.clone(), came.to_owned())));
        }
        all_same
    }
}

/// The first column of a table, with the heads of all: other columns tell when something ran.
pub fn first_column(table: &str) -> Vec<String> {
    let first = |line: &str| {
        let word = line.split_whitespace().next();
        word.unwrap_or_default().to_owned()
    };
    let heads = table.lines().next().unwrap_or_default();
    let heads = heads.split("  ").map(str::trim).filter(|s| !s.is_empty());
    let heads = heads.map(str::to_owned);
    heads.chain(table.lines().skip(1).map(first)).collect()
}

#[test]
fn what_is_shown_fits_what_is_the_same_but_for_what_varies() {
    let (a, b) = (
        "01a22504-f1d1-7ae9-b048-26bfd3be9694",
        "01a22504-f10c-7881-946a-cd034881b85f",
    );
    let shown = format!("{{\"id\":\"{a}\",…,\n \"at\":\"2026-11-29T01:56:51.180Z\"}}");
    let came = |id: &str, rest: &str| {
        format!("{{\"id\":\"{id}\",\"x\":1,\"at\":\"2027-01-01T00:00:00.000Z\"}}{rest}")
    };
    let mut ids = Ids::default();
    assert!(ids.fit(&shown, &came(b, "\n")));
    assert!(ids.fit(&shown, &came(b, "")));
    assert!(!ids.fit(&shown, &came(a, "")), "another id than before");
    assert!(!ids.fit(&shown, &came(b, "!")));
    assert!(!ids.fit(&shown, &came("1", "")));
    assert!(!ids.fit("{\"id\":1}", "{\"id\":2}"));
}

#[test]
fn a_table_is_its_heads_and_its_first_column() {
    let table = "job   last run  ms\na-b   ok        1\nc     never ran\n";
    let wanted = ["job", "last run", "ms", "a-b", "c"];
    assert_eq!(first_column(table), wanted);
}
