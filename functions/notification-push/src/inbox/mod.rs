//! The inbox: what a user was notified of.

pub mod clear;
pub mod list;
pub mod read;
pub mod view;
