//! Settings: the manifest's variables, read once per instance.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::error::{Error, Result};
use crate::log::{self, Level};
use crate::signal::{CONSUMERS, REPORTS, STREAMS};

/// The values of the variables that the component may see.
#[derive(Clone, Default)]
pub struct Config {
    values: BTreeMap<String, String>,
    /// Variables with a wrong value that the log tells of already.
    told: RefCell<BTreeSet<String>>,
}

/// Variables that every component has; but for `postgres_replica`, which those have that read something there.
pub const COMMON: &[&str] = &[
    "operator_key",
    "cors_origins",
    "client_address_header",
    CONSUMERS,
    STREAMS,
    REPORTS,
    HOST,
    STORE,
    APPWRITE_ENDPOINT,
    APPWRITE_PROJECT,
    APPWRITE_KEY,
    POSTGRES_URL,
    POSTGRES_REPLICA,
];

/// The host that runs the component, if that changes anything: `appwrite` for a function there, which signs users in and brings
/// the store's key. Nothing that a client sends counts for it.
pub(crate) const HOST: &str = "host";
/// Where the documents are: `sqlite`, `postgres`, or `appwrite` for TablesDB of an Appwrite server.
pub(crate) const STORE: &str = "store";
/// Where that server is, such as `https://cloud.appwrite.io/v1`.
pub(crate) const APPWRITE_ENDPOINT: &str = "appwrite_endpoint";
/// The project there.
pub(crate) const APPWRITE_PROJECT: &str = "appwrite_project";
/// The key that opens it.
pub(crate) const APPWRITE_KEY: &str = "appwrite_key";
/// The address of a PostgreSQL server's database, with its user and password.
pub(crate) const POSTGRES_URL: &str = "postgres_url";
/// The address of a replica of that database; empty where there is none.
pub(crate) const POSTGRES_REPLICA: &str = "postgres_replica";

/// A setting that is a whole number. List it with [`Api::numbers`](crate::Api::numbers), so that the component reads the
/// variable, and answers nothing while it holds something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// The variable.
    pub variable: &'static str,
    /// The number where the variable isn't set.
    pub default: u64,
    /// The greatest number it may be.
    pub most: u64,
}

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

    /// The number of a setting. One that can't be read was refused before ([`Config::check`]), and counts as not set.
    pub fn get(&self, number: &Number) -> u64 {
        self.number(number.variable, number.default, number.most)
    }

    /// Refuses a setting that is no such number.
    ///
    /// # Errors
    /// A fault that names the variable.
    pub fn check(&self, number: &Number) -> Result<()> {
        let wrong = |()| {
            let (name, most) = (number.variable, number.most);
            Error::internal(format!(
                "the variable {name} must be a whole number from 0 to {most}"
            ))
        };
        self.read(number.variable, number.most)
            .map(drop)
            .map_err(wrong)
    }

    /// None where it isn't set.
    fn read(&self, name: &str, most: u64) -> Result<Option<u64>, ()> {
        let text = self.text(name).trim();
        if text.is_empty() {
            return Ok(None);
        }
        let read = text.parse().ok().filter(|read| *read <= most);
        read.map(Some).ok_or(())
    }

    /// A whole number up to `max`; `default` when the variable is missing or empty, and, with a warning in
    /// the log, when it is no such number. Rather declare it: [`Number`], [`Rate`](crate::rate_limit::Rate).
    pub fn number(&self, name: &str, default: u64, max: u64) -> u64 {
        self.read(name, max)
            .unwrap_or_else(|()| {
                if self.told.borrow_mut().insert(name.to_owned()) {
                    let fields = [("variable", name.into()), ("used", default.into())];
                    log::write(Level::Warn, "wrong_setting", "", &fields);
                }
                Some(default)
            })
            .unwrap_or(default)
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
        for (text, number) in [
            (" 60 ", Some(60)),
            ("", Some(7)),
            ("0", Some(0)),
            ("1000", Some(1000)),
            ("60k", None),
            ("-1", None),
            ("1.5", None),
            ("1001", None),
        ] {
            let config = Config::new([("a", text)]);
            let setting = Number {
                variable: "a",
                default: 7,
                most: 1000,
            };
            assert_eq!(config.check(&setting).is_ok(), number.is_some(), "{text:?}");
            assert_eq!(config.get(&setting), number.unwrap_or(7), "{text:?}");
        }
    }

    #[test]
    fn the_refusal_names_the_variable() {
        let setting = Number {
            variable: "story_rate_per_hour",
            default: 7,
            most: 1000,
        };
        let wrong = Config::new([("story_rate_per_hour", "many")]).check(&setting);
        let cause = wrong.unwrap_err();
        assert!(cause.source_text().unwrap().contains("story_rate_per_hour"));
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
