//! Delivery: from what happened to the devices of those whom it concerns.
//!
//! Two sources make pushes, each in the commit that marks what it handled as handled: events
//! ([`react`]) and the outbox of messages ([`fan_out`]). Others send them ([`senders`], [`send`]), after the
//! answer, so that nothing waits for a push service.

pub mod fan_out;
pub mod finish;
pub mod lease;
pub mod members;
pub mod outcome;
pub mod push;
pub mod reach;
pub mod react;
pub mod send;
pub mod senders;
pub mod settle;
pub mod sweep;
pub mod tidings;
pub mod wishes;
pub mod work;
