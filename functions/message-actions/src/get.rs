//! `GET /v1/conversations/{conversationId}/messages/{messageId}`

use whisper_kit::Ctx;
use whisper_kit::Endpoint;
use whisper_kit::Method;
use whisper_kit::Reply;
use whisper_kit::Request;
use whisper_kit::error::{Code, OptionExt, Result};
use whisper_schema::Ephemeral;
use whisper_schema::main_db::Message;
use whisper_store::Get;

use whisper_messages::{
    MESSAGE, MessageView, SingleMessageView, Viewing, check_member, deletion, receipts,
};

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(Method::GET, MESSAGE, "getMessage", "Gives one message", get)
        .reply::<SingleMessageView>(200, "The message.")
        .codes(&[Code::NotFound])
}

async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    let caller = ctx.caller()?;
    let me = caller.user_id.as_str();
    let conversation = request.id("conversationId")?;
    let message = request.id("messageId")?;
    let access = check_member(&ctx, conversation, me).await?;
    let named = (Get::<Message>::id(message), deletion(me, message));
    let ((message, deleted), receipts) = ctx.read((named, receipts(&access))).await?;
    let kind = access.conversation.kind;
    let message = message
        .filter(|message| access.is_in_history(message, deleted.as_ref()))
        .filter(|message| message.lasts(ctx.now()))
        .or_not_found()?;
    let viewing = Viewing::read(&ctx, me, kind, receipts, std::slice::from_ref(&message)).await?;
    let viewing = viewing.within(&access);
    Reply::ok(&SingleMessageView {
        message: MessageView::seen(message, &viewing),
        users: viewing.into_users(),
    })
}
