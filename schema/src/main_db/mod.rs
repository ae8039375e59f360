//! Collections of `mainDB`: people and their messages.

mod contact;
mod conversation;
mod conversation_settings;
mod message;
mod presence;
mod profile;
mod queued_message;
mod system_message;
mod typing_indicator;

pub use contact::{Contact, ContactRelationship};
pub use conversation::{Conversation, ConversationKind};
pub use conversation_settings::{
    ConversationCircle, ConversationHistory, ConversationRight, ConversationSettings,
    LONGEST_SLOW_MODE,
};
pub use message::{Message, MessageContentType, MessageStatus};
pub use presence::{Presence, PresenceStatus};
pub use profile::{Profile, ProfileStatus, ProfileTheme};
pub use queued_message::{QueuedMessage, QueuedMessageStatus};
pub use system_message::SystemMessage;
pub use typing_indicator::TypingIndicator;
