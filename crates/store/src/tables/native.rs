//! The transport for tests and tools: sockets of this process, one request at a time.

use std::time::Duration;

use super::transport::{Answer, Call, Transport, TransportError};
use crate::driver::LocalBoxFuture;
use crate::native::others_first;

/// Time for a request, its answer included.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The largest answer, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Blocks the thread while a request is under way.
pub struct HttpTransport {
    agent: ureq::Agent,
}

impl HttpTransport {
    /// Reaches any server.
    pub fn new() -> Self {
        // The key goes to this server and to none that it points at.
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(TIMEOUT));
        HttpTransport {
            agent: config.build().new_agent(),
        }
    }

    fn exchange(&self, call: Call) -> Result<Answer, TransportError> {
        let mut request = ureq::http::Request::builder()
            .method(call.method)
            .uri(call.url);
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(call.body)
            .map_err(|_| TransportError::Unsent("the request can't be made"))?;
        let mut answer = self.agent.run(request).map_err(failed)?;
        let status = answer.status().as_u16();
        let after = answer.headers().get("retry-after");
        let after = after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let body = answer.body_mut().with_config().limit(LARGEST);
        let body = body.read_to_vec().map_err(failed)?;
        Ok(Answer {
            status,
            retry_after: after.map(Duration::from_secs),
            body,
        })
    }
}

impl Default for HttpTransport {
    fn default() -> Self {
        HttpTransport::new()
    }
}

impl Transport for HttpTransport {
    fn send(&self, call: Call) -> LocalBoxFuture<'_, Result<Answer, TransportError>> {
        Box::pin(async move {
            // A request is a point where others run, as it is in a component.
            others_first().await;
            self.exchange(call)
        })
    }

    fn pause(&self, time: Duration) -> LocalBoxFuture<'_, ()> {
        Box::pin(async move {
            std::thread::sleep(time);
            others_first().await;
        })
    }
}

fn failed(error: ureq::Error) -> TransportError {
    match error {
        ureq::Error::ConnectionFailed | ureq::Error::HostNotFound | ureq::Error::BadUri(_) => {
            TransportError::Unsent("the server can't be reached")
        }
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            TransportError::Unsent("the server can't be reached")
        }
        ureq::Error::Timeout(_) => TransportError::Lost("the server took too long"),
        _ => TransportError::Lost("the connection broke"),
    }
}
