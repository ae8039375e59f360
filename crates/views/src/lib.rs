#![doc = include_str!("../README.md")]

pub mod conversations;
pub mod members;
pub mod notifications;
pub mod stories;
