//! The facts that decide how messages look to one viewer: how far members have read, which people the viewer sees, and
//! where copies come from.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_kit::ids::{is_id, member_id};
use whisper_people::{Users, shown_to, unblocked};
use whisper_schema::Timestamp;
use whisper_schema::main_db::{ConversationKind, Message};
use whisper_schema::system::ConversationMember;
use whisper_store::{Doc, Get, Query};

use crate::access::{first_members, is_active};
use crate::poll::{PollView, Polls, polls_of};

/// Most members whose receipts are shown: the first to join.
const RECEIPTS: u32 = 100;
/// The most people whom an answer names: senders first, then readers, then users who are mentioned, then users who
/// reacted.
const NAMED: usize = 300;

/// How messages of a conversation look to one of its members.
#[derive(Debug, Default)]
pub struct Viewing {
    /// Whether the conversation is one of two.
    pub is_direct: bool,
    /// How far members have read, of the members whom the viewer may hear of.
    readers: Vec<Reader>,
    /// The conversations of which the viewer is a member, of those that the messages come from.
    origins: BTreeSet<String>,
    /// The people whom the messages name.
    users: Users,
    /// The polls that the messages show.
    polls: Polls,
    /// The moment at which they are shown.
    now: Timestamp,
}

/// How far a member has read.
#[derive(Debug)]
struct Reader {
    user: String,
    position: i64,
    /// Messages up to there were hidden from them when they joined.
    hidden_up_to: i64,
}

impl Reader {
    fn has_read(&self, message: &Doc<Message>) -> bool {
        (self.hidden_up_to + 1..=self.position).contains(&message.seq)
            && self.user != message.sender_id
    }
}

/// The question for the members whose receipts a member sees: none with a block in between.
pub fn readers(conversation: &str, me: &str) -> Query<ConversationMember> {
    first_members(conversation, RECEIPTS).filter(unblocked(ConversationMember::USER_ID, me))
}

impl Viewing {
    /// Reads the people and memberships that these messages name; one statement, none for no messages.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(
        ctx: &Ctx,
        me: &str,
        kind: ConversationKind,
        readers: Vec<Doc<ConversationMember>>,
        messages: &[Doc<Message>],
    ) -> Result<Self> {
        if messages.is_empty() {
            return Ok(Viewing::default());
        }
        let origins: BTreeSet<&str> = messages.iter().filter_map(|m| origin(m)).collect();
        let memberships = origins
            .iter()
            .map(|origin| Get::<ConversationMember>::id(member_id(origin, me)));
        let readers: Vec<Reader> = readers.into_iter().filter_map(reader).collect();
        let named = named(messages, &readers);
        let (people, memberships, polls) = ctx
            .read((
                shown_to(me, named.iter().map(String::as_str)),
                memberships.collect::<Vec<_>>(),
                polls_of(me, messages.iter().map(|m| &m.value)),
            ))
            .await?;
        let memberships = memberships.into_iter().flatten().map(Doc::into_inner);
        Ok(Viewing {
            is_direct: kind == ConversationKind::Direct,
            readers,
            origins: memberships
                .filter(is_active)
                .map(|member| member.conversation_id)
                .collect(),
            users: people.users(),
            polls,
            now: ctx.now(),
        })
    }

    /// The readers of this message: members who have read up to it or further. Its sender is no reader.
    pub fn readers_of(&self, message: &Doc<Message>) -> Vec<String> {
        let readers = self
            .readers
            .iter()
            .filter(|reader| reader.has_read(message));
        readers.map(|reader| reader.user.clone()).collect()
    }

    /// Whether the viewer may know where this message comes from.
    pub fn shows_origin(&self, message: &Message) -> bool {
        origin(message).is_some_and(|origin| self.origins.contains(origin))
    }

    /// The results of the poll that this message shows.
    pub fn poll_of(&self, message: &Message) -> Option<PollView> {
        self.polls.view(message, self.now)
    }

    /// The people whom the messages name.
    pub fn into_users(self) -> Users {
        self.users
    }
}

fn reader(member: Doc<ConversationMember>) -> Option<Reader> {
    let member = member.into_inner();
    Some(Reader {
        position: member.read_position?,
        hidden_up_to: member.history_position.unwrap_or(0),
        user: member.user_id,
    })
}

fn origin(message: &Message) -> Option<&str> {
    message.forwarded_from_conversation_id.as_deref()
}

/// The people whom these messages name, as many as an answer has.
fn named(messages: &[Doc<Message>], readers: &[Reader]) -> BTreeSet<String> {
    let senders = messages.iter().map(|message| message.sender_id.clone());
    let readers = readers
        .iter()
        .filter(|reader| messages.iter().any(|message| reader.has_read(message)))
        .map(|reader| reader.user.clone());
    let mentions = messages.iter().flat_map(|message| message.mentions.clone());
    let reactions = messages.iter().flat_map(|message| reacted(message));
    let mut named = BTreeSet::new();
    for user in senders.chain(readers).chain(mentions).chain(reactions) {
        if named.len() == NAMED {
            break;
        }
        named.insert(user);
    }
    named
}

/// The users who reacted to a message.
fn reacted(message: &Message) -> Vec<String> {
    let text = message.reactions.as_deref().unwrap_or("{}");
    let reactions: BTreeMap<String, Vec<String>> = serde_json::from_str(text).unwrap_or_default();
    reactions
        .into_values()
        .flatten()
        .filter(|id| is_id(id))
        .collect()
}
