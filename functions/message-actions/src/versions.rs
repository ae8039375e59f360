//! `GET …/messages/{messageId}/versions`: the words that edits of a message replaced, for moderators of the conversation.

use serde::Serialize;
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::page::{Listing, Window};
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request};
use whisper_schema::Timestamp;
use whisper_schema::system::MessageVersion;
use whisper_store::{Filter, Order, Query};

use crate::opened::Named;
use crate::rules::moderates;

/// Words of a message that an edit replaced.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessageVersionView {
    /// Counts the versions that are kept, from 1.
    pub number: i64,
    /// The words; ciphertext when the conversation is encrypted.
    pub content: String,
    /// Users that were mentioned.
    pub mentions: Vec<String>,
    /// Addresses that were found in it.
    pub links: Vec<String>,
    /// When these words were written.
    pub written_at: Timestamp,
    /// When an edit replaced them.
    pub replaced_at: Timestamp,
}

impl From<MessageVersion> for MessageVersionView {
    fn from(version: MessageVersion) -> Self {
        MessageVersionView {
            number: version.number,
            content: version.content,
            mentions: version.mentions,
            links: version.links,
            written_at: version.written_at,
            replaced_at: version.replaced_at,
        }
    }
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{conversationId}/messages/{messageId}/versions",
        "listMessageVersions",
        "Lists the words that edits of a message replaced in the last 30 days, newest first; for moderators of the group",
        list,
    )
    .reply::<Listing<MessageVersionView>>(200, "A page of versions.")
    .codes(&[Code::NotFound, Code::Forbidden, Code::InvalidCursor])
}

async fn list(ctx: Ctx, request: Request, window: Window) -> Result<Reply> {
    let named = Named::of(&request)?;
    let versions = Query::<MessageVersion>::new()
        .filter(Filter::eq(MessageVersion::MESSAGE_ID, named.message))
        .order(Order::desc(MessageVersion::NUMBER));
    let (opened, page) = named.open(&ctx, window.over(versions).page()).await?;
    if !moderates(&opened.access) {
        let detail = "Only moderators of the conversation see the words that edits replaced.";
        return Err(Error::forbidden(detail));
    }
    let items = page.items.iter();
    let items = items.map(|version| MessageVersionView::from(version.value.clone()));
    window.reply(&ctx, &page, items.collect()).await
}
