//! `POST /v1/conversations/{conversationId}/read`: how far the caller has read. It only ever moves forward.

use serde::Serialize;
use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{
    Attempt, Ctx, Endpoint, Error, Method, OptionalJson, Reply, Request, Result, Rule,
};
use whisper_messages::ids::reading_reference_id;
use whisper_people::ids::member_id;
use whisper_people::list_changed;
use whisper_people::privacy::tells_of_reading;
use whisper_schema::Body;
use whisper_schema::Ephemeral;
use whisper_schema::body::forms;
use whisper_schema::prelude::{
    Column, ConversationMember, Message, MessageReference, MessageReferenceKind, Profile, Timestamp,
};
use whisper_store::{Batch, Doc, Filter, First, Get, Order, Patch, Query};
use whisper_views::conversations::{Unread, unread};

use crate::access::{Access, active, admit, door};
use crate::mine;
use crate::positions::{Step, trail};

/// How far.
#[derive(Clone, Debug, Default, Body)]
#[body(example = r#"{}"#)]
pub struct ReadUpTo {
    /// The newest message that was read; the conversation's newest if not said.
    #[field(is = forms::ID)]
    pub message_id: Option<String>,
}

/// How far the caller has read.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConversationReadView {
    /// When the newest message read was sent; absent if none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_read_at: Option<Timestamp>,
    /// The newest message read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_read_message_id: Option<String>,
    /// Messages of others since then, at most 999.
    pub unread_count: u64,
    /// Whether there are more than 999.
    pub unread_capped: bool,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/read",
        "markConversationRead",
        "Says how far the caller has read; never moves back. A message that was read counts as delivered. Others are told, unless the caller has read \
         receipts turned off (`readReceipts` of the privacy settings) or the conversation is a request.",
        mark_read,
    )
    .for_bots()
    .reply::<ConversationReadView>(200, "How far the caller has read now.")
}

/// Answers 200 with how far the caller has read now.
async fn mark_read(
    ctx: Ctx,
    request: Request,
    OptionalJson(body): OptionalJson<ReadUpTo>,
) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let access = ctx
        .retry(async || attempt(&ctx, id, body.message_id.as_deref()).await)
        .await?;
    let unread = unread::count(&access.conversation, &access.me, ctx.now());
    let Unread { count, capped } = Unread::of(ctx.read(unread).await?);
    let me = access.me.into_inner();
    Reply::ok(&ConversationReadView {
        last_read_at: me.last_read_at,
        last_read_message_id: me.last_read_message_id,
        unread_count: count,
        unread_capped: capped,
    })
}

async fn attempt(ctx: &Ctx, id: &str, message: Option<&str>) -> Result<Attempt<Access>> {
    let user = ctx.caller()?.user_id;
    let asked = (
        door(id, &user),
        (
            message.map(Get::<Message>::id),
            message.is_none().then(|| newest_that_lasts(id, ctx.now())),
        ),
        (Get::<Profile>::id(&user), trail(&member_id(id, &user))),
    );
    let (found, (named, newest), (profile, trail)) = ctx.read(asked).await?;
    let mut access = admit(found)?;
    let read = match named {
        None => newest
            .flatten()
            .filter(|newest| access.is_in_history(newest)),
        Some(named) => Some(of_history(&access, named, ctx.now())?),
    };
    let Some(read) = read else {
        return unmark(ctx, access).await;
    };
    let step = Step::reading(&access.me, &read, tells_of_reading(profile.as_deref()));
    if !step.is_any() {
        return Ok(Attempt::Done(access));
    }
    let Access { conversation, me } = &mut access;
    let (trail, now) = (trail.as_deref(), ctx.now());
    let batch = step.take(Batch::new(), conversation, me, &read, trail, now);
    let batch = match read.expires_at {
        Some(_) if step.reads => name_read(batch, &me.id, &read.id),
        _ => batch,
    };
    // A stranger must not learn that their request was looked at, nor anybody of a reading that its reader keeps to themselves: the
    // event says so, for components that hand it on.
    let what = json!({
        "messageId": read.id,
        "lastReadAt": read.created_at,
        "isRequest": me.is_request,
        "isReceipt": step.tells && !me.is_request,
    });
    let batch = append(ctx, batch, "conversation.read", id, Some(&user), &what)?;
    let batch = match step.reads || step.unmarks {
        true => list_changed(ctx, batch, &user, id)?,
        false => batch,
    };
    let committed = ctx.try_commit(batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(access)))
}

/// Takes the mark by hand from a conversation without any message to read; to be tried again when the membership changed.
///
/// # Errors
/// The store's.
pub async fn unmark(ctx: &Ctx, mut access: Access) -> Result<Attempt<Access>> {
    let me = &mut access.me;
    if !me.is_marked_unread {
        return Ok(Attempt::Done(access));
    }
    me.value.is_marked_unread = false;
    let patch = Patch::new()
        .set(ConversationMember::IS_MARKED_UNREAD, false)
        .set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new().update_if(&me.id, patch, active());
    let batch = mine::changed(ctx, batch, &me.user_id, &me.conversation_id)?;
    let committed = ctx.try_commit(batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(access)))
}

/// Notes that a membership names a message that ends, so that it does so no longer than that lasts.
fn name_read(batch: Batch, member: &str, message: &str) -> Batch {
    let reference = MessageReference {
        id: reading_reference_id(member),
        message_id: message.to_owned(),
        kind: MessageReferenceKind::Read,
        document_id: member.to_owned(),
    };
    let this = Patch::new().set(MessageReference::MESSAGE_ID, message);
    batch
        // Else it may have been removed since it was read, and nothing would take the name away.
        .expect_some(Filter::<Message>::eq(Column::id(), message))
        .insert_or_update(&reference, this)
}

/// Asks for a conversation's newest message, by its commit number.
pub fn newest(conversation: &str) -> First<Message> {
    messages(conversation).first()
}

/// Asks for the newest message whose end hasn't come.
fn newest_that_lasts(conversation: &str, now: Timestamp) -> First<Message> {
    messages(conversation).filter(Filter::lasts(now)).first()
}

fn messages(conversation: &str) -> Query<Message> {
    Query::new()
        .filter(Filter::eq(Message::CONVERSATION_ID, conversation))
        .order(Order::desc(Column::seq()))
}

/// A message that is the caller's to see. One whose end has come is none, whether or not it was removed yet.
fn of_history(
    access: &Access,
    message: Option<Doc<Message>>,
    now: Timestamp,
) -> Result<Doc<Message>> {
    message
        .filter(|message| access.is_in_history(message) && message.lasts(now))
        .ok_or_else(|| {
            Error::field(
                "messageId",
                Rule::Reference,
                "is no message of this conversation",
            )
        })
}
