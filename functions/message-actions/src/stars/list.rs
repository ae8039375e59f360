//! `GET /v1/me/starred-messages`: the caller's starred messages, the one starred last first.

use whisper_kit::error::Result;
use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request};
use whisper_messages::show_all;
use whisper_people::UsersView;
use whisper_schema::Column;
use whisper_schema::system::{MessageMark, MessageMarkKind};
use whisper_store::{Filter, Order, Query};

use super::StarredMessageView;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/me/starred-messages",
        "listStarredMessages",
        "Lists the caller's starred messages that they still see, over all conversations, the one starred last first.",
        list,
    )
    .reply::<ListingWith<StarredMessageView, UsersView>>(200, "A page of starred messages.")
}

/// Answers 200 with a page, by five statements at most.
async fn list(ctx: Ctx, _: Request, window: Window) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let stars = Query::<MessageMark>::new()
        .filter(Filter::eq(MessageMark::USER_ID, me.as_str()))
        .filter(Filter::eq(MessageMark::KIND, MessageMarkKind::Starred))
        .order(Order::desc(Column::seq()));
    let page = ctx.read(window.over(stars).page()).await?;
    let places = page.items.iter();
    let places: Vec<(&str, &str)> = places
        .map(|star| (star.conversation_id.as_str(), star.message_id.as_str()))
        .collect();
    let mut shown = show_all(&ctx, &me, &places).await?;
    let items = page.items.iter().filter_map(|star| {
        Some(StarredMessageView {
            message_id: star.message_id.clone(),
            starred_at: star.created_at,
            message: Some(shown.messages.remove(&star.message_id)?),
        })
    });
    let items: Vec<StarredMessageView> = items.collect();
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window.reply_with(&ctx, items, cursors, shown.users).await
}
