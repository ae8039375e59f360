//! Parameters of statements as tests write them: `{"int32": 7}`, `{"range_int32": [[1, "["], [5, ")"]]}`, `null`.

use serde_json::Value;
use spin_sdk::pg::{Interval, ParameterValue, RangeBoundKind};

/// All parameters of a list. One that isn't known is NULL.
pub fn parameters(list: &Value) -> Vec<ParameterValue> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(parameter).collect()
}

fn parameter(given: &Value) -> ParameterValue {
    let Some((kind, value)) = given.as_object().and_then(|fields| fields.iter().next()) else {
        return ParameterValue::DbNull;
    };
    let part = |index: usize| integer(&value[index]);
    match kind.as_str() {
        "boolean" => ParameterValue::Boolean(value.as_bool().unwrap_or_default()),
        "int8" => ParameterValue::Int8(integer(value) as i8),
        "int16" => ParameterValue::Int16(integer(value) as i16),
        "int32" => ParameterValue::Int32(integer(value) as i32),
        "int64" => ParameterValue::Int64(integer(value)),
        "float32" => ParameterValue::Floating32(value.as_f64().unwrap_or_default() as f32),
        "float64" => ParameterValue::Floating64(value.as_f64().unwrap_or_default()),
        "str" => ParameterValue::Str(text(value)),
        "binary" => ParameterValue::Binary(text(value).into_bytes()),
        "date" => ParameterValue::Date((part(0) as i32, part(1) as u8, part(2) as u8)),
        "time" => {
            ParameterValue::Time((part(0) as u8, part(1) as u8, part(2) as u8, part(3) as u32))
        }
        "datetime" => ParameterValue::Datetime((
            part(0) as i32,
            part(1) as u8,
            part(2) as u8,
            part(3) as u8,
            part(4) as u8,
            part(5) as u8,
            part(6) as u32,
        )),
        "timestamp" => ParameterValue::Timestamp(integer(value)),
        "uuid" => ParameterValue::Uuid(text(value)),
        "jsonb" => ParameterValue::Jsonb(text(value).into_bytes()),
        "decimal" => ParameterValue::Decimal(text(value)),
        "range_int32" => ParameterValue::RangeInt32(range(value, |bound| integer(bound) as i32)),
        "range_int64" => ParameterValue::RangeInt64(range(value, integer)),
        "range_decimal" => ParameterValue::RangeDecimal(range(value, text)),
        "array_int32" => ParameterValue::ArrayInt32(array(value, |one| integer(one) as i32)),
        "array_int64" => ParameterValue::ArrayInt64(array(value, integer)),
        "array_decimal" => ParameterValue::ArrayDecimal(array(value, text)),
        "array_str" => ParameterValue::ArrayStr(array(value, text)),
        "interval" => ParameterValue::Interval(Interval {
            micros: part(0),
            days: part(1) as i32,
            months: part(2) as i32,
        }),
        _ => ParameterValue::DbNull,
    }
}

fn integer(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn array<T>(list: &Value, one: impl Fn(&Value) -> T) -> Vec<Option<T>> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let some = |value: &Value| (!value.is_null()).then(|| one(value));
    list.iter().map(some).collect()
}

type Bound<T> = Option<(T, RangeBoundKind)>;

fn range<T>(bounds: &Value, value: impl Fn(&Value) -> T) -> (Bound<T>, Bound<T>) {
    let bound = |given: &Value| {
        let kind = match given[1].as_str()? {
            "[" | "]" => RangeBoundKind::Inclusive,
            _ => RangeBoundKind::Exclusive,
        };
        Some((value(&given[0]), kind))
    };
    (bound(&bounds[0]), bound(&bounds[1]))
}
