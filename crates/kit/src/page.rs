//! Pages: `limit`, `after` and `before`, with cursors that only this server makes.
//!
//! A cursor is the place of an item in a list, signed together with what the list is (its scope), so
//! that it can neither be made up nor be used on another list.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use whisper_schema::Document;
use whisper_store::{Cursor, Find, Page, Query};

use crate::auth::{self, MAC, mac};
use crate::ctx::Ctx;
use crate::error::{Code, Error, FieldError, Result, Rule};
use crate::reply::Reply;
use crate::request::Request;

/// How many items a page has when the client doesn't say.
pub const DEFAULT_LIMIT: u32 = 25;
/// The most items of a page.
pub const MAX_LIMIT: u32 = 100;
/// The longest cursor that is looked at.
const MAX_CURSOR: usize = 2048;

/// Query parameters of a list, for structs that have more: `#[serde(flatten)]` doesn't refuse unknown
/// ones, so name these three there and build one of this.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// How many items at most: 1 to 100, 25 by default.
    pub limit: Option<u32>,
    /// Continue after this cursor, a former page's `next`.
    pub after: Option<String>,
    /// What comes before this cursor, a former page's `previous`.
    pub before: Option<String>,
}

/// A checked place and length of a page.
#[derive(Clone, Debug)]
pub struct Window {
    scope: String,
    /// How many items at most.
    pub limit: u32,
    /// Continue after this.
    pub after: Option<Cursor>,
    /// End before this.
    pub before: Option<Cursor>,
}

impl PageQuery {
    /// Checks the parameters. `scope` says which list it is: its route, whose, and every filter.
    ///
    /// # Errors
    /// [`Code::InvalidQuery`], [`Code::InvalidCursor`].
    pub async fn window(&self, ctx: &Ctx, scope: impl Into<String>) -> Result<Window> {
        let scope = scope.into();
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(wrong("limit", format!("must be from 1 to {MAX_LIMIT}")));
        }
        if self.after.is_some() && self.before.is_some() {
            return Err(wrong("before", "can't go together with after".to_owned()));
        }
        let mut window = Window {
            scope,
            limit,
            after: None,
            before: None,
        };
        if self.after.is_none() && self.before.is_none() {
            return Ok(window);
        }
        let key = auth::cursor_key(ctx).await?;
        let read = |text: &Option<String>| {
            text.as_deref()
                .map(|text| decode(&key, &window.scope, text))
                .transpose()
        };
        let (after, before) = (read(&self.after)?, read(&self.before)?);
        (window.after, window.before) = (after, before);
        Ok(window)
    }
}

impl Window {
    /// Puts the window over a query.
    pub fn over<D: Document>(&self, query: Query<D>) -> Query<D> {
        let query = query.limit(self.limit);
        match (&self.after, &self.before) {
            (Some(after), _) => query.after(after.clone()),
            (_, Some(before)) => query.before(before.clone()),
            _ => query,
        }
    }

    /// Puts the window over a search.
    pub fn over_find<D: Document>(&self, find: Find<D>) -> Find<D> {
        let find = find.limit(self.limit);
        match (&self.after, &self.before) {
            (Some(after), _) => find.after(after.clone()),
            (_, Some(before)) => find.before(before.clone()),
            _ => find,
        }
    }

    /// The answer: the items as they are shown, with the cursors around them.
    ///
    /// # Errors
    /// The store's, when the cursor key has to be read.
    pub async fn reply<D, T: Serialize>(
        &self,
        ctx: &Ctx,
        request: &Request,
        page: &Page<D>,
        items: Vec<T>,
    ) -> Result<Reply> {
        self.reply_between(
            ctx,
            request,
            items,
            page.next.as_ref(),
            page.previous.as_ref(),
        )
        .await
    }

