//! Spin's interfaces as an instance calls them: each call finds what the instance holds, and hands over to it.

mod key_value;
mod sqlite;
mod variables;
