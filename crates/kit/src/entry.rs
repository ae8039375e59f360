//! The component's entry point on Spin: from its request to ours, and back.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use spin_sdk::http::Request as SpinRequest;
use spin_sdk::wasip3::http::types;
use spin_sdk::wasip3::http_compat::{BodyWriter, IncomingRequestBody};
use spin_sdk::wasip3::spawn;
use whisper_schema::Timestamp;
use whisper_store::outgoing;
use whisper_store::tables::Credentials;
use whisper_store::tables::component::HttpTransport;

use crate::auth::{Appwrite, take_key};
use crate::client;
use crate::config::{APPWRITE_KEY, COMMON, Config, HOST};
use crate::ctx::Instance;
use crate::edge::{Answered, Edge, Unread};
use crate::endpoint::Api;
use crate::error::{Error, Result};
use crate::incoming::{Incoming, too_large};
use crate::intake::{Pieces, Place, Sent};
use crate::log::{self, Level};
use crate::outlet::{Opened, Outlet};
use crate::reply::Response;
use crate::request::Request;
use crate::{afterwards, database, intake};

pub use spin_sdk::http_service;

/// Makes a function's component of its [`Api`]: `whisper_kit::entry!(crate::api);`, on Wasm only.
#[macro_export]
macro_rules! entry {
    ($api:path) => {
        mod entry {
            #[::spin_sdk::http_service]
            async fn handle(request: ::spin_sdk::http::Request) -> $crate::entry::SpinReply {
                $crate::entry::serve($api, request).await
            }
        }
    };
}

/// A response as Spin takes it.
pub type SpinReply = std::result::Result<types::Response, types::ErrorCode>;

thread_local! {
    /// The state that the requests of this instance share. It lives as long as the instance: connections, decoded
    /// keys and settings, never anything about one request.
    static SHARED: RefCell<Option<Shared>> = const { RefCell::new(None) };
}

#[derive(Clone)]
struct Shared {
    edge: Rc<Edge>,
    instance: Rc<Instance>,
    /// The key of the store on Appwrite, which may change while the instance lives.
    credentials: Credentials,
}

/// Answers one request.
pub async fn serve(api: fn() -> Api, request: SpinRequest) -> SpinReply {
    let shared = match shared(api).await {
        Ok(shared) => shared,
        Err(error) => return offer(failed(&error)).await,
    };
    let (mut parts, body) = request.into_parts();
    if shared.instance.foreign.is_some()
        && let Some(key) = take_key(&mut parts.headers)
    {
        shared.credentials.replace(key);
    }
    let request = head(&shared.instance.config, parts);
    let waits = request.header("expect").is_some();
    let length = request.header("content-length");
    let length = length.and_then(|length| length.parse().ok());
    let (sent, place) = (Rc::new(Sent::new(body)), RefCell::new(None));
    let unread = Waiting {
        sent: &sent,
        length,
        place: &place,
    };
    let instance = Rc::clone(&shared.instance);
    let Answered { response, opened } = shared.edge.answer(instance, request, unread).await;
    drop(place);
    #[cfg(not(feature = "spin"))]
    afterwards::work_off(&shared.instance).await;
    afterwards::deliver(&shared.instance);
    let reply = match opened {
        None => offer(response).await,
        Some(opened) => open(response, opened),
    };
    // The refusal doesn't wait for the rest of the body. A client that waits itself, for 100 Continue, has sent none of
    // it, and reading would tell it to begin.
    if let Some(body) = sent.take().filter(|_| !waits || sent.is_begun()) {
        spawn(intake::drain(body));
    }
    reply
}

/// The body of a request that waits to be asked for.
struct Waiting<'a> {
    sent: &'a Rc<Sent<IncomingRequestBody>>,
    /// The length that the client told.
    length: Option<u64>,
    /// The room that it takes when it is read whole.
    place: &'a RefCell<Option<Place<'static>>>,
}

impl Unread for Waiting<'_> {
    async fn whole(self, limit: usize) -> Result<Bytes> {
        let length = match self.length.map(usize::try_from) {
            Some(Ok(length)) if length <= limit => Some(length),
            Some(_) => return Err(too_large(limit)),
            None => None,
        };
        // The room is held until the request is answered. Of a body over the limit no more than the limit is kept.
        let place = intake::enter(length.unwrap_or(limit)).await?;
        self.place.replace(Some(place));
        match self.sent.take() {
            Some(body) => intake::read(body, length, limit).await,
            None => Ok(Bytes::new()),
        }
    }

    async fn in_pieces(self, most: u64) -> Result<Incoming> {
        if self.length.is_some_and(|length| length > most) {
            return Err(too_large(most));
        }
        let pieces = Pieces::of(Rc::clone(self.sent));
        Ok(Incoming::new(pieces, self.length, most))
    }
}

