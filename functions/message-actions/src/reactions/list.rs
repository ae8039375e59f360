//! `GET …/reactions`: the users who reacted to a message, the latest first.

use serde::Deserialize;
use whisper_kit::error::{Code, Error, Result, Rule};
use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request};
use whisper_people::{People, UsersView, unblocked};
use whisper_schema::Column;
use whisper_schema::main_db::ConversationRight;
use whisper_schema::system::MessageReaction;
use whisper_store::{Filter, Order, Query};

use super::{Kind, MUST_BE, MessageReactionView};
use crate::opened::Named;

/// Filter of the list of reactions.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct ReactionFilters {
    /// Reactions with this emoji, or this sticker's id; else all.
    #[cfg_attr(
        not(target_family = "wasm"),
        schemars(length(min = 1, max = 36), regex(pattern = whisper_schema::text::pattern::REACTION))
    )]
    pub reaction: Option<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    let summary =
        "Lists who reacted to a message, the latest first; for those who may see the members.";
    Endpoint::new(
        Method::GET,
        super::REACTIONS,
        "listMessageReactions",
        summary,
        list,
    )
    .for_bots()
    .reply::<ListingWith<MessageReactionView, UsersView>>(200, "A page of reactions.")
    .codes(&[Code::NotFound, Code::Forbidden, Code::InvalidQuery])
}

async fn list(ctx: Ctx, request: Request, window: Window<ReactionFilters>) -> Result<Reply> {
    let (named, me) = (Named::of(&request)?, ctx.caller()?.user_id);
    let reactions = Query::<MessageReaction>::new()
        .filter(Filter::eq(MessageReaction::MESSAGE_ID, named.message))
        .filter(Filter::and(kind(&window.filters)?))
        .filter(unblocked(MessageReaction::USER_ID, &me))
        .order(Order::desc(Column::seq()));
    let (opened, page) = named.open(&ctx, window.over(reactions).page()).await?;
    opened.refuse_without(ConversationRight::SeeMembers)?;
    let users = page.items.iter().map(|reaction| reaction.user_id.as_str());
    let people = People::read(&ctx, &me, users).await?;
    let items = page.items.iter().map(|reaction| reaction.value.clone());
    let items = items.map(MessageReactionView::from).collect();
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window
        .reply_with(&ctx, items, cursors, people.users())
        .await
}

/// Holds for the reactions of the kind that is asked for.
fn kind(filters: &ReactionFilters) -> Result<Option<Filter<MessageReaction>>> {
    let Some(text) = filters.reaction.as_deref() else {
        return Ok(None);
    };
    let wrong = || Error::parameter("reaction", Rule::Format, MUST_BE);
    let kind = Kind::read(text).ok_or_else(wrong)?;
    Ok(Some(Filter::eq(MessageReaction::REACTION, kind.as_str())))
}
