//! Component: accounts
