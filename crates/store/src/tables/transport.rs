//! How requests get to the server and answers back.

use std::rc::Rc;
use std::time::Duration;

use crate::driver::LocalBoxFuture;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `GET`, `POST`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// Where to.
    pub url: String,
    /// Its headers; one of them is the key. Never logged.
    pub headers: Vec<(&'static str, String)>,
    /// JSON, or nothing.
    pub body: String,
}

/// An answer, of any status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// When to come back, if the server says.
    pub retry_after: Option<Duration>,
    /// JSON, or nothing.
    pub body: Vec<u8>,
}

/// The reason for a missing answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// The server certainly never got the request.
    Unsent(&'static str),
    /// It may have got the request, and carried it out.
    Lost(&'static str),
}

/// Sends requests, and waits.
pub trait Transport {
    /// Sends a request and gives the whole answer. It gives up by itself after some time.
    fn send(&self, call: Call) -> LocalBoxFuture<'_, Result<Answer, TransportError>>;

    /// Waits, letting others of this thread work.
    fn pause(&self, time: Duration) -> LocalBoxFuture<'_, ()>;
}

impl<T: Transport + ?Sized> Transport for Rc<T> {
    fn send(&self, call: Call) -> LocalBoxFuture<'_, Result<Answer, TransportError>> {
        (**self).send(call)
    }

    fn pause(&self, time: Duration) -> LocalBoxFuture<'_, ()> {
        (**self).pause(time)
    }
}
