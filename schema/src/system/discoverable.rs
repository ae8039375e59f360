//! Addresses by which people let others find them.

use crate::{Collection, choices};

choices! {
    /// The kinds of addresses by which somebody may be found.
    pub enum DiscoverableKind {
        /// An e-mail address.
        Email = "email",
        /// A phone number.
        Phone = "phone",
    }
}

/// A verified address by which somebody may be found, as far as their settings let others. The address isn't kept, but a code of its hash by a key of the server's:
/// without the key nobody can try out which addresses there are.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "discoverables",
    name = "Discoverable addresses",
    system
)]
#[access(server = "Everybody's own setting says who may find them.")]
#[retention(forever = "As long as the address is verified to be its owner's.")]
#[index(idx_code(code))]
pub struct Discoverable {
    /// Id of the document: a hash of user and kind.
    pub id: String,
    /// User it leads to.
    #[attr(size = 256)]
    pub user_id: String,
    /// The kind of the address.
    pub kind: DiscoverableKind,
    /// Code of the address's hash.
    #[attr(size = 36)]
    pub code: String,
}
