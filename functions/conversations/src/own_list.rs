//! A user's own order of pinned conversations and folders: one document, changed on the condition that it is as it was read.

use whisper_schema::prelude::{ConversationList, ConversationMember, Timestamp};
use whisper_store::{Batch, Doc, Filter, Get, Patch};

/// Asks for a user's order.
pub fn own_list(user: &str) -> Get<ConversationList> {
    Get::id(user)
}

/// A user's order, as it was read.
#[derive(Clone, Debug)]
pub struct OwnList {
    found: Option<Doc<ConversationList>>,
    /// The order as it shall be.
    list: ConversationList,
}

impl OwnList {
    /// The order from the outcome of [`own_list`]; an empty one at first.
    pub fn of(found: Option<Doc<ConversationList>>, user: &str) -> Self {
        let list = found.as_ref().map(|found| found.value.clone());
        let at_first = || ConversationList {
            id: user.to_owned(),
            ..ConversationList::default()
        };
        OwnList {
            list: list.unwrap_or_else(at_first),
            found,
        }
    }

    /// The pinned conversations, in their order. Some may be pinned no more, or belong to a conversation that was left.
    pub fn pinned(&self) -> &[String] {
        &self.list.pinned_ids
    }

    /// The conversations that are pinned now, by the memberships that say so: those with a place of their own first.
    pub fn in_order(&self, pinned: &[Doc<ConversationMember>]) -> Vec<String> {
        let mut ids: Vec<&str> = pinned
            .iter()
            .map(|member| member.conversation_id.as_str())
            .collect();
        let place = |id: &str| self.pinned().iter().position(|one| one == id);
        ids.sort_by_key(|id| place(id).unwrap_or(usize::MAX));
        ids.into_iter().map(str::to_owned).collect()
    }

    /// The folders, in their order.
    pub fn folders(&self) -> &[String] {
        &self.list.folder_ids
    }

    /// With the pinned conversations in this order.
    #[must_use]
    pub fn with_pinned(mut self, ids: Vec<String>) -> Self {
        self.list.pinned_ids = ids;
        self
    }

    /// With the folders in this order.
    #[must_use]
    pub fn with_folders(mut self, ids: Vec<String>) -> Self {
        self.list.folder_ids = ids;
        self
    }

    /// Stores it, on the condition that it wasn't changed since it was read.
    pub fn keep_in(self, batch: Batch) -> Batch {
        let Some(found) = self.found else {
            return batch.insert(&ConversationList {
                updated_at: Timestamp::AT_COMMIT,
                ..self.list
            });
        };
        let patch = Patch::new()
            .set(ConversationList::PINNED_IDS, self.list.pinned_ids)
            .set(ConversationList::FOLDER_IDS, self.list.folder_ids)
            .set(ConversationList::UPDATED_AT, Timestamp::AT_COMMIT);
        batch.update_if(&found.value.id, patch, Filter::revision(found.revision))
    }
}
