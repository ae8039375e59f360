//! Devices: where a user gets pushes.

pub mod list;
pub mod remove;
pub mod standing;
pub mod subscribe;
pub mod view;

/// Where the caller's devices are.
const PATH: &str = "/v1/push/subscriptions";
