//! Values of the application's variables, and of each component's own.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::manifest::Manifest;
use crate::template::Template;

/// The application's variables with their values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<String, String>);

/// The environment variable that sets a variable, as in Spin.
pub fn environment_name(variable: &str) -> String {
    format!("SPIN_VARIABLE_{}", variable.to_ascii_uppercase())
}

/// Splits a `name=value` of the command line.
pub fn parse_assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| format!("\"{text}\" is no name=value"))?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

impl Values {
    /// Takes each value from `given` (the command line), else from the environment, else the
    /// default on this host, else the default. Fails with every mistake at once.
    pub fn resolve(
        manifest: &Manifest,
        given: &[(String, String)],
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let mut values = BTreeMap::new();
        for (name, variable) in &manifest.variables {
            let last = given.iter().rev().find(|(given, _)| given == name);
            let value = last
                .map(|(_, value)| value.clone())
                .or_else(|| environment(&environment_name(name)))
                .or_else(|| manifest.defaults.get(name).cloned())
                .or_else(|| variable.default.clone());
            match value {
                Some(value) => drop(values.insert(name.clone(), value)),
                None => problems.push(format!(
                    "the variable \"{name}\" has no value: pass --variable {name}=… or set {}",
                    environment_name(name)
                )),
            }
        }
        for (name, _) in given
            .iter()
            .filter(|(name, _)| !manifest.variables.contains_key(name))
        {
            problems.push(format!(
                "--variable {name}: the manifest has no such variable"
            ));
        }
        if problems.is_empty() {
            Ok(Self(values))
        } else {
            Err(problems)
        }
    }

    /// One value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Replaces one value.
    pub fn set(&mut self, name: &str, value: String) {
        self.0.insert(name.to_owned(), value);
    }

    /// The values that a component sees: the variables of its own table, and no others.
    pub fn of_component(&self, component: &Component) -> Result<BTreeMap<String, String>, String> {
        let resolve = |(name, text): (&String, &String)| {
            let value = Template::parse(text)?
                .resolve(|name| self.get(name))
                .map_err(|missing| format!("the variable \"{missing}\" has no value"))?;
            Ok((name.clone(), value))
        };
        component.variables.iter().map(resolve).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let text = r#"
            spin_manifest_version = 2
            [application]
            name = "t"
            [application.tool.whisper.defaults]
            here = "on this host"
            [variables]
            here = { default = "elsewhere" }
            host = { default = "example.com" }
            token = { required = true, secret = true }
            [component.a]
            source = "a.wasm"
            [component.a.variables]
            url = "https://{{ host }}/"
        "#;
        Manifest::parse(text, std::path::Path::new("/app/spin.toml")).unwrap()
    }

    #[test]
    fn the_command_line_wins_over_the_environment_and_the_default() {
        let environment = |name: &str| match name {
            "SPIN_VARIABLE_HOST" => Some("from.env".to_owned()),
            "SPIN_VARIABLE_TOKEN" => Some("secret".to_owned()),
            _ => None,
        };
        let values = Values::resolve(&manifest(), &[], environment).unwrap();
        assert_eq!(values.get("host"), Some("from.env"));
        let given = [parse_assignment("host=a=b").unwrap()];
        let values = Values::resolve(&manifest(), &given, environment).unwrap();
        assert_eq!(values.get("host"), Some("a=b"));
        assert_eq!(values.get("here"), Some("on this host"));
        assert_eq!(values.get("token"), Some("secret"));
    }

    #[test]
    fn a_missing_required_value_and_an_unknown_name_are_told_together() {
        let given = [("nonsense".to_owned(), String::new())];
        let problems = Values::resolve(&manifest(), &given, |_| None).unwrap_err();
        assert_eq!(problems.len(), 2);
        assert!(problems[0].contains("SPIN_VARIABLE_TOKEN"), "{problems:?}");
    }

    #[test]
    fn a_component_sees_its_own_table_only() {
        let manifest = manifest();
        let values = Values::resolve(&manifest, &[("token".into(), "t".into())], |_| None).unwrap();
        let own = values.of_component(&manifest.components["a"]).unwrap();
        assert_eq!(
            own,
            BTreeMap::from([("url".into(), "https://example.com/".into())])
        );
    }
}
