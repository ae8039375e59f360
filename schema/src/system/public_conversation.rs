//! The directory of public conversations.

use crate::{Collection, Timestamp};

/// A public conversation's entry in the directory, with the words that it is found by. It is written by the commits that change
/// the conversation; a list shows the conversation as it stands, never this.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "publicConversations",
    name = "Public conversations",
    system
)]
#[access(server = "Users whom the owner blocked, or who are banned, don't see it.")]
#[retention(forever = "As long as the conversation is public.")]
#[index(words idx_words(words, directory, position))]
#[index(unique idx_position(position))]
pub struct PublicConversation {
    /// Id of the document: the conversation's.
    pub id: String,
    /// The directory that it stands in: there is one.
    #[attr(size = 36)]
    pub directory: String,
    /// Commit number of the conversation.
    pub position: i64,
    /// The words of its name, description, category and tags in normal form, with a blank before each and behind the last.
    #[attr(size = 20000)]
    pub words: String,
    /// Category it is listed under.
    #[attr(size = 50)]
    pub category: Option<String>,
    /// Tags it is found by.
    #[attr(size = 50)]
    pub tags: Vec<String>,
    /// When it became public.
    pub listed_at: Timestamp,
}

impl PublicConversation {
    /// The one directory there is.
    pub const ONLY_DIRECTORY: &str = "public";
}

/// A tag of a public conversation: the element of its list `tags` to look it up by.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "publicConversationTags",
    name = "Tags of public conversations",
    system
)]
#[access(server = "It is there to look conversations up.")]
#[retention(forever = "As long as the conversation is public and has the tag.")]
#[index(unique idx_conversation_tag(conversation_id, tag))]
#[index(idx_tag(tag, conversation_id))]
pub struct PublicConversationTag {
    /// Id of the document: a hash of the two.
    pub id: String,
    /// Conversation that has it.
    #[attr(size = 36)]
    pub conversation_id: String,
    /// The tag, in lower case.
    #[attr(size = 50)]
    pub tag: String,
}
