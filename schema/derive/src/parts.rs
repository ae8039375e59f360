//! `#[parts(days = 5)]`: documents that PostgreSQL keeps in parts by the time in their ids.

use syn::{Attribute, Error, LitInt, Result};

use crate::attributes::attributes;
use crate::retention::RetentionInput;

/// The days of a part, if there are parts. A part is dropped with all that is in it, so each document has to go by its age, and by
/// nothing else.
pub fn parse(attrs: &[Attribute], retention: &[RetentionInput]) -> Result<Option<LitInt>> {
    let Some(attr) = attributes(attrs, "parts").next() else {
        return Ok(None);
    };
    let mut days = None;
    attr.parse_nested_meta(|meta| {
        if !meta.path.is_ident("days") {
            return Err(meta.error("expected `days`"));
        }
        days = Some(meta.value()?.parse::<LitInt>()?);
        Ok(())
    })?;
    if !matches!(retention, [RetentionInput::Days { .. }]) {
        let why = "parts need `#[retention(days(field) = …, job = \"…\")]`, and no other way to go";
        return Err(Error::new_spanned(attr, why));
    }
    match days {
        Some(days) if days.base10_parse::<u32>()? > 0 => Ok(Some(days)),
        _ => Err(Error::new_spanned(
            attr,
            "expected `days = …`, one at least",
        )),
    }
}
