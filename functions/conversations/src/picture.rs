//! The picture of a conversation that nobody belongs to any more: its file is held no longer.

use whisper_kit::{Ctx, Result};
use whisper_people::{Swap, swaps};
use whisper_schema::prelude::Conversation;
use whisper_store::{Batch, Filter};

/// Holds for a conversation whose picture is the file that was read; for the commit that lets it go.
pub fn same_picture(conversation: &Conversation) -> Filter<Conversation> {
    match &conversation.avatar_file_id {
        Some(file) => Filter::eq(Conversation::AVATAR_FILE_ID, file.as_str()),
        None => Filter::is_null(Conversation::AVATAR_FILE_ID),
    }
}

/// Lets the file of the picture go, in the commit by which the last member leaves; one statement where there is one. The row stays, and
/// nobody sees it.
///
/// # Errors
/// The store's.
pub async fn let_go(ctx: &Ctx, batch: Batch, of: &Conversation) -> Result<Batch> {
    let place = (of.id.as_str(), of.creator_id.as_str());
    let swap = Swap::conversation_avatar(place, of.avatar_file_id.as_deref(), None);
    let swapped = swaps(ctx, [swap]).await?.into_iter();
    Ok(swapped.fold(batch, |batch, swapped| swapped.add_to(ctx, batch)))
}
