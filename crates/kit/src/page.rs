//! Pages: `limit`, `after` and `before`, with cursors that only this server makes and reads.
//!
//! A cursor is the place of an item in a list, encrypted together with the list's identity (its route, its caller, and
//! its filters): it can neither be made up nor be used on another list, and shows nothing of the values that the list
//! is sorted by.

mod cursor;
mod parameters;

use serde::Serialize;
use whisper_schema::Document;
use whisper_store::{Cursor, Page, Query};

use crate::auth::cursor_key;
use crate::ctx::Ctx;
use crate::error::{Error, Result, Rule};
use crate::reply::Reply;
use crate::request::Request;

pub(crate) use parameters::Parameters;
pub use parameters::{Filters, NoFilters, PageQuery};

/// How many items a page has when the client doesn't say.
pub const DEFAULT_LIMIT: u32 = 25;
/// The most items of a page.
pub const MAX_LIMIT: u32 = 100;

/// A checked place and length of a page of a list, with the list's filters.
#[derive(Clone, Debug)]
pub struct Window<F = NoFilters> {
    /// The filters of the list.
    pub filters: F,
    /// How many items at most.
    pub limit: u32,
    /// Continue after this.
    pub after: Option<Cursor>,
    /// End before this.
    pub before: Option<Cursor>,
    list: List,
}

/// The list that a page is of.
#[derive(Clone, Debug)]
struct List {
    /// Its route, its caller, and its filters: a cursor is good for this alone.
    scope: String,
    path: String,
    query: String,
}

impl Request {
    /// The query string's parameters of a list: `limit`, `after`, `before`, and the fields of `F`.
    ///
    /// # Errors
    /// [`Code::InvalidQuery`] naming a parameter that is unknown, there twice, or can't be read;
    /// [`Code::InvalidCursor`].
    pub(crate) async fn page<F: Filters>(&self, ctx: &Ctx) -> Result<Window<F>> {
        self.page_of(ctx, |filters: &F| format!("{filters:?}"))
            .await
    }

    /// The window over a list that `which` tells from others in the place of its filters, such as by the week that the
    /// list is about. Declare the parameters with [`Endpoint::page`](crate::Endpoint::page); all other lists have an
    /// argument of the handler read them.
    ///
    /// # Errors
    /// [`Code::InvalidQuery`] naming a parameter that is unknown, there twice, or can't be read;
    /// [`Code::InvalidCursor`].
    pub async fn page_of<F: Filters>(
        &self,
        ctx: &Ctx,
        which: impl FnOnce(&F) -> String,
    ) -> Result<Window<F>> {
        let (filters, page) = parameters::read::<F>(&self.query)?;
        let caller = ctx
            .caller()
            .map(|caller| caller.user_id)
            .unwrap_or_default();
        let path = self.path.trim_end_matches('/').to_owned();
        let list = List {
            scope: format!("{path} of {caller}: {}", which(&filters)),
            path,
            query: self.query.clone(),
        };
        Window::new(ctx, filters, page, list).await
    }
}

