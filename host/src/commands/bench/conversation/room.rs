//! A group of any size: some of its members have accounts and act, the others are rows.

use std::path::Path;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::super::load::{self, Client};
use super::super::prepare::{self, Account};
use super::super::server::{Server, database};

/// The group with what happens in it.
pub struct Room {
    pub id: String,
    pub owner: Account,
    /// Members that act.
    pub members: Vec<Account>,
    /// Users that come and go.
    pub guests: Vec<Account>,
    /// The message that everybody reacts to.
    pub message: String,
    /// The message with the poll.
    pub poll: String,
    /// Messages to be read, the oldest first.
    pub unread: Vec<String>,
}

impl Room {
    /// Makes it over HTTP, but for the members without accounts.
    pub async fn make(
        server: &Server,
        data: &Path,
        size: u32,
        acting: u32,
        unread: u64,
    ) -> anyhow::Result<Self> {
        let mut client = Client::connect(&server.authority).await?;
        let owner = prepare::account(&mut client).await?;
        let members = prepare::accounts(&mut client, acting).await?;
        let guests = prepare::accounts(&mut client, acting).await?;
        let ids: Vec<&str> = members.iter().map(|member| member.id.as_str()).collect();
        let group = json!({"type": "group", "name": "Bench", "participantIds": ids});
        let token = Some(owner.token.as_str());
        let group = client.create("/v1/conversations", token, &group).await?;
        let id = prepare::text(&group["id"])?;
        for member in &members {
            prepare::accept(&mut client, member, &id).await?;
        }
        // There is room for the guests, who come and go.
        let more = size.saturating_sub(2 * acting + 1);
        if more > 0 {
            prepare::add_members(&database(data), [&id], more)?;
        }
        let mut room = Self {
            id,
            owner,
            members,
            guests,
            message: String::new(),
            poll: String::new(),
            unread: Vec::new(),
        };
        room.message = room.say(&mut client, json!({"content": "Hot"})).await?;
        let poll = json!({"contentType": "poll", "content": "Which?", "metadata": {"options": ["a", "b"]}});
        room.poll = room.say(&mut client, poll).await?;
        for n in 0..unread {
            let said = room.say(&mut client, json!({"content": load::content(n)}));
            room.unread.push(said.await?);
        }
        Ok(room)
    }

    /// Sends a message of the owner's; gives its id.
    async fn say(&self, client: &mut Client, body: Value) -> anyhow::Result<String> {
        let path = format!("/v1/conversations/{}/messages", self.id);
        let sent = client.create(&path, Some(&self.owner.token), &body).await?;
        if sent["conversationId"] != self.id {
            bail!("{sent}");
        }
        sent["id"].as_str().map(str::to_owned).context("an id")
    }
}
