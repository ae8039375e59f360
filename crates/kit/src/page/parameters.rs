//! The query string of a list: `limit`, `after` and `before`, and the filters of the list.

use std::fmt::Debug;

use form_urlencoded::parse;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Result;
#[cfg(not(target_family = "wasm"))]
use crate::page::cursor::{CURSOR, MAX_CURSOR};
#[cfg(not(target_family = "wasm"))]
use crate::page::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::query;

/// Filters of a list: a struct whose fields are query parameters. It needs no `deny_unknown_fields`; parameters
/// that it doesn't have are refused anyway. `Debug` tells one choice of filters from another.
pub trait Filters: DeserializeOwned + Debug {}
impl<F: DeserializeOwned + Debug> Filters for F {}

/// No filters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct NoFilters {}

/// The parameters that every list has.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct PageQuery {
    /// How many items at most: 1 to 100, 25 by default.
    #[cfg_attr(
        not(target_family = "wasm"),
        schemars(range(min = 1, max = MAX_LIMIT), extend("default" = DEFAULT_LIMIT))
    )]
    pub limit: Option<u32>,
    /// Continue after this cursor, a former page's `next`.
    #[cfg_attr(not(target_family = "wasm"), schemars(length(max = MAX_CURSOR), regex(pattern = CURSOR)))]
    pub after: Option<String>,
    /// End before this cursor, a former page's `previous`; not together with `after`.
    #[cfg_attr(not(target_family = "wasm"), schemars(length(max = MAX_CURSOR), regex(pattern = CURSOR)))]
    pub before: Option<String>,
}

/// All parameters of a list with these filters, for the API's document.
#[derive(Debug)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[allow(dead_code)]
pub(crate) struct Parameters<F> {
    #[cfg_attr(not(target_family = "wasm"), schemars(flatten))]
    page: PageQuery,
    #[cfg_attr(not(target_family = "wasm"), schemars(flatten))]
    filters: F,
}

/// The parameters that every list has.
const PAGE: [&str; 3] = ["limit", "after", "before"];

/// Reads the filters, and the place in the list.
pub(super) fn read<F: Filters>(text: &str) -> Result<(F, PageQuery)> {
    let (page, filters): (Vec<&str>, Vec<&str>) = text.split('&').partition(|pair| {
        let name = parse(pair.as_bytes()).next().map(|(name, _)| name);
        name.is_some_and(|name| PAGE.contains(&name.as_ref()))
    });
    Ok((
        query::read(&filters.join("&"))?,
        query::read(&page.join("&"))?,
    ))
}