async fn shared(api: fn() -> Api) -> Result<Shared> {
    if let Some(shared) = SHARED.with_borrow(Clone::clone) {
        return Ok(shared);
    }
    let api = api();
    let config = variables(&api).await?;
    for number in api.settings() {
        config.check(&number)?;
    }
    // Another request may have come this far during the wait; its store must stay the only one.
    if let Some(shared) = SHARED.with_borrow(Clone::clone) {
        return Ok(shared);
    }
    let clock: Rc<dyn Fn() -> Timestamp> = Rc::new(now);
    let credentials = Credentials::new(config.text(APPWRITE_KEY).trim());
    let store = match api.has_store {
        true => Some(database::open(&config, &credentials, &clock)?),
        false => None,
    };
    let identity = (config.text(HOST) == "appwrite").then(|| Appwrite::of(&config, HttpTransport));
    let instance = Instance::new(store, config, clock);
    let shared = Shared {
        edge: Rc::new(Edge::new(&api)?),
        instance: Rc::new(match identity {
            Some(identity) => instance.with_identity(Rc::new(identity)),
            None => instance,
        }),
        credentials,
    };
    SHARED.set(Some(shared.clone()));
    Ok(shared)
}

async fn variables(api: &Api) -> Result<Config> {
    let mut values = Vec::new();
    for name in COMMON.iter().copied().chain(api.own_variables()) {
        // A setting may be left out; it is empty then.
        if let Some(value) = variable(name).await? {
            values.push((name, value));
        }
    }
    Ok(Config::new(values))
}

#[cfg(feature = "spin")]
async fn variable(name: &str) -> Result<Option<String>> {
    match spin_sdk::variables::get(name).await {
        Ok(value) => Ok(Some(value)),
        Err(spin_sdk::variables::Error::Undefined(_)) => Ok(None),
        Err(error) => Err(Error::internal(format!("variable {name}: {error}"))),
    }
}

#[cfg(not(feature = "spin"))]
async fn variable(name: &str) -> Result<Option<String>> {
    let name = format!("WHISPER_VARIABLE_{}", name.to_ascii_uppercase());
    Ok(std::env::var(name).ok())
}

fn head(config: &Config, head: http::request::Parts) -> Request {
    let path_and_query = head.uri.path_and_query().map_or("/", |p| p.as_str());
    let mut request = Request::new(head.method, path_and_query);
    request.client_addr = client::address(config, &head.headers);
    request.headers = head.headers;
    request
}

#[allow(clippy::disallowed_methods)]
fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Makes Spin's response of ours. Its body is on offer before the host gets to see the head: a host that sees the head
/// alone sends it alone, and without TCP_NODELAY, as on Spin, the body then waits for the client's acknowledgement, which
/// many delay by 40 ms.
async fn offer(response: Response) -> SpinReply {
    let (head, body) = response.into_parts();
    let headers = head.headers.try_into();
    let headers = headers.map_err(|_| types::ErrorCode::HttpProtocolError)?;
    let (writer, contents, result) = BodyWriter::new();
    let (response, _) = types::Response::new(headers, Some(contents), result);
    let _ = response.set_status_code(head.status.as_u16());
    outgoing::offer(writer, body).await;
    Ok(response)
}

/// Makes Spin's response of a body that goes on: the head is handed over at once, and the handler's writer gets the way to
/// the reader.
fn open(response: Response, opened: Opened) -> SpinReply {
    let (head, _) = response.into_parts();
    let headers = head.headers.try_into();
    let headers = headers.map_err(|_| types::ErrorCode::HttpProtocolError)?;
    let (writer, contents, result) = BodyWriter::new();
    let (response, _) = types::Response::new(headers, Some(contents), result);
    let _ = response.set_status_code(head.status.as_u16());
    spawn(opened(Outlet::new(writer)));
    Ok(response)
}

/// The answer when the instance can't even start.
fn failed(error: &Error) -> Response {
    let cause = error.source_text().unwrap_or_default();
    log::write(Level::Error, "start_failed", "", &[("cause", cause.into())]);
    let body = Bytes::from(error.to_problem("").to_string());
    let length = body.len();
    let mut response = Response::new(body);
    *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
    let headers = response.headers_mut();
    let problem = http::HeaderValue::from_static("application/problem+json");
    headers.insert(http::header::CONTENT_TYPE, problem);
    headers.insert(
        http::header::CONTENT_LENGTH,
        http::HeaderValue::from(length),
    );
    response
}
