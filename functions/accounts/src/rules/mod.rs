//! Decisions without a store or a clock.

pub mod email;
pub mod password;
pub mod profile;
pub mod slow_down;
#[cfg(test)]
mod testing;
