//! The server on its own, to try commands against: prints where it listens, and the project and key it takes.

use appwrite_server::{KEY, Options, PROJECT, Server};

fn main() -> std::io::Result<()> {
    let server = Server::start(Options {
        storage_limit: 500_000_000,
        ..Options::default()
    })?;
    println!("export WHISPER_APPWRITE_ENDPOINT={}", server.endpoint());
    println!("export WHISPER_APPWRITE_PROJECT={PROJECT}");
    println!("export WHISPER_APPWRITE_KEY={KEY}");
    loop {
        std::thread::park();
    }
}
