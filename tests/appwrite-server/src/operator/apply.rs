//! The values that operators make of others.

use serde_json::{Number, Value};

use crate::fault::{Fault, Found};
use crate::moment::Moment;
use crate::operator::Operator;

/// The value of a row that is there, as MariaDB computes it.
pub fn changed(operator: &Operator, old: &Value, now: Moment) -> Found<Value> {
    let values = &operator.values;
    Ok(match operator.method.as_str() {
        "increment" | "decrement" | "multiply" | "divide" | "modulo" | "power" => {
            return calculated(operator, old);
        }
        "stringConcat" => {
            let more = values.first().and_then(Value::as_str).unwrap_or_default();
            format!("{}{more}", old.as_str().unwrap_or_default()).into()
        }
        "stringReplace" => match (old, values.as_slice()) {
            (Value::String(old), [Value::String(this), Value::String(that)]) => {
                match this.is_empty() {
                    true => old.clone().into(),
                    false => old.replace(this, that).into(),
                }
            }
            _ => Value::Null,
        },
        "toggle" => (!old.as_bool().unwrap_or_default()).into(),
        "dateSetNow" => moved(Some(now), 0),
        "dateAddDays" => moved(date(old), values[0].as_i64().unwrap_or_default()),
        "dateSubDays" => moved(date(old), -values[0].as_i64().unwrap_or_default()),
        _ => return list(operator, old),
    })
}

/// The value of a new row, whose column has this default. The library computes it in PHP then, without bounds.
pub fn from_default(operator: &Operator, default: &Value, now: Moment) -> Found<Value> {
    let mut operator = operator.clone();
    let numeric = ["increment", "decrement", "multiply", "divide", "power"];
    if numeric.contains(&operator.method.as_str()) {
        operator.values.truncate(1);
    }
    changed(&operator, default, now)
}

fn date(value: &Value) -> Option<Moment> {
    value.as_str().and_then(Moment::parse)
}

fn moved(date: Option<Moment>, days: i64) -> Value {
    date.map_or(Value::Null, |date| date.plus(days * 86_400).text().into())
}

fn calculated(operator: &Operator, old: &Value) -> Found<Value> {
    let whole = |value: &Value| value.as_i64().map(i128::from);
    let method = operator.method.as_str();
    let zero = Value::from(0);
    let old = if old.is_null() { &zero } else { old };
    let (by, bound) = (&operator.values[0], operator.values.get(1));
    let result = match (method, whole(old), whole(by)) {
        ("increment", Some(old), Some(by)) => integer(old + by)?,
        ("decrement", Some(old), Some(by)) => integer(old - by)?,
        ("multiply", Some(old), Some(by)) => integer(old * by)?,
        ("modulo", Some(old), Some(by)) => integer(old % by)?,
        ("divide", Some(old), Some(by)) if old % by == 0 => integer(old / by)?,
        ("divide" | "power", Some(_), _) | (_, Some(_), None) if old.is_i64() => {
            return whole_power(method, old, by, bound);
        }
        _ => float(method, old.as_f64().unwrap_or_default(), by)?,
    };
    Ok(match within(method, &result, bound) {
        true => result,
        false => old.clone(),
    })
}

/// The result of an integer's division, power or calculation with a fraction. One that isn't whole, or is over 2^53,
/// isn't done here.
fn whole_power(method: &str, old: &Value, by: &Value, bound: Option<&Value>) -> Found<Value> {
    let result = float(method, old.as_f64().unwrap_or_default(), by)?;
    let number = result.as_f64().unwrap_or_default();
    if number.fract() != 0.0 || number.abs() > 9_007_199_254_740_992.0 {
        return Err(Fault::unlike("operators that round integers"));
    }
    #[allow(clippy::cast_possible_truncation, reason = "it is whole and small")]
    let result = Value::from(number as i64);
    Ok(match within(method, &result, bound) {
        true => result,
        false => old.clone(),
    })
}

fn integer(number: i128) -> Found<Value> {
    let number = i64::try_from(number).map_err(|_| Fault::Limit("Value out of range".into()));
    number.map(Value::from)
}

fn float(method: &str, old: f64, by: &Value) -> Found<Value> {
    let by = by.as_f64().unwrap_or_default();
    let result = match method {
        "increment" => old + by,
        "decrement" => old - by,
        "multiply" => old * by,
        "divide" => old / by,
        "modulo" => old % by,
        _ => old.powf(by),
    };
    let number = Number::from_f64(result).map(Value::Number);
    number.ok_or_else(|| Fault::Limit("Value out of range".into()))
}

/// Whether the result is on the right side of the operator's bound; otherwise the value stays as it is.
fn within(method: &str, result: &Value, bound: Option<&Value>) -> bool {
    let result = result.as_f64().unwrap_or_default();
    match (method, bound.and_then(Value::as_f64)) {
        (_, None) | ("modulo", _) => true,
        ("decrement" | "divide", Some(least)) => result >= least,
        (_, Some(most)) => result <= most,
    }
}

fn list(operator: &Operator, old: &Value) -> Found<Value> {
    let old = match old {
        Value::Array(items) => items.clone(),
        _ => Vec::new(),
    };
    let values = &operator.values;
    let kept = |keep: &dyn Fn(&Value) -> bool| {
        let items = old.iter().filter(|item| keep(item));
        items.cloned().collect::<Vec<_>>()
    };
    let items = match operator.method.as_str() {
        "arrayAppend" => [old.clone(), values.clone()].concat(),
        "arrayPrepend" => [values.clone(), old.clone()].concat(),
        "arrayInsert" => {
            let mut items = old.clone();
            let at = values[0].as_u64().and_then(|at| usize::try_from(at).ok());
            items.insert(at.unwrap_or_default().min(items.len()), values[1].clone());
            items
        }
        "arrayRemove" if values[0].is_array() => {
            return Err(Fault::unlike("arrayRemove of more than one value"));
        }
        "arrayRemove" => kept(&|item| *item != values[0]),
        "arrayIntersect" => kept(&|item| values.contains(item)),
        "arrayDiff" => kept(&|item| !values.contains(item)),
        "arrayUnique" => {
            let mut items: Vec<Value> = Vec::new();
            for item in old {
                if !items.contains(&item) {
                    items.push(item);
                }
            }
            items
        }
        _ => return Err(Fault::unlike("arrayFilter")),
    };
    Ok(items.into())
}
