//! How a request is refused.

use serde_json::{Value, json};

/// An error as the API has them.
#[derive(Debug)]
pub struct Refusal {
    pub code: u16,
    pub kind: String,
    pub message: String,
}

/// A status and a body, or an error.
pub type Answered = Result<(u16, Value), Refusal>;

impl Refusal {
    pub fn new(code: u16, kind: &str, message: impl Into<String>) -> Self {
        Refusal {
            code,
            kind: kind.to_owned(),
            message: message.into(),
        }
    }

    /// A parameter that doesn't fit.
    pub fn argument(name: &str, why: &str) -> Self {
        let message = format!("Invalid `{name}` param: {why}");
        Refusal::new(400, "general_argument_invalid", message)
    }

    /// Something with an id that isn't there.
    pub fn missing(what: &str) -> Self {
        let message = format!("{what} with the requested ID could not be found.");
        Refusal::new(404, &format!("{what}_not_found"), message)
    }

    /// Something that is there already.
    pub fn exists(what: &str) -> Self {
        let message = format!("{what} with the requested ID already exists.");
        Refusal::new(409, &format!("{what}_already_exists"), message)
    }

    pub fn body(&self) -> Value {
        json!({"message": self.message, "code": self.code, "type": self.kind, "version": "1.9.6"})
    }
}
