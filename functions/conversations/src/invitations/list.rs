//! `GET /v1/conversations/{conversationId}/invitations`: the links that invite into a group.

use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::ids::member_id;
use whisper_people::{UsersView, by_ids, shown_to};
use whisper_schema::prelude::{Column, ConversationInvitation, ConversationMember};
use whisper_store::{Filter, Order, Query};

use super::one::refuse;
use super::view::InvitationView;
use crate::access::{admit, door};
use crate::rules::may_manage;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        super::INVITATIONS,
        "listInvitations",
        "The links that invite into a group, the newest first, also those that work no more, for 90 days: all of them for owner and \
         admins, their own for other members whom `inviteMembers` names.",
        list,
    )
    .reply::<ListingWith<InvitationView, UsersView>>(200, "A page of invitations.")
    .codes(&[Code::Forbidden, Code::DirectConversation, Code::WrongKind])
}

/// Answers 200 with a page of the invitations, and with the names of their makers.
async fn list(ctx: Ctx, request: Request, window: Window) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let user = ctx.caller()?.user_id;
    // The caller's role decides which invitations are shown; a stranger's 404 costs this one read.
    let access = admit(ctx.read(door(id, &user)).await?)?;
    refuse(&access)?;
    let mut query = Query::<ConversationInvitation>::new()
        .filter(Filter::eq(ConversationInvitation::CONVERSATION_ID, id))
        .order(Order::desc(Column::seq()));
    if !may_manage(access.me.role) {
        query = query.filter(Filter::eq(
            ConversationInvitation::CREATED_BY,
            user.as_str(),
        ));
    }
    let page = ctx.read(window.over(query).page()).await?;
    let makers = || page.items.iter().map(|one| one.created_by.as_str());
    let members: Vec<String> = makers().map(|maker| member_id(id, maker)).collect();
    let members = by_ids::<ConversationMember>(members.iter().map(String::as_str));
    let (people, members) = ctx.read((shown_to(&user, makers()), members)).await?;
    let people = people.pictured(&ctx).await?;
    let members: Vec<_> = members.into_iter().flatten().collect();
    let views = page.items.iter().map(|one| {
        let maker = members.iter().find(|maker| maker.user_id == one.created_by);
        let maker = maker.map(|maker| &maker.value);
        InvitationView::new(one.value.clone(), &access.conversation, maker, ctx.now())
    });
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window
        .reply_with(&ctx, views.collect(), cursors, people.users())
        .await
}
