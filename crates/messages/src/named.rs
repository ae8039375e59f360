//! The people whom messages name, as many as an answer has.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::ids::is_id;
use whisper_schema::main_db::{Message, SystemMessage};
use whisper_store::Doc;

use crate::channel::Posts;
use crate::mentioned::is_group;
use crate::reactions::Mirror;
use crate::receipts::Reader;

/// The most people whom an answer names: senders first, then people of whom system messages tell, then people who received or read, then users who are mentioned, then users who
/// reacted.
const NAMED: usize = 300;

/// The people whom these messages name, as many as an answer has.
pub fn named(messages: &[Doc<Message>], readers: &[Reader], posts: &Posts) -> Named {
    let senders = messages.iter().filter_map(|message| posts.sender(message));
    let senders = senders.map(str::to_owned);
    let readers = readers
        .iter()
        .filter(|reader| messages.iter().any(|message| reader.has_received(message)))
        .map(|reader| reader.user.clone());
    let mentions = messages.iter().flat_map(|message| message.mentions.clone());
    let mentions = mentions.filter(|mention| !is_group(mention));
    let told = messages
        .iter()
        .filter_map(|message| SystemMessage::of(message))
        .flat_map(|told| told.users().to_vec());
    let mut named = BTreeSet::new();
    for user in senders.chain(told).chain(readers).chain(mentions) {
        if named.len() == NAMED {
            break;
        }
        named.insert(user);
    }
    let mut by_reactions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for message in messages {
        for user in reacted(message) {
            let is_new = !named.contains(&user) && !by_reactions.contains_key(&user);
            if named.contains(&user) || is_new && named.len() + by_reactions.len() == NAMED {
                continue;
            }
            let places = by_reactions.entry(user).or_default();
            places.insert(message.conversation_id.clone());
        }
    }
    named.extend(by_reactions.keys().cloned());
    Named {
        named,
        reacted: by_reactions,
    }
}

/// The people whom messages name.
pub struct Named {
    /// Ids of all of them.
    pub named: BTreeSet<String>,
    /// Users who are named for their reactions alone, with the conversations in which they reacted.
    pub reacted: BTreeMap<String, BTreeSet<String>>,
}

/// The users who reacted to a message.
fn reacted(message: &Message) -> Vec<String> {
    let mirror = Mirror::of(message);
    mirror.users().filter(|id| is_id(id)).cloned().collect()
}
