//! A table of the manifest, read field by field; fields that are left over at the end are refused.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problems::Collector;

/// A table whose fields are taken one by one.
pub(crate) struct Fields<'t, 'c, 'a> {
    table: &'t DeTable<'a>,
    offset: usize,
    name: String,
    taken: Vec<&'static str>,
    pub(crate) problems: &'c mut Collector<'a>,
}

impl<'t, 'c, 'a> Fields<'t, 'c, 'a> {
    pub(crate) fn new(
        table: &'t DeTable<'a>,
        offset: usize,
        name: impl Into<String>,
        problems: &'c mut Collector<'a>,
    ) -> Self {
        Self {
            table,
            offset,
            name: name.into(),
            taken: Vec::new(),
            problems,
        }
    }

    /// Notes a mistake in this table.
    pub(crate) fn problem(&mut self, message: impl Into<String>) {
        self.problems.at(self.offset, &self.name, message);
    }

    /// Notes a mistake at a field of this table.
    pub(crate) fn problem_at(&mut self, offset: usize, message: impl Into<String>) {
        self.problems.at(offset, &self.name, message);
    }

    /// The field as it stands, marked as known.
    pub(crate) fn value(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'a>>> {
        self.taken.push(key);
        self.table.get(key)
    }

    fn expect<T>(
        &mut self,
        key: &'static str,
        what: &str,
        read: impl Fn(&'t DeValue<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let read = read(value.get_ref());
        if read.is_none() {
            let found = value.get_ref().type_str();
            self.problem_at(
                value.span().start,
                format!("`{key}` must be {what}, not {found}"),
            );
        }
        read
    }

    /// A string.
    pub(crate) fn string(&mut self, key: &'static str) -> Option<String> {
        self.expect(key, "a string", |v| v.as_str().map(str::to_owned))
    }

    /// A string that must be there.
    pub(crate) fn required_string(&mut self, key: &'static str) -> String {
        if self.table.get(key).is_none() {
            self.problem(format!("`{key}` is missing"));
        }
        self.string(key).unwrap_or_default()
    }

    /// A boolean, false when absent.
    pub(crate) fn flag(&mut self, key: &'static str) -> bool {
        self.expect(key, "true or false", DeValue::as_bool)
            .unwrap_or_default()
    }

    /// A whole number above zero.
    pub(crate) fn number(&mut self, key: &'static str) -> Option<u32> {
        let read = |v: &'t DeValue<'a>| match v {
            DeValue::Integer(n) => n.as_str().parse().ok().filter(|n| *n > 0),
            _ => None,
        };
        self.expect(key, "a whole number above zero", read)
    }

    /// A list of strings, empty when absent.
    pub(crate) fn strings(&mut self, key: &'static str) -> Vec<String> {
        let read = |v: &'t DeValue<'a>| {
            let list = v.as_array()?.iter();
            list.map(|item| item.get_ref().as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
        };
        self.expect(key, "a list of strings", read)
            .unwrap_or_default()
    }

    /// A string or a list of strings, empty when absent.
    pub(crate) fn string_or_list(&mut self, key: &'static str) -> Vec<String> {
        match self.table.get(key).map(Spanned::get_ref) {
            Some(DeValue::Array(_)) => self.strings(key),
            _ => self.string(key).into_iter().collect(),
        }
    }

    /// A table of strings, empty when absent.
    pub(crate) fn string_map(&mut self, key: &'static str) -> BTreeMap<String, String> {
        let read = |v: &'t DeValue<'a>| {
            let pairs = v.as_table()?.iter();
            pairs
                .map(|(k, v)| Some((k.get_ref().to_string(), v.get_ref().as_str()?.to_owned())))
                .collect::<Option<BTreeMap<_, _>>>()
        };
        self.expect(key, "a table of strings", read)
            .unwrap_or_default()
    }

    /// A table with its offset.
    pub(crate) fn table(&mut self, key: &'static str) -> Option<(&'t DeTable<'a>, usize)> {
        let offset = self.value(key)?.span().start;
        self.expect(key, "a table", DeValue::as_table)
            .map(|table| (table, offset))
    }

    /// Fields that Spin knows and this host doesn't offer: absent or empty they are harmless.
    pub(crate) fn unsupported(&mut self, keys: &[&'static str]) {
        for key in keys {
            let Some(value) = self.value(key) else {
                continue;
            };
            let empty = match value.get_ref() {
                DeValue::Array(list) => list.is_empty(),
                DeValue::Table(table) => table.is_empty(),
                DeValue::Boolean(set) => !set,
                _ => false,
            };
            if !empty {
                let message = format!("`{key}` is not supported by the embedded host");
                self.problem_at(value.span().start, message);
            }
        }
    }

    /// Refuses fields that were not taken.
    pub(crate) fn finish(self) {
        for (key, _) in self.table.iter() {
            let known = self
                .taken
                .iter()
                .any(|taken| *taken == key.get_ref().as_ref());
            if known {
                continue;
            }
            let key_name = key.get_ref();
            let hint = nearest(key_name, &self.taken)
                .map(|near| format!(" (did you mean `{near}`?)"))
                .unwrap_or_default();
            let message = format!("unknown field `{key_name}`{hint}");
            self.problems.at(key.span().start, &self.name, message);
        }
    }
}

/// The known name that differs from `name` by at most two letters.
fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let distances = known.iter().map(|k| (distance(name, k), *k));
    distances.filter(|(d, _)| *d <= 2).min().map(|(_, k)| k)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
