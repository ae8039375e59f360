//! The values of variables held against the forms that the manifest gives them.

use std::collections::BTreeMap;

use crate::manifest::Manifest;
use crate::problems::Collector;
use crate::setting::TITLE;
use crate::variables::{Values, environment_name};

pub use crate::setting::Setting;

const DEFAULTS: &str = "[application.tool.whisper.defaults]";

/// Notes settings and defaults that are of no variables.
pub(crate) fn cross(manifest: &Manifest, problems: &mut Collector<'_>) {
    let settings = manifest.settings.keys().map(|name| (TITLE, name));
    let defaults = manifest.defaults.keys().map(|name| (DEFAULTS, name));
    for (title, name) in settings.chain(defaults) {
        if !manifest.variables.contains_key(name) {
            let message = format!("there is no variable \"{name}\" in [variables]");
            problems.whole(title, message);
        }
    }
}

/// The forms of an application's variables. Where any are declared, a variable whose default is a number is one.
fn forms(manifest: &Manifest) -> BTreeMap<&String, Setting> {
    let declares_any = !manifest.settings.is_empty();
    let has_number = |default: &String| default.parse::<u64>().is_ok();
    let numbers = manifest
        .variables
        .iter()
        .filter(|(_, variable)| declares_any && variable.default.as_ref().is_some_and(has_number));
    let max = u32::MAX.into();
    let mut forms: BTreeMap<_, _> = numbers
        .map(|(name, _)| (name, Setting::Number { max }))
        .collect();
    forms.extend(manifest.settings.iter().map(|(name, form)| (name, *form)));
    forms
}

/// Checks the values of an application's variables; returns every mistake, with how to mend it.
pub fn check(manifest: &Manifest, values: &Values) -> Vec<String> {
    let wrong = |(name, setting): (&String, Setting)| {
        let value = values.get(name)?;
        let why = setting.refuse(value, &manifest.components)?;
        let variable = environment_name(name);
        Some(format!(
            "the variable {name} (--variable {name}=…, {variable}) has the value \"{value}\": {why}"
        ))
    };
    forms(manifest).into_iter().filter_map(wrong).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(settings: &str) -> Result<Manifest, crate::Problems> {
        let text = format!(
            r#"
            spin_manifest_version = 2
            [application]
            name = "t"
            [application.tool.whisper.settings]
            {settings}
            [variables]
            value = {{ default = "" }}
            [component.xp-badges]
            source = "a.wasm"
            "#
        );
        Manifest::parse(&text, std::path::Path::new("/app/spin.toml"))
    }

    fn refusal(form: &str, value: &str) -> Option<String> {
        let manifest = manifest(&format!("value = \"{form}\"")).unwrap();
        let given = [("value".to_owned(), value.to_owned())];
        let values = Values::resolve(&manifest, &given, |_| None).unwrap();
        check(&manifest, &values).pop()
    }

    #[test]
    fn values_of_the_right_form_pass() {
        for (form, value) in [
            ("number", "0"),
            ("number", " 4294967295 "),
            ("number <= 10", "10"),
            ("origins", ""),
            ("origins", "*"),
            ("origins", "https://app.example, http://localhost:5173/"),
            ("origins", "capacitor://localhost,http://[::1]:8080"),
            ("header", ""),
            ("header", "X-Forwarded-For"),
            ("components", ""),
            ("components", " xp-badges "),
        ] {
            assert_eq!(refusal(form, value), None, "{form} {value:?}");
        }
    }

    #[test]
    fn others_are_refused_with_an_example() {
        for (form, value, example) in [
            ("number", "60k", "such as 60"),
            ("number", "", "such as 60"),
            ("number", "-1", "such as 60"),
            ("number", "4294967296", "such as 60"),
            ("number <= 10", "11", "from 0 to 10"),
            ("origins", "app.example", "https://app.example"),
            ("origins", "https://app.example/chat", "https://app.example"),
            ("origins", "https://*.app.example", "https://app.example"),
            (
                "origins",
                "https://app.example https://b.example",
                "https://app.example",
            ),
            ("origins", "https://", "https://app.example"),
            ("header", "x forwarded", "x-forwarded-for"),
            ("header", "X-Forwarded-For:", "x-forwarded-for"),
            ("components", "xp-badges,xp", "xp-badges"),
        ] {
            let told = refusal(form, value).unwrap_or_default();
            assert!(told.contains(example), "{form} {value:?}: {told}");
            assert!(told.contains("--variable value=…"), "{told}");
        }
    }

    #[test]
    fn a_variable_whose_default_is_a_number_is_one() {
        let text = r#"
            spin_manifest_version = 2
            [application]
            name = "t"
            [application.tool.whisper.settings]
            origins = "origins"
            [variables]
            origins = { default = "" }
            rate_per_minute = { default = "60" }
            name = { default = "60k" }
        "#;
        let manifest = Manifest::parse(text, std::path::Path::new("/app/spin.toml")).unwrap();
        let told = |given: &str| {
            let given = [crate::variables::parse_assignment(given).unwrap()];
            check(
                &manifest,
                &Values::resolve(&manifest, &given, |_| None).unwrap(),
            )
            .pop()
        };
        assert_eq!(told("rate_per_minute=7"), None);
        assert!(told("rate_per_minute=60k").is_some_and(|told| told.contains("rate_per_minute")));
        assert_eq!(told("name=anything"), None);
    }

    #[test]
    fn a_setting_of_no_form_or_no_variable_is_a_mistake_of_the_manifest() {
        for (settings, told) in [
            ("value = \"numbers\"", "must be \"number\""),
            ("value = 3", "must be \"number\""),
            ("values = \"number\"", "there is no variable \"values\""),
        ] {
            let problems = manifest(settings).unwrap_err().to_string();
            assert!(problems.contains(told), "{problems}");
        }
    }
}
