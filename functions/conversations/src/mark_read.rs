//! `POST /v1/conversations/{id}/read`: how far the caller has read. It only ever moves forward.

use serde::{Deserialize, Serialize};
use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Ctx, Endpoint, Error, Method, Reply, Request, Result, Rule};
use whisper_schema::prelude::{ConversationMember, Message, Timestamp};
use whisper_store::{Batch, Doc, Filter, Get, Patch};

use crate::access::{Access, active, admit, door};
use crate::commit::{commit, settle};
use crate::unread::{self, Unread};

/// How far.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConversationRead {
    /// The newest message that was read; the conversation's newest if not said.
    pub message_id: Option<String>,
}

/// How far the caller has read.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConversationReadState {
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
        "/v1/conversations/{id}/read",
        "markConversationRead",
        "Says how far the caller has read; never moves back.",
        mark_read,
    )
    .optional_body::<ConversationRead>()
    .reply::<ConversationReadState>(200, "How far the caller has read now.")
}

/// Answers 200 with how far the caller has read now.
async fn mark_read(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("id")?;
    let body: ConversationRead = request.json_or_default()?;
    let me = settle(async || attempt(&ctx, id, body.message_id.as_deref()).await).await?;
    let Unread { count, capped } = Unread::of(ctx.read(unread::count(&me, ctx.now())).await?);
    Reply::ok(&ConversationReadState {
        last_read_at: me.last_read_at,
        last_read_message_id: me.last_read_message_id,
        unread_count: count,
        unread_capped: capped,
    })
}

async fn attempt(ctx: &Ctx, id: &str, message: Option<&str>) -> Result<Option<ConversationMember>> {
    let user = ctx.caller()?.user_id;
    let (found, read_one) = ctx
        .read((door(id, &user), message.map(Get::<Message>::id)))
        .await?;
    let access = admit(found)?;
    let place = match read_one {
        None => newest(&access),
        Some(found) => Some(place_of(id, found)?),
    };
    let mut me = access.me.into_inner();
    let Some((message, at)) =
        place.filter(|(_, at)| me.last_read_at.is_none_or(|before| before < *at))
    else {
        return Ok(Some(me));
    };
    let patch = Patch::new()
        .set(ConversationMember::LAST_READ_AT, at)
        .set(ConversationMember::LAST_READ_MESSAGE_ID, message.as_str())
        .set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new().update_if(&me.id, patch, Filter::and([active(), before(at)]));
    let what = json!({"messageId": message, "lastReadAt": at});
    let batch = append(ctx, batch, "conversation.read", id, Some(&user), &what)?;
    if commit(ctx, batch).await?.is_none() {
        return Ok(None);
    }
    me.last_read_at = Some(at);
    me.last_read_message_id = Some(message);
    Ok(Some(me))
}

/// The conversation's newest message, if it has one.
fn newest(access: &Access) -> Option<(String, Timestamp)> {
    let conversation = &access.conversation;
    Some((
        conversation.last_message_id.clone()?,
        conversation.last_message_at?,
    ))
}

fn place_of(conversation: &str, message: Option<Doc<Message>>) -> Result<(String, Timestamp)> {
    message
        .filter(|message| message.conversation_id == conversation)
        .and_then(|message| Some((message.id.clone(), message.created_at?)))
        .ok_or_else(|| {
            Error::field(
                "messageId",
                Rule::Reference,
                "is no message of this conversation",
            )
        })
}

/// Holds for who has not read that far.
fn before(at: Timestamp) -> Filter<ConversationMember> {
    Filter::or([
        Filter::is_null(ConversationMember::LAST_READ_AT),
        Filter::lt(ConversationMember::LAST_READ_AT, at),
    ])
}