impl<F> Window<F> {
    async fn new(ctx: &Ctx, filters: F, page: PageQuery, list: List) -> Result<Self> {
        let limit = page.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(wrong("limit", format!("must be from 1 to {MAX_LIMIT}")));
        }
        if page.after.is_some() && page.before.is_some() {
            return Err(wrong("before", "can't go together with after".to_owned()));
        }
        let mut window = Window {
            filters,
            limit,
            after: None,
            before: None,
            list,
        };
        if page.after.is_none() && page.before.is_none() {
            return Ok(window);
        }
        let key = cursor_key(ctx).await?;
        let read = |text: &Option<String>| {
            text.as_deref()
                .map(|text| cursor::decode(&key, &window.list.scope, text))
                .transpose()
        };
        let (after, before) = (read(&page.after)?, read(&page.before)?);
        (window.after, window.before) = (after, before);
        Ok(window)
    }

    /// Puts the window over a query.
    pub fn over<D: Document>(&self, query: Query<D>) -> Query<D> {
        let query = query.limit(self.limit);
        match (&self.after, &self.before) {
            (Some(after), _) => query.after(after.clone()),
            (_, Some(before)) => query.before(before.clone()),
            _ => query,
        }
    }

    /// The answer: the items as they are shown, with the cursors around them.
    ///
    /// # Errors
    /// The store's, when the cursor key has to be read.
    pub async fn reply<D, T: Serialize>(
        &self,
        ctx: &Ctx,
        page: &Page<D>,
        items: Vec<T>,
    ) -> Result<Reply> {
        let (next, previous) = (page.next.as_ref(), page.previous.as_ref());
        self.reply_between(ctx, items, next, previous).await
    }

    /// As [`Window::reply`], with cursors of the handler's choice.
    ///
    /// # Errors
    /// As [`Window::reply`].
    pub async fn reply_between<T: Serialize>(
        &self,
        ctx: &Ctx,
        items: Vec<T>,
        next: Option<&Cursor>,
        previous: Option<&Cursor>,
    ) -> Result<Reply> {
        let (next, previous) = self.cursors(ctx, next, previous).await?;
        let links = self.list.links(next.as_deref(), previous.as_deref());
        let reply = Reply::ok(&Listing {
            items,
            next,
            previous,
        })?;
        Ok(linked(reply, &links))
    }

    /// As [`Window::reply_between`], with more beside the items that belongs to the page as a whole: the fields of
    /// `more`, such as the people that the items name.
    ///
    /// # Errors
    /// As [`Window::reply`].
    pub async fn reply_with<T: Serialize, M: Serialize>(
        &self,
        ctx: &Ctx,
        items: Vec<T>,
        (next, previous): (Option<&Cursor>, Option<&Cursor>),
        more: M,
    ) -> Result<Reply> {
        let (next, previous) = self.cursors(ctx, next, previous).await?;
        let links = self.list.links(next.as_deref(), previous.as_deref());
        let reply = Reply::ok(&ListingWith {
            items,
            next,
            previous,
            more,
        })?;
        Ok(linked(reply, &links))
    }

    /// The cursors as clients get them.
    async fn cursors(
        &self,
        ctx: &Ctx,
        next: Option<&Cursor>,
        previous: Option<&Cursor>,
    ) -> Result<(Option<String>, Option<String>)> {
        if next.is_none() && previous.is_none() {
            return Ok((None, None));
        }
        let key = cursor_key(ctx).await?;
        let shown = |cursor: Option<&Cursor>| {
            cursor
                .map(|cursor| cursor::encode(&key, &self.list.scope, cursor))
                .transpose()
        };
        Ok((shown(next)?, shown(previous)?))
    }
}

/// A place as clients keep it for later, beside the cursors of lists: sealed as they are, and good for this scope alone.
///
/// # Errors
/// The store's, when the key has to be read.
pub async fn seal_place(ctx: &Ctx, scope: &str, place: &Cursor) -> Result<String> {
    let key = cursor_key(ctx).await?;
    cursor::encode(&key, scope, place)
}

/// The place that was sealed for this scope.
///
/// # Errors
/// [`Code::InvalidCursor`], and the store's, when the key has to be read.
pub async fn open_place(ctx: &Ctx, scope: &str, text: &str) -> Result<Cursor> {
    let key = cursor_key(ctx).await?;
    cursor::decode(&key, scope, text)
}

/// The body of a list.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    not(target_family = "wasm"),
    derive(schemars::JsonSchema),
    schemars(rename = "{T}List")
)]
pub struct Listing<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Where to continue, as `after`; absent when there is no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Where to look for earlier ones, as `before`; absent when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
}

/// The body of a list that has more to say about its page as a whole.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    not(target_family = "wasm"),
    derive(schemars::JsonSchema),
    schemars(rename = "{T}List")
)]
pub struct ListingWith<T, M> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Where to continue, as `after`; absent when there is no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Where to look for earlier ones, as `before`; absent when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// More about the page as a whole.
    #[serde(flatten)]
    pub more: M,
}

impl List {
    /// Web links (RFC 8288) to the pages around this one.
    fn links(&self, next: Option<&str>, previous: Option<&str>) -> Vec<String> {
        let next = next.map(|cursor| self.link("after", cursor, "next"));
        let previous = previous.map(|cursor| self.link("before", cursor, "prev"));
        next.into_iter().chain(previous).collect()
    }

    fn link(&self, parameter: &str, cursor: &str, rel: &str) -> String {
        let kept = self.query.split('&').filter(|pair| {
            !pair.is_empty() && !pair.starts_with("after=") && !pair.starts_with("before=")
        });
        let cursor = format!("{parameter}={cursor}");
        let query: Vec<&str> = kept.chain([cursor.as_str()]).collect();
        format!("<{}?{}>; rel=\"{rel}\"", self.path, query.join("&"))
    }
}

fn linked(reply: Reply, links: &[String]) -> Reply {
    match links.is_empty() {
        true => reply,
        false => reply.header("link", &links.join(", ")),
    }
}

fn wrong(field: &str, detail: String) -> Error {
    Error::parameter(field, Rule::Range, detail)
}
