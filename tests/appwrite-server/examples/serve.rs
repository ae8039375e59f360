//! The server on its own, to try commands against: prints where it listens, the project and key it takes, and the tokens of two users.
//! With `postgres` it sorts and compares as Appwrite on PostgreSQL does, else as on MariaDB.

use appwrite_server::{KEY, Options, PROJECT, Server};

fn main() -> std::io::Result<()> {
    let postgres = std::env::args().any(|argument| argument == "postgres");
    let server = Server::start(Options {
        storage_limit: 500_000_000,
        nulls_first: !postgres,
        case_insensitive: !postgres,
        ..Options::default()
    })?;
    println!("export WHISPER_APPWRITE_ENDPOINT={}", server.endpoint());
    println!("export WHISPER_APPWRITE_PROJECT={PROJECT}");
    println!("export WHISPER_APPWRITE_KEY={KEY}");
    println!("# The users ann and bob, for a quarter of an hour:");
    for user in ["ann", "bob"] {
        println!(
            "export {}_JWT={}",
            user.to_uppercase(),
            server.jwt(user, &[])
        );
    }
    println!(
        "# curl $WHISPER_APPWRITE_ENDPOINT/account -H X-Appwrite-Project:$WHISPER_APPWRITE_PROJECT -H X-Appwrite-JWT:$ANN_JWT"
    );
    loop {
        std::thread::park();
    }
}
