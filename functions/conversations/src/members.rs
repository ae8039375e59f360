//! `GET /v1/conversations/{id}/members`: who belongs to it, in the order they joined.

use std::collections::BTreeMap;

use whisper_kit::page::{Listing, NoFilters};
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::Column;
use whisper_schema::prelude::{ConversationMember, Profile};
use whisper_store::{Doc, Filter, Order, Query};

use crate::access::{active, admit, door};
use crate::view::MemberView;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{id}/members",
        "listConversationMembers",
        "Who belongs to a conversation, in the order they joined.",
        members,
    )
    .page::<NoFilters>()
    .reply::<Listing<MemberView>>(200, "A page of members.")
}

/// Answers 200 with a page of members.
async fn members(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("id")?;
    let user = ctx.caller()?.user_id;
    let window = request.page::<NoFilters>(&ctx).await?;
    let query = Query::<ConversationMember>::new()
        .filter(Filter::eq(ConversationMember::CONVERSATION_ID, id))
        .filter(active())
        .order(Order::asc(ConversationMember::JOINED_AT));
    let (found, page) = ctx
        .read((door(id, &user), window.over(query).page()))
        .await?;
    admit(found)?;
    let profiles = profiles(&ctx, &page.items).await?;
    let views = page
        .items
        .iter()
        .map(|member| MemberView::new(member, profiles.get(&member.user_id)));
    window.reply(&ctx, &page, views.collect()).await
}

async fn profiles(
    ctx: &Ctx,
    members: &[Doc<ConversationMember>],
) -> Result<BTreeMap<String, Profile>> {
    if members.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids = members.iter().map(|member| member.user_id.as_str());
    let query = Query::<Profile>::new()
        .filter(Filter::is_in(Column::id(), ids))
        .limit(members.len() as u32);
    let found = ctx.read(query).await?;
    Ok(found
        .into_iter()
        .map(|profile| (profile.id.clone(), profile.into_inner()))
        .collect())
}
