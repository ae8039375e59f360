//! x
pub mod quiet;
pub mod web_push;