    /// As [`Window::reply`], with cursors of the handler's choice.
    ///
    /// # Errors
    /// As [`Window::reply`].
    pub async fn reply_between<T: Serialize>(
        &self,
        ctx: &Ctx,
        request: &Request,
        items: Vec<T>,
        next: Option<&Cursor>,
        previous: Option<&Cursor>,
    ) -> Result<Reply> {
        let mut list = Listing {
            items,
            next: None,
            previous: None,
        };
        if next.is_some() || previous.is_some() {
            let key = auth::cursor_key(ctx).await?;
            list.next = next.map(|cursor| encode(&key, &self.scope, cursor));
            list.previous = previous.map(|cursor| encode(&key, &self.scope, cursor));
        }
        let mut links = Vec::new();
        for (rel, parameter, cursor) in [
            ("next", "after", &list.next),
            ("prev", "before", &list.previous),
        ] {
            if let Some(cursor) = cursor {
                links.push(link(request, parameter, cursor, rel));
            }
        }
        let reply = Reply::ok(&list)?;
        Ok(match links.is_empty() {
            true => reply,
            false => reply.header("link", &links.join(", ")),
        })
    }
}

/// The body of a list.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Listing<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// What to continue `after`; absent when there is no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// What to look `before`; absent when there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
}

/// A web link (RFC 8288) to another page of the same list.
fn link(request: &Request, parameter: &str, cursor: &str, rel: &str) -> String {
    let kept = request.query.split('&').filter(|pair| {
        !pair.is_empty() && !pair.starts_with("after=") && !pair.starts_with("before=")
    });
    let cursor = format!("{parameter}={cursor}");
    let query: Vec<&str> = kept.chain([cursor.as_str()]).collect();
    format!("<{}?{}>; rel=\"{rel}\"", request.path, query.join("&"))
}

fn wrong(field: &str, detail: String) -> Error {
    Error::fields(vec![FieldError::new(field, Rule::Range, detail)]).with_code(Code::InvalidQuery)
}

fn encode(key: &[u8; 32], scope: &str, cursor: &Cursor) -> String {
    let payload = Value::from(vec![
        Value::from(cursor.seq),
        Value::from(cursor.values.clone()),
    ]);
    let payload = payload.to_string().into_bytes();
    let mut bytes = mac(key, scope, &payload).to_vec();
    bytes.extend(payload);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(key: &[u8; 32], scope: &str, text: &str) -> Result<Cursor> {
    let invalid = || Error::new(Code::InvalidCursor, "This cursor is not one of this list.");
    if text.len() > MAX_CURSOR {
        return Err(invalid());
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid())?;
    let (signature, payload) = bytes.split_at_checked(MAC).ok_or_else(invalid)?;
    let wanted = mac(key, scope, payload);
    if !bool::from(subtle::ConstantTimeEq::ct_eq(signature, wanted.as_slice())) {
        return Err(invalid());
    }
    let (seq, values): (i64, Vec<Value>) =
        serde_json::from_slice(payload).map_err(|_| invalid())?;
    Ok(Cursor { values, seq })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ]
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(
            values in prop::collection::vec(value(), 0..4),
            seq: i64,
            scope: String,
        ) {
            let cursor = Cursor { values, seq };
            let text = encode(&KEY, &scope, &cursor);
            prop_assume!(text.len() <= MAX_CURSOR);
            prop_assert_eq!(decode(&KEY, &scope, &text).unwrap(), cursor);
        }

        #[test]
        fn a_changed_cursor_is_refused(at in 0usize..1000, bit in 0u8..8, seq: i64) {
            let cursor = Cursor { values: vec!["x".into()], seq };
            let mut bytes = URL_SAFE_NO_PAD.decode(encode(&KEY, "list", &cursor)).unwrap();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            let error = decode(&KEY, "list", &URL_SAFE_NO_PAD.encode(bytes)).unwrap_err();
            prop_assert_eq!(error.code(), Code::InvalidCursor);
        }

        #[test]
        fn whatever_is_sent_is_refused_without_a_panic(text in ".{0,200}") {
            prop_assert!(decode(&KEY, "list", &text).is_err());
        }

        #[test]
        fn a_cursor_of_another_list_is_refused(seq: i64) {
            let text = encode(&KEY, "one", &Cursor { values: Vec::new(), seq });
            prop_assert!(decode(&KEY, "two", &text).is_err());
            prop_assert!(decode(&[8; 32], "one", &text).is_err());
        }
    }
}
