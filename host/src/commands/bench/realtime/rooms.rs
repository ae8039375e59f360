//! Conversations with a sender each and the listeners spread over them, made over HTTP.

use serde_json::json;

use super::super::load::{Client, Sender};
use super::super::prepare::{self, Account};

/// Members that one request adds, at most.
const AT_ONCE: usize = 100;

/// The conversations.
pub struct Rooms {
    /// A sender for each, who doesn't listen.
    pub senders: Vec<Sender>,
    /// Access tokens of the listeners: the n-th is a member of the conversation n modulo their number.
    pub listeners: Vec<String>,
}

impl Rooms {
    /// Makes so many conversations for so many listeners, at least one for each.
    ///
    /// # Errors
    /// When the bundle refuses one of the requests.
    pub async fn make(authority: &str, listeners: u32, conversations: u32) -> anyhow::Result<Self> {
        let mut client = Client::connect(authority).await?;
        let listeners = prepare::accounts(&mut client, listeners).await?;
        let step = conversations as usize;
        let mut senders = Vec::new();
        for n in 0..step {
            let members: Vec<&Account> = listeners.iter().skip(n).step_by(step).collect();
            senders.push(room(&mut client, &members).await?);
        }
        let listeners = listeners.into_iter().map(|account| account.token);
        Ok(Self {
            senders,
            listeners: listeners.collect(),
        })
    }
}

/// A group of a new user's with these members.
async fn room(client: &mut Client, members: &[&Account]) -> anyhow::Result<Sender> {
    let Account { token, .. } = prepare::account(client).await?;
    let group = json!({"type": "group", "name": "Bench"});
    let group = client.create("/v1/conversations", Some(&token), &group);
    let id = prepare::text(&group.await?["id"])?;
    for some in members.chunks(AT_ONCE) {
        let ids: Vec<&str> = some.iter().map(|member| member.id.as_str()).collect();
        let path = format!("/v1/conversations/{id}/members");
        client
            .create(&path, Some(&token), &json!({"userIds": ids}))
            .await?;
    }
    for member in members {
        prepare::accept(client, member, &id).await?;
    }
    Ok(Sender {
        token,
        conversations: vec![id],
    })
}
