//! Requests that a component sends: to TablesDB, to push services, to other components.

use std::future::{Future, poll_fn};
use std::task::Poll;

use bytes::Bytes;
use http_body_util::Full;
use spin_sdk::http::{FromResponse, Response};
use spin_sdk::wasip3::http::client;
use spin_sdk::wasip3::http::types::{ErrorCode, Method, Request, Scheme};
use spin_sdk::wasip3::http_compat::BodyWriter;
use spin_sdk::wasip3::spawn;

/// Sends a request. Its body is on offer before the host gets to see the head, which `spin_sdk::http::send` doesn't
/// promise: a host that sees the head alone may send it alone, and on a kept connection without TCP_NODELAY, as on Spin,
/// the body then waits for the server's acknowledgement, which many delay by 40 ms.
///
/// # Errors
/// The runtime's: that the request can't be made, isn't granted, or got no answer.
pub async fn send(request: http::Request<Bytes>) -> Result<Response, ErrorCode> {
    let (head, body) = request.into_parts();
    let headers = head.headers.try_into();
    let headers = headers.map_err(|_| ErrorCode::HttpProtocolError)?;
    let (writer, contents, result) = BodyWriter::new();
    let (request, _) = Request::new(headers, Some(contents), result, None);
    request
        .set_method(&Method::from(&head.method))
        .map_err(|()| ErrorCode::HttpRequestMethodInvalid)?;
    let (scheme, uri) = (head.uri.scheme().map(Scheme::from), &head.uri);
    request
        .set_scheme(scheme.as_ref())
        .and_then(|()| request.set_authority(uri.authority().map(|a| a.as_str())))
        .and_then(|()| request.set_path_with_query(uri.path_and_query().map(|p| p.as_str())))
        .map_err(|()| ErrorCode::HttpRequestUriInvalid)?;
    offer(writer, body).await;
    Response::from_response(client::send(request).await?)
}

/// Puts a body on offer; the part that isn't taken at once is sent beside the steps that come next.
pub async fn offer(writer: BodyWriter, body: Bytes) {
    let mut sending = Box::pin(async move {
        // A peer that is gone needs no body.
        let _ = writer.send_http_body(&mut Full::new(body)).await;
    });
    let begun = poll_fn(|context| Poll::Ready(sending.as_mut().poll(context)));
    if begun.await.is_pending() {
        spawn(sending);
    }
}
