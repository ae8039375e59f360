//! Channels: the sender of their messages, the numbers of views and comments, and the linked group.
//!
//! A channel that doesn't sign is itself the sender of its messages: everything that shows, searches, pushes or counts messages goes
//! by that, so that no reader learns an author in a roundabout way. The author stands in the [`ChannelPost`] alone, and is shown to the members
//! who run the channel.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use whisper_kit::Ctx;
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::ids::derived_id;
use whisper_people::by_ids;
use whisper_schema::Timestamp;
use whisper_schema::main_db::{Conversation, ConversationKind, Message};
use whisper_schema::system::{
    ChannelPost, ConversationMemberRole as Role, LinkedGroup, MessageThread,
};
use whisper_store::{Doc, Query};

use crate::access::Access;

/// The sender of a message that somebody writes: themselves, or the channel that they write it for.
pub fn voice<'a>(conversation: &'a Conversation, author: &'a str) -> &'a str {
    let is_channel = conversation.kind == ConversationKind::Channel;
    match is_channel && !conversation.own_settings().signatures() {
        true => &conversation.id,
        false => author,
    }
}

/// Whether a message is a channel's own: it names no author.
pub fn is_voice(message: &Message) -> bool {
    message.sender_id == message.conversation_id
}

/// Whether somebody of this role reads a channel, and doesn't run it.
pub fn is_reader(conversation: &Conversation, role: Role) -> bool {
    conversation.kind == ConversationKind::Channel && role == Role::Member
}

/// Refuses conversations that are no channels.
///
/// # Errors
/// `wrong_kind`.
pub fn refuse_others(conversation: &Conversation) -> Result<()> {
    match conversation.kind {
        ConversationKind::Channel => Ok(()),
        _ => Err(Error::new(Code::WrongKind, "Only channels have that.")),
    }
}

/// The row beside a new message of a channel; none in other conversations.
pub fn post_of(conversation: &Conversation, author: &str, message: &str) -> Option<ChannelPost> {
    (conversation.kind == ConversationKind::Channel).then(|| ChannelPost {
        id: message.to_owned(),
        conversation_id: conversation.id.clone(),
        author_id: author.to_owned(),
        sent_at: Timestamp::AT_COMMIT,
        ..ChannelPost::default()
    })
}

/// Id of the row by which a user is counted as a viewer of a message.
pub fn viewer_id(message: &str, user: &str) -> String {
    derived_id(&["viewer", message, user])
}

/// Where a message of a channel is talked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CommentsView {
    /// The group that is linked to the channel.
    pub conversation_id: String,
    /// The copy of the message there: comments answer it.
    pub message_id: String,
    /// How many comments there are.
    pub count: i64,
}

/// A channel whose messages are shown.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    id: String,
    /// Whether the viewer runs it.
    is_run: bool,
}

impl Channel {
    /// The conversation, if it is one.
    pub(crate) fn of(access: &Access) -> Option<Self> {
        let of = &access.conversation;
        (of.kind == ConversationKind::Channel).then(|| Channel {
            id: of.id.clone(),
            is_run: !is_reader(of, access.member.role),
        })
    }
}

/// The rows beside messages of channels, as one viewer sees them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Posts {
    posts: BTreeMap<String, ChannelPost>,
    /// The channels that the viewer runs.
    run: BTreeSet<String>,
    /// The groups that are linked to channels.
    groups: BTreeMap<String, String>,
    /// How many comments there are, by the copies that they answer.
    counts: BTreeMap<String, i64>,
}

impl Posts {
    /// Reads them; one statement, none where no message is one of a channel.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn read(
        ctx: &Ctx,
        channels: &[Channel],
        messages: &[Doc<Message>],
    ) -> Result<Self> {
        let is_here = |message: &&Doc<Message>| {
            let mut channels = channels.iter();
            channels.any(|channel| channel.id == message.conversation_id)
        };
        let ids = messages.iter().filter(is_here).map(|m| m.id.as_str());
        let ids: Vec<&str> = ids.collect();
        if ids.is_empty() {
            return Ok(Posts::default());
        }
        let asked = (
            by_ids::<ChannelPost>(ids),
            by_ids::<LinkedGroup>(channels.iter().map(|channel| channel.id.as_str())),
        );
        let (posts, groups) = ctx.read(asked).await?;
        let posts = posts.into_iter().flatten().map(Doc::into_inner);
        let groups = groups.into_iter().flatten().map(Doc::into_inner);
        let run = channels.iter().filter(|channel| channel.is_run);
        Ok(Posts {
            posts: posts.map(|post| (post.id.clone(), post)).collect(),
            run: run.map(|channel| channel.id.clone()).collect(),
            groups: groups.map(|link| (link.id, link.group_id)).collect(),
            counts: BTreeMap::new(),
        })
    }

    /// Asks for the numbers of comments.
    pub(crate) fn threads(&self) -> Vec<Query<MessageThread>> {
        let copies = self.posts.values();
        by_ids(copies.filter_map(|post| post.comments_message_id.as_deref()))
    }

    /// Takes the answers to [`Posts::threads`].
    #[must_use]
    pub(crate) fn counted(mut self, threads: Vec<Vec<Doc<MessageThread>>>) -> Self {
        let threads = threads.into_iter().flatten();
        self.counts = threads
            .map(|thread| (thread.id.clone(), thread.reply_count))
            .collect();
        self
    }

    /// The sender of a message: its author, where the channel stands for them and the viewer runs it. None where the
    /// viewer sees the channel as the sender.
    pub(crate) fn sender<'a>(&'a self, message: &'a Message) -> Option<&'a str> {
        if !is_voice(message) {
            return Some(&message.sender_id);
        }
        let is_run = self.run.contains(&message.conversation_id);
        let post = self.posts.get(&message.id).filter(|_| is_run);
        post.map(|post| post.author_id.as_str())
    }

    /// How many users viewed a message of a channel.
    pub(crate) fn views(&self, message: &str) -> Option<i64> {
        self.posts.get(message).map(|post| post.views)
    }

    /// Where a message is talked about: in the group that is linked to the channel by now.
    pub(crate) fn comments(&self, message: &str) -> Option<CommentsView> {
        let post = self.posts.get(message)?;
        let group = post.comments_conversation_id.as_ref()?;
        let copy = post.comments_message_id.as_ref()?;
        let is_linked = self.groups.get(&post.conversation_id) == Some(group);
        is_linked.then(|| CommentsView {
            conversation_id: group.clone(),
            message_id: copy.clone(),
            count: self.counts.get(copy).copied().unwrap_or(0),
        })
    }
}
