//! Decisions without a store or a clock.

pub mod credentials;
pub mod profile;
pub mod slow_down;
