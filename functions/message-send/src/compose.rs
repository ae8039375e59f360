//! The writes of a send: the message and all that goes with it, in one commit.

use serde_json::{Map, Value, json};
use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_kit::events;
use whisper_messages::ids::{delivery_id, poll_id, reply_reference_id};
use whisper_people::request_accepted;
use whisper_schema::analytics_db::{UserActivity, UserActivityType};
use whisper_schema::content_db::Poll;
use whisper_schema::main_db::{
    Conversation, ConversationKind, Message, MessageContentType, MessageStatus, QueuedMessage,
};
use whisper_schema::social_db::Story;
use whisper_schema::system::{
    ConversationMember, MessageExpiry, MessageReference, MessageReferenceKind, MessageThread,
    PollTally,
};
use whisper_schema::{Column, Timestamp};
use whisper_store::{Batch, Filter, Patch};

use crate::content::{Details, PollDetails, options_text};
use crate::context::Context;
use crate::draft::{SendMessage, take_content};
use whisper_messages::{
    LinkPreviewView, ORIGINAL, ORIGINAL_CONTENT_TYPE, delivery_of, options_of, plain_text, post_of,
    summarised, tally_id, voice,
};

/// Characters of the metadata as JSON text.
const METADATA_TEXT: usize = 10_000;

/// The message that a draft becomes, when it is sent now.
pub fn message(id: String, draft: &SendMessage, context: &Context, now: Timestamp) -> Message {
    let mut message = Message {
        id,
        conversation_id: context.conversation.id.clone(),
        sender_id: voice(&context.conversation, &context.member.user_id).to_owned(),
        status: MessageStatus::Sent,
        expires_at: context.end_of(draft, now),
        created_at: Some(Timestamp::AT_COMMIT),
        ..Message::default()
    };
    draft.put(&mut message);
    if let (MessageContentType::Forward, true, Some(origin)) =
        (message.content_type, draft.is_bare(), context.origin())
    {
        copy(origin, &mut message);
    }
    match context.conversation.is_encrypted {
        // A copy brings none along either.
        true => LinkPreviewView::put(&mut message, None),
        false => message.plain_text = Some(plain_text(&message)),
    }
    message
}

/// Copies the origin's content, and notes its kind.
pub fn copy(origin: &Message, into: &mut Message) {
    take_content!(&mut *into, origin);
    if origin.content_type == MessageContentType::Forward && origin.metadata.is_some() {
        // A copy of a copy is one of the first.
        into.metadata = origin.metadata.clone();
        return;
    }
    let original = origin
        .metadata
        .as_deref()
        .and_then(|text| serde_json::from_str::<Value>(text).ok());
    let mut metadata = Map::new();
    metadata.insert(ORIGINAL_CONTENT_TYPE.into(), origin.content_type.into());
    if let Some(original) = original {
        metadata.insert(ORIGINAL.into(), original);
    }
    let text = Value::Object(metadata).to_string();
    into.metadata = Some(text).filter(|text| text.chars().count() <= METADATA_TEXT);
}

/// The writes and conditions of one send.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn batch(
    ctx: &Ctx,
    message: &Message,
    draft: &SendMessage,
    context: &Context,
) -> Result<Batch> {
    let author = context.member.user_id.as_str();
    let batch = context
        .expect_sender(Batch::new())
        .insert(message)
        .update(&message.conversation_id, summarised(Patch::new(), message))
        .insert(&delivery(message, context.peer.as_ref()));
    let batch = match context.webhook {
        // A message of a webhook is no activity of a user, and earns no points.
        Some(_) => batch,
        None => batch.insert(&activity(ctx.new_id()?, message, author)),
    };
    let batch = beside(batch, &context.conversation, author, &message.id);
    let batch = context.attached.hold(batch, message, author, ctx.now());
    let payload = json!({
        "conversationId": message.conversation_id,
        "conversationType": context.conversation.kind,
        "senderId": message.sender_id,
        "contentType": message.content_type,
        // Consumers needn't read a message without mentions.
        "hasMentions": !message.mentions.is_empty(),
    });
    let by = Some(author);
    let batch = events::append(ctx, batch, "message.sent", &message.id, by, &payload)?;
    let batch = MessageExpiry::of(message).iter().fold(batch, Batch::insert);
    let batch = match context.reply_to().filter(|of| of.expires_at.is_some()) {
        Some(of) => name_target(batch, message, of),
        None => batch,
    };
    let batch = match context.pace() {
        Some(pace) => pace.count_in(batch, &context.member, ctx.now()),
        None => batch,
    };
    let batch = match context.member.is_request {
        // Answering a stranger accepts the conversation that they began.
        true => request_accepted(ctx, batch, &context.member, None)?,
        false => batch,
    };
    let batch = match message.reply_to_message_id.as_deref() {
        Some(parent) => answered(batch, parent, message),
        None => batch,
    };
    Ok(match &draft.details {
        Details::Poll(poll) => {
            let document = poll_document(message, poll, context);
            let batch = batch.insert(&document);
            match document.is_anonymous {
                // The first vote for an option would else make its row in the commit of a ballot, and their places in the tables tell who
                // voted for it.
                true => tallies(&document).iter().fold(batch, Batch::insert),
                false => batch,
            }
        }
        Details::StoryReply(reply) => {
            batch.increment::<Story>(&reply.story_id, Story::REPLY_COUNT, 1)
        }
        _ => batch,
    })
}

