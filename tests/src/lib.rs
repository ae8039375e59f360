//! End-to-end tests over HTTP against a running bundle
