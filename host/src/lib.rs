//! The embedded host: runs the bundle that `spin.toml` describes, as Spin would.
//!
//! [`commands`] are the subcommands of `whisper`; [`app`] answers requests with the
//! instances that [`instances`] makes of the components that [`engine`] has compiled.

pub mod app;
mod banner;
mod bindings;
pub mod bodies;
pub mod builder;
pub mod clock;
pub mod commands;
mod compiled;
pub mod component;
pub mod computing;
pub mod control;
pub mod data_dir;
pub mod engine;
pub mod exit;
pub mod fault_reports;
pub mod faults;
mod guest_log;
mod imports;

pub mod instance;
pub mod instances;
pub mod key_value;
pub mod limits;
pub mod load;
pub mod log;
mod outbound;
pub mod postgres;
mod private_file;
mod problem;
mod progress;
pub mod ran;
pub mod schedules;
pub mod server;
pub mod sqlite;
mod stop;
mod stream;
mod turnstile;
