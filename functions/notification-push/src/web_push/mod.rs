//! Web Push: what is sent to a push service for a device, and what its answer means.

pub mod answer;
pub mod encryption;
pub mod endpoint;
pub mod message;
pub mod transport;
pub mod vapid;
