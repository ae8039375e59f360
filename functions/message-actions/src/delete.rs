//! `DELETE /v1/conversations/{conversationId}/messages/{messageId}`: deletes a message, for all or for the caller alone.

use serde::Deserialize;
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::{Ctx, Endpoint, Method, Params, Reply, Request};
use whisper_messages::MESSAGE;

use crate::deletion::{Deletion, Whom};

/// How to delete.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct HowToDelete {
    /// `all`, for which the sender has some hours and moderators of a group all the time, or `me`, at any time.
    #[serde(rename = "for", default)]
    pub whom: Whom,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        MESSAGE,
        "deleteMessage",
        "Deletes a message for all, or for the caller alone",
        delete,
    )
    .for_bots()
    .reply_empty(204, "It is deleted, or was already.")
    .codes(&[
        Code::NotFound,
        Code::Forbidden,
        Code::TooLate,
        Code::RateLimited,
    ])
}

async fn delete(ctx: Ctx, request: Request, Params(how): Params<HowToDelete>) -> Result<Reply> {
    let deletion = Deletion {
        conversation: request.id("conversationId")?,
        ids: &[request.id("messageId")?],
        whom: how.whom,
    };
    deletion.run(&ctx, |_| Error::not_found()).await?;
    Ok(Reply::no_content())
}
