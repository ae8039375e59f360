//! Component: api
