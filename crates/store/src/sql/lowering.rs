//! Filters, lowered: checked against the collection, values in slots.

use serde_json::Value;
use whisper_schema::{Collection, Rule, Violation};
use whisper_words::is_word;

use super::cond::Cond;
use super::list;
use crate::bind::{Bind, Binds, Slot};
use crate::columns::{Table, is_bytes, is_column, is_text, violation, words_index};
use crate::encode;
use crate::filter::{Among, Compare, Matches, Node};
use crate::sql::question;

/// Most values of one `is_in`.
const MAX_VALUES: usize = 10_000;
/// The most scopes that words are searched in: each stands in the question itself.
const MAX_SCOPES: usize = 1_000;
/// Most values of one `is_in` that are bound one by one; more are bound as one list. A few are planned better, as the
/// database knows how many there are.
const FEW: usize = 8;
/// Most values of one `is_in` where no list can carry them: fractions.
const MAX_BOUND: usize = 1000;

/// Turns a filter into a condition; parts that don't fit the collection go to `problems`. In a commit it is about one
/// collection alone.
pub(crate) fn lower(
    node: &Node,
    collection: &'static Collection,
    binds: &mut Binds,
    problems: &mut Vec<Violation>,
) -> Cond {
    Lowering::of(collection, binds, problems, false).node(node)
}

/// As [`lower`], for a read: other collections may have a say.
pub(crate) fn lower_read(
    node: &Node,
    collection: &'static Collection,
    binds: &mut Binds,
    problems: &mut Vec<Violation>,
) -> Cond {
    Lowering::of(collection, binds, problems, true).node(node)
}

struct Lowering<'a> {
    collection: &'static Collection,
    binds: &'a mut Binds,
    problems: &'a mut Vec<Violation>,
    /// Whether it is for a read.
    reads: bool,
}

impl<'a> Lowering<'a> {
    fn of(
        collection: &'static Collection,
        binds: &'a mut Binds,
        problems: &'a mut Vec<Violation>,
        reads: bool,
    ) -> Self {
        Lowering {
            collection,
            binds,
            problems,
            reads,
        }
    }

    fn node(&mut self, node: &Node) -> Cond {
        match node {
            Node::Compare(column, how, value) => self.compare(column, *how, value),
            Node::Null(column) => self.known(column, Cond::Null(column)),
            Node::NotNull(column) => self.known(column, Cond::NotNull(column)),
            Node::In(column, values) => self.is_in(column, values),
            Node::StartsWith(column, prefix) => self.starts_with(column, prefix),
            Node::Contains(column, element) => self.contains(column, element),
            Node::Among(among) => self.among(among),
            Node::Matches(matches) => self.matches(matches),
            Node::And(nodes) => Cond::And(nodes.iter().map(|node| self.node(node)).collect()),
            Node::Or(nodes) => Cond::Or(nodes.iter().map(|node| self.node(node)).collect()),
        }
    }

    fn compare(&mut self, column: &'static str, how: Compare, value: &Value) -> Cond {
        if is_bytes(self.collection, column) && !matches!(how, Compare::Eq | Compare::Ne) {
            self.refuse(column, "has bytes, which have no order");
            return Cond::NEVER;
        }
        // No column has U+0000, which PostgreSQL wouldn't even take to compare with: a text that goes on with it comes
        // right behind the one that ends before it.
        let before = value.as_str().and_then(|text| text.split_once('\0'));
        let Some((before, _)) = before else {
            return match self.scalar(column, value) {
                Some(slot) => Cond::Compare(column, how, slot),
                None => Cond::NEVER,
            };
        };
        let before = Value::from(before);
        match (self.scalar(column, &before), how) {
            (None, _) | (Some(_), Compare::Eq) => Cond::NEVER,
            (Some(_), Compare::Ne) => Cond::NotNull(column),
            (Some(slot), Compare::Lt | Compare::Le) => Cond::Compare(column, Compare::Le, slot),
            (Some(slot), Compare::Gt | Compare::Ge) => Cond::Compare(column, Compare::Gt, slot),
        }
    }

