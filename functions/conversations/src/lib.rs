//! Component: conversations
