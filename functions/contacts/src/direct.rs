//! The direct conversations of a user with others: when the two last wrote to each other, and whether a conversation of
//! theirs is still a stranger's request.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::{Ctx, Result};
use whisper_people::ids::member_id;
use whisper_people::{by_ids, direct_ids, list_changed};
use whisper_schema::prelude::{Conversation, ConversationMember, Timestamp};
use whisper_store::{Batch, Doc, Filter, Patch, Query};

/// The direct conversations of a user with others.
pub struct Direct {
    user: String,
    /// The ids that each may have, by the other.
    ids: BTreeMap<String, [String; 2]>,
}

impl Direct {
    /// The conversations with these others; it reads nothing but the key for ids, once per instance.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(ctx: &Ctx, user: &str, others: impl IntoIterator<Item = &str>) -> Result<Self> {
        let mut ids = BTreeMap::new();
        for other in others {
            let (id, former) = direct_ids(ctx, user, other).await?;
            ids.insert(other.to_owned(), [id, former]);
        }
        Ok(Self {
            user: user.to_owned(),
            ids,
        })
    }

    /// Asks for the conversations.
    pub fn conversations(&self) -> Vec<Query<Conversation>> {
        by_ids(self.ids.values().flatten().map(String::as_str))
    }

    /// Asks for the user's memberships of them.
    pub fn memberships(&self) -> Vec<Query<ConversationMember>> {
        let ids = self.ids.values().flatten();
        let ids: Vec<String> = ids.map(|id| member_id(id, &self.user)).collect();
        by_ids(ids.iter().map(String::as_str))
    }

    /// When the user and each of the others last wrote to each other, as far as a message still stands.
    pub fn latest(&self, found: &[Vec<Doc<Conversation>>]) -> BTreeMap<&str, Timestamp> {
        let times: BTreeMap<&str, Timestamp> = found
            .iter()
            .flatten()
            .filter(|conversation| conversation.last_message_id.is_some())
            .filter_map(|found| Some((found.id.as_str(), found.last_message_at?)))
            .collect();
        let latest = self.ids.iter().filter_map(|(other, ids)| {
            let times = ids.iter().filter_map(|id| times.get(id.as_str()));
            Some((other.as_str(), *times.max()?))
        });
        latest.collect()
    }

    /// Accepts those of these that are a stranger's request to the user: a contact is no stranger.
    ///
    /// # Errors
    /// A fault when the runtime has no randomness.
    pub fn accept(
        &self,
        ctx: &Ctx,
        batch: Batch,
        memberships: &[Vec<Doc<ConversationMember>>],
    ) -> Result<Batch> {
        let ids: BTreeSet<&str> = self.ids.values().flatten().map(String::as_str).collect();
        let is_request = |one: &&Doc<ConversationMember>| {
            one.is_request && ids.contains(one.conversation_id.as_str())
        };
        let mut requests = memberships.iter().flatten().filter(is_request);
        requests.try_fold(batch, |batch, membership| {
            let accepted = Patch::new()
                .set(ConversationMember::IS_REQUEST, false)
                .set(ConversationMember::IS_ARCHIVED, false)
                .set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT);
            let as_read = Filter::revision(membership.revision);
            let batch = batch.update_if(&membership.id, accepted, as_read);
            list_changed(ctx, batch, &self.user, &membership.conversation_id)
        })
    }
}
