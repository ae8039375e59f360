//! Names: names that people are found by, and names that can't be taken for a while.

use crate::{Collection, Timestamp};

/// The display name of a user, to look it up by its beginning.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "displayNames",
    name = "Display names",
    system
)]
#[retention(forever = "One for each user with a name, as long as they have it.")]
#[access(server = "It is there to find people; their own settings say who may find them.")]
#[index(idx_name(name))]
pub struct DisplayName {
    /// Id of the document: the user's id.
    pub id: String,
    /// The name in lower case.
    #[attr(size = 300)]
    pub name: String,
}

/// A user name that its owner gave up. For a while no other user may take it, so that none is mistaken for its owner.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "restingNames",
    name = "Resting names",
    system
)]
#[access(server = "Former names of people are nobody's business.")]
#[retention(until(rests_until), job = "retention")]
#[index(idx_rests_until(rests_until))]
pub struct RestingName {
    /// Id of the document: a hash of the name.
    pub id: String,
    /// The name.
    #[attr(size = 50)]
    pub username: String,
    /// User who had it, and may take it again.
    #[attr(size = 36)]
    pub user_id: String,
    /// When anybody may have it.
    pub rests_until: Timestamp,
}
