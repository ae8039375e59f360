//! From entries that answer a question to the messages that do.

use std::collections::BTreeMap;

use whisper_kit::{Ctx, Result};
use whisper_messages::{MessageView, Viewing};
use whisper_schema::prelude::{Message, SearchEntry};
use whisper_store::Doc;

use crate::place::{self, Places};
use crate::question::Question;
use crate::view::{FoundMessageView, MatchView, matches};
use crate::walk::Pointer;

/// A message, and where the words stand in it.
pub type Found = (Doc<Message>, Vec<MatchView>);

/// The messages of these entries that answer the question as they are now, by their ids: an entry may be a moment older than
/// its message.
///
/// # Errors
/// As [`Ctx::read`].
pub async fn found(
    ctx: &Ctx,
    places: &Places,
    entries: &[Doc<SearchEntry>],
    question: &Question,
) -> Result<BTreeMap<String, Found>> {
    let pointed: Vec<(&str, &str)> = entries
        .iter()
        .map(|entry| (entry.message(), entry.conversation()))
        .collect();
    let messages = place::seen(ctx, places, &pointed).await?;
    let found = messages.into_iter().filter_map(|(id, message)| {
        let matches = matches(&message, &question.phrases)?;
        Some((id, (message, matches)))
    });
    Ok(found.collect())
}

/// Messages as a search shows them.
pub fn views(
    messages: Vec<Doc<Message>>,
    matches: Vec<Vec<MatchView>>,
    viewing: &Viewing,
) -> Vec<FoundMessageView> {
    let all = messages.into_iter().zip(matches);
    let view = |(message, matches)| FoundMessageView {
        message: MessageView::listed(message, viewing),
        matches,
    };
    all.map(view).collect()
}
