//! Settings: the manifest's variables, read once per instance.

use std::collections::BTreeMap;

/// The values of the variables that the component may see.
#[derive(Clone, Debug, Default)]
pub struct Config(BTreeMap<String, String>);

/// Variables that every component has.
pub const COMMON: &[&str] = &["operator_key", "cors_origins", "client_address_header"];

impl Config {
    /// From names and values.
    pub fn new<N: Into<String>, V: Into<String>>(values: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(
            values
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }

    /// A value; empty when the variable isn't there.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// A whole number within bounds; `default` when it is missing or none.
    pub fn number(&self, name: &str, default: u64, max: u64) -> u64 {
        self.text(name).trim().parse().unwrap_or(default).min(max)
    }

    /// A list separated by commas, without blanks.
    pub fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.text(name)
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
    }
}
