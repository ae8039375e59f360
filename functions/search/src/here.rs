//! `GET /v1/conversations/{conversationId}/search`

use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_messages::check_member;
use whisper_people::UsersView;
use whisper_schema::prelude::SearchEntry;
use whisper_store::Filter;

use crate::found::{found, views};
use crate::limits::SEARCHES;
use crate::place::{self, Places};
use crate::question::{Question, SearchFilters};
use crate::view::FoundMessageView;
use crate::walk::walk;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{conversationId}/search",
        "searchConversation",
        "Finds messages of a conversation by their words, newest first",
        search,
    )
    .at_replica()
    .reply::<ListingWith<FoundMessageView, UsersView>>(200, "A page of messages.")
    .codes(&[
        Code::NotFound,
        Code::InvalidQuery,
        Code::InvalidCursor,
        Code::RateLimited,
    ])
}

async fn search(ctx: Ctx, request: Request, window: Window<SearchFilters>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let conversation = request.id("conversationId")?;
    let question = Question::new(&window.filters)?;
    let access = check_member(&ctx, conversation, &me).await?;
    SEARCHES.of_caller(&ctx).await?.count(&ctx).await?;
    let entries = question.entries([conversation], ctx.now());
    let hidden = access.conversation.hidden_up_to(&access.member);
    let entries = [entries.filter(Filter::gt(SearchEntry::POSITION, hidden))];
    let places = Places::from([(conversation.to_owned(), access.clone())]);
    let page = walk(&ctx, &window, &entries, async |entries| {
        found(&ctx, &places, entries, &question).await
    })
    .await?;
    let (messages, matches): (Vec<_>, Vec<_>) = page.items.into_iter().unzip();
    let viewing = place::viewing(&ctx, &access, &messages).await?;
    let items = views(messages, matches, &viewing);
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window
        .reply_with(&ctx, items, cursors, viewing.into_users())
        .await
}
