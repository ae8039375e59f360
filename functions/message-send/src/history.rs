//! `GET /v1/conversations/{conversationId}/messages`

use serde::Deserialize;
use whisper_kit::Ctx;
use whisper_kit::Method;
use whisper_kit::Reply;
use whisper_kit::Request;
use whisper_kit::auth;
use whisper_kit::error::{Code, Result};
use whisper_kit::ids::member_id;
use whisper_kit::page::{Listing, PageQuery};
use whisper_kit::{Auth, Endpoint};
use whisper_schema::Timestamp;
use whisper_schema::main_db::{Conversation, Message};
use whisper_schema::system::ConversationMember;
use whisper_store::{Filter, Get, Order, Query};

use crate::view::{MessageView, Readers};
use crate::world;

/// Which part of the history.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HistoryQuery {
    /// How many messages at most: 1 to 100, 25 by default.
    pub limit: Option<u32>,
    /// Continue after this cursor, a former page's `next`.
    pub after: Option<String>,
    /// What comes before this cursor, a former page's `previous`: with the default order, newer messages.
    pub before: Option<String>,
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
    .auth(Auth::UserDeferred)
    .query::<HistoryQuery>()
    .reply::<Listing<MessageView>>(200, "A page of the history.")
    .codes(&[Code::NotFound, Code::InvalidCursor])
}

async fn list(ctx: Ctx, request: Request) -> Result<Reply> {
    let claims = ctx.claims()?;
    let me = claims.sub.as_str();
    let conversation = request.id("conversationId")?;
    let query: HistoryQuery = request.query()?;
    let part = PageQuery {
        limit: query.limit,
        after: query.after,
        before: query.before,
    };
    let window = part
        .window(&ctx, format!("messages of {conversation} for {me}"))
        .await?;
    let (session, member, found, page, readers) = ctx
        .store()?
        .read((
            auth::session_query(&claims),
            Get::<ConversationMember>::id(member_id(conversation, me)),
            Get::<Conversation>::id(conversation),
            window
                .over(messages(conversation, query.order, ctx.now()))
                .page(),
            Readers::query(conversation),
        ))
        .await?;
    auth::check_session(&claims, &session, ctx.now())?;
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
        .reply_between(&ctx, &request, items, next.as_ref(), previous.as_ref())
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
