//! Previews of conversations that show messages which go.

use std::collections::BTreeSet;

use whisper_kit::{Ctx, Result};
use whisper_people::list_changed;
use whisper_schema::prelude::{Column, Conversation, Message, Timestamp};
use whisper_store::{Batch, Doc, Filter, Order, Patch, Query};

/// The preview of one conversation after messages of it went.
struct Preview {
    conversation: String,
    /// The message that it shows so far.
    shown: String,
    /// The newest one that stays, if any.
    next: Option<Doc<Message>>,
}

/// Changes of the previews that show messages which go.
pub struct Previews(Vec<Preview>);

impl Previews {
    /// Reads them, for messages of these conversations with these ids, of which so many still stand; two statements.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(
        ctx: &Ctx,
        conversations: &BTreeSet<&str>,
        going: &BTreeSet<&str>,
        standing: usize,
    ) -> Result<Self> {
        let most = |count: usize| u32::try_from(count.max(1)).unwrap_or(u32::MAX);
        let query = Query::<Conversation>::new()
            .filter(Filter::is_in(Column::id(), conversations.iter().copied()))
            .limit(most(conversations.len()));
        let found = ctx.read(query).await?.into_iter().map(Doc::into_inner);
        let shown = found.filter_map(|found| Some((found.id, found.last_message_id?)));
        let shown: Vec<(String, String)> = shown
            .filter(|(_, shown)| going.contains(shown.as_str()))
            .collect();
        let newest = shown.iter().map(|(conversation, _)| {
            Query::<Message>::new()
                .filter(Filter::eq(Message::CONVERSATION_ID, conversation.as_str()))
                .filter(Filter::stands(ctx.now()))
                .order(Order::desc(Column::seq()))
                // Any message that still stands may be the newest.
                .limit(most(standing + 1))
        });
        let newest = ctx.read(newest.collect::<Vec<_>>()).await?;
        let previews = shown.into_iter().zip(newest);
        Ok(Previews(
            previews
                .map(|((conversation, shown), newest)| Preview {
                    conversation,
                    shown,
                    next: newest
                        .into_iter()
                        .find(|message| !going.contains(message.id.as_str())),
                })
                .collect(),
        ))
    }

    /// Changes them, on the condition that each still shows the same message, and that the one it shows next has neither
    /// gone nor been edited since. Members who catch up hear of it, and of messages that go in all other places: there are fewer
    /// unread ones.
    ///
    /// # Errors
    /// A fault when the runtime has no randomness.
    pub fn change(self, ctx: &Ctx, batch: Batch, places: &BTreeSet<&str>) -> Result<Batch> {
        let others = places.iter().filter(|place| !self.has(place));
        let batch = others
            .copied()
            .try_fold(batch, |batch, place| list_changed(ctx, batch, place, place))?;
        self.0.into_iter().try_fold(batch, |batch, preview| {
            let unchanged = Filter::eq(Conversation::LAST_MESSAGE_ID, preview.shown.as_str());
            let patch = shows(preview.next.as_deref());
            let batch = batch.update_if(&preview.conversation, patch, unchanged);
            let batch = match &preview.next {
                Some(next) => batch.expect_some(as_it_was(next)),
                None => batch,
            };
            list_changed(ctx, batch, &preview.conversation, &preview.conversation)
        })
    }

    /// Whether a conversation's preview is among them.
    pub fn has(&self, conversation: &str) -> bool {
        let mut previews = self.0.iter();
        previews.any(|preview| preview.conversation == conversation)
    }
}

/// Holds for a conversation whose preview shows none of these messages.
pub fn shows_none_of(conversation: &str, messages: &[&str]) -> Filter<Conversation> {
    let others = messages
        .iter()
        .map(|id| Filter::ne(Conversation::LAST_MESSAGE_ID, *id));
    Filter::and([
        Filter::eq(Column::id(), conversation),
        Filter::or([
            Filter::is_null(Conversation::LAST_MESSAGE_ID),
            Filter::and(others),
        ]),
    ])
}

/// The change that makes a conversation show this message, or none. The time of its last activity stays: lists are sorted by
/// it.
fn shows(message: Option<&Message>) -> Patch<Conversation> {
    let (id, sender) = (
        message.map(|m| m.id.clone()),
        message.map(|m| m.sender_id.clone()),
    );
    Patch::new()
        .set(Conversation::LAST_MESSAGE_ID, id)
        .set(
            Conversation::LAST_MESSAGE_TEXT,
            message.and_then(|m| m.plain_text.clone()),
        )
        .set(Conversation::LAST_MESSAGE_SENDER_ID, sender)
}

/// Holds while the message stands with the words that were read.
fn as_it_was(message: &Message) -> Filter<Message> {
    let edited = match message.edited_at {
        Some(at) => Filter::eq(Message::EDITED_AT, at),
        None => Filter::is_null(Message::EDITED_AT),
    };
    Filter::and([
        Filter::eq(Column::id(), message.id.as_str()),
        Filter::stands(Timestamp::AT_COMMIT),
        edited,
    ])
}
