//! `GET /v1/conversations/{conversationId}/messages/{messageId}`

use serde::Serialize;
use whisper_kit::Ctx;
use whisper_kit::Endpoint;
use whisper_kit::Method;
use whisper_kit::Reply;
use whisper_kit::Request;
use whisper_kit::error::{Code, OptionExt, Result};
use whisper_kit::ids::member_id;
use whisper_people::Users;
use whisper_schema::main_db::Message;
use whisper_schema::system::ConversationMember;
use whisper_schema::{Column, Ephemeral};
use whisper_store::{Filter, Get, Query};

use crate::access::{is_deleted_for, member_of, this_conversation, to_member};
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
    let message = Query::<Message>::new()
        .filter(Filter::eq(Column::id(), message))
        .filter(to_member(Message::CONVERSATION_ID, conversation, me));
    let (member, found, message, readers) = ctx
        .read((
            Get::<ConversationMember>::id(member_id(conversation, me)),
            this_conversation(conversation, me),
            message.first(),
            viewing::readers(conversation, me),
        ))
        .await?;
    member_of(member)?;
    let kind = found.or_not_found()?.kind;
    let message = message
        .filter(|message| message.lasts(ctx.now()) && !is_deleted_for(message, me))
        .or_not_found()?;
    let viewing = Viewing::read(&ctx, me, kind, readers, std::slice::from_ref(&message)).await?;
    Reply::ok(&SingleMessageView {
        message: MessageView::seen(message, &viewing),
        users: viewing.into_users(),
    })
}
