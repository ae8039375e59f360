//! `docs/ERRORS.md` lists every code, and is not stale.
#![allow(clippy::unwrap_used)]

use std::fmt::Write;
use std::path::Path;

use whisper_kit::{Code, Rule};

fn page() -> String {
    let mut page = String::from(
        "# Errors\n\n\
         Every refusal is a problem document (RFC 9457, `application/problem+json`): `type`, `title`, `status`, `code`, `detail`,\n\
         `instance` (the request's id, as in the header `x-request-id`) and, where fields are wrong, `errors` with `field`, `rule` and `detail`\n\
         for each. Branch on `code`: it never changes its meaning. `detail` is for people and may change.\n\n\
         This page is generated from `crates/kit/src/error/code.rs` and `schema/src/validate/rule.rs`.\n\n\
         | code | status | meaning |\n|---|---|---|\n",
    );
    for code in Code::ALL {
        let meaning = meaning(code.doc());
        let (code, status) = (code.as_str(), code.status());
        writeln!(page, "| `{code}` | {status} | {meaning} |").unwrap();
    }
    page.push_str(
        "\n## Rules\n\n\
         The `rule` of each of the `errors`: the fault of that field of a body, or parameter of a query.\n\n\
         | rule | meaning |\n|---|---|\n",
    );
    for rule in Rule::ALL {
        writeln!(page, "| `{rule}` | {} |", meaning(rule.doc())).unwrap();
    }
    page
}

/// A doc comment on one line.
fn meaning(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_page_is_fresh() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ERRORS.md");
    if std::env::var_os("WHISPER_BLESS").is_some() {
        std::fs::write(&file, page()).unwrap();
    }
    let stored = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        stored == page(),
        "docs/ERRORS.md is stale: WHISPER_BLESS=1 cargo test -p whisper-kit"
    );
}

#[test]
fn codes_are_sorted() {
    let names: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert!(names.is_sorted(), "{names:?}");
    let rules: Vec<&str> = Rule::ALL.iter().map(|rule| rule.as_str()).collect();
    assert!(rules.is_sorted(), "{rules:?}");
}
