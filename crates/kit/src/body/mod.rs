//! Reading a body: JSON into a struct, and everything that stands in the way at once.
//!
//! serde stops at the first field that it can't take. So the body is mended there (an unknown field is left
//! out, a missing or wrong one gets a stand-in) and read again, until it can be read: what had to be mended
//! is what was wrong. This needs no description of the struct, which components don't carry.

mod strict;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};

use crate::error::{Code, Error, FieldError, Result, Rule};

/// Reads a body that says itself how it is read.
///
/// # Errors
/// [`Code::InvalidJson`], [`Code::ValidationFailed`].
pub(crate) fn read<T: whisper_schema::Body>(body: &[u8]) -> Result<T> {
    let object = strict::object(body)?;
    whisper_schema::body::read(&object)
        .map_err(|wrong| Error::fields(wrong.into_iter().map(FieldError::from).collect()))
}

/// Whether a body can be read: for the examples of the API's document.
///
/// # Errors
/// As [`read`].
pub(crate) fn check<T: whisper_schema::Body>(body: &[u8]) -> Result<()> {
    read::<T>(body).map(drop)
}

/// How many bytes may be read again for one body: a large one full of mistakes must not cost seconds.
const BUDGET: usize = 4 * 1024 * 1024;

/// Why a body can't be read.
pub(crate) enum Wrong<T> {
    /// It is no JSON object.
    Broken(Error),
    /// Fields of it are wrong.
    Fields {
        /// Each that is missing, unknown, or of a wrong type.
        errors: Vec<FieldError>,
        /// The body with stand-ins for those.
        mended: Option<T>,
    },
}

impl<T> Wrong<T> {
    /// The refusal.
    pub(crate) fn refused(self) -> Error {
        match self {
            Self::Broken(error) => error,
            Self::Fields { errors, .. } => Error::fields(errors),
        }
    }

    /// The refusal, with what `check` finds in the fields that could be read.
    pub(crate) fn with_more<U>(self, check: impl FnOnce(T) -> Result<U>) -> Error {
        let (mut errors, mended) = match self {
            Self::Broken(error) => return error,
            Self::Fields { errors, mended } => (errors, mended),
        };
        let found = mended.and_then(|body| check(body).err());
        let known = errors.len();
        for error in found.iter().flat_map(Error::field_errors) {
            let stands_for = |wrong: &FieldError| lies_in(&error.field, &wrong.field);
            if !errors[..known].iter().any(stands_for) {
                errors.push(error.clone());
            }
        }
        Error::fields(errors)
    }
}

/// Whether a field is another one or a part of it.
fn lies_in(field: &str, whole: &str) -> bool {
    field
        .strip_prefix(whole)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Reads JSON; syntax is a 400, anything else names the fields.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, Wrong<T>> {
    let first = body.iter().find(|b| !b.is_ascii_whitespace());
    if first != Some(&b'{') {
        // serde would take a list for a struct, by the order of its fields.
        let error = match serde_json::from_slice::<IgnoredAny>(body) {
            Ok(_) => Error::field("body", Rule::Type, "must be a JSON object"),
            Err(error) => broken(&error),
        };
        return Err(Wrong::Broken(error));
    }
    let fault = match attempt(body) {
        Ok(value) => return Ok(value),
        Err(Fault::Broken(error)) => return Err(Wrong::Broken(error)),
        Err(Fault::Field(fault)) => fault,
    };
    // What follows the wrong field, or what is skipped, may not even be JSON.
    if std::str::from_utf8(body).is_err() {
        let detail = "The body is not JSON: it is not UTF-8.";
        return Err(Wrong::Broken(Error::new(Code::InvalidJson, detail)));
    }
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(body) {
        return Err(Wrong::Broken(broken(&error)));
    }
    let mut mending = Mending::of(body);
    let mut mended = None;
    let mut fault = Some(fault);
    while let Some(bytes) = fault.take().and_then(|fault| mending.mend(fault)) {
        match attempt(&bytes) {
            Ok(value) => mended = Some(value),
            Err(Fault::Field(next)) => fault = Some(next),
            Err(Fault::Broken(_)) => {}
        }
    }
    let errors = mending.errors;
    Err(Wrong::Fields { errors, mended })
}

fn attempt<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value: T = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let (path, inner) = (error.path().clone(), error.into_inner());
        match inner.classify() {
            Category::Data => Fault::Field(FieldFault::new(&path, &inner.to_string())),
            _ => Fault::Broken(broken(&inner)),
        }
    })?;
    let end = deserializer.end();
    end.map_err(|error| Fault::Broken(broken(&error)))?;
    Ok(value)
}

fn broken(error: &serde_json::Error) -> Error {
    Error::new(Code::InvalidJson, format!("The body is not JSON: {error}."))
}

/// The cause that stopped one reading.
enum Fault {
    Broken(Error),
    Field(FieldFault),
}

