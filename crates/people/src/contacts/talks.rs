//! The direct conversations of a user with others: when the two last wrote to each other.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{Conversation, ConversationMember, Timestamp};
use whisper_store::{Doc, Query};

use crate::ids::member_id;
use crate::{by_ids, direct_ids};

/// The direct conversations of a user with others.
pub struct Talks {
    user: String,
    /// The ids that each may have, by the other.
    ids: BTreeMap<String, [String; 2]>,
}

impl Talks {
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

    /// The ids that they may have.
    pub fn ids(&self) -> BTreeSet<&str> {
        self.ids.values().flatten().map(String::as_str).collect()
    }

    /// The user.
    pub fn user(&self) -> &str {
        &self.user
    }
}
