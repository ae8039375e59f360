//! The `whisper` command.
fn main() {}
