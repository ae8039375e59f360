//! Requests to servers of others that a component posts something to, such as push services and webhooks: how they leave,
//! the meaning of their answers, and when to try again.

mod address;
mod answer;

use std::pin::Pin;
use std::rc::Rc;

pub use address::Address;
pub use answer::{Answer, Backoff, Status};

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The address. It may be a secret: it is never logged.
    pub endpoint: String,
    /// Headers beside the content's length.
    pub headers: Vec<(&'static str, String)>,
    /// The content.
    pub body: Vec<u8>,
}

/// An answer, to be awaited.
pub type Answering = Pin<Box<dyn Future<Output = Answer>>>;
/// A way to send requests.
pub type Transport = Rc<dyn Fn(Outgoing) -> Answering>;

/// The runtime's own way, by POST. Each takes 5 s at most, and no redirect is followed.
pub fn runtime() -> Transport {
    Rc::new(|outgoing| Box::pin(send(outgoing)))
}

#[cfg(target_family = "wasm")]
async fn send(message: Outgoing) -> Answer {
    use std::pin::pin;
    use std::time::Duration;

    use bytes::Bytes;
    use futures::future::{Either, select};
    use whisper_store::outgoing;

    /// How long one request may take. Far less than a lease, so that a worker who holds one knows how it ended.
    const TIME: Duration = Duration::from_secs(5);

    // Without it the body leaves in chunks, and a server may refuse a body without a length (RFC 9110, 411).
    let length = http::HeaderValue::from(message.body.len());
    let mut request =
        http::Request::post(&message.endpoint).header(http::header::CONTENT_LENGTH, length);
    for (name, value) in &message.headers {
        request = request.header(*name, value);
    }
    let Ok(request) = request.body(Bytes::from(message.body)) else {
        return Answer::Status(Status {
            code: 400,
            ..Status::default()
        });
    };
    let sending = pin!(outgoing::send(request));
    // Spin follows no redirect, and of the body nothing is read: status and headers say it all.
    match select(sending, pin!(spin_sdk::time::sleep(TIME))).await {
        Either::Left((Ok(response), _)) => {
            let header = |name| {
                let value = response.headers().get(name)?.to_str().ok()?;
                Some(value.to_owned())
            };
            Answer::Status(Status {
                code: response.status().as_u16(),
                retry_after: header(http::header::RETRY_AFTER),
                date: header(http::header::DATE),
            })
        }
        Either::Left((Err(_), _)) => Answer::None("can't be reached"),
        Either::Right(_) => Answer::None("took too long"),
    }
}

#[cfg(not(target_family = "wasm"))]
async fn send(_: Outgoing) -> Answer {
    Answer::None("can't be reached from outside of a component")
}
