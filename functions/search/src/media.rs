//! `GET /v1/conversations/{conversationId}/media`

use serde::Deserialize;
use whisper_kit::error::{Error, Rule};
use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_messages::{MessageView, check_member};
use whisper_people::UsersView;
use whisper_schema::prelude::{Choice, MediaEntry, MediaKind, Timestamp};
use whisper_store::{Filter, Query};

use crate::place::{self, Places};
use crate::walk::{Pointer, walk};

/// The kinds of media to list.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct MediaFilters {
    /// The kinds, separated by commas: `images`, `videos`, `gifs`, `audio`, `voice`, `files`, `links`.
    #[cfg_attr(
        not(target_family = "wasm"),
        schemars(regex(
            pattern = "^(images|videos|gifs|audio|voice|files|links)(,(images|videos|gifs|audio|voice|files|links))*$"
        ))
    )]
    pub kind: String,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{conversationId}/media",
        "listConversationMedia",
        "Lists the messages of a conversation that carry pictures, films, recordings, files or addresses, newest first",
        list,
    )
    .at_replica()
    .reply::<ListingWith<MessageView, UsersView>>(200, "A page of messages.")
    .codes(&[Code::NotFound, Code::InvalidQuery, Code::InvalidCursor])
}

async fn list(ctx: Ctx, request: Request, window: Window<MediaFilters>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let conversation = request.id("conversationId")?;
    let kinds = kinds(&window.filters.kind)?;
    let access = check_member(&ctx, conversation, &me).await?;
    let hidden = access.conversation.hidden_up_to(&access.member);
    let entries: Vec<Query<MediaEntry>> = kinds
        .into_iter()
        .map(|kind| entries(conversation, kind, ctx.now()))
        .map(|query| query.filter(Filter::gt(MediaEntry::POSITION, hidden)))
        .collect();
    let places = Places::from([(conversation.to_owned(), access.clone())]);
    let page = walk(&ctx, &window, &entries, async |entries| {
        let pointed: Vec<(&str, &str)> = entries
            .iter()
            .map(|entry| (entry.message(), entry.conversation()))
            .collect();
        place::seen(&ctx, &places, &pointed).await
    })
    .await?;
    let viewing = place::viewing(&ctx, &access, &page.items).await?;
    let items = page.items.into_iter();
    let items: Vec<MessageView> = items
        .map(|message| MessageView::seen(message, &viewing))
        .collect();
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window
        .reply_with(&ctx, items, cursors, viewing.into_users())
        .await
}

/// The kinds of a list, each once.
fn kinds(text: &str) -> Result<Vec<MediaKind>> {
    let mut kinds = Vec::new();
    for word in text.split(',') {
        let Some(kind) = MediaKind::parse(word.trim()) else {
            let all: Vec<&str> = MediaKind::ALL.iter().map(|kind| kind.as_str()).collect();
            let detail = format!("must be some of {}, separated by commas", all.join(", "));
            return Err(Error::parameter("kind", Rule::Enum, detail));
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

fn entries(conversation: &str, kind: MediaKind, now: Timestamp) -> Query<MediaEntry> {
    Query::new()
        .filter(Filter::eq(MediaEntry::CONVERSATION_ID, conversation))
        .filter(Filter::eq(MediaEntry::KIND, kind))
        .filter(Filter::lasts(now))
}
