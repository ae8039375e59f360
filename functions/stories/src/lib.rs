//! Component: stories
