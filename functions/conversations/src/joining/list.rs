//! `GET /v1/conversations/{conversationId}/join-requests`: users who wait for approval.

use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::{People, UsersView};
use whisper_schema::prelude::{ConversationJoinRequest, JoinRequestStatus};
use whisper_store::{Filter, Order, Query};

use super::answer::refuse;
use super::view::JoinRequestView;
use crate::access::{admit, door};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{conversationId}/join-requests",
        "listJoinRequests",
        "The users who wait for approval to join a group, in the order they asked; for members whom `addMembers` names.",
        list,
    )
    .reply::<ListingWith<JoinRequestView, UsersView>>(200, "A page of requests.")
    .codes(&[Code::Forbidden, Code::DirectConversation, Code::WrongKind])
}

/// Answers 200 with a page of the requests that nobody has answered.
async fn list(ctx: Ctx, request: Request, window: Window) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let user = ctx.caller()?.user_id;
    let query = Query::<ConversationJoinRequest>::new()
        .filter(Filter::eq(ConversationJoinRequest::CONVERSATION_ID, id))
        .filter(Filter::eq(
            ConversationJoinRequest::STATUS,
            JoinRequestStatus::Pending,
        ))
        .filter(Filter::lasts(ctx.now()))
        .order(Order::asc(ConversationJoinRequest::CREATED_AT));
    let (found, page) = ctx
        .read((door(id, &user), window.over(query).page()))
        .await?;
    refuse(&admit(found)?)?;
    let named = page.items.iter().map(|request| request.user_id.as_str());
    let people = People::read(&ctx, &user, named).await?;
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    let views = page.items.iter();
    let views = views.map(|request| JoinRequestView::from(request.value.clone()));
    window
        .reply_with(&ctx, views.collect(), cursors, people.users())
        .await
}
