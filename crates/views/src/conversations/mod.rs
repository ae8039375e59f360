//! Conversations as their members see them.

mod access;
pub mod newest;
mod seen;
pub mod shown;
pub mod unread;
mod view;

pub(crate) use access::admitted;
pub use access::{Access, Door, active, admit, door};
pub use seen::{conversation_of, conversation_seen};
pub use shown::ShownMembers;
pub use unread::Unread;
pub use view::{ConversationView, MyMembershipView, OneConversationView, Sight};
