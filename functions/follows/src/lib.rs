//! Component: follows
