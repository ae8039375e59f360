//! Communities: groups under one roof.

use crate::{Collection, Timestamp};

/// A group that belongs to a community; to one at most.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "communityGroups",
    name = "Groups of communities",
    system
)]
#[access(server = "Its readers are all members of the community.")]
#[retention(forever = "As long as those who run both have it so.")]
#[index(idx_community(community_id))]
pub struct CommunityGroup {
    /// Id of the document: that of the group.
    pub id: String,
    /// The community.
    #[attr(size = 36)]
    pub community_id: String,
    /// User who took the group in.
    #[attr(size = 256)]
    pub linked_by: String,
    /// When they did.
    pub linked_at: Timestamp,
}

/// A user's departure from a community, by leaving or being sent away: they leave its groups too, one after the other.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "communityDepartures",
    name = "Departures from communities",
    system
)]
#[access(server = "Only the job that has them leave reads it.")]
#[retention(forever = "Until the job has had them leave the groups.")]
#[index(idx_due(due_at))]
pub struct CommunityDeparture {
    /// Id of the document: a hash of community and user.
    pub id: String,
    /// The community.
    #[attr(size = 36)]
    pub community_id: String,
    /// The user.
    #[attr(size = 256)]
    pub user_id: String,
    /// Commit number of the last group that they left, or didn't belong to.
    #[attr(default = 0, min = 0)]
    pub position: i64,
    /// When the job goes on with it: when they left, and later where the server failed at it.
    pub due_at: Timestamp,
}
