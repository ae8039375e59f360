//! The server's behaviour, rule by rule, each with the place in the sources of Appwrite at 0cefd06 (`A:`, below
//! `src/Appwrite/Platform/Modules/Databases/Http` as `H/`) or of its database library 7.2.6 (`D:`) where it is from.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod access;
mod accounts;
mod client;
mod databases;
mod deployments;
mod executions;
mod functions;
mod knobs;
mod operators;
mod queries;
mod refusals;
mod rows;
mod structure;
mod transactions;
mod versions;

use client::Client;
