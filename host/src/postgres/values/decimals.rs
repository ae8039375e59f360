//! NUMERIC: 28 digits, in base 10.

use std::error::Error;
use std::fmt;

use anyhow::Context;
use bytes::BytesMut;
use postgres_range::{BoundSided, Normalizable, RangeBound};
use rust_decimal::Decimal;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

type Fault = Box<dyn Error + Sync + Send>;

/// Reads a decimal; one with more digits than fit is refused rather than rounded.
pub fn parse(text: &str) -> anyhow::Result<Decimal> {
    Decimal::from_str_exact(text).with_context(|| format!("invalid decimal {text}"))
}

/// Reads a list of decimals.
pub fn parse_all(texts: &[Option<String>]) -> anyhow::Result<Vec<Option<Decimal>>> {
    let parsed = texts.iter().map(|text| text.as_deref().map(parse));
    parsed.map(Option::transpose).collect()
}

/// A decimal as a bound of a range.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Bound(pub Decimal);

impl Normalizable for Bound {
    /// Decimals have no next one: a bound stays as it is.
    fn normalize<S: BoundSided>(bound: RangeBound<S, Self>) -> RangeBound<S, Self> {
        bound
    }
}

impl ToSql for Bound {
    fn to_sql(&self, type_: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        self.0.to_sql(type_, out)
    }

    fn accepts(type_: &Type) -> bool {
        <Decimal as ToSql>::accepts(type_)
    }

    to_sql_checked!();
}

impl FromSql<'_> for Bound {
    fn from_sql(type_: &Type, raw: &[u8]) -> Result<Self, Fault> {
        Decimal::from_sql(type_, raw).map(Bound)
    }

    fn accepts(type_: &Type) -> bool {
        <Decimal as FromSql>::accepts(type_)
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
