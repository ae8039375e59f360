//! A component with its grants: the data that its instances share.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, OnceLock, Weak};

use http::{Request, Response};
use wasmtime_wasi_http::WasiBody;
use whisper_manifest::hosts::AllowedHosts;

use crate::clock::Clock;
use crate::key_value::KeyValue;
use crate::postgres::Pools;
use crate::sqlite::Held;

/// An answer that is being made.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The application that a component is a part of, for the requests that the component sends to it.
pub trait Application: Send + Sync {
    /// Host and port it listens on.
    fn authority(&self) -> &str;

    /// Answers a request of the application to itself.
    fn answer_own(
        &self,
        request: Request<WasiBody>,
        client: SocketAddr,
    ) -> Answering<'_, Response<WasiBody>>;

    /// Answers a request of one component to another; none when there is no such component.
    fn answer_chained<'a>(
        &'a self,
        component: &'a str,
        request: Request<WasiBody>,
        client: SocketAddr,
    ) -> Answering<'a, Option<Response<WasiBody>>>;
}

/// A component with its grants.
pub struct ComponentContext {
    /// Its id.
    pub id: Arc<str>,
    /// Labels of the databases it may open.
    pub databases: Vec<String>,
    /// The file behind the label `default`.
    pub database_path: PathBuf,
    /// Durations of its transactions.
    pub held: Arc<Held>,
    /// Labels of the key-value stores it may open.
    pub stores: Vec<String>,
    /// The application's key-value store.
    pub key_value: KeyValue,
    /// Its connections to PostgreSQL.
    pub postgres: Pools,
    /// Whether bodies of its requests may take as long as they go on coming.
    pub long_bodies: bool,
    /// Its own variables.
    pub variables: BTreeMap<String, String>,
    /// Its environment variables.
    pub environment: BTreeMap<String, String>,
    /// Hosts that it may send requests to.
    pub allowed_hosts: AllowedHosts,
    /// The guests' clock.
    pub clock: Clock,
    /// The application, once all its components are loaded.
    pub app: OnceLock<Weak<dyn Application>>,
}
