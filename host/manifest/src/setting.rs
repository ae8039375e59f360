//! `[application.tool.whisper.settings]`: the forms that values of variables have, so that a wrong one stops the
//! start instead of being noticed by its effect.

use std::collections::BTreeMap;

use http::HeaderName;
use toml::de::DeTable;
use url::Url;

use crate::component::Component;
use crate::problems::Collector;

pub(crate) const TITLE: &str = "[application.tool.whisper.settings]";

/// The form of a variable's value. Every form but a number may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// `"number"`, or `"number <= 36500"`: a whole number from 0.
    Number {
        /// The largest.
        max: u64,
    },
    /// `"origins"`: origins as browsers send them, separated by commas, or `*`.
    Origins,
    /// `"header"`: the name of a header.
    Header,
    /// `"components"`: ids of components of this application, separated by commas.
    Components,
}

impl Setting {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "number" => Some(Self::Number {
                max: u32::MAX.into(),
            }),
            "origins" => Some(Self::Origins),
            "header" => Some(Self::Header),
            "components" => Some(Self::Components),
            _ => {
                let max = text.strip_prefix("number")?.trim().strip_prefix("<=")?;
                let max = max.trim().parse().ok()?;
                Some(Self::Number { max })
            }
        }
    }

    /// The refusal of a value, with an example of one that is taken.
    pub(crate) fn refuse(
        self,
        value: &str,
        components: &BTreeMap<String, Component>,
    ) -> Option<String> {
        let entries = || value.split(',').map(str::trim).filter(|e| !e.is_empty());
        let ids = || components.keys();
        match self {
            Self::Number { max } => match value.trim().parse::<u64>() {
                Ok(number) if number <= max => None,
                _ => Some(format!("is no whole number from 0 to {max}, such as 60")),
            },
            Self::Origins => entries().find(|entry| !is_origin(entry)).map(|entry| {
                format!(
                    "\"{entry}\" is no origin; write https://app.example, http://localhost:5173 or, for any, *"
                )
            }),
            Self::Header => (!value.trim().is_empty())
                .then(|| HeaderName::from_bytes(value.trim().as_bytes()).err())
                .flatten()
                .map(|_| "is no name of a header, such as x-forwarded-for".to_owned()),
            Self::Components => entries()
                .find(|entry| !components.contains_key(*entry))
                .map(|entry| {
                    let ids = ids().map(String::as_str).collect::<Vec<_>>().join(", ");
                    format!("\"{entry}\" is none of the components {ids}")
                }),
        }
    }
}

/// Whether a browser may send this as its origin: a scheme and a host, with a port at most. A closing slash is
/// forgiven.
fn is_origin(text: &str) -> bool {
    let bare = text.strip_suffix('/').unwrap_or(text);
    let Some((scheme, rest)) = bare.split_once("://") else {
        return text == "*";
    };
    let is_bare = !rest.contains(['/', '?', '#', '@', '\\', '*', ' ']);
    let names_host =
        Url::parse(bare).is_ok_and(|url| url.host_str().is_some_and(|h| !h.is_empty()));
    is_bare
        && names_host
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// Reads the table.
pub(crate) fn read<'a>(
    table: &DeTable<'a>,
    problems: &mut Collector<'a>,
) -> BTreeMap<String, Setting> {
    let mut settings = BTreeMap::new();
    for (name, form) in table.iter() {
        let parsed = form.get_ref().as_str().and_then(Setting::parse);
        match parsed {
            Some(setting) => drop(settings.insert(name.get_ref().to_string(), setting)),
            None => {
                let message = format!(
                    "`{}` must be \"number\", \"number <= 100\", \"origins\", \"header\" or \"components\"",
                    name.get_ref()
                );
                problems.at(form.span().start, TITLE, message);
            }
        }
    }
    settings
}
