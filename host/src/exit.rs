//! The exit status of a command.

use std::fmt;

/// The status that a command ends with, as the context of its error. 1 is that of every other error.
#[derive(Clone, Copy, Debug)]
pub struct Exit(pub u8);

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.0)
    }
}
