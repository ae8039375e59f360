//! `GET /v1/conversations/{conversationId}/messages`

use serde::Deserialize;
use whisper_kit::Ctx;
use whisper_kit::Endpoint;
use whisper_kit::Method;
use whisper_kit::Reply;
use whisper_kit::Request;
use whisper_kit::error::{Code, Result};
use whisper_kit::ids::member_id;
use whisper_kit::page::Listing;
use whisper_schema::Timestamp;
use whisper_schema::main_db::{Conversation, Message};
use whisper_schema::system::ConversationMember;
use whisper_store::{Filter, Get, Order, Query};

use crate::view::{MessageView, Readers};
use crate::world;

/// How to walk the history.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct HistoryFilters {
    /// `desc`, newest first, or `asc`. A cursor of one order is good in the other.
    #[serde(default)]
    pub order: Direction,
}

/// Order of the history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Newest first.
    #[default]
    Desc,
    /// Oldest first.
    Asc,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        crate::MESSAGES,
        "listMessages",
        "Lists the messages of a conversation, newest first; `previous` leads to those that come later",
        list,
    )
    .page::<HistoryFilters>()
    .reply::<Listing<MessageView>>(200, "A page of the history.")
    .codes(&[Code::NotFound, Code::InvalidCursor])
}

async fn list(ctx: Ctx, request: Request) -> Result<Reply> {
    let caller = ctx.caller()?;
    let me = caller.user_id.as_str();
    let conversation = request.id("conversationId")?;
    // A cursor of one order is good in the other.
    let window = request
        .page_of(&ctx, |_: &HistoryFilters| String::new())
        .await?;
    let (member, found, page, readers) = ctx
        .read((
            Get::<ConversationMember>::id(member_id(conversation, me)),
            Get::<Conversation>::id(conversation),
            window
                .over(messages(conversation, window.filters.order, ctx.now()))
                .page(),
            Readers::query(conversation),
        ))
        .await?;
    world::admit(member, found)?;
    let readers = Readers::new(readers);
    // Also at the newest message: what comes later stands before this cursor.
    let (next, previous) = (page.next, page.first);
    let shown = page.items.into_iter().map(|doc| doc.value);
    let items: Vec<MessageView> = shown
        .filter(|message| !world::is_deleted_for(message, me))
        .map(|message| MessageView::new(message, &readers))
        .collect();
    window
        .reply_between(&ctx, items, next.as_ref(), previous.as_ref())
        .await
}

/// The messages that have not expired, by the time of their commit.
fn messages(conversation: &str, order: Direction, now: Timestamp) -> Query<Message> {
    let order = match order {
        Direction::Desc => Order::desc(Message::CREATED_AT),
        Direction::Asc => Order::asc(Message::CREATED_AT),
    };
    let lasting = Filter::or([
        Filter::is_null(Message::EXPIRES_AT),
        Filter::gt(Message::EXPIRES_AT, now),
    ]);
    Query::new()
        .filter(Filter::eq(Message::CONVERSATION_ID, conversation))
        .filter(lasting)
        .order(order)
}
