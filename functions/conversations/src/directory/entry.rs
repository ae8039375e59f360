//! The directory's entry of a public group, kept by the commits that change the group.

use whisper_kit::ids::derived_id;
use whisper_schema::prelude::{Conversation, PublicConversation, PublicConversationTag, Timestamp};
use whisper_store::{Batch, Doc, Filter, Patch};
use whisper_words::{indexed, shortened};

/// Most characters of words that an entry has.
const MOST_WORDS: usize = 20_000;
/// More tags than a group has.
const TAGS: u64 = 100;

/// The words that a group is found by.
fn words(of: &Conversation) -> String {
    let texts = [&of.name, &of.description, &of.category]
        .into_iter()
        .flatten();
    let texts = texts.chain(&of.tags).map(String::as_str);
    shortened(indexed(texts), MOST_WORDS)
}

/// Puts the entry of a group in its place, with the words of the group as it is now, in that of the entry that was read.
pub fn listed(
    batch: Batch,
    of: &Doc<Conversation>,
    former: Option<&Doc<PublicConversation>>,
) -> Batch {
    let entry = PublicConversation {
        id: of.id.clone(),
        directory: PublicConversation::ONLY_DIRECTORY.to_owned(),
        position: of.seq,
        words: words(of),
        category: of.category.clone(),
        tags: of.tags.clone(),
        listed_at: Timestamp::AT_COMMIT,
    };
    match former {
        None => batch.insert(&entry),
        Some(former) => {
            let patch = Patch::new()
                .set(PublicConversation::WORDS, entry.words)
                .set(PublicConversation::CATEGORY, entry.category)
                .set(PublicConversation::TAGS, entry.tags);
            batch.update_if(&of.id, patch, Filter::revision(former.revision))
        }
    }
}

/// Has the entry of a public group follow the group's words, which the commit changes.
pub fn reworded(
    batch: Batch,
    of: &Doc<Conversation>,
    former: Option<&Doc<PublicConversation>>,
) -> Batch {
    match former {
        Some(_) => listed(batch, of, former),
        None => batch,
    }
}

/// Takes the entry that was read away.
pub fn delisted(batch: Batch, former: &Doc<PublicConversation>) -> Batch {
    let as_read = Filter::<PublicConversation>::revision(former.revision);
    let batch = batch.delete_if(&former.id, as_read);
    retagged(batch, &former.id, &former.tags, &[])
}

/// Takes the entry of a group away, whether or not there is one: its last member leaves.
pub fn deserted(batch: Batch, conversation: &str) -> Batch {
    let entry = Filter::eq(whisper_schema::Column::id(), conversation);
    let tags = Filter::eq(PublicConversationTag::CONVERSATION_ID, conversation);
    batch
        .delete_where::<PublicConversation>(entry, 1)
        .delete_where(tags, TAGS)
}

/// Changes the tags by which a group is looked up.
pub fn retagged(batch: Batch, conversation: &str, before: &[String], after: &[String]) -> Batch {
    let gone = before.iter().filter(|tag| !after.contains(tag));
    let new = after.iter().filter(|tag| !before.contains(tag));
    let batch = gone.fold(batch, |batch, tag| {
        batch.delete::<PublicConversationTag>(&tag_id(conversation, tag))
    });
    new.fold(batch, |batch, tag| {
        batch.insert(&PublicConversationTag {
            id: tag_id(conversation, tag),
            conversation_id: conversation.to_owned(),
            tag: tag.clone(),
        })
    })
}

fn tag_id(conversation: &str, tag: &str) -> String {
    derived_id(&["public tag", conversation, tag])
}
