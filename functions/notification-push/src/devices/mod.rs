//! Devices: where a user gets pushes.

pub mod list;
pub mod remove;
pub mod subscribe;
pub mod view;
