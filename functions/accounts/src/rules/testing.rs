//! Reading one field of a body in a test.

use serde_json::{Map, Value};
use whisper_kit::Rule;
use whisper_schema::body::{Field, Fields, Findings, Limits};

/// Reads a text as a field; else the rules that it breaks.
pub fn read<T: Field>(text: &str) -> Result<T, Vec<Rule>> {
    let object = Map::from_iter([("field".to_owned(), Value::from(text))]);
    let mut findings = Findings::default();
    let read = Fields::new(&object, String::new(), &mut findings).required("field", &Limits::NONE);
    let wrong = findings
        .into_violations()
        .into_iter()
        .map(|wrong| wrong.rule);
    read.ok_or_else(|| wrong.collect())
}

/// The rule that a text breaks as a field; none if it is fine.
pub fn rule<T: Field>(text: &str) -> Option<Rule> {
    read::<T>(text)
        .err()
        .and_then(|rules| rules.first().copied())
}
