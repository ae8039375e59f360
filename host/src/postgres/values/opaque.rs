//! Values that the driver has no type for.

use std::error::Error;
use std::fmt;

use bytes::{Buf, BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::bindings::postgres::Interval;

type Fault = Box<dyn Error + Sync + Send>;

/// NULL for a parameter of any type: the driver's own has one.
#[derive(Debug)]
pub struct Null;

impl ToSql for Null {
    fn to_sql(&self, _: &Type, _: &mut BytesMut) -> Result<IsNull, Fault> {
        Ok(IsNull::Yes)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// The bytes of a value of an unknown type.
#[derive(Debug)]
pub struct Raw(pub Vec<u8>);

impl FromSql<'_> for Raw {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, Fault> {
        Ok(Raw(raw.to_owned()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A span of time.
#[derive(Debug)]
pub struct Span(pub Interval);

impl Span {
    /// Microseconds, days and months, as the protocol has them.
    const BYTES: usize = size_of::<i64>() + 2 * size_of::<i32>();
}

impl ToSql for Span {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        out.put_i64(self.0.micros);
        out.put_i32(self.0.days);
        out.put_i32(self.0.months);
        Ok(IsNull::No)
    }

    fn accepts(type_: &Type) -> bool {
        *type_ == Type::INTERVAL
    }

    to_sql_checked!();
}

impl FromSql<'_> for Span {
    fn from_sql(_: &Type, mut raw: &[u8]) -> Result<Self, Fault> {
        if raw.len() != Self::BYTES {
            return Err(Box::new(BadSpan));
        }
        Ok(Span(Interval {
            micros: raw.get_i64(),
            days: raw.get_i32(),
            months: raw.get_i32(),
        }))
    }

    fn accepts(type_: &Type) -> bool {
        *type_ == Type::INTERVAL
    }
}

#[derive(Debug)]
struct BadSpan;

impl fmt::Display for BadSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unexpected binary format for Postgres INTERVAL")
    }
}

impl Error for BadSpan {}
