//! A request as a function sees it: read to its end, within bounds.

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde::de::DeserializeOwned;

use crate::error::{Code, Error, FieldError, Result};
use crate::ids::is_id;

/// An HTTP request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query string, without its question mark; empty when there is none.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, whole.
    pub body: Bytes,
    /// Where the request came from, when the runtime says so.
    pub client_addr: Option<IpAddr>,
    /// What the route's `{name}` parts matched; the router fills this.
    pub params: Vec<(String, String)>,
}

impl Request {
    /// A request without headers or a body.
    pub fn new(method: Method, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Self {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            client_addr: None,
            params: Vec::new(),
        }
    }

    /// A header's value as text; none when it is missing or not ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The client's user agent, cut to 500 characters.
    pub fn user_agent(&self) -> Option<String> {
        self.header("user-agent")
            .map(|agent| agent.chars().take(500).collect())
    }

    /// A part of the path that holds a document's id.
    ///
    /// # Errors
    /// [`Code::NotFound`] for what can't be an id: nothing has that id.
    pub fn id(&self, name: &str) -> Result<&str> {
        let value = self.param(name)?;
        if is_id(value) {
            Ok(value)
        } else {
            Err(Error::not_found())
        }
    }

    /// A part of the path, whatever its form.
    ///
    /// # Errors
    /// A fault when the route has no such part.
    pub fn param(&self, name: &str) -> Result<&str> {
        self.params
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .ok_or_else(|| Error::internal(format!("the route has no part {name:?}")))
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// [`Code::UnsupportedMediaType`], [`Code::InvalidJson`] with the place, or
    /// [`Code::ValidationFailed`] naming the field that has a wrong type, is missing or unknown.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let content_type = self.header("content-type").unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            let detail = "Send the body with content-type: application/json.";
            return Err(Error::new(Code::UnsupportedMediaType, detail));
        }
        decode(&self.body)
    }

    /// The body as JSON, or the default when there is none.
    ///
    /// # Errors
    /// As [`Request::json`].
    pub fn json_or_default<T: DeserializeOwned + Default>(&self) -> Result<T> {
        if self.body.is_empty() {
            return Ok(T::default());
        }
        self.json()
    }

    /// The query string's parameters.
    ///
    /// # Errors
    /// [`Code::InvalidQuery`] naming an unknown parameter or one that can't be read.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T> {
        let pairs = form_urlencoded::parse(self.query.as_bytes());
        let parameters = serde_urlencoded::Deserializer::new(pairs);
        serde_path_to_error::deserialize(parameters).map_err(|error| {
            let path = error.path().to_string();
            let detail = error.into_inner().to_string();
            // An unknown, missing or repeated one is named by the message, a wrong one by the path.
            let field = between_backticks(&detail).unwrap_or(&path).to_owned();
            Error::fields(vec![FieldError::new(field, "query", detail)])
                .with_code(Code::InvalidQuery)
        })
    }
}

/// Reads JSON; syntax is a 400, anything else names the field.
fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let first = body.iter().find(|b| !b.is_ascii_whitespace());
    if first != Some(&b'{') {
        // serde would take a list for a struct, by the order of its fields.
        serde_json::from_slice::<serde::de::IgnoredAny>(body).map_err(|error| broken(&error))?;
        return Err(Error::field("body", "type", "must be a JSON object"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value: T = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        match inner.classify() {
            serde_json::error::Category::Data => field_error(&path, &inner.to_string()),
            _ => broken(&inner),
        }
    })?;
    deserializer.end().map_err(|error| broken(&error))?;
    Ok(value)
}

fn broken(error: &serde_json::Error) -> Error {
    Error::new(Code::InvalidJson, format!("The body is not JSON: {error}."))
}

fn field_error(path: &str, message: &str) -> Error {
    let message = message
        .split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned();
    let named = between_backticks(&message).unwrap_or_default();
    let parent = if path == "." { "" } else { path };
    let (field, rule) = if message.starts_with("missing field") {
        (join(parent, named), "required")
    } else if message.starts_with("unknown field") {
        // serde_path_to_error already points at the unknown key itself.
        (
            if parent.is_empty() {
                named.to_owned()
            } else {
                parent.to_owned()
            },
            "unknown",
        )
    } else if message.starts_with("unknown variant") {
        (parent.to_owned(), "enum")
    } else {
        (parent.to_owned(), "type")
    };
    let field = if field.is_empty() {
        "body".to_owned()
    } else {
        field
    };
    Error::field(field, rule, message)
}

fn join(parent: &str, name: &str) -> String {
    match (parent, name) {
        ("", name) => name.to_owned(),
        (parent, "") => parent.to_owned(),
        (parent, name) => format!("{parent}.{name}"),
    }
}

fn between_backticks(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('`')?;
    rest.split_once('`').map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[allow(dead_code)]
    struct Body {
        name: String,
        #[serde(default)]
        counts: Vec<u32>,
        inner: Option<Inner>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Inner {
        kind: Kind,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        One,
    }

    fn refused(body: &str) -> (Code, Option<(String, String)>) {
        let error = decode::<Body>(body.as_bytes()).expect_err(body);
        let field = error
            .field_errors()
            .first()
            .map(|e| (e.field.clone(), e.rule.clone()));
        (error.code(), field)
    }

    #[test]
    fn refusals_name_the_field_and_the_rule() {
        for (body, field, rule) in [
            ("{}", "name", "required"),
            (r#"{"name": 1}"#, "name", "type"),
            (r#"{"name": "a", "counts": [1, "x"]}"#, "counts[1]", "type"),
            (r#"{"name": "a", "other": 1}"#, "other", "unknown"),
            (r#"{"name": "a", "inner": {}}"#, "inner.kind", "required"),
            (
                r#"{"name": "a", "inner": {"kind": "two"}}"#,
                "inner.kind",
                "enum",
            ),
            (
                r#"{"name": "a", "inner": {"kind": "one", "x": 1}}"#,
                "inner.x",
                "unknown",
            ),
            ("[1]", "body", "type"),
        ] {
            let wanted = Some((field.to_owned(), rule.to_owned()));
            assert_eq!(refused(body), (Code::ValidationFailed, wanted), "{body}");
        }
    }

    #[test]
    fn broken_json_is_told_from_wrong_json() {
        for body in [
            "",
            "{",
            "{\"name\": oops}",
            "{\"name\": \"a\"} x",
            "{\"name\": \"\\ud800\"}",
        ] {
            assert_eq!(refused(body).0, Code::InvalidJson, "{body}");
        }
    }

    #[test]
    fn an_unknown_parameter_is_named() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(dead_code)]
        struct Query {
            limit: Option<u32>,
        }
        let request = Request::new(Method::GET, "/x?limt=3");
        let error = request.query::<Query>().expect_err("refused");
        assert_eq!(error.code(), Code::InvalidQuery);
        assert_eq!(error.field_errors()[0].field, "limt");
    }
}
