//! The telling of groups that a community gets and loses: in the history of the community, and in that of the group.

use serde_json::json;
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{Conversation, SystemMessage};
use whisper_store::{Batch, Filter};

use crate::updated::updated;

/// A community and a group that it gets or loses.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// The community.
    pub community: &'a Conversation,
    /// The group.
    pub group: &'a Conversation,
}

impl Pair<'_> {
    /// Tells that a user took the group in; `revision` is that of the community as it was read.
    ///
    /// # Errors
    /// A fault when the runtime has no randomness.
    pub fn added(&self, ctx: &Ctx, batch: Batch, by: &str, revision: i64) -> Result<Batch> {
        // Of two who take groups in at the same time one reads again: so there are never too many.
        let as_read = Filter::revision(revision);
        let group = SystemMessage::GroupAdded {
            conversation_id: self.group.id.clone(),
        };
        let community = SystemMessage::CommunityJoined {
            conversation_id: self.community.id.clone(),
        };
        let batch = self.in_community(ctx, batch, by, group, Some(as_read))?;
        self.in_group(ctx, batch, by, community)
    }

    /// Tells that a user took the group out.
    ///
    /// # Errors
    /// A fault when the runtime has no randomness.
    pub fn removed(&self, ctx: &Ctx, batch: Batch, by: &str) -> Result<Batch> {
        let batch = self.lost(ctx, batch, by)?;
        self.in_group(ctx, batch, by, SystemMessage::CommunityLeft)
    }

    /// Tells the community alone that it lost a group, which nobody belongs to any more.
    ///
    /// # Errors
    /// A fault when the runtime has no randomness.
    pub fn lost(&self, ctx: &Ctx, batch: Batch, by: &str) -> Result<Batch> {
        let told = SystemMessage::GroupRemoved {
            conversation_id: self.group.id.clone(),
        };
        self.in_community(ctx, batch, by, told, None)
    }

    fn in_community(
        &self,
        ctx: &Ctx,
        batch: Batch,
        by: &str,
        told: SystemMessage,
        as_read: Option<Filter<Conversation>>,
    ) -> Result<Batch> {
        let what = json!({"fields": ["groups"], "groupId": self.group.id});
        updated(ctx, batch, (self.community, by), told, what, as_read)
    }

    fn in_group(&self, ctx: &Ctx, batch: Batch, by: &str, told: SystemMessage) -> Result<Batch> {
        let what = json!({"fields": ["communityId"]});
        updated(ctx, batch, (self.group, by), told, what, None)
    }
}
