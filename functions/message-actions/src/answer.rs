//! One message as an answer shows it.

use whisper_kit::precondition::{edit_number, tagged};
use whisper_kit::{Ctx, Reply, Result};
use whisper_messages::{
    Access, LinkPreviewView, MessageView, SingleMessageView, Viewing, receipts,
};
use whisper_schema::main_db::Message;
use whisper_store::Doc;

/// Stands for the words of a message in its ETag: they are all that an edit changes, while others react, read and vote.
pub fn fingerprint(message: &Message) -> i64 {
    let lists = [&message.mentions, &message.links];
    // The number of mentions tells them from the links.
    let mentions = message.mentions.len().to_string();
    let parts = [message.content.as_str(), mentions.as_str()].into_iter();
    let parts = parts.chain(lists.into_iter().flatten().map(String::as_str));
    // No address begins as an object does.
    let preview = LinkPreviewView::of(message);
    let preview = preview.and_then(|preview| serde_json::to_string(&preview).ok());
    let parts = parts.chain(preview.as_deref());
    edit_number(&parts.collect::<Vec<_>>())
}

/// The message as a member sees it, with its ETag.
///
/// # Errors
/// The store's.
pub async fn answer(ctx: &Ctx, access: &Access, message: Doc<Message>) -> Result<Reply> {
    let receipts = ctx.read(receipts(access)).await?;
    let edit = fingerprint(&message);
    let one = std::slice::from_ref(&message);
    let viewing = Viewing::read(ctx, access, receipts, one).await?;
    let view = SingleMessageView {
        message: MessageView::seen(message, &viewing),
        users: viewing.into_users(),
    };
    Ok(tagged(Reply::ok(&view)?, edit))
}
