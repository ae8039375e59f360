//! Copies that follow the edits and deletions of their origins: those of a channel's message in the linked group, and those of a
//! broadcast's message.

use serde_json::json;
use whisper_kit::{Ctx, Result, events};
use whisper_messages::{Access, LinkPreviewView, plain_text};
use whisper_people::{by_ids, list_changed};
use whisper_schema::prelude::{
    ChannelPost, Conversation, ConversationKind, Ephemeral, Message, Timestamp,
};
use whisper_store::{Batch, Doc, Filter, Get, Patch};

use crate::preview::shows_none_of;

/// The copies of messages of a channel that stand; two statements, none elsewhere.
///
/// # Errors
/// The store's.
pub async fn copies(
    ctx: &Ctx,
    access: &Access,
    messages: &[Doc<Message>],
) -> Result<Vec<Doc<Message>>> {
    if access.conversation.kind != ConversationKind::Channel {
        return Ok(Vec::new());
    }
    let ids = messages.iter().map(|message| message.id.as_str());
    let posts = ctx.read(by_ids::<ChannelPost>(ids)).await?;
    let posts = posts.into_iter().flatten();
    let copies: Vec<String> = posts
        .filter_map(|post| post.into_inner().comments_message_id)
        .collect();
    let copies = ctx.read(by_ids::<Message>(copies.iter().map(String::as_str)));
    let copies = copies.await?.into_iter().flatten();
    Ok(copies.filter(|copy| copy.stands(ctx.now())).collect())
}

/// The copy of a message that is edited, with the conversation that it stands in.
pub struct Copy {
    message: Doc<Message>,
    group: Doc<Conversation>,
}

impl Copy {
    /// Reads it; none where nobody talks about the message, or the copy was deleted. One statement where there is one.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(ctx: &Ctx, post: Option<Doc<ChannelPost>>) -> Result<Option<Self>> {
        let post = post.map(Doc::into_inner).unwrap_or_default();
        let (Some(group), Some(copy)) = (post.comments_conversation_id, post.comments_message_id)
        else {
            return Ok(None);
        };
        let asked = (Get::<Message>::id(copy), Get::<Conversation>::id(group));
        let (message, group) = ctx.read(asked).await?;
        let message = message.filter(|message| message.stands(ctx.now()));
        let both = message.zip(group);
        Ok(both.map(|(message, group)| Copy { message, group }))
    }

    /// The copy in its place, as they were read.
    pub fn at(message: Doc<Message>, group: Doc<Conversation>) -> Self {
        Copy { message, group }
    }

    /// Has it follow the edit of its origin, by the same commit.
    ///
    /// # Errors
    /// A fault when the runtime has no randomness.
    pub fn edited(
        &self,
        ctx: &Ctx,
        batch: Batch,
        origin: &Message,
        by: Option<&str>,
    ) -> Result<Batch> {
        let (group, before) = (&self.group, &self.message);
        let mut copy = before.value.clone();
        copy.content.clone_from(&origin.content);
        copy.links.clone_from(&origin.links);
        let preview = LinkPreviewView::of(origin).filter(|_| !group.is_encrypted);
        LinkPreviewView::put(&mut copy, preview.as_ref());
        copy.plain_text = (!group.is_encrypted).then(|| plain_text(&copy));
        let stands = Filter::stands(Timestamp::AT_COMMIT);
        let batch = batch.update_if(&copy.id, words_of(&copy), stands);
        let is_shown = group.last_message_id.as_deref() == Some(&copy.id);
        let batch = match is_shown {
            true => {
                let batch = batch.update_if(
                    &group.id,
                    Patch::new().set(Conversation::LAST_MESSAGE_TEXT, copy.plain_text.clone()),
                    Filter::eq(Conversation::LAST_MESSAGE_ID, copy.id.as_str()),
                );
                list_changed(ctx, batch, &group.id, &group.id)?
            }
            false => batch.expect_some(shows_none_of(&group.id, &[&copy.id])),
        };
        let what = json!({
            "conversationId": group.id,
            "conversationType": group.kind,
            "senderId": copy.sender_id,
            "contentType": copy.content_type,
            "mentioned": [],
        });
        events::append(ctx, batch, "message.edited", &copy.id, by, &what)
    }
}

/// The change to the words that a message has now, with the preview of a link.
pub fn words_of(message: &Message) -> Patch<Message> {
    Patch::new()
        .set(Message::CONTENT, message.content.as_str())
        .set(Message::PLAIN_TEXT, message.plain_text.clone())
        .set(Message::MENTIONS, message.mentions.clone())
        .set(Message::LINKS, message.links.clone())
        .set(Message::METADATA, message.metadata.clone())
        .set(Message::EDITED_AT, Timestamp::AT_COMMIT)
        .set(Message::UPDATED_AT, Timestamp::AT_COMMIT)
}
