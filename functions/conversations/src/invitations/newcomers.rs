//! `GET /v1/conversations/{conversationId}/invitations/{invitationId}/members`: the members who came by a link.

use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_people::{People, UsersView};
use whisper_schema::prelude::{ConversationMember, ConversationRight};
use whisper_store::{Filter, Order, Query};
use whisper_views::members::{MemberView, Reached};

use super::one::Invited;
use crate::access::active;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{conversationId}/invitations/{invitationId}/members",
        "listInvitationMembers",
        "The members who joined by a link, the last one first; for members who have to do with the link, and may see the members.",
        members,
    )
    .reply::<ListingWith<MemberView, UsersView>>(200, "A page of members.")
    .codes(&[Code::Forbidden, Code::DirectConversation, Code::WrongKind])
}

/// Answers 200 with a page of the members who last joined by it and still belong to the conversation.
async fn members(ctx: Ctx, request: Request, window: Window) -> Result<Reply> {
    let (id, invitation) = (request.id("conversationId")?, request.id("invitationId")?);
    let user = ctx.caller()?.user_id;
    let invited = Invited::read(&ctx, id, invitation).await?;
    if !invited.access.has(ConversationRight::SeeMembers) {
        return Err(Error::forbidden("You may not see the members."));
    }
    let query = Query::<ConversationMember>::new()
        .filter(Filter::eq(ConversationMember::INVITATION_ID, invitation))
        .filter(active())
        .order(Order::desc(ConversationMember::JOINED_AT));
    let page = ctx.read(window.over(query).page()).await?;
    let named = page.items.iter().map(|member| member.user_id.as_str());
    let people = People::read(&ctx, &user, named).await?;
    let reached = Reached::default();
    let views = page.items.iter();
    let views = views.map(|member| MemberView::new(member, &people, &reached));
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window
        .reply_with(&ctx, views.collect(), cursors, people.users())
        .await
}
