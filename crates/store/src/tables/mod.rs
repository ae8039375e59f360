//! The store on Appwrite's TablesDB: rows over HTTP, batches as transactions of the server.

mod among;
mod client;
mod commit;
mod engine;
mod guard;
mod holds;
mod parts;
mod permissions;
mod push;
mod read;
mod record;
mod rows;
mod transport;
mod wanted;

#[cfg(target_family = "wasm")]
pub mod component;
#[cfg(all(feature = "native", not(target_family = "wasm")))]
pub mod native;

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

pub(crate) use commit::commit;
pub(crate) use engine::Engine;
pub use transport::{Answer, Call, Transport, TransportError};

/// The key that opens a project. Clones are the same key: replacing one replaces it for the store.
#[derive(Clone, Default)]
pub struct Credentials {
    key: Rc<RefCell<String>>,
}

impl Credentials {
    /// With this key; an empty one is none yet.
    pub fn new(key: impl Into<String>) -> Self {
        Credentials {
            key: Rc::new(RefCell::new(key.into())),
        }
    }

    /// Uses this key from the next request on.
    pub fn replace(&self, key: impl Into<String>) {
        *self.key.borrow_mut() = key.into();
    }

    /// Whether there is a key.
    pub fn is_set(&self) -> bool {
        !self.key.borrow().is_empty()
    }

    fn get(&self) -> String {
        self.key.borrow().clone()
    }
}

/// Never the key.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

/// A project of an Appwrite server.
#[derive(Clone)]
pub struct Tables {
    endpoint: String,
    project: String,
    credentials: Credentials,
    transport: Rc<dyn Transport>,
}

impl Tables {
    /// The project at this endpoint, such as `https://cloud.appwrite.io/v1`.
    pub fn new(
        endpoint: &str,
        project: &str,
        credentials: Credentials,
        transport: impl Transport + 'static,
    ) -> Self {
        Tables {
            endpoint: endpoint.trim().trim_end_matches('/').to_owned(),
            project: project.trim().to_owned(),
            credentials,
            transport: Rc::new(transport),
        }
    }
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tables")
            .field("endpoint", &self.endpoint)
            .field("project", &self.project)
            .finish_non_exhaustive()
    }
}
