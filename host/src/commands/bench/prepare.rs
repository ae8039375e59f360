//! Users with conversations, made over HTTP.

use anyhow::Context;
use serde_json::{Value, json};

use super::load::{Client, Sender};

/// Members of the conversations that are made here.
pub const MEMBERS: u32 = 2;

/// Makes users, each with so many conversations with one other user.
pub async fn senders(
    authority: &str,
    count: u32,
    conversations_of_each: u32,
) -> anyhow::Result<Vec<Sender>> {
    let mut client = Client::connect(authority).await?;
    let mut senders = Vec::new();
    let peer = client
        .create("/v1/accounts/anonymous", None, &json!({}))
        .await?;
    for _ in 0..count {
        let account = client
            .create("/v1/accounts/anonymous", None, &json!({}))
            .await?;
        let token = text(&account["accessToken"])?;
        let mut conversations = Vec::new();
        for n in 0..conversations_of_each {
            let body = json!({
                "type": "group",
                "name": format!("Bench {n}"),
                "participantIds": [peer["account"]["id"]],
            });
            let made = client
                .create("/v1/conversations", Some(&token), &body)
                .await?;
            // Else the group is a request of a stranger's, of which nobody is told.
            let accept = format!("/v1/conversations/{}/accept", text(&made["id"])?);
            client
                .create(&accept, Some(&text(&peer["accessToken"])?), &json!({}))
                .await?;
            conversations.push(text(&made["id"])?);
        }
        senders.push(Sender {
            token,
            conversations,
        });
    }
    Ok(senders)
}

fn text(value: &Value) -> anyhow::Result<String> {
    Ok(value
        .as_str()
        .context("an answer without the expected field")?
        .to_owned())
}
