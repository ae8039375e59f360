//! `[component.<id>.tool.whisper]`: whether the component computes, whether one instance of it serves all requests, and whether it takes long bodies, for the embedded host, and in `…appwrite` its properties
//! as a function there. Spin ignores both; other tools' tables are ignored.

use toml::de::DeTable;

use crate::fields::Fields;
use crate::problems::Collector;

/// Settings of a function on Appwrite that the rest of the manifest doesn't have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Roles that may call it.
    pub execute: Vec<String>,
    /// Events that it is called for, such as `users.*.create`.
    pub events: Vec<String>,
    /// How many seconds a call may take; none: as long as such functions have.
    pub timeout: Option<u32>,
}

impl Default for Function {
    /// For users who are signed in.
    fn default() -> Self {
        Self {
            execute: vec!["users".to_owned()],
            events: Vec::new(),
            timeout: None,
        }
    }
}

/// The table of one component.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Own {
    /// Whether it computes for long, and is run in threads of its own.
    pub computes: bool,
    /// Whether one instance serves all requests.
    pub one_instance: bool,
    /// Whether bodies of requests may take as long as they go on coming.
    pub long_bodies: bool,
    /// Its settings as a function on Appwrite.
    pub function: Function,
}

pub(crate) fn read<'a>(tools: &DeTable<'a>, component: &str, problems: &mut Collector<'a>) -> Own {
    let title = |end: &str| format!("[component.{component}.tool.whisper{end}]");
    let Some(whisper) = tools.get("whisper") else {
        return Own::default();
    };
    let offset = whisper.span().start;
    let Some(table) = whisper.get_ref().as_table() else {
        problems.at(offset, &title(""), "must be a table");
        return Own::default();
    };
    let mut fields = Fields::new(table, offset, title(""), problems);
    let computes = fields.flag("computes");
    let one_instance = fields.flag("one_instance");
    let long_bodies = fields.flag("long_bodies");
    let appwrite = fields.table("appwrite");
    fields.finish();
    let function = appwrite.map(|(table, offset)| {
        read_function(
            Fields::new(table, offset, title(".appwrite"), problems),
            table,
        )
    });
    Own {
        computes,
        one_instance,
        long_bodies,
        function: function.unwrap_or_default(),
    }
}

fn read_function<'a>(mut fields: Fields<'_, '_, 'a>, table: &DeTable<'a>) -> Function {
    let usual = Function::default();
    let is_given = table.get("execute").is_some();
    let execute = fields.strings("execute");
    let function = Function {
        execute: if is_given { execute } else { usual.execute },
        events: fields.strings("events"),
        timeout: fields.number("timeout"),
    };
    fields.finish();
    function
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Manifest, Problems};

    fn parse(tool: &str) -> Result<Function, Problems> {
        let text = format!(
            "spin_manifest_version = 2\n[application]\nname = \"t\"\n[component.a]\nsource = \"a.wasm\"\n{tool}"
        );
        let manifest = Manifest::parse(&text, std::path::Path::new("/app/spin.toml"))?;
        Ok(manifest.components["a"].function.clone())
    }

    #[test]
    fn without_a_word_it_is_for_users() {
        let usual = Function {
            execute: vec!["users".into()],
            events: vec![],
            timeout: None,
        };
        for tool in [
            "",
            "[component.a.tool.other]\nanything = 1",
            "[component.a.tool.whisper]",
            "[component.a.tool.whisper.appwrite]",
        ] {
            assert_eq!(parse(tool).unwrap(), usual, "{tool}");
        }
    }

    #[test]
    fn what_it_says_counts() {
        let tool = "[component.a.tool.whisper.appwrite]\nexecute = []\nevents = [\"users.*.create\"]\ntimeout = 300";
        let function = Function {
            execute: vec![],
            events: vec!["users.*.create".into()],
            timeout: Some(300),
        };
        assert_eq!(parse(tool).unwrap(), function);
    }

    #[test]
    fn a_component_says_that_it_takes_long_bodies() {
        for (tool, expected) in [
            ("", false),
            ("[component.a.tool.whisper]\nlong_bodies = true", true),
        ] {
            let text = format!(
                "spin_manifest_version = 2\n[application]\nname = \"t\"\n[component.a]\nsource = \"a.wasm\"\n{tool}"
            );
            let manifest = Manifest::parse(&text, std::path::Path::new("/app/spin.toml")).unwrap();
            assert_eq!(manifest.components["a"].long_bodies, expected, "{tool}");
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (tool, told) in [
            ("[component.a.tool]\nwhisper = 1", "must be a table"),
            ("[component.a.tool.whisper]\nappwrit = {}", "`appwrite`?"),
            ("[component.a.tool.whisper]\ncompute = true", "`computes`?"),
            ("[component.a.tool.whisper]\ncomputes = 2", "true or false"),
            (
                "[component.a.tool.whisper]\none_instance = 1",
                "true or false",
            ),
            (
                "[component.a.tool.whisper]\ncomputes = true\none_instance = true",
                "not `one_instance`",
            ),
            (
                "[component.a.tool.whisper]\ncomputes = true\nlong_bodies = true",
                "not `long_bodies`",
            ),
            (
                "allowed_outbound_hosts = [\"http://a.spin.internal\"]\n[component.a.tool.whisper]\ncomputes = true",
                "may call nobody",
            ),
            (
                "[component.a.tool.whisper.appwrite]\nevent = []",
                "`events`?",
            ),
            (
                "[component.a.tool.whisper.appwrite]\nexecute = \"any\"",
                "a list of strings",
            ),
            (
                "[component.a.tool.whisper.appwrite]\ntimeout = 0",
                "above zero",
            ),
        ] {
            let problems = parse(tool).unwrap_err().to_string();
            assert!(problems.contains(told), "{tool}: {problems}");
        }
    }
}
