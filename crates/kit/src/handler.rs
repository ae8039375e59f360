//! Handlers, and the parts of a request that they read.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use crate::ctx::Ctx;
use crate::error::Result;
use crate::reply::Reply;
use crate::request::Request;
use crate::shape::Shape;

/// A handler's answer, to be awaited.
pub type Answering = Pin<Box<dyn Future<Output = Result<Reply>>>>;
/// A handler.
pub type Handler = Rc<dyn Fn(Ctx, Request) -> Answering>;

/// Tells whether a text can be an endpoint's body.
pub(crate) type ReadsBody = fn(&[u8]) -> Result<()>;

/// The parts of a request that a handler reads, beside its path.
#[derive(Clone, Default)]
// The document is made in native builds only.
#[cfg_attr(target_family = "wasm", allow(dead_code))]
pub struct Described {
    pub(crate) body: Option<Shape>,
    pub(crate) body_required: bool,
    /// Whether a text can be the body; none where the body is read by hand.
    pub(crate) reads: Option<ReadsBody>,
    /// Whether it takes the body in pieces.
    pub(crate) in_pieces: bool,
    pub(crate) query: Option<Shape>,
}
