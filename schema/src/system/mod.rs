//! System collections: the server's own, counted apart from the 30 of the API.
//!
//! They hold what scale and safety need beyond the facts. No document of them leaves the server as
//! it is: endpoints choose what to show.

mod account;
mod consumer_cursor;
mod conversation_member;
mod event;
mod idempotency_key;
mod job_run;
mod rate_limit;
mod session;
mod signing_key;
mod story_reaction;

pub use account::{Account, AccountStatus};
pub use consumer_cursor::ConsumerCursor;
pub use conversation_member::{
    ConversationMember, ConversationMemberRole, ConversationMemberStatus,
};
pub use event::Event;
pub use idempotency_key::IdempotencyKey;
pub use job_run::JobRun;
pub use rate_limit::RateLimit;
pub use session::Session;
pub use signing_key::{SigningKey, SigningKeyPurpose};
pub use story_reaction::StoryReaction;
