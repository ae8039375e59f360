//! Requests that components send: only where the manifest grants it, and within the
//! application without a socket.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use http::header::HOST;
use http_body_util::BodyExt;
use serde_json::json;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks, default_send_request};
use whisper_manifest::hosts::chaining_target;

use crate::component::{Application, ComponentContext};
use crate::log;

/// The client's address that a component sees when another component calls it, as in Spin.
const CHAINED_CLIENT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
/// The one that it sees when the application calls itself.
const OWN_CLIENT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

type Sent = (
    http::Response<WasiBody>,
    Box<dyn Future<Output = Result<(), Error>> + Send>,
);

/// The sender of one instance.
pub struct Outbound(Arc<ComponentContext>);

impl Outbound {
    /// A sender with the component's grants.
    pub fn new(component: Arc<ComponentContext>) -> Self {
        Self(component)
    }
}

impl WasiHttpHooks for Outbound {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        // The outcome of reading the answer, which isn't needed here.
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, Error>> + Send> {
        let component = Arc::clone(&self.0);
        Box::new(async move { send(&component, request, options).await })
    }
}

async fn send(
    component: &ComponentContext,
    request: http::Request<WasiBody>,
    options: Option<RequestOptions>,
) -> Result<Sent, Error> {
    let host = request.uri().host().unwrap_or_default().to_owned();
    // `http://self.alt/…` is for toolchains that insist on a host.
    let own = host.is_empty() || host == "self.alt";
    let granted = if own {
        component.allowed_hosts.allows_own_application()
    } else {
        component.allowed_hosts.allows(&request.uri().to_string())
    };
    if !granted {
        denied(component, &host);
        return Err(Error::HttpRequestDenied);
    }
    if own {
        let app = app(component)?;
        return Ok(local(
            app.answer_own(own_request(app.as_ref(), request), OWN_CLIENT)
                .await,
        ));
    }
    if let Some(target) = chaining_target(&host) {
        let mut request = request;
        request.headers_mut().remove(HOST);
        let response = app(component)?
            .answer_chained(target, request, CHAINED_CLIENT)
            .await;
        return response.map(local).ok_or(Error::DestinationNotFound);
    }
    let (response, io) = default_send_request(request, options).await?;
    Ok((response.map(BodyExt::boxed_unsync), Box::new(io)))
}

fn app(component: &ComponentContext) -> Result<Arc<dyn Application>, Error> {
    let app = component.app.get().and_then(std::sync::Weak::upgrade);
    app.ok_or(Error::DestinationUnavailable)
}

/// The request as it would arrive over the network.
fn own_request(
    app: &dyn Application,
    mut request: http::Request<WasiBody>,
) -> http::Request<WasiBody> {
    let path = request.uri().path_and_query().cloned();
    let path = path.unwrap_or_else(|| http::uri::PathAndQuery::from_static("/"));
    *request.uri_mut() = http::Uri::from(path);
    if let Ok(host) = app.authority().parse() {
        request.headers_mut().insert(HOST, host);
    }
    request
}

fn local(response: http::Response<WasiBody>) -> Sent {
    (response, Box::new(std::future::ready(Ok(()))))
}

/// Tells that a component wanted to reach a host that isn't granted to it.
pub(crate) fn denied(component: &ComponentContext, host: &str) {
    let fields = json!({ "component": component.id.as_ref(), "host": host });
    log::event("outbound_denied", fields, || {
        format!(
            "[{}] may not send requests to \"{host}\": its allowed_outbound_hosts don't grant it",
            component.id
        )
    });
}
