//! The transport for components: outgoing HTTP of the runtime, `wasi:http`.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures::future::{Either, select};
use http_body_util::BodyExt;

use super::transport::{Answer, Call, Transport, TransportError};
use crate::driver::LocalBoxFuture;
use crate::outgoing;

/// Time for a request, its answer included: a little more than the server gives its database.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Reaches the hosts that the manifest grants.
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpTransport;

impl Transport for HttpTransport {
    fn send(&self, call: Call) -> LocalBoxFuture<'_, Result<Answer, TransportError>> {
        Box::pin(async move {
            let exchange = pin!(exchange(call));
            match select(exchange, pin!(spin_sdk::time::sleep(TIMEOUT))).await {
                Either::Left((answer, _)) => answer,
                Either::Right(_) => Err(TransportError::Lost("the server took too long")),
            }
        })
    }

    fn pause(&self, time: Duration) -> LocalBoxFuture<'_, ()> {
        Box::pin(spin_sdk::time::sleep(time))
    }
}

async fn exchange(call: Call) -> Result<Answer, TransportError> {
    let mut request = http::Request::builder().method(call.method).uri(call.url);
    for (name, value) in call.headers {
        request = request.header(name, value);
    }
    if !call.body.is_empty() {
        // Without it the body leaves in chunks, which proxies before a server may refuse.
        let length = http::HeaderValue::from(call.body.len());
        request = request.header(http::header::CONTENT_LENGTH, length);
    }
    let request = request
        .body(Bytes::from(call.body))
        .map_err(|_| TransportError::Unsent("the request can't be made"))?;
    // The errors aren't told apart: a connection that was refused and one that broke look alike.
    let response = outgoing::send(request)
        .await
        .map_err(|_| TransportError::Lost("the server can't be reached"))?;
    let (head, body) = response.into_parts();
    let after = head.headers.get(http::header::RETRY_AFTER);
    let after = after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let body = body
        .collect()
        .await
        .map_err(|_| TransportError::Lost("the connection broke"))?;
    Ok(Answer {
        status: head.status.as_u16(),
        retry_after: after.map(Duration::from_secs),
        body: body.to_bytes().to_vec(),
    })
}
