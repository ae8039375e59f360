//! The `whisper` command.

use std::process::ExitCode;

use clap::Parser;
use whisper::commands::Cli;

fn main() -> ExitCode {
    match Cli::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            whisper::log::flush();
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
