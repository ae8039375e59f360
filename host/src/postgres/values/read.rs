//! Rows from the server.

use anyhow::{Context, Result};
use postgres_range::Range;
use rust_decimal::Decimal;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

use super::decimals::Bound;
use super::opaque::{Raw, Span};
use super::{ranges, times};
use crate::bindings::postgres::{Column, DbDataType, DbValue};

/// Names and types of a row's columns.
pub fn columns(row: &Row) -> Vec<Column> {
    let columns = row.columns().iter();
    columns
        .map(|column| Column {
            name: column.name().to_owned(),
            data_type: data_type(column.type_()),
        })
        .collect()
}

fn data_type(type_: &Type) -> DbDataType {
    match *type_ {
        Type::BOOL => DbDataType::Boolean,
        Type::BYTEA => DbDataType::Binary,
        Type::FLOAT4 => DbDataType::Floating32,
        Type::FLOAT8 => DbDataType::Floating64,
        Type::INT2 => DbDataType::Int16,
        Type::INT4 => DbDataType::Int32,
        Type::INT8 => DbDataType::Int64,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => DbDataType::Str,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => DbDataType::Datetime,
        Type::DATE => DbDataType::Date,
        Type::TIME => DbDataType::Time,
        Type::UUID => DbDataType::Uuid,
        Type::JSONB => DbDataType::Jsonb,
        Type::NUMERIC => DbDataType::Decimal,
        Type::INT4_RANGE => DbDataType::RangeInt32,
        Type::INT8_RANGE => DbDataType::RangeInt64,
        Type::NUM_RANGE => DbDataType::RangeDecimal,
        Type::INT4_ARRAY => DbDataType::ArrayInt32,
        Type::INT8_ARRAY => DbDataType::ArrayInt64,
        Type::NUMERIC_ARRAY => DbDataType::ArrayDecimal,
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY | Type::BPCHAR_ARRAY => DbDataType::ArrayStr,
        Type::INTERVAL => DbDataType::Interval,
        _ => DbDataType::Other(type_.name().to_owned()),
    }
}

/// The values of a row.
///
/// # Errors
/// When a value doesn't fit its type here: a TIMESTAMPTZ, a NUMERIC of too many digits, an infinite date.
pub fn row(row: &Row) -> Result<Vec<DbValue>> {
    let columns = row.columns().iter().enumerate();
    columns
        .map(|(index, column)| value(Cell(row, index), column.type_()))
        .collect()
}

/// A place in a row.
struct Cell<'r>(&'r Row, usize);

impl<'r> Cell<'r> {
    fn get<T: FromSql<'r>>(self, convert: impl FnOnce(T) -> DbValue) -> Result<DbValue> {
        self.try_get(|value| Ok(convert(value)))
    }

    fn try_get<T: FromSql<'r>>(
        self,
        convert: impl FnOnce(T) -> Result<DbValue>,
    ) -> Result<DbValue> {
        let value: Option<T> = self.0.try_get(self.1)?;
        value.map_or(Ok(DbValue::DbNull), convert)
    }
}

fn value(cell: Cell<'_>, type_: &Type) -> Result<DbValue> {
    match *type_ {
        Type::BOOL => cell.get(DbValue::Boolean),
        Type::BYTEA => cell.get(DbValue::Binary),
        Type::FLOAT4 => cell.get(DbValue::Floating32),
        Type::FLOAT8 => cell.get(DbValue::Floating64),
        Type::INT2 => cell.get(DbValue::Int16),
        Type::INT4 => cell.get(DbValue::Int32),
        Type::INT8 => cell.get(DbValue::Int64),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => cell.get(DbValue::Str),
        // The driver refuses the second one as a moment without a zone. Spin has it so.
        Type::TIMESTAMP | Type::TIMESTAMPTZ => {
            cell.try_get(|value| times::read_moment(value).map(DbValue::Datetime))
        }
        Type::DATE => cell.try_get(|value| times::read_date(value).map(DbValue::Date)),
        Type::TIME => cell.try_get(|value| times::read_time(value).map(DbValue::Time)),
        Type::UUID => cell.get(|value: uuid::Uuid| DbValue::Uuid(value.to_string())),
        Type::JSONB => cell.try_get(|value: serde_json::Value| {
            let text = serde_json::to_vec(&value).context("invalid JSON from database")?;
            Ok(DbValue::Jsonb(text))
        }),
        Type::NUMERIC => cell.get(|value: Decimal| DbValue::Decimal(value.to_string())),
        Type::INT4_RANGE => {
            cell.get(|range: Range<i32>| DbValue::RangeInt32(ranges::read(&range, |value| *value)))
        }
        Type::INT8_RANGE => {
            cell.get(|range: Range<i64>| DbValue::RangeInt64(ranges::read(&range, |value| *value)))
        }
        Type::NUM_RANGE => cell.get(|range: Range<Bound>| {
            DbValue::RangeDecimal(ranges::read(&range, Bound::to_string))
        }),
        Type::INT4_ARRAY => cell.get(DbValue::ArrayInt32),
        Type::INT8_ARRAY => cell.get(DbValue::ArrayInt64),
        Type::NUMERIC_ARRAY => cell.get(|values: Vec<Option<Decimal>>| {
            let texts = values
                .iter()
                .map(|value| value.map(|value| value.to_string()));
            DbValue::ArrayDecimal(texts.collect())
        }),
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY | Type::BPCHAR_ARRAY => cell.get(DbValue::ArrayStr),
        Type::INTERVAL => cell.get(|Span(value)| DbValue::Interval(value)),
        _ => cell.get(|Raw(bytes)| DbValue::Unsupported(bytes)),
    }
}

/// Bytes of memory that a value takes, as Spin counts them.
pub fn memory(value: &DbValue) -> usize {
    let text =
        |text: &Option<String>| size_of::<Option<String>>() + text.as_ref().map_or(0, String::len);
    let beside = match value {
        DbValue::Str(text) | DbValue::Uuid(text) | DbValue::Decimal(text) => text.len(),
        DbValue::Jsonb(bytes) | DbValue::Binary(bytes) | DbValue::Unsupported(bytes) => bytes.len(),
        DbValue::ArrayInt32(values) => values.len() * size_of::<Option<i32>>(),
        DbValue::ArrayInt64(values) => values.len() * size_of::<Option<i64>>(),
        DbValue::ArrayDecimal(values) | DbValue::ArrayStr(values) => values.iter().map(text).sum(),
        _ => 0,
    };
    size_of::<DbValue>() + beside
}
