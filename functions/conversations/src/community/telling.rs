//! The telling of groups that a community gets and loses: in the history of the community, and in that of the group.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Ctx, Result};
use whisper_messages::Told;
use whisper_people::list_changed;
use whisper_schema::prelude::{Conversation, SystemMessage, Timestamp};
use whisper_store::{Batch, Filter, Patch};

/// A community and a group that it gets or loses.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// The community.
    pub community: &'a Conversation,
    /// The group.
    pub group: &'a Conversation,
}

impl Pair<'_> {
    /// Tells that a user took the group in. Of two who take groups in at the same time one reads again: so there are never too many.
    ///
    /// # Errors
    /// A fault when the runtime has no randomness.
    pub fn added(&self, ctx: &Ctx, batch: Batch, by: &str) -> Result<Batch> {
        let as_read = match self.community.updated_at {
            Some(at) => Filter::eq(Conversation::UPDATED_AT, at),
            None => Filter::is_null(Conversation::UPDATED_AT),
        };
        let (community, group) = (self.community.id.clone(), self.group.id.clone());
        let in_community = SystemMessage::GroupAdded {
            conversation_id: group,
        };
        let in_group = SystemMessage::CommunityJoined {
            conversation_id: community,
        };
        let told = [(self.community, in_community), (self.group, in_group)];
        self.tell(ctx, batch, by, Some(as_read), told)
    }

    /// Tells that a user took the group out.
    ///
    /// # Errors
    /// A fault when the runtime has no randomness.
    pub fn removed(&self, ctx: &Ctx, batch: Batch, by: &str) -> Result<Batch> {
        let in_community = SystemMessage::GroupRemoved {
            conversation_id: self.group.id.clone(),
        };
        let in_group = SystemMessage::CommunityLeft;
        let told = [(self.community, in_community), (self.group, in_group)];
        self.tell(ctx, batch, by, None, told)
    }

    fn tell(
        &self,
        ctx: &Ctx,
        mut batch: Batch,
        by: &str,
        mut as_read: Option<Filter<Conversation>>,
        told: [(&Conversation, SystemMessage); 2],
    ) -> Result<Batch> {
        for (side, told) in told {
            let id = side.id.as_str();
            let told = Told::of(ctx, side, by, [told])?;
            let touched = Patch::new().set(Conversation::UPDATED_AT, Timestamp::AT_COMMIT);
            let patch = told.summarised(touched);
            batch = match as_read.take() {
                Some(as_read) => batch.update_if(id, patch, as_read),
                None => batch.update(id, patch),
            };
            let what = match id == self.community.id {
                true => {
                    json!({"fields": ["groups"], "groupId": self.group.id, "messageIds": told.ids()})
                }
                false => json!({"fields": ["communityId"], "messageIds": told.ids()}),
            };
            let by = Some(by);
            batch = append(
                ctx,
                told.insert_in(batch),
                "conversation.updated",
                id,
                by,
                &what,
            )?;
            batch = list_changed(ctx, batch, id, id)?;
        }
        Ok(batch)
    }
}
