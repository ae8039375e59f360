#![doc = include_str!("../README.md")]

pub mod conversations;
pub mod drafts;
pub mod folders;
pub mod members;
pub mod notifications;
pub mod stories;
