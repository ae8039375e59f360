//! What every function stands on

pub mod ids;
