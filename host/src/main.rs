//! The `whisper` command.

use std::process::ExitCode;

use clap::Parser;
use whisper::commands::Cli;
use whisper::exit::Exit;

fn main() -> ExitCode {
    match Cli::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            whisper::log::flush();
            match error.downcast_ref::<Exit>() {
                // The status is context around the error itself, which is the root cause.
                Some(Exit(status)) => {
                    eprintln!("error: {}", error.root_cause());
                    ExitCode::from(*status)
                }
                None => {
                    eprintln!("error: {error:#}");
                    ExitCode::FAILURE
                }
            }
        }
    }
}
