//! Deliveries as operators see them and start them again.

pub mod queue;
pub mod retry;
pub mod view;
