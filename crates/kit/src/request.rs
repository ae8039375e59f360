//! A request as a function sees it: read to its end, within bounds.

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::body;
use crate::error::{Code, Error, Result};
use crate::ids::is_id;
use crate::incoming::Slot;
use crate::query;

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
    /// The body, whole; empty where the handler takes it in pieces ([`Incoming`](crate::Incoming)).
    pub body: Bytes,
    pub(crate) incoming: Slot,
    /// Where the request came from, when the runtime says so.
    pub client_addr: Option<IpAddr>,
    /// The parts of the path that the route's `{name}` parts matched; the router fills this.
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
            incoming: Slot::default(),
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
    /// [`Code::NotFound`] for a text that can't be an id: nothing has that id.
    pub fn id(&self, name: &str) -> Result<&str> {
        let value = self.param(name)?;
        if is_id(value) {
            Ok(value)
        } else {
            Err(Error::not_found())
        }
    }

    /// A part of the path, of any form.
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

    /// The body as a JSON object of any fields. Rather have an argument of the handler read it:
    /// [`Json`](crate::Json).
    ///
    /// # Errors
    /// [`Code::UnsupportedMediaType`], [`Code::InvalidJson`] with the place, or [`Code::ValidationFailed`] for a body
    /// that is no object, and for a key that stands twice.
    pub fn object(&self) -> Result<Map<String, Value>> {
        self.is_json()?;
        body::object(&self.body)
    }

    /// Refuses a body of another type than JSON in UTF-8 as it is, not compressed.
    pub(crate) fn is_json(&self) -> Result<()> {
        let unsupported = |detail| Err(Error::new(Code::UnsupportedMediaType, detail));
        let content_type = self.header("content-type").unwrap_or_default();
        let mut parts = content_type.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default();
        if !essence.eq_ignore_ascii_case("application/json") {
            return unsupported("Send the body with content-type: application/json.");
        }
        let is_utf8 = |parameter: &str| match parameter.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
                value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => true,
        };
        if !parts.all(is_utf8) {
            return unsupported(
                "JSON is UTF-8 (RFC 8259, 8.1): leave out the charset, or say utf-8.",
            );
        }
        self.is_plain()
    }

    /// Refuses a body that is compressed.
    pub(crate) fn is_plain(&self) -> Result<()> {
        match self.headers.get("content-encoding") {
            Some(encoding) if !encoding.as_bytes().eq_ignore_ascii_case(b"identity") => {
                let detail = "Send the body without content-encoding.";
                Err(Error::new(Code::UnsupportedMediaType, detail))
            }
            _ => Ok(()),
        }
    }

    /// The query string's parameters.
    ///
    /// # Errors
    /// [`Code::InvalidQuery`] naming an unknown parameter or one that can't be read.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T> {
        query::read(&self.query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Rule;

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

    #[test]
    fn parameters_break_the_rules_that_fields_of_bodies_do() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "lowercase")]
        #[allow(dead_code)]
        struct Query {
            limit: u32,
            order: Option<Order>,
        }
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Order {
            Newest,
        }
        for (query, field, rule) in [
            ("", "limit", Rule::Required),
            ("limit=1&limt=3", "limt", Rule::Unknown),
            ("limit=1&limit=1", "limit", Rule::Unique),
            ("limit=x", "limit", Rule::Format),
            ("limit=1&order=oldest", "order", Rule::Enum),
        ] {
            let request = Request::new(Method::GET, &format!("/x?{query}"));
            let error = request.query::<Query>().expect_err(query);
            let found = &error.field_errors()[0];
            assert_eq!((found.field.as_str(), found.rule), (field, rule), "{query}");
        }
    }
}
