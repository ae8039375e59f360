//! `PATCH …/rows/{row}/{column}/increment` and `…/decrement`.

use serde_json::{Map, Number, Value, json};

use crate::call::Call;
use crate::fault::Fault;
use crate::project::Project;
use crate::refusal::{Answered, Refusal};
use crate::row::shown;
use crate::rows_api::{self, act, atomically, happened, mock};
use crate::transaction::stage::{self, Staging};
use crate::write::{Step, increase};

pub fn increment(project: &mut Project, call: &Call) -> Answered {
    step(project, call, true)
}

pub fn decrement(project: &mut Project, call: &Call) -> Answered {
    step(project, call, false)
}

/// A number, which may be written as a text.
pub fn number(value: Option<&Value>) -> Result<Option<Number>, ()> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => Ok(Some(number.clone())),
        Some(Value::String(text)) => match serde_json::from_str(text.trim()) {
            Ok(Value::Number(number)) => Ok(Some(number)),
            _ => Err(()),
        },
        Some(_) => Err(()),
    }
}

fn step(project: &mut Project, call: &Call, up: bool) -> Answered {
    let (id, column) = (call.param("row"), call.param("column"));
    let (action, limit) = match up {
        true => ("increment", "max"),
        false => ("decrement", "min"),
    };
    let of = |name: &str| {
        let wrong = |()| Refusal::argument(name, "Value must be a valid number");
        number(call.body.get(name)).map_err(wrong)
    };
    let value = of("value")?.unwrap_or_else(|| 1.into());
    let bound = of(limit)?;
    rows_api::table(project, call)?;
    if let Some(transaction) = rows_api::transaction(call)? {
        let data = json!({"column": column, "value": value, limit: bound});
        let staged = stage::of_row(call, Some(id), action, data);
        stage::stage(project, call, &transaction, staged, Staging::Step)?;
        let mut data = Map::new();
        data.insert(column.to_owned(), value.into());
        return Ok((200, mock(data, id, call)));
    }
    let what = if up { "maximum" } else { "minimum" };
    let refused = |fault: Fault| match fault {
        Fault::Missing => Refusal::not_found("column", column),
        Fault::Limit(_) => {
            let bound = bound.as_ref().map(ToString::to_string).unwrap_or_default();
            let message = format!("tablesDB \"{column}\" has reached the {what} value of {bound}");
            Refusal::new(400, "column_limit_exceeded", message)
        }
        fault => fault.of_rows(id),
    };
    let step = Step {
        up,
        value,
        bound: bound.clone(),
    };
    let document = atomically(project, |project| {
        let mut act = act(project, call)?;
        increase(&mut act, id, column, &step).map_err(refused)
    })?;
    let body = shown(document, call.param("database"), call.param("table"));
    happened(project, call, ("update", id), &body);
    Ok((200, body))
}
