//! A typed document of a collection.

use serde::{Serialize, de::DeserializeOwned};

use crate::Collection;

/// A document of one collection; implemented by `#[derive(Collection)]`.
pub trait Document: Serialize + DeserializeOwned + Clone + 'static {
    /// The collection's metadata.
    const COLLECTION: &'static Collection;

    /// The document's id.
    fn id(&self) -> &str;
}
