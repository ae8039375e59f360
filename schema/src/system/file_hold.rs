//! Documents that hold files.

use crate::{Collection, choices};

choices! {
    /// The kind of a document that holds a file: it decides who may read the file.
    pub enum FileHoldKind {
        /// A profile, as its picture.
        Avatar = "avatar",
        /// A profile, as its cover.
        Cover = "cover",
        /// A conversation, as its picture.
        ConversationAvatar = "conversation_avatar",
        /// A message.
        Message = "message",
        /// A message that is sent later.
        ScheduledMessage = "scheduled_message",
        /// A story.
        Story = "story",
    }
}

/// A document's hold of a file: as long as there is one the file stays, and who may read it follows from these documents.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "systemDB",
    id = "fileHolds",
    name = "Holds of files",
    system
)]
#[access(server = "With them a user would know who passed a file on.")]
#[retention(forever = "As long as the document that holds the file: it goes in the same commit.")]
#[index(idx_file_place(file_id, place))]
#[index(idx_holder(kind, holder_id))]
pub struct FileHold {
    /// Id of the document: a hash of file, kind and holder.
    pub id: String,
    /// File that is held.
    #[attr(size = 36)]
    pub file_id: String,
    /// The kind of the document that holds it.
    pub kind: FileHoldKind,
    /// The document that holds it: for a picture of a profile the user.
    #[attr(size = 36)]
    pub holder_id: String,
    /// User whose document that is.
    #[attr(size = 36)]
    pub user_id: String,
    /// Conversation of a message.
    #[attr(size = 36)]
    pub place: Option<String>,
}
