//! `GET /v1/conversations/{conversationId}/messages/{messageId}`

use serde::Serialize;
use whisper_kit::Ctx;
use whisper_kit::Endpoint;
use whisper_kit::Method;
use whisper_kit::Reply;
use whisper_kit::Request;
use whisper_kit::error::{Code, OptionExt, Result};
use whisper_people::Users;
use whisper_schema::Ephemeral;
use whisper_schema::main_db::{Conversation, Message};
use whisper_store::Get;

use crate::access::{check_member, is_deleted_for};
use crate::view::MessageView;
use crate::viewing::{self, Viewing};

/// A message with the people whom it names.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct SingleMessageView {
    /// The message.
    #[serde(flatten)]
    pub message: MessageView,
    /// The people.
    #[serde(flatten)]
    pub users: Users,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        crate::MESSAGE,
        "getMessage",
        "Gives one message",
        get,
    )
    .reply::<SingleMessageView>(200, "The message.")
    .codes(&[Code::NotFound])
}

async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    let caller = ctx.caller()?;
    let me = caller.user_id.as_str();
    let conversation = request.id("conversationId")?;
    let message = request.id("messageId")?;
    check_member(&ctx, conversation, me).await?;
    let (found, message, readers) = ctx
        .read((
            Get::<Conversation>::id(conversation),
            Get::<Message>::id(message),
            viewing::readers(conversation, me),
        ))
        .await?;
    let kind = found.or_not_found()?.kind;
    let message = message
        .filter(|message| message.conversation_id == conversation)
        .filter(|message| message.lasts(ctx.now()) && !is_deleted_for(message, me))
        .or_not_found()?;
    let viewing = Viewing::read(&ctx, me, kind, readers, std::slice::from_ref(&message)).await?;
    Reply::ok(&SingleMessageView {
        message: MessageView::seen(message, &viewing),
        users: viewing.into_users(),
    })
}
