//! Groups in which the messages of channels are talked about.

use crate::{Collection, Timestamp};

/// The group that is linked to a channel: comments on the channel's messages are written there. A group is linked to one channel
/// at most.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "linkedGroups",
    name = "Groups of channels",
    system
)]
#[access(server = "Its readers are all members of the channel.")]
#[retention(forever = "As long as the owner of both has it so.")]
#[index(unique idx_group(group_id))]
pub struct LinkedGroup {
    /// Id of the document: that of the channel.
    pub id: String,
    /// The group.
    #[attr(size = 36)]
    pub group_id: String,
    /// User who linked them.
    #[attr(size = 36)]
    pub linked_by: String,
    /// When they did.
    pub linked_at: Timestamp,
}