/// Adds the row that stands beside a message of a channel, or of a broadcast; none beside others.
fn beside(batch: Batch, conversation: &Conversation, author: &str, message: &str) -> Batch {
    let batch = match post_of(conversation, author, message) {
        Some(post) => batch.insert(&post),
        None => batch,
    };
    match delivery_of(conversation, author, message) {
        Some(delivery) => batch.insert(&delivery),
        None => batch,
    }
}

/// Notes that the message answers one that ends, so that it names it no longer than that lasts.
fn name_target(batch: Batch, message: &Message, of: &Message) -> Batch {
    batch
        // Else it may have been removed since it was read, and nothing would take the name away.
        .expect_some(Filter::<Message>::eq(Column::id(), of.id.as_str()))
        .insert(&MessageReference {
            id: reply_reference_id(&message.id),
            message_id: of.id.clone(),
            kind: MessageReferenceKind::Reply,
            document_id: message.id.clone(),
        })
}

/// Counts one more answer to the message, which must still stand.
fn answered(batch: Batch, parent: &str, answer: &Message) -> Batch {
    let first = MessageThread {
        id: parent.to_owned(),
        conversation_id: answer.conversation_id.clone(),
        reply_count: 1,
        last_reply_at: Timestamp::AT_COMMIT,
    };
    let one_more = Patch::new()
        .add(MessageThread::REPLY_COUNT, 1)
        .set(MessageThread::LAST_REPLY_AT, Timestamp::AT_COMMIT);
    let stands = Filter::<Message>::and([
        Filter::eq(Column::id(), parent),
        Filter::stands(Timestamp::AT_COMMIT),
    ]);
    batch.expect_some(stands).insert_or_update(&first, one_more)
}

/// The recipients of a group follow from its members when it is delivered: no write grows with it.
fn delivery(message: &Message, peer: Option<&ConversationMember>) -> QueuedMessage {
    let recipients: Vec<String> = peer.map(|peer| peer.user_id.clone()).into_iter().collect();
    QueuedMessage {
        id: delivery_id(&message.id),
        message_id: message.id.clone(),
        conversation_id: message.conversation_id.clone(),
        recipient_ids: recipients.clone(),
        pending_for: recipients,
        created_at: Some(Timestamp::AT_COMMIT),
        ..QueuedMessage::default()
    }
}

fn activity(id: String, message: &Message, author: &str) -> UserActivity {
    let metadata = json!({
        "messageId": message.id,
        "conversationId": message.conversation_id,
        "contentType": message.content_type,
    });
    UserActivity {
        id,
        user_id: author.to_owned(),
        activity_type: UserActivityType::MessageSent,
        metadata: Some(metadata.to_string()),
        timestamp: Timestamp::AT_COMMIT,
        ..UserActivity::default()
    }
}

/// The tallies of a poll, at nought.
fn tallies(poll: &Poll) -> Vec<PollTally> {
    let options = (0..).zip(options_of(poll));
    let tally = |(option, _)| PollTally {
        id: tally_id(&poll.id, option),
        poll_id: poll.id.clone(),
        option,
        votes: 0,
    };
    options.map(tally).collect()
}

fn poll_document(message: &Message, poll: &PollDetails, context: &Context) -> Poll {
    // A channel's readers are kept from each other, so its polls are anonymous.
    let is_channel = context.conversation.kind == ConversationKind::Channel;
    Poll {
        id: poll_id(&message.id),
        creator_id: message.sender_id.clone(),
        conversation_id: Some(message.conversation_id.clone()),
        message_id: Some(message.id.clone()),
        question: message.content.clone(),
        options: options_text(&poll.options),
        allow_multiple: poll.allow_multiple.unwrap_or(false),
        is_anonymous: is_channel || poll.is_anonymous.unwrap_or(false),
        expires_at: poll.expires_at,
        created_at: Some(Timestamp::AT_COMMIT),
        ..Poll::default()
    }
}
