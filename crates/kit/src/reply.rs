//! Answers that went well.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::outlet::{Opened, Outlet};

/// An HTTP response, whole.
pub type Response = http::Response<Bytes>;

/// An answer under construction.
#[derive(Clone)]
pub struct Reply {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
    /// Taken once, by the edge.
    opened: Option<Rc<Cell<Option<Opened>>>>,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

impl Reply {
    /// JSON with this status.
    ///
    /// # Errors
    /// A fault when the value can't be written as JSON.
    pub fn json<T: Serialize + ?Sized>(status: u16, value: &T) -> Result<Self> {
        let body = serde_json::to_vec(value).map_err(Error::internal)?;
        Ok(Self::bytes(status, "application/json", body))
    }

    /// 200 with JSON.
    ///
    /// # Errors
    /// As [`Reply::json`].
    pub fn ok<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        Self::json(200, value)
    }

    /// 201 with JSON.
    ///
    /// # Errors
    /// As [`Reply::json`].
    pub fn created<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        Self::json(201, value)
    }

    /// 204.
    pub fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            headers: Vec::new(),
            body: Bytes::new(),
            opened: None,
        }
    }

    /// A body with no header yet.
    pub(crate) fn empty(status: u16, body: impl Into<Bytes>) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: Vec::new(),
            body: body.into(),
            opened: None,
        }
    }

    /// Any body with its media type.
    pub fn bytes(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: vec![(
                http::header::CONTENT_TYPE,
                HeaderValue::from_static(content_type),
            )],
            body: body.into(),
            opened: None,
        }
    }

    /// 200 with a body of this media type that goes on: `opened`, the writer of it, gets the way to its reader after the head.
    pub fn streaming<F: Future<Output = ()> + 'static>(
        content_type: &'static str,
        opened: impl FnOnce(Outlet) -> F + 'static,
    ) -> Self {
        Self {
            opened: Some(Rc::new(Cell::new(Some(Box::new(|outlet| {
                Box::pin(opened(outlet))
            }))))),
            ..Self::bytes(200, content_type, Bytes::new())
        }
    }

    /// A body of so many bytes, of this media type, that is written piece by piece: as [`Reply::streaming`], where the length is known before
    /// the end. The writer has to write that many; one that ends before breaks the answer off.
    pub fn stream<F: Future<Output = ()> + 'static>(
        status: u16,
        content_type: &str,
        length: u64,
        opened: impl FnOnce(Outlet) -> F + 'static,
    ) -> Self {
        let streaming = Self::streaming("application/octet-stream", opened);
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            ..streaming
        }
        .header("content-type", content_type)
        .header("content-length", &length.to_string())
    }

    /// Adds a header; one that HTTP doesn't allow is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        // Not `from_static`, which panics on a capital letter.
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            self.headers.push((name, value));
        }
        self
    }

    /// Adds the ETag of a document's revision.
    #[must_use]
    pub fn etag(self, revision: i64) -> Self {
        self.header("etag", &etag(revision))
    }

    /// Adds where the new thing is.
    #[must_use]
    pub fn location(self, path: &str) -> Self {
        self.header("location", path)
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The headers.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.headers.iter().map(|(name, value)| (name, value))
    }

    /// The writer of a body that goes on; none where the body is whole.
    pub(crate) fn take_opened(&mut self) -> Option<Opened> {
        self.opened.take()?.take()
    }

    pub(crate) fn into_response(self) -> Response {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// The strong ETag of a revision.
pub fn etag(revision: i64) -> String {
    format!("\"{revision}\"")
}
