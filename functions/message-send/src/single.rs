//! `GET /v1/conversations/{conversationId}/messages/{messageId}`

use whisper_kit::Ctx;
use whisper_kit::Endpoint;
use whisper_kit::Method;
use whisper_kit::Reply;
use whisper_kit::Request;
use whisper_kit::error::{Code, OptionExt, Result};
use whisper_kit::ids::member_id;
use whisper_schema::main_db::{Conversation, Message};
use whisper_schema::system::ConversationMember;
use whisper_store::{Doc, Get};

use crate::view::{MessageView, Readers};
use crate::world;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        crate::MESSAGE,
        "getMessage",
        "Gives one message",
        get,
    )
    .reply::<MessageView>(200, "The message.")
    .codes(&[Code::NotFound])
}

async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    let caller = ctx.caller()?;
    let me = caller.user_id.as_str();
    let conversation = request.id("conversationId")?;
    let (member, found, message, readers) = ctx
        .read((
            Get::<ConversationMember>::id(member_id(conversation, me)),
            Get::<Conversation>::id(conversation),
            Get::<Message>::id(request.id("messageId")?),
            Readers::query(conversation),
        ))
        .await?;
    world::admit(member, found)?;
    let message = message
        .map(Doc::into_inner)
        .filter(|message| message.conversation_id == conversation)
        .filter(|message| {
            world::is_lasting(message, ctx.now()) && !world::is_deleted_for(message, me)
        })
        .or_not_found()?;
    Reply::ok(&MessageView::new(message, &Readers::new(readers)))
}
