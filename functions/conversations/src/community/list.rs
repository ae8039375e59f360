//! `GET /v1/conversations/{conversationId}/groups`: the groups of a community.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::page::{Listing, Window};
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_messages::open_to;
use whisper_people::ids::member_id;
use whisper_people::{ShownFiles, by_ids};
use whisper_schema::prelude::{
    Column, CommunityGroup, Conversation, ConversationMember, ConversationMemberStatus as Status,
};
use whisper_store::{Filter, Order, Query};

use super::refuse_others;
use crate::access::{admit, door};
use crate::joining::ConversationPreviewView;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        super::GROUPS,
        "listCommunityGroups",
        "The groups of a community, in the order in which they were taken in, each as somebody sees it who may join it; for its members.",
        list,
    )
    .reply::<Listing<ConversationPreviewView>>(200, "A page of groups.")
    .codes(&[Code::WrongKind])
}

/// Answers 200 with a page of groups.
async fn list(ctx: Ctx, request: Request, window: Window) -> Result<Reply> {
    let (id, me) = (request.id("conversationId")?, ctx.caller()?.user_id);
    let query = Query::<CommunityGroup>::new()
        .filter(Filter::eq(CommunityGroup::COMMUNITY_ID, id))
        .filter(open_to(Column::id(), &me, ctx.now()))
        .order(Order::asc(Column::seq()));
    let asked = (door(id, &me), window.over(query).page());
    let (found, page) = ctx.read(asked).await?;
    refuse_others(&admit(found)?)?;
    let ids = || page.items.iter().map(|group| group.id.as_str());
    let mine: Vec<String> = ids().map(|group| member_id(group, &me)).collect();
    let asked = (
        by_ids::<Conversation>(ids()),
        by_ids::<ConversationMember>(mine.iter().map(String::as_str)),
    );
    let (groups, members) = ctx.read(asked).await?;
    let groups = groups.into_iter().flatten();
    let groups: BTreeMap<String, Conversation> = groups
        .map(|group| (group.id.clone(), group.into_inner()))
        .collect();
    let members = members.into_iter().flatten();
    let members = members.filter(|member| member.status == Status::Active);
    let mine: BTreeSet<String> = members
        .map(|member| member.into_inner().conversation_id)
        .collect();
    let pictures = groups.values();
    let pictures = pictures.filter_map(|group| group.avatar_file_id.as_deref());
    let files = ShownFiles::read(&ctx, &me, pictures).await?;
    let items = ids().filter_map(|id| {
        let group = groups.get(id)?;
        let needs_approval = group.own_settings().join_approval();
        Some(ConversationPreviewView {
            conversation_id: Some(id.to_owned()),
            ..ConversationPreviewView::new(group, needs_approval, mine.contains(id), &files)
        })
    });
    window.reply(&ctx, &page, items.collect()).await
}