    /// The slot of a value to be compared with a column that is no list.
    fn scalar(&mut self, column: &'static str, value: &Value) -> Option<Slot> {
        if self
            .collection
            .attribute(column)
            .is_some_and(|attribute| attribute.array)
        {
            self.refuse(column, "is a list: only `contains` and null checks apply");
            return None;
        }
        match encode::operand(self.collection, column, value) {
            Ok(bind) => Some(self.binds.push(bind)),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn known(&mut self, column: &'static str, condition: Cond) -> Cond {
        if is_column(self.collection, column) {
            return condition;
        }
        self.refuse(column, "is no column of the collection");
        Cond::NEVER
    }

    fn is_in(&mut self, column: &'static str, values: &[Value]) -> Cond {
        let Some(last) = values.last() else {
            return self.known(column, Cond::NEVER);
        };
        if values.len() > MAX_VALUES {
            return self.too_many(column);
        }
        if values.len() > FEW {
            let Some(binds) = self.operands(column, values) else {
                return Cond::NEVER;
            };
            if let Some(list) = list::values(&binds) {
                return Cond::Listed(column, self.binds.value(list));
            }
            if values.len() > MAX_BOUND {
                return self.too_many(column);
            }
        }
        let first = self.binds.0.len();
        // Filled up to a power of two, so that lists of all lengths share few statements.
        let count = values.len().next_power_of_two();
        for value in values.iter().chain(std::iter::repeat(last)).take(count) {
            if self.scalar(column, value).is_none() {
                return Cond::NEVER;
            }
        }
        Cond::In(column, first, count)
    }

    fn too_many(&mut self, column: &'static str) -> Cond {
        self.refuse(column, "has too many values to look for");
        Cond::NEVER
    }

    /// The values of a list that is held against a column; none, with the fault noted, if one can't be.
    fn operands(&mut self, column: &'static str, values: &[Value]) -> Option<Vec<Bind>> {
        let mut binds = Vec::with_capacity(values.len());
        for value in values {
            // The single value is taken out again, as the whole list is bound as one value.
            let slot = self.scalar(column, value)?;
            binds.extend(self.binds.0.drain(slot..));
        }
        Some(binds)
    }

    fn starts_with(&mut self, column: &'static str, prefix: &str) -> Cond {
        if !is_text(self.collection, column) {
            self.refuse(column, "is no text");
            return Cond::NEVER;
        }
        if prefix.is_empty() {
            return Cond::NotNull(column);
        }
        // A range, unlike LIKE, uses an index and minds the case.
        let from = Cond::Compare(column, Compare::Ge, self.binds.text(prefix));
        match successor(prefix) {
            None => from,
            Some(end) => from.and(Cond::Compare(column, Compare::Lt, self.binds.text(&end))),
        }
    }

    fn contains(&mut self, column: &'static str, element: &Value) -> Cond {
        match self
            .collection
            .attribute(column)
            .filter(|attribute| attribute.array)
        {
            None => {
                self.refuse(column, "is no list");
                Cond::NEVER
            }
            Some(attribute) => match encode::scalar(attribute, element) {
                Ok(bind) => Cond::Contains(column, self.binds.push(bind)),
                Err(problem) => {
                    self.problems.push(problem);
                    Cond::NEVER
                }
            },
        }
    }

    fn among(&mut self, among: &Among) -> Cond {
        let other = among.table.0;
        if !self.reads {
            self.refuse(
                among.column,
                "can be held against other documents in a read alone",
            );
        } else if !is_column(self.collection, among.column) {
            self.refuse(among.column, "is no column of the collection");
        } else if !encode::is_text(other, among.of) || encode::is_nullable(other, among.of) {
            self.refuse(among.of, "is no text that always has a value");
        } else {
            let condition = lower_read(&among.filter, other, self.binds, self.problems);
            let lowered = Cond::Among {
                column: among.column,
                table: among.table,
                of: among.of,
                condition: Box::new(condition),
                inside: among.inside,
            };
            // SQL has NULL stand outside of an empty list.
            return match among.inside {
                true => lowered,
                false => Cond::NotNull(among.column).and(lowered),
            };
        }
        Cond::NEVER
    }

    fn matches(&mut self, matches: &Matches) -> Cond {
        let Matches {
            column,
            scopes,
            phrases,
        } = matches;
        let words = phrases.iter().flat_map(|phrase| &phrase.words);
        if !self.reads {
            self.refuse(column, "can be searched in a read alone");
        } else if phrases.is_empty() || phrases.iter().any(|phrase| phrase.words.is_empty()) {
            self.refuse(column, "needs words to look for");
        } else if !words.clone().all(|word| is_word(word)) {
            self.refuse(column, "can be searched for words in normal form alone");
        } else if scopes.len() > MAX_SCOPES {
            self.refuse(column, "is searched in too many scopes");
        } else if !scopes.iter().all(|scope| question::is_scope(scope)) {
            self.refuse(column, "can be searched in scopes that are ids alone");
        } else if let Some((_, scope, _)) = words_index(self.collection, column) {
            let values: Vec<Value> = scopes.iter().map(|scope| scope.as_str().into()).collect();
            let inside = self.is_in(scope, &values);
            let question = question::of(scopes, phrases);
            let found = Cond::Matches {
                table: Table(self.collection),
                column,
                question: self.binds.text(&question),
                phrases: self.binds.text(&question::alone(phrases)),
                words: (
                    self.binds.text(&question::every_word(phrases)),
                    self.binds.text(&question::needles(phrases)),
                ),
            };
            return inside.and(found);
        } else {
            self.refuse(column, "has no index of words");
        }
        Cond::NEVER
    }

    fn refuse(&mut self, column: &str, message: &str) {
        self.problems.push(violation(column, Rule::Type, message));
    }
}

/// The least text that is greater than every text beginning with `prefix`; none if there is none.
pub(crate) fn successor(prefix: &str) -> Option<String> {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        // Skips the surrogates, which are no characters.
        if let Some(next) = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32) {
            text.push(next);
            return Some(text);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::successor;

    #[test]
    fn successors() {
        let cases = [
            ("a", Some("b")),
            ("az", Some("a{")),
            ("\u{d7ff}", Some("\u{e000}")),
            ("a\u{10ffff}", Some("b")),
            ("\u{10ffff}", None),
            ("", None),
        ];
        for (prefix, end) in cases {
            assert_eq!(successor(prefix).as_deref(), end, "{prefix:?}");
        }
    }
}