/// A field that stopped it.
struct FieldFault {
    /// The way to it; none when that isn't known.
    steps: Option<Vec<Step>>,
    error: FieldError,
    /// A word that would have been taken.
    variant: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

impl FieldFault {
    fn new(path: &Path, message: &str) -> Self {
        let message = message.split(" at line ").next().unwrap_or_default();
        let named = between_backticks(message).unwrap_or_default().to_owned();
        let mut steps = steps(path);
        let mut field = path.to_string();
        if field == "." {
            field.clear();
        }
        let mut variant = None;
        let rule = if message.starts_with("missing field") {
            field = join(&field, &named);
            steps = steps.map(|steps| [steps, vec![Step::Key(named)]].concat());
            Rule::Required
        } else if message.starts_with("unknown field") {
            // Except at the top, serde_path_to_error points at the unknown key itself.
            if field.is_empty() {
                field.clone_from(&named);
                steps = Some(vec![Step::Key(named)]);
            }
            Rule::Unknown
        } else if message.starts_with("unknown variant") {
            let expected = message.split_once("expected").map(|(_, rest)| rest);
            variant = expected.and_then(between_backticks).map(str::to_owned);
            Rule::Enum
        } else {
            Rule::Type
        };
        if field.is_empty() {
            "body".clone_into(&mut field);
        }
        Self {
            steps,
            error: FieldError::new(field, rule, message),
            variant,
        }
    }
}

fn steps(path: &Path) -> Option<Vec<Step>> {
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(Step::Index(*index)),
        Segment::Map { key } => Some(Step::Key(key.clone())),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().map(step).collect()
}

fn join(parent: &str, name: &str) -> String {
    match (parent, name) {
        ("", name) => name.to_owned(),
        (parent, "") => parent.to_owned(),
        (parent, name) => format!("{parent}.{name}"),
    }
}

/// The first part of a text that stands between backticks.
pub(crate) fn between_backticks(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('`')?;
    rest.split_once('`').map(|(inside, _)| inside)
}

/// A body that is being mended.
struct Mending {
    body: Option<Value>,
    errors: Vec<FieldError>,
    /// Where stand-ins are, and how many were tried there.
    stand_ins: Vec<(Vec<Step>, usize)>,
    budget: usize,
}

impl Mending {
    fn of(body: &[u8]) -> Self {
        Self {
            // A number too large for a `Value` leaves the first mistake the only one that is said.
            body: serde_json::from_slice(body).ok(),
            errors: Vec::new(),
            stand_ins: Vec::new(),
            budget: BUDGET,
        }
    }

    /// Notes what is wrong and gives the body without it; none when that can't be done.
    fn mend(&mut self, fault: FieldFault) -> Option<Vec<u8>> {
        let steps = fault.steps.unwrap_or_default();
        let tried = self.stand_ins.iter().position(|(at, _)| *at == steps);
        let inside = |(at, _): &(Vec<Step>, usize)| steps.starts_with(at);
        let rule = fault.error.rule;
        // What is wrong with a stand-in is no mistake of the client.
        if !self.stand_ins.iter().any(inside) {
            self.errors.push(fault.error);
        }
        let (last, parents) = steps.split_last()?;
        let parent = parents.iter().try_fold(self.body.as_mut()?, enter)?;
        if rule == Rule::Unknown {
            let (Value::Object(fields), Step::Key(key)) = (parent, last) else {
                return None;
            };
            fields.remove(key)?;
        } else {
            let attempt = tried.map_or(0, |index| self.stand_ins[index].1);
            let value = match fault.variant {
                Some(variant) => Value::String(variant),
                None => stand_in(attempt)?,
            };
            match (parent, last) {
                (Value::Object(fields), Step::Key(key)) => drop(fields.insert(key.clone(), value)),
                (Value::Array(items), Step::Index(index)) => *items.get_mut(*index)? = value,
                _ => return None,
            }
            match tried {
                Some(index) => self.stand_ins[index].1 += 1,
                None => self.stand_ins.push((steps, 1)),
            }
        }
        let bytes = serde_json::to_vec(self.body.as_ref()?).ok()?;
        self.budget = self.budget.checked_sub(bytes.len())?;
        Some(bytes)
    }
}

fn enter<'a>(value: &'a mut Value, step: &Step) -> Option<&'a mut Value> {
    match (value, step) {
        (Value::Object(fields), Step::Key(key)) => fields.get_mut(key),
        (Value::Array(items), Step::Index(index)) => items.get_mut(*index),
        _ => None,
    }
}

/// Values of each type, the one that fits most often first.
fn stand_in(attempt: usize) -> Option<Value> {
    Some(match attempt {
        // Before null, which serde_json takes for broken JSON where an enum is expected.
        0 => Value::String(String::new()),
        1 => Value::Null,
        2 => 0.into(),
        3 => false.into(),
        // Before a list, which serde takes for a struct too.
        4 => Value::Object(Map::new()),
        5 => Value::Array(Vec::new()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
