//! How many contacts a user has.

use crate::Collection;

/// A user's address book as a whole: its length, so that neither its bound nor an answer has to count it.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "contactBooks",
    name = "Address books",
    system
)]
#[access(readers(id))]
#[retention(forever = "One for each user who has kept a contact, as long as the account.")]
pub struct ContactBook {
    /// Id of the document: the user's id.
    pub id: String,
    /// How many contacts they keep; people who are only blocked don't count.
    #[attr(min = 0)]
    pub contacts: i64,
}
