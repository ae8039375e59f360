//! Ranges of integers and decimals. The empty range arrives without bounds, as in Spin.

use anyhow::ensure;
use postgres_range::{BoundSided, BoundType, Normalizable, Range, RangeBound};

use super::decimals::{self, Bound};
use crate::bindings::postgres::RangeBoundKind;

/// A range as components have it: the lower and the upper bound.
pub type Bounds<T> = (Option<(T, RangeBoundKind)>, Option<(T, RangeBoundKind)>);

/// The range as a component reads it.
pub fn read<T, U>(range: &Range<T>, value: impl Fn(&T) -> U) -> Bounds<U>
where
    T: PartialOrd + Normalizable,
{
    let lower = range
        .lower()
        .map(|bound| (value(&bound.value), kind(bound.type_)));
    let upper = range
        .upper()
        .map(|bound| (value(&bound.value), kind(bound.type_)));
    (lower, upper)
}

/// A range of integers for the server.
///
/// # Errors
/// When a bound is the greatest integer: it can't be written in the form that the server keeps, a lower bound that is included and an
/// upper one that is not.
pub fn integers<T>(bounds: Bounds<T>, greatest: T) -> anyhow::Result<Range<T>>
where
    T: Copy + PartialOrd + Normalizable,
{
    let fits = |bound: Option<(T, RangeBoundKind)>, last: RangeBoundKind| {
        bound.is_none_or(|(value, kind)| value != greatest || kind != last)
    };
    ensure!(
        fits(bounds.0, RangeBoundKind::Exclusive) && fits(bounds.1, RangeBoundKind::Inclusive),
        "range bound out of range"
    );
    Ok(Range::new(bounds.0.map(bound), bounds.1.map(bound)))
}

/// A range of decimals for the server.
///
/// # Errors
/// When a bound is no decimal.
pub fn decimals(bounds: &Bounds<String>) -> anyhow::Result<Range<Bound>> {
    let parse = |given: &Option<(String, RangeBoundKind)>| {
        let parsed = given
            .as_ref()
            .map(|(text, kind)| anyhow::Ok((Bound(decimals::parse(text)?), *kind)));
        parsed.transpose()
    };
    let (lower, upper) = (parse(&bounds.0)?, parse(&bounds.1)?);
    Ok(Range::new(lower.map(bound), upper.map(bound)))
}

fn bound<S: BoundSided, T: PartialOrd>((value, kind): (T, RangeBoundKind)) -> RangeBound<S, T> {
    let included = match kind {
        RangeBoundKind::Inclusive => BoundType::Inclusive,
        RangeBoundKind::Exclusive => BoundType::Exclusive,
    };
    RangeBound::new(value, included)
}

fn kind(included: BoundType) -> RangeBoundKind {
    match included {
        BoundType::Inclusive => RangeBoundKind::Inclusive,
        BoundType::Exclusive => RangeBoundKind::Exclusive,
    }
}
