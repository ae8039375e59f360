//! Component: message-send
