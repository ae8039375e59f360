//! What operators see of deliveries, and start again.

pub mod queue;
pub mod retry;
pub mod view;
