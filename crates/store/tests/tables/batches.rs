//! What batches become on a server.
