//! `DELETE /v1/conversations/{conversationId}/messages/{messageId}`

use serde::Deserialize;
use whisper_kit::error::{Code, OptionExt, Result};
use whisper_kit::{Attempt, Ctx, Endpoint, Method, Params, Reply, Request};
use whisper_messages::MESSAGE;

use crate::chosen::Chosen;
use crate::hide::hide;

/// For whom a message is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Whom {
    /// For the caller alone.
    Me,
}

/// How to delete.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Deletion {
    /// `me`: the caller sees it no more, and nobody else is told.
    #[serde(rename = "for")]
    pub whom: Whom,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        MESSAGE,
        "deleteMessage",
        "Deletes a message for the caller",
        delete,
    )
    .reply_empty(204, "It is deleted, or was already.")
    .codes(&[Code::NotFound, Code::RateLimited])
}

async fn delete(
    ctx: Ctx,
    request: Request,
    Params(Deletion { whom: Whom::Me }): Params<Deletion>,
) -> Result<Reply> {
    let (conversation, message) = (request.id("conversationId")?, request.id("messageId")?);
    ctx.retry(async || delete_for_me(&ctx, conversation, message).await)
        .await?;
    Ok(Reply::no_content())
}

async fn delete_for_me(ctx: &Ctx, conversation: &str, id: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let chosen = Chosen::read(ctx, &me, conversation, &[id]).await?;
    let message = chosen
        .messages
        .into_iter()
        .flatten()
        .next()
        .or_not_found()?;
    if message.is_hidden {
        return Ok(Attempt::Done(()));
    }
    hide(ctx, &chosen.access.member, &[&message.message]).await
}
