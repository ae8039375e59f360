//! A page of stories as the caller sees them.

use whisper_kit::page::Window;
use whisper_kit::{Ctx, Reply, Result};
use whisper_schema::prelude::Story;
use whisper_store::Page;
use whisper_views::stories::stories_seen;

/// Answers with a page of stories: one more statement.
///
/// # Errors
/// The store's.
pub async fn reply<F>(
    ctx: &Ctx,
    window: &Window<F>,
    viewer: &str,
    page: &Page<Story>,
) -> Result<Reply> {
    let (items, users) = stories_seen(ctx, viewer, &page.items).await?;
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window.reply_with(ctx, items, cursors, users).await
}
