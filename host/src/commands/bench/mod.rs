//! `whisper bench`: the bundle's rates and latencies under load, beside the rates that the machine can reach at all.

mod baseline;
mod conversation;
mod database;
mod events;
mod load;
mod pgbench;
mod prepare;
mod realtime;
mod report;
mod send;
mod send_table;
mod server;
mod sign_in;
mod soon;

pub use conversation::ConversationOptions;
pub use events::EventsOptions;
pub use realtime::RealtimeOptions;
pub use send::SendOptions;
pub use sign_in::SignInOptions;

/// The benchmarks.
#[derive(Debug, clap::Subcommand)]
pub enum Bench {
    /// Send messages over HTTP, and compare with what SQLite, or PostgreSQL, reaches by itself in the same run
    Send(SendOptions),
    /// Let experience points be awarded for many activities while messages are sent
    Events(EventsOptions),
    /// Read a profile while many sign in
    SignIn(SignInOptions),
    /// Let all members react, vote and read in one conversation, by its size; list conversations, by their number
    Conversation(ConversationOptions),
    /// Hold many streams of events open while messages are sent: how soon events come, and what streams cost
    Realtime(RealtimeOptions),
}

/// Runs a benchmark.
///
/// # Errors
/// When the bundle can't be started or prepared, with the reason.
pub fn run(bench: Bench) -> anyhow::Result<()> {
    match bench {
        Bench::Send(options) => send::run(&options),
        Bench::Events(options) => events::run(&options),
        Bench::SignIn(options) => sign_in::run(&options),
        Bench::Conversation(options) => conversation::run(&options),
        Bench::Realtime(options) => realtime::run(&options),
    }
}
