//! Component: story-expiry
