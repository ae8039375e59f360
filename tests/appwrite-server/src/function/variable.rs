//! Variables of a function.

use serde_json::{Value, json};

use super::found;
use crate::call::Call;
use crate::check;
use crate::moment::Moment;
use crate::project::{Project, page};
use crate::refusal::{Answered, Refusal};
use crate::write::unique;

/// A variable of its environment.
pub struct Variable {
    id: String,
    pub key: String,
    pub value: String,
    secret: bool,
    function: String,
    created: Moment,
}

impl Variable {
    /// As it is answered: without its value if that is secret.
    pub fn json(&self) -> Value {
        let value = if self.secret { "" } else { &self.value };
        json!({
            "$id": self.id, "$createdAt": self.created.text(), "$updatedAt": self.created.text(), "key": self.key, "value": value,
            "secret": self.secret, "resourceType": "function", "resourceId": self.function,
        })
    }
}

pub fn list(project: &mut Project, call: &Call) -> Answered {
    let all = found(project, call)?.variables.iter();
    page("variables", all.map(Variable::json).collect(), call.page()?)
}

pub fn create(project: &mut Project, call: &Call) -> Answered {
    let id = match call.before_1_9 {
        // They leave the id to the server.
        true => call.text_or("variableId", "unique()")?,
        false => call.text("variableId")?,
    };
    if id != "unique()" {
        check::id("variableId", id)?;
    }
    let (key, value) = (call.text("key")?, call.text("value")?);
    if key.is_empty() {
        return Err(Refusal::argument("key", &check::sized(255, 1)));
    }
    check::length("key", key, 255)?;
    check::length("value", value, 8192)?;
    let secret = call.flag("secret", true)?;
    let function = found(project, call)?;
    let taken = |known: &Variable| known.id == id || known.key == key;
    if function.variables.iter().any(taken) {
        let message = "Variable with the same ID already exists in this project. Try again with a different ID.";
        return Err(Refusal::new(409, "variable_already_exists", message));
    }
    let id = match id {
        "unique()" => unique(call.now),
        id => id.to_owned(),
    };
    let variable = Variable {
        id,
        key: key.to_owned(),
        value: value.to_owned(),
        secret,
        function: function.id.clone(),
        created: call.now,
    };
    let made = variable.json();
    function.variables.push(variable);
    Ok((201, made))
}

pub fn delete(project: &mut Project, call: &Call) -> Answered {
    let all = &mut found(project, call)?.variables;
    let id = call.param("variable");
    let at = all.iter().position(|known| known.id == id);
    let at = at.ok_or_else(|| Refusal::missing_as("Variable", "variable_not_found"))?;
    all.remove(at);
    Ok((204, Value::Null))
}
