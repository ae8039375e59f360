//! `GET /v1/conversations/{conversationId}/members`: the members, in the order they joined.

use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_people::UsersView;
use whisper_schema::prelude::{ConversationMember, ConversationRight};
use whisper_store::{Filter, Order, Query};
use whisper_views::members::{MemberView, members_seen};

use crate::access::{active, admit, door};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{conversationId}/members",
        "listConversationMembers",
        "The members of a conversation, in the order they joined, with how far each has received and read; for members whom `seeMembers` lets \
         see it.",
        members,
    )
    .at_replica()
    .for_bots()
    .reply::<ListingWith<MemberView, UsersView>>(200, "A page of members.")
    .codes(&[Code::Forbidden])
}

/// Answers 200 with a page of members, and with the names of the users who brought them in, who may have left.
async fn members(ctx: Ctx, request: Request, window: Window) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let user = ctx.caller()?.user_id;
    let query = Query::<ConversationMember>::new()
        .filter(Filter::eq(ConversationMember::CONVERSATION_ID, id))
        .filter(active())
        .order(Order::asc(ConversationMember::JOINED_AT));
    let (found, page) = ctx
        .read((door(id, &user), window.over(query).page()))
        .await?;
    let access = admit(found)?;
    if !access.has(ConversationRight::SeeMembers) {
        return Err(Error::forbidden("You may not see the members."));
    }
    let (members, users) = members_seen(&ctx, &access, &page.items).await?;
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window.reply_with(&ctx, members, cursors, users).await
}
