//! How requests to push services leave.

pub use whisper_kit::outbound::{Answering, Outgoing, Transport, runtime};
