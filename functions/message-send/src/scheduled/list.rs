//! `GET /v1/me/scheduled-messages`: the caller's scheduled messages, the next one to be sent first.

use serde::Deserialize;
use whisper_kit::ids::is_id;
use whisper_kit::page::{Listing, Window};
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, Reply, Request, Result, Rule};
use whisper_schema::body::forms::ID;
use whisper_schema::system::ScheduledMessage;
use whisper_store::{Filter, Order, Query};

use whisper_messages::ScheduledMessageView;

/// Filter of the list of scheduled messages.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ScheduledFilters {
    /// The ones of this conversation; all, if not said.
    #[cfg_attr(
        not(target_family = "wasm"),
        schemars(
            length(min = 1, max = 36),
            regex(pattern = whisper_schema::text::pattern::ID)
        )
    )]
    conversation_id: Option<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        super::MINE,
        "listScheduledMessages",
        "Lists the caller's messages that wait for their time, or couldn't be sent in the last 30 days, by their times.",
        list,
    )
    .reply::<Listing<ScheduledMessageView>>(200, "A page of scheduled messages.")
    .codes(&[Code::InvalidCursor, Code::InvalidQuery])
}

async fn list(ctx: Ctx, _: Request, window: Window<ScheduledFilters>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let conversation = window.filters.conversation_id.as_deref();
    if conversation.is_some_and(|id| !is_id(id)) {
        let detail = format!("must be {}", ID.must_be);
        return Err(Error::parameter("conversationId", Rule::Format, detail));
    }
    let mine = Query::<ScheduledMessage>::new()
        .filter(Filter::eq(ScheduledMessage::USER_ID, me.as_str()))
        .filter(Filter::lasts(ctx.now()))
        .order(Order::asc(ScheduledMessage::SEND_AT));
    let mine = match conversation {
        Some(id) => mine.filter(Filter::eq(ScheduledMessage::CONVERSATION_ID, id)),
        None => mine,
    };
    let page = ctx.read(window.over(mine).page()).await?;
    let items = page.items.iter();
    let items = items.map(|one| ScheduledMessageView::from(one.value.clone()));
    window.reply(&ctx, &page, items.collect()).await
}
