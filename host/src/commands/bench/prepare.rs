//! Users with conversations, made over HTTP.

use std::path::Path;

use anyhow::Context;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::load::{Client, Sender};

/// Members of the conversations that are made here.
pub const MEMBERS: u32 = 2;

/// Variables without which the making of groups would run into limits.
pub const NO_LIMITS_OF_GROUPS: [&str; 4] = [
    "group_rate_per_hour=0",
    "stranger_rate_per_hour=0",
    "added_member_rate_per_hour=0",
    "conversation_change_rate_per_hour=0",
];

/// Makes users, each with so many conversations with one other user.
pub async fn senders(
    authority: &str,
    count: u32,
    conversations_of_each: u32,
) -> anyhow::Result<Vec<Sender>> {
    let mut client = Client::connect(authority).await?;
    let mut senders = Vec::new();
    let peer = account(&mut client).await?;
    for _ in 0..count {
        let Account { token, .. } = account(&mut client).await?;
        let mut conversations = Vec::new();
        for n in 0..conversations_of_each {
            let body = json!({
                "type": "group",
                "name": format!("Bench {n}"),
                "participantIds": [peer.id],
            });
            let made = client
                .create("/v1/conversations", Some(&token), &body)
                .await?;
            let id = text(&made["id"])?;
            accept(&mut client, &peer, &id).await?;
            conversations.push(id);
        }
        senders.push(Sender {
            token,
            conversations,
        });
    }
    Ok(senders)
}

/// A user of the benchmark's.
#[derive(Debug)]
pub struct Account {
    pub id: String,
    /// The access token.
    pub token: String,
}

/// Signs up.
pub async fn account(client: &mut Client) -> anyhow::Result<Account> {
    let path = "/v1/accounts/anonymous";
    let made = client.create(path, None, &json!({})).await?;
    Ok(Account {
        id: text(&made["account"]["id"])?,
        token: text(&made["accessToken"])?,
    })
}

/// Signs up so many.
pub async fn accounts(client: &mut Client, count: u32) -> anyhow::Result<Vec<Account>> {
    let mut accounts = Vec::new();
    for _ in 0..count {
        accounts.push(account(client).await?);
    }
    Ok(accounts)
}

/// Has a member accept a conversation. Else it is a request of a stranger's, and the member isn't told of its messages.
pub async fn accept(
    client: &mut Client,
    member: &Account,
    conversation: &str,
) -> anyhow::Result<()> {
    let path = format!("/v1/conversations/{conversation}/accept");
    client
        .create(&path, Some(&member.token), &json!({}))
        .await
        .map(drop)
}

/// A text of an answer.
pub fn text(value: &Value) -> anyhow::Result<String> {
    Ok(value
        .as_str()
        .context("an answer without the expected field")?
        .to_owned())
}

/// Members written straight into the database: 200,000 sign-ups would take longer than the benchmark.
pub fn add_members<'a>(
    file: &Path,
    conversations: impl IntoIterator<Item = &'a String>,
    count: u32,
) -> anyhow::Result<()> {
    let mut connection = Connection::open(file).context("the bundle's database")?;
    for conversation in conversations {
        fill(&mut connection, conversation, count)?;
    }
    // The load should not pay for the preparation's writes.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

fn fill(connection: &mut Connection, conversation: &str, count: u32) -> anyhow::Result<()> {
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare(
            "INSERT INTO conversationMembers (_id, conversationId, userId, role, status, joinedAt)
             VALUES (?1, ?2, ?3, 'member', 'active', 0)",
        )?;
        for n in 0..count {
            let id = uuid::Uuid::now_v7().to_string();
            insert.execute(params![id, conversation, format!("bench-member-{n}")])?;
        }
    }
    transaction.execute(
        "UPDATE conversations SET participantCount = participantCount + ?1 WHERE _id = ?2",
        params![count, conversation],
    )?;
    Ok(transaction.commit()?)
}
