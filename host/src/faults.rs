//! Reports of components that stopped, sent to the application's own `fault_route`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST};
use http::{Method, Request};
use serde_json::json;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::app::App;
use crate::{log, problem};

/// Faults that may wait to be told. Any beyond them stand in the log alone.
const WAITING: usize = 100;
const CLIENT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A component that stopped, or took too long.
#[derive(Debug)]
pub struct Fault {
    /// Its id.
    pub component: String,
    /// Its kind: `component_trapped`, or `component_timeout`.
    pub kind: &'static str,
    /// Why.
    pub reason: String,
    /// The requests that were answered in its place; none if it stopped after its answers.
    pub request_ids: Vec<String>,
}

/// Takes faults, from any thread.
#[derive(Clone, Debug)]
pub struct Faults(Sender<Fault>);

impl Faults {
    /// A place for faults, and the stream that they come out of.
    pub fn new() -> (Self, Receiver<Fault>) {
        let (sender, receiver) = channel(WAITING);
        (Self(sender), receiver)
    }

    /// Takes a fault.
    pub fn tell(&self, fault: Fault) {
        // Full, or the host is stopping.
        let _ = self.0.try_send(fault);
    }
}

/// Posts the faults that arrive to the route, until dropped. A fault of the component behind the route would only
/// make the next one.
pub async fn deliver(app: Arc<App>, route: String, key: String, mut faults: Receiver<Fault>) {
    while let Some(fault) = faults.recv().await {
        if app.component_of(&route).as_deref() == Some(fault.component.as_str()) {
            continue;
        }
        let status = match request(&app, &route, &key, &fault) {
            Ok(request) => app.handle_public(request, CLIENT).await.status(),
            Err(_) => continue,
        };
        if !status.is_success() {
            let fields = json!({ "component": fault.component, "status": status.as_u16() });
            log::event("fault_not_reported", fields, || {
                format!(
                    "[{}] stopped, and {route} answered {status}",
                    fault.component
                )
            });
        }
    }
}

fn request(
    app: &App,
    route: &str,
    key: &str,
    fault: &Fault,
) -> http::Result<Request<wasmtime_wasi_http::WasiBody>> {
    let body = json!({
        "component": fault.component,
        "errorType": fault.kind,
        "reason": fault.reason,
        "requestIds": fault.request_ids,
    });
    let body = body.to_string();
    Request::builder()
        .method(Method::POST)
        .uri(route)
        .header(HOST, app.authority())
        .header(AUTHORIZATION, format!("Bearer {key}"))
        .header(CONTENT_TYPE, "application/json")
        .header(CONTENT_LENGTH, body.len())
        .body(problem::full(body))
}
