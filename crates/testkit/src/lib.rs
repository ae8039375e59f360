//! Builds, starts and calls a bundle in tests
