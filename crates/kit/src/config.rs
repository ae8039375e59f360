//! Settings: the manifest's variables, read once per instance.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::log::{self, Level};
use crate::signal::{CONSUMERS, REPORTS};

/// The values of the variables that the component may see.
#[derive(Clone, Default)]
pub struct Config {
    values: BTreeMap<String, String>,
    /// Variables with a wrong value that the log tells of already.
    told: RefCell<BTreeSet<String>>,
}

/// Variables that every component has.
pub const COMMON: &[&str] = &[
    "operator_key",
    "cors_origins",
    "client_address_header",
    CONSUMERS,
    REPORTS,
    HOST,
    STORE,
    APPWRITE_ENDPOINT,
    APPWRITE_PROJECT,
    APPWRITE_KEY,
];

/// What runs the component, if that changes anything: `appwrite` for a function there, which signs users in and brings
/// the store's key. Nothing that a client sends counts for it.
pub(crate) const HOST: &str = "host";
/// Where the documents are: `sqlite`, or `appwrite` for TablesDB of an Appwrite server.
pub(crate) const STORE: &str = "store";
/// Where that server is, such as `https://cloud.appwrite.io/v1`.
pub(crate) const APPWRITE_ENDPOINT: &str = "appwrite_endpoint";
/// The project there.
pub(crate) const APPWRITE_PROJECT: &str = "appwrite_project";
/// The key that opens it.
pub(crate) const APPWRITE_KEY: &str = "appwrite_key";

impl Config {
    /// From names and values.
    pub fn new<N: Into<String>, V: Into<String>>(values: impl IntoIterator<Item = (N, V)>) -> Self {
        let values = values
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()));
        Self {
            values: values.collect(),
            told: RefCell::default(),
        }
    }

    /// A value; empty when the variable isn't there.
    pub fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// A whole number up to `max`; `default` when the variable is missing or empty, and, with a warning in
    /// the log, when it is no such number.
    pub fn number(&self, name: &str, default: u64, max: u64) -> u64 {
        let text = self.text(name).trim();
        if text.is_empty() {
            return default;
        }
        match text.parse() {
            Ok(number) if number <= max => number,
            _ => {
                if self.told.borrow_mut().insert(name.to_owned()) {
                    let fields = [
                        ("variable", name.into()),
                        ("max", max.into()),
                        ("used", default.into()),
                    ];
                    log::write(Level::Warn, "wrong_setting", "", &fields);
                }
                default
            }
        }
    }

    /// A list separated by commas, without blanks.
    pub fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.text(name)
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
    }
}

/// The names alone: a value may be a key.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_bounds_and_a_default() {
        let config = Config::new([
            ("a", " 60 "),
            ("b", ""),
            ("c", "60k"),
            ("d", "-1"),
            ("e", "1001"),
            ("f", "0"),
        ]);
        for (name, number) in [
            ("a", 60),
            ("b", 7),
            ("c", 7),
            ("d", 7),
            ("e", 7),
            ("f", 0),
            ("none", 7),
        ] {
            assert_eq!(config.number(name, 7, 1000), number, "{name}");
        }
    }

    #[test]
    fn lists_are_split_at_commas() {
        let config = Config::new([("a", " x, ,y ,"), ("b", "")]);
        assert_eq!(config.list("a").collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(config.list("b").count() + config.list("none").count(), 0);
    }

    #[test]
    fn values_are_never_printed() {
        let config = Config::new([("operator_key", "hunter2")]);
        assert_eq!(format!("{config:?}"), r#"{"operator_key"}"#);
    }
}
