//! Incoming webhooks of a conversation. [`message-send`](../../message-send) sends the messages that programs post to them.

mod create;
mod delete;
mod edit;
mod list;
mod rotate;
mod view;

use whisper_kit::auth::{self, HOOK_PREFIX};
use whisper_kit::error::{OptionExt, Result};
use whisper_kit::{Api, Ctx, Request};
use whisper_messages::Access;
use whisper_schema::prelude::IncomingWebhook;
use whisper_store::{Doc, Filter, Get, Query};

use crate::access::{MOST, check_manager};

const ALL: &str = "/v1/conversations/{conversationId}/webhooks/incoming";
const ONE: &str = "/v1/conversations/{conversationId}/webhooks/incoming/{webhookId}";
const SECRET: &str = "/v1/conversations/{conversationId}/webhooks/incoming/{webhookId}/secret";

/// The endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(create::endpoint())
        .endpoint(list::endpoint())
        .endpoint(edit::endpoint())
        .endpoint(rotate::endpoint())
        .endpoint(delete::endpoint())
}

/// A new secret for the address of a webhook.
///
/// # Errors
/// A fault when the runtime has no randomness.
fn new_secret() -> Result<String> {
    auth::new_secret().map(|secret| format!("{HOOK_PREFIX}{secret}"))
}

/// Asks for the webhooks of a conversation.
fn of_conversation(conversation: &str) -> Query<IncomingWebhook> {
    Query::new()
        .filter(Filter::eq(IncomingWebhook::CONVERSATION_ID, conversation))
        .limit(MOST as u32)
}

/// The webhook that a request names, for a member who may have to do with it.
async fn named(ctx: &Ctx, request: &Request) -> Result<(Access, Doc<IncomingWebhook>)> {
    let me = ctx.caller()?.user_id;
    let (conversation, id) = (request.id("conversationId")?, request.id("webhookId")?);
    let access = check_manager(ctx, conversation, &me).await?;
    let webhook = ctx.read(Get::<IncomingWebhook>::id(id)).await?;
    let webhook = webhook.filter(|webhook| webhook.conversation_id == conversation);
    Ok((access, webhook.or_not_found()?))
}
