//! Spin's templates: text with `{{ name }}` for the value of an application variable.

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Name(String),
}

impl Template {
    /// Parses a template.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, tail)) = rest.split_once("{{") {
            let (name, tail) = tail
                .split_once("}}")
                .ok_or_else(|| format!("\"{text}\": \"{{{{\" without \"}}}}\""))?;
            parts.push(Part::Literal(literal.to_owned()));
            let name = name.trim();
            check_name(name).map_err(|reason| format!("\"{text}\": {reason}"))?;
            parts.push(Part::Name(name.to_owned()));
            rest = tail;
        }
        if rest.contains("}}") {
            return Err(format!("\"{text}\": \"}}}}\" without \"{{{{\""));
        }
        parts.push(Part::Literal(rest.to_owned()));
        Ok(Self(parts))
    }

    /// The variables it names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Name(name) => Some(name.as_str()),
            Part::Literal(_) => None,
        })
    }

    /// Whether it names no variable.
    pub fn is_literal(&self) -> bool {
        self.names().next().is_none()
    }

    /// The text with values in place of names; fails with the first name that has none.
    pub fn resolve<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Result<String, String> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Name(name) => text.push_str(value(name).ok_or_else(|| name.clone())?),
            }
        }
        Ok(text)
    }
}

/// Spin's rule for names of variables: words of small letters and digits, each starting with a letter, joined by single `_`.
pub fn check_name(name: &str) -> Result<(), String> {
    let is_word = |word: &str| {
        let is_in = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(is_in)
    };
    if name.split('_').all(is_word) {
        return Ok(());
    }
    Err(format!(
        "\"{name}\" is no name of a variable (words of small letters and digits, each starting with a letter, joined by single \"_\")"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced() {
        let template = Template::parse("https://{{ host }}:{{port}}/").unwrap();
        let value = |name: &str| {
            Some(if name == "host" {
                "example.com"
            } else {
                "8080"
            })
        };
        assert_eq!(
            template.resolve(value).unwrap(),
            "https://example.com:8080/"
        );
        assert_eq!(template.names().collect::<Vec<_>>(), ["host", "port"]);
    }

    #[test]
    fn a_name_without_value_is_told() {
        let template = Template::parse("{{ token }}").unwrap();
        assert_eq!(template.resolve(|_| None), Err("token".to_owned()));
    }

    #[test]
    fn broken_templates_are_refused() {
        for text in [
            "{{ a",
            "a }}",
            "{{ A }}",
            "{{ a b }}",
            "{{}}",
            "{{ a__b }}",
            "{{ a_2 }}",
            "{{ a_ }}",
        ] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}
