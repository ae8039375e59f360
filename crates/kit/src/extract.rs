//! Arguments of handlers that are read from the request, by their types: the endpoint's document and the reading of the
//! request come from the same type, so that they can't part.
//!
//! ```ignore
//! async fn create(ctx: Ctx, request: Request, Json(note): Json<NewNote>) -> Result<Reply>
//! ```

use std::rc::Rc;

use serde::de::DeserializeOwned;
use whisper_schema::Body;
use whisper_schema::body::Fields;

use crate::body;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::handler::{Described, Handler};
use crate::incoming::Incoming;
use crate::page::{Filters, Parameters, Window};
use crate::reply::Reply;
use crate::request::Request;
use crate::shape::{Shape, Shaped};

/// An argument of a handler that is read from the request.
pub trait FromRequest: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// The refusal of a request that doesn't have it.
    fn from_request(ctx: &Ctx, request: &Request) -> impl Future<Output = Result<Self>>;

    /// Describes its part of the request, for the API document.
    fn describe(described: &mut Described);
}

/// The body, as JSON.
///
/// Refused with `unsupported_media_type`, `invalid_json` with the place, or `validation_failed` naming everything
/// that is wrong with it.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<T: Body> Json<T> {
    /// Reads the body, with faults that `check` finds in the fields by more than its form: by the time, or a setting.
    ///
    /// # Errors
    /// As [`Json`].
    pub fn read_with(request: &Request, check: impl FnOnce(&mut Fields<'_, '_>)) -> Result<Self> {
        request.is_json()?;
        body::read_with(&request.body, check).map(Json)
    }
}

/// The body, as JSON, where there may be none: that is read as `{}`.
#[derive(Clone, Debug)]
pub struct OptionalJson<T>(pub T);

/// The parameters of the query string.
///
/// Refused with `invalid_query` naming one that is unknown or can't be read.
#[derive(Clone, Debug)]
pub struct Params<T>(pub T);

impl<T: Body + Shaped> FromRequest for Json<T> {
    async fn from_request(_: &Ctx, request: &Request) -> Result<Self> {
        Json::read_with(request, |_| ())
    }

    fn describe(described: &mut Described) {
        described.body = Some(Shape::of::<T>());
        described.body_required = true;
        described.reads = Some(body::check::<T>);
    }
}

impl<T: Body + Shaped> FromRequest for OptionalJson<T> {
    async fn from_request(_: &Ctx, request: &Request) -> Result<Self> {
        if request.body.is_empty() {
            return body::read(b"{}").map(OptionalJson);
        }
        request.is_json()?;
        body::read(&request.body).map(OptionalJson)
    }

    fn describe(described: &mut Described) {
        Json::<T>::describe(described);
        described.body_required = false;
    }
}

impl<T: DeserializeOwned + Shaped> FromRequest for Params<T> {
    async fn from_request(_: &Ctx, request: &Request) -> Result<Self> {
        request.query().map(Params)
    }

    fn describe(described: &mut Described) {
        described.query = Some(Shape::of::<T>());
    }
}

/// Refused with `unsupported_media_type` where it is compressed. The endpoint says how many bytes it may have:
/// [`Endpoint::bytes_body`](crate::Endpoint::bytes_body).
impl FromRequest for Incoming {
    async fn from_request(_: &Ctx, request: &Request) -> Result<Self> {
        request.is_plain()?;
        let body = request.incoming.take();
        body.ok_or_else(|| Error::internal("the body was taken already"))
    }

    fn describe(described: &mut Described) {
        described.in_pieces = true;
    }
}

/// The window over a list: its filters, and which page of it; see [`crate::page`].
///
/// Refused with `invalid_query` naming a parameter that is unknown or can't be read, or `invalid_cursor`.
impl<F: Filters + Shaped> FromRequest for Window<F> {
    async fn from_request(ctx: &Ctx, request: &Request) -> Result<Self> {
        request.page(ctx).await
    }

    fn describe(described: &mut Described) {
        described.query = Some(Shape::of::<Parameters<F>>());
    }
}

/// A function that answers requests; its arguments after the first two are read from the request, in their order.
pub trait IntoHandler<Arguments> {
    /// The handler; describes the parts of the request that the arguments read, for the API document.
    fn into_handler(self, described: &mut Described) -> Handler;
}

impl<F, Fut> IntoHandler<()> for F
where
    F: Fn(Ctx, Request) -> Fut + 'static,
    Fut: Future<Output = Result<Reply>> + 'static,
{
    fn into_handler(self, _: &mut Described) -> Handler {
        Rc::new(move |ctx, request| Box::pin(self(ctx, request)))
    }
}

impl<F, Fut, A> IntoHandler<(A,)> for F
where
    F: Fn(Ctx, Request, A) -> Fut + 'static,
    Fut: Future<Output = Result<Reply>> + 'static,
    A: FromRequest + 'static,
{
    fn into_handler(self, described: &mut Described) -> Handler {
        A::describe(described);
        let handler = Rc::new(self);
        Rc::new(move |ctx, request| {
            let handler = Rc::clone(&handler);
            Box::pin(async move {
                let a = A::from_request(&ctx, &request).await?;
                handler(ctx, request, a).await
            })
        })
    }
}

impl<F, Fut, A, B> IntoHandler<(A, B)> for F
where
    F: Fn(Ctx, Request, A, B) -> Fut + 'static,
    Fut: Future<Output = Result<Reply>> + 'static,
    A: FromRequest + 'static,
    B: FromRequest + 'static,
{
    fn into_handler(self, described: &mut Described) -> Handler {
        A::describe(described);
        B::describe(described);
        let handler = Rc::new(self);
        Rc::new(move |ctx, request| {
            let handler = Rc::clone(&handler);
            Box::pin(async move {
                let a = A::from_request(&ctx, &request).await?;
                let b = B::from_request(&ctx, &request).await?;
                handler(ctx, request, a, b).await
            })
        })
    }
}
