//! The inbox: notifications as their user sees them.

pub mod clear;
pub mod list;
pub mod read;
