//! Web Push: the requests to a push service for a device, and the meanings of its answers.

pub mod answer;
pub mod encryption;
pub mod endpoint;
pub mod message;
pub mod transport;
pub mod vapid;
