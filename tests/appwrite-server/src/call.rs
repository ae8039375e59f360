//! A request, read.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::auth::Who;
use crate::moment::Moment;
use crate::refusal::Refusal;
use crate::version::Version;

/// A request as a handler gets it: read, its caller admitted.
pub struct Call {
    pub params: Vec<(String, String)>,
    pub query: Vec<(String, String)>,
    pub body: Map<String, Value>,
    pub who: Who,
    pub now: Moment,
    /// The header of the optimistic lock.
    pub timestamp: Option<String>,
    /// The files of a form.
    pub files: Vec<Sent>,
    /// Whether it is about the console, not the project.
    pub console: bool,
    /// Whether the client speaks as those before 1.9 did, or the server is one.
    pub before_1_9: bool,
    /// The version of the server.
    pub version: Version,
    /// Whether it comes by the paths of the legacy API.
    pub legacy: bool,
    /// Whether it is a part of an upload.
    pub in_parts: bool,
}

/// A file that was sent with a form.
pub struct Sent {
    pub field: String,
    pub name: String,
    pub bytes: Bytes,
}

impl Call {
    /// A part of the path.
    pub fn param(&self, name: &str) -> &str {
        let found = self.params.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    /// A parameter of the query.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The `queries` of the query, in their order.
    pub fn queries(&self) -> Vec<String> {
        let all = self.query.iter();
        let all = all.filter(|(name, _)| name.starts_with("queries["));
        all.map(|(_, text)| text.clone()).collect()
    }

    /// Rows that changed after this aren't to be written.
    pub fn since(&self) -> Result<Option<Moment>, Refusal> {
        let Some(text) = self.timestamp.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let moment = Moment::parse(text).ok_or_else(|| {
            let message = "Invalid X-Appwrite-Timestamp header value";
            Refusal::new(400, "general_argument_invalid", message)
        })?;
        Ok(Some(moment))
    }

    /// A text that must be there.
    pub fn text(&self, name: &str) -> Result<&str, Refusal> {
        match self.body.get(name) {
            None => {
                let message = format!("Param \"{name}\" is not optional.");
                Err(Refusal::new(400, "general_argument_invalid", message))
            }
            Some(_) => self.text_or(name, ""),
        }
    }

    /// A text, or `otherwise` without one.
    pub fn text_or<'c>(&'c self, name: &str, otherwise: &'c str) -> Result<&'c str, Refusal> {
        match self.body.get(name) {
            None | Some(Value::Null) => Ok(otherwise),
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(Refusal::argument(name, "Value must be a valid string")),
        }
    }

    /// A flag, or `otherwise` without one.
    pub fn flag(&self, name: &str, otherwise: bool) -> Result<bool, Refusal> {
        match self.body.get(name) {
            None | Some(Value::Null) => Ok(otherwise),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(Refusal::argument(name, "Value must be a valid boolean")),
        }
    }

    /// A flag that must be there.
    pub fn needs_flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.body.get(name) {
            None | Some(Value::Null) => Err(Refusal::argument(name, "Param is not optional.")),
            Some(_) => self.flag(name, false),
        }
    }

    /// A list of texts; none when it isn't given.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        let wrong = || Refusal::argument(name, "Value must a valid array of strings");
        match self.body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Array(items)) => {
                let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
                texts.collect::<Option<_>>().map(Some).ok_or_else(wrong)
            }
            Some(_) => Err(wrong()),
        }
    }

    /// A whole number.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_i64() {
                Some(number) => Ok(Some(number)),
                None => Err(Refusal::argument(name, "Value must be a valid integer")),
            },
        }
    }

    /// A value of any type, null if it isn't there.
    pub fn value(&self, name: &str) -> Value {
        self.body.get(name).cloned().unwrap_or_default()
    }

    /// From where on, and how many, as the `queries` say; 25 from the first otherwise.
    pub fn page(&self) -> Result<(usize, usize), Refusal> {
        let wrong = || Refusal::new(400, "general_query_invalid", "Invalid `queries` param");
        let (mut offset, mut limit) = (0, 25);
        let queries = self
            .query
            .iter()
            .filter(|(name, _)| name.starts_with("queries["));
        for (_, text) in queries {
            let query: Value = serde_json::from_str(text).map_err(|_| wrong())?;
            let number = query["values"][0]
                .as_u64()
                .and_then(|n| usize::try_from(n).ok());
            match query["method"].as_str() {
                Some("offset") => offset = number.ok_or_else(wrong)?,
                Some("limit") => limit = number.ok_or_else(wrong)?,
                _ => return Err(wrong()),
            }
        }
        Ok((offset, limit))
    }
}
