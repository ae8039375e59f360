//! `GET /v1/me/bots`

use std::collections::BTreeMap;

use whisper_kit::page::Listing;
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::bots::{MOST_OF_OWNER, bots_of};
use whisper_schema::prelude::{Bot, Column, Profile};
use whisper_store::{Doc, Filter, Query};

use super::view::BotView;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        super::ALL,
        "listBots",
        "The caller's bots, without their tokens.",
        list,
    )
    .reply::<Listing<BotView>>(200, "All of them, at most `bots_per_user`.")
}

async fn list(ctx: Ctx, _: Request) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let theirs = Filter::eq(Bot::OWNER_ID, me.as_str());
    let profiles = Query::<Profile>::new()
        .filter(Filter::is_among(Column::id(), Column::<Bot>::id(), theirs))
        .limit(MOST_OF_OWNER as u32);
    let (bots, profiles) = ctx.read((bots_of(&me), profiles)).await?;
    let profiles = profiles.into_iter().map(Doc::into_inner);
    let mut profiles: BTreeMap<String, Profile> = profiles
        .map(|profile| (profile.id.clone(), profile))
        .collect();
    let items = bots.into_iter().map(Doc::into_inner).filter_map(|bot| {
        let profile = profiles.remove(&bot.id)?;
        Some(BotView::new(bot, profile))
    });
    Reply::ok(&Listing {
        items: items.collect(),
        next: None,
        previous: None,
    })
}
