//! Delivery: from events to the devices of the users whom they concern.
//!
//! Two sources make pushes, each in the commit that marks its documents as handled: events ([`react`])
//! and the outbox of messages ([`intake`], and [`turns`] for messages with too many recipients at once). Others send them
//! ([`senders`], [`send`]), after the answer, so that nothing waits for a push service.

pub mod audience;
pub mod blocks;
mod case;
pub mod clock;
pub mod entry;
pub mod finish;
pub mod intake;
pub mod lease;
pub mod members;
pub mod notices;
pub mod outcome;
pub mod plan;
pub mod preferences;
pub mod push;
pub mod react;
pub mod record;
pub mod send;
pub mod senders;
pub mod silence;
pub mod sweep;
pub mod turns;
pub mod work;
