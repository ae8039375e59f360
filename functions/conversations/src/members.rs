//! `GET /v1/conversations/{conversationId}/members`: who belongs to it, in the order they joined.

use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_people::privacy::tells_of_reading;
use whisper_people::{Users, shown_to};
use whisper_schema::prelude::{ConversationKind, ConversationMember, ConversationRight, Profile};
use whisper_store::{Filter, Get, Order, Query};

use crate::access::{active, admit, door};
use crate::reached::{Reached, at_positions};
use crate::view::MemberView;

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
    .for_bots()
    .reply::<ListingWith<MemberView, Users>>(200, "A page of members.")
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
    let named = page.items.iter().flat_map(|member| {
        let inviter = member.invited_by.as_deref();
        [member.user_id.as_str()].into_iter().chain(inviter)
    });
    let asked = (
        shown_to(&user, named),
        at_positions(&access, &page.items),
        Get::<Profile>::id(&user),
    );
    let (people, messages, profile) = ctx.read(asked).await?;
    let is_told = tells_of_reading(profile.as_deref());
    let reached = match access.conversation.kind {
        // A channel counts views, and tells nobody who reads it.
        ConversationKind::Channel => Reached::default(),
        _ => Reached::new(&access, messages, is_told, ctx.now()),
    };
    let views = page.items.iter();
    let views = views.map(|member| MemberView::new(member, &people, &reached));
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window
        .reply_with(&ctx, views.collect(), cursors, people.users())
        .await
}
