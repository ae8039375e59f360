//! Spin's interfaces as an instance calls them: each call finds the state that the instance holds, and hands over to it.

mod key_value;
mod postgres;
mod sqlite;
mod variables;
