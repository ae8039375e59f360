//! Reads `spin.toml` as Spin does, and holds the decisions of the embedded host that need no Wasm.
//!
//! The manifest and its checks ([`Manifest::load`]), values of variables ([`variables`]) and
//! their forms ([`settings`]), the choice of a route ([`routes`]), outbound grants ([`hosts`]), schedules ([`schedule`]), addresses of PostgreSQL ([`postgres`]), the
//! build plan ([`build`]) and the control socket's words ([`control`]). None of it needs
//! wasmtime, so that its tests compile in seconds.

pub mod build;
mod check;
mod component;
pub mod control;
mod fields;
mod function;
pub mod hosts;
mod loading;
mod manifest;
pub mod postgres;
mod problems;
pub mod routes;
pub mod schedule;
mod setting;
pub mod settings;
pub mod template;
mod tool;
pub mod variables;

pub use component::{Build, Component};
pub use function::Function;
pub use manifest::{Application, Manifest, Route, Trigger, Variable};
pub use problems::{Problem, Problems};
pub use schedule::ScheduleEntry;
pub use tool::Tool;
