//! Lists of conversations: the first page of users with few conversations and with many.

use std::time::Instant;

use serde_json::json;

use super::super::load::{Client, note};
use super::super::prepare::{self, Account};
use super::super::report::Measured;
use super::super::server::Server;
use super::{ConversationOptions, Line};

/// Measures the first page for each number of conversations, in turns, so that all meet the same noise.
///
/// # Errors
/// When the conversations can't be made.
pub async fn measure(options: &ConversationOptions, server: &Server) -> anyhow::Result<Vec<Line>> {
    let mut client = Client::connect(&server.authority).await?;
    let mut readers = Vec::new();
    for &size in &options.conversations {
        let line = Line {
            size,
            act: "list of conversations",
            measured: Measured::default(),
        };
        readers.push((reader(&mut client, size).await?, line));
    }
    let begun = Instant::now();
    while begun.elapsed() < options.time() * u32::try_from(readers.len())? {
        for (reader, line) in &mut readers {
            let start = Instant::now();
            match client.read("/v1/conversations", &reader.token).await {
                Ok(_) => line.measured.took(start.elapsed()),
                Err(error) => note(&mut line.measured, error.to_string()),
            }
            line.measured.elapsed += start.elapsed();
        }
    }
    Ok(readers.into_iter().map(|(_, line)| line).collect())
}

/// A user with so many groups, a message in each.
async fn reader(client: &mut Client, conversations: u32) -> anyhow::Result<Account> {
    let reader = prepare::account(client).await?;
    let token = Some(reader.token.as_str());
    for n in 0..conversations {
        let group = json!({"type": "group", "name": format!("Bench {n}")});
        let group = client.create("/v1/conversations", token, &group).await?;
        let path = format!(
            "/v1/conversations/{}/messages",
            prepare::text(&group["id"])?
        );
        client
            .create(&path, token, &json!({"content": "Hello"}))
            .await?;
    }
    Ok(reader)
}
