//! `GET /v1/conversations/{conversationId}/messages/{messageId}/poll`: the results, with the caller's choice.

use whisper_kit::error::OptionExt;
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_messages::{PollView, polls_of};

use whisper_schema::Timestamp;

use super::key::{HEADER, VoteKey};
use super::open::{Opened, open};
use crate::opened::Named;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        super::POLL,
        "getPoll",
        "The results of a message's poll, with the caller's choice. In an anonymous poll that is shown with the voter's key alone.",
        get,
    )
    .for_bots()
    .own_headers(&[HEADER])
    .reply::<PollView>(200, "The results.")
    .codes(&[Code::NotFound, Code::InvalidHeader])
}

async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    let key = VoteKey::of(&request)?;
    let opened = open(&ctx, &Named::of(&request)?).await?;
    answer(&ctx, &opened, key.as_ref(), ctx.now()).await
}

/// The results as they are at this moment.
pub async fn answer(
    ctx: &Ctx,
    opened: &Opened,
    key: Option<&VoteKey>,
    now: Timestamp,
) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let polls = ctx.read(polls_of(&me, [&opened.message.value])).await?;
    let mut view = polls.view(&opened.message, now).or_not_found()?;
    if let (true, Some(key)) = (view.is_anonymous, key) {
        view.choices = match polls.ballot(&opened.message) {
            Some(ballot) => key.open(ballot),
            None => Some(Vec::new()),
        };
    }
    Reply::ok(&view)
}
