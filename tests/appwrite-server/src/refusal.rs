//! How a request is refused.

use serde_json::{Value, json};

use crate::version::Version;

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

    /// The refusal for a thing that isn't there.
    pub fn missing(what: &str) -> Self {
        let message = format!("{what} with the requested ID could not be found.");
        Refusal::new(404, &format!("{what}_not_found"), message)
    }

    /// The same with a type of its own.
    pub fn missing_as(what: &str, kind: &str) -> Self {
        let message = format!("{what} with the requested ID could not be found.");
        Refusal::new(404, kind, message)
    }

    /// A real server does something here that this one doesn't do: better loudly than differently.
    pub fn unlike(what: &str) -> Self {
        let message = format!("The tests' server doesn't do this: {what}");
        Refusal::new(501, "general_not_implemented", message)
    }

    /// The refusal for a thing that isn't there, by its id.
    pub fn not_found(what: &str, id: &str) -> Self {
        let name = capital(what);
        let message = format!("{name} with the requested ID '{id}' could not be found.");
        Refusal::new(404, &format!("{what}_not_found"), message)
    }

    /// An id that is taken.
    pub fn taken(what: &str, id: &str) -> Self {
        let name = capital(what);
        let message = format!(
            "{name} with the requested ID '{id}' already exists. Try again with a different ID or use ID.unique() to generate a unique ID."
        );
        Refusal::new(409, &format!("{what}_already_exists"), message)
    }

    /// A request that makes no sense.
    pub fn bad(why: impl Into<String>) -> Self {
        Refusal::new(400, "general_bad_request", why)
    }

    /// Somebody who may not.
    pub fn unauthorized() -> Self {
        let message = "The current user is not authorized to perform the requested action.";
        Refusal::new(401, "user_unauthorized", message)
    }

    /// The refusal for a thing that is there already.
    pub fn exists(what: &str) -> Self {
        let message = format!("{what} with the requested ID already exists.");
        Refusal::new(409, &format!("{what}_already_exists"), message)
    }

    pub fn body(&self, version: Version) -> Value {
        let version = version.number();
        json!({"message": self.message, "code": self.code, "type": self.kind, "version": version})
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
