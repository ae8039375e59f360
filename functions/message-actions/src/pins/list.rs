//! `GET /v1/conversations/{conversationId}/pins`: the pinned messages, the one pinned last first.

use whisper_kit::error::{Code, Result};
use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request};
use whisper_messages::{check_member, show};
use whisper_people::{UsersView, shown_to};
use whisper_schema::Column;
use whisper_schema::prelude::ConversationRight;
use whisper_schema::system::MessagePin;
use whisper_store::{Filter, Order, Query};

use super::MessagePinView;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{conversationId}/pins",
        "listPinnedMessages",
        "Lists the pinned messages of a conversation that the caller sees, the one pinned last first.",
        list,
    )
    .for_bots()
    .reply::<ListingWith<MessagePinView, UsersView>>(200, "A page of pinned messages.")
    .codes(&[Code::NotFound])
}

async fn list(ctx: Ctx, request: Request, window: Window) -> Result<Reply> {
    let (conversation, me) = (request.id("conversationId")?, ctx.caller()?.user_id);
    let access = check_member(&ctx, conversation, &me).await?;
    let pins = Query::<MessagePin>::new()
        .filter(Filter::eq(MessagePin::CONVERSATION_ID, conversation))
        .order(Order::desc(Column::seq()));
    let page = ctx.read(window.over(pins).page()).await?;
    let ids: Vec<&str> = page.items.iter().map(|pin| pin.id.as_str()).collect();
    // Where the members aren't to be seen, the conversation stands for the one who pinned.
    let is_open = access.has(ConversationRight::SeeMembers);
    let pinned_by = page.items.iter().filter(|_| is_open);
    let pinned_by = pinned_by.map(|pin| pin.pinned_by.as_str());
    let (mut shown, people) = show(&ctx, &access, &ids, shown_to(&me, pinned_by)).await?;
    let items = page.items.iter().filter_map(|pin| {
        let message = Some(shown.messages.remove(&pin.id)?);
        let mut pin = pin.value.clone();
        if !is_open {
            pin.pinned_by.clone_from(&pin.conversation_id);
        }
        Some(MessagePinView {
            message,
            ..pin.into()
        })
    });
    let items: Vec<MessagePinView> = items.collect();
    let mut users = shown.users;
    users.users.extend(people.users().users);
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window.reply_with(&ctx, items, cursors, users).await
}
