//! The server on its own, to try commands against: prints where it listens, the project and key it takes, and the tokens of two users.
//! With `postgres` it sorts and compares as Appwrite on PostgreSQL does, else as on MariaDB; with `1.8` or `1.9` it answers as those versions.

use appwrite_server::{Database, KEY, Options, PROJECT, Server, Version};

fn main() -> std::io::Result<()> {
    let said = |word: &str| std::env::args().any(|argument| argument == word);
    let server = Server::start(Options {
        storage_limit: 500_000_000,
        version: match (said("1.8"), said("1.9")) {
            (true, _) => Version::V1_8,
            (_, true) => Version::V1_9,
            _ => Version::Newest,
        },
        database: match said("postgres") {
            true => Database::PostgreSql,
            false => Database::MariaDb,
        },
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
