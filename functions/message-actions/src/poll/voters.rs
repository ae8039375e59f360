//! `GET /v1/conversations/{conversationId}/messages/{messageId}/poll/voters`: the users who chose an option.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use whisper_kit::page::{Listing, Window};
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, Reply, Request, Result, Rule};
use whisper_messages::message_path;
use whisper_people::{People, UserSummaryView, unblocked};
use whisper_schema::prelude::{Column, PollChoice, Timestamp};
use whisper_store::{Filter, Order, Query};

use super::open::open;
use crate::opened::Named;

/// The places that an option of any poll may have.
const PLACES: RangeInclusive<i64> = 0..=11;

/// The option whose voters are listed.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct VotersOf {
    /// The place of the option, from 0.
    #[cfg_attr(not(target_family = "wasm"), schemars(range(min = 0, max = 11)))]
    option: i64,
}

/// A user who chose an option.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PollVoterView {
    /// The voter.
    pub user: UserSummaryView,
    /// When they chose it.
    pub chosen_at: Timestamp,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        message_path!("/poll/voters"),
        "listPollVoters",
        "The users who chose an option, the latest first, without users with a block in between. In an anonymous poll nobody learns that.",
        list,
    )
    .reply::<Listing<PollVoterView>>(200, "A page of voters.")
    .codes(&[Code::NotFound, Code::Forbidden])
}

async fn list(ctx: Ctx, request: Request, window: Window<VotersOf>) -> Result<Reply> {
    let opened = open(&ctx, &Named::of(&request)?).await?;
    if opened.poll.is_anonymous {
        return Err(Error::forbidden("The poll is anonymous."));
    }
    let option = window.filters.option;
    if !PLACES.contains(&option) {
        let (first, last) = PLACES.into_inner();
        let detail = format!("must be from {first} to {last}");
        return Err(Error::parameter("option", Rule::Range, detail));
    }
    let me = opened.member.user_id.as_str();
    let voters = Query::<PollChoice>::new()
        .filter(Filter::eq(PollChoice::POLL_ID, opened.poll.id.as_str()))
        .filter(Filter::eq(PollChoice::OPTION, option))
        .filter(unblocked(PollChoice::USER_ID, me))
        .order(Order::desc(Column::seq()));
    let page = ctx.read(window.over(voters).page()).await?;
    let people = People::read(
        &ctx,
        me,
        page.items.iter().map(|choice| choice.user_id.as_str()),
    );
    let people = people.await?;
    let items = page.items.iter().map(|choice| PollVoterView {
        user: people.summary(&choice.user_id),
        chosen_at: choice.chosen_at,
    });
    window.reply(&ctx, &page, items.collect()).await
}
