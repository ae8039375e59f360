//! Outgoing webhooks of a conversation: addresses of programs that are told of its events.

mod attempts;
mod create;
mod delete;
pub mod delivery;
mod edit;
mod enable;
mod list;
mod origins;
mod rotate;
mod secret;
mod test;
mod view;

use std::rc::Rc;

use whisper_kit::error::{OptionExt, Result};
use whisper_kit::{Api, Ctx, Request};
use whisper_messages::Access;
use whisper_schema::prelude::OutgoingWebhook;
use whisper_store::{Doc, Filter, Get, Query};

use crate::access::{MOST, check_manager};
use crate::worker::Worker;

pub use origins::VARIABLES;

const ALL: &str = "/v1/conversations/{conversationId}/webhooks/outgoing";
const ONE: &str = "/v1/conversations/{conversationId}/webhooks/outgoing/{webhookId}";

/// The endpoints.
pub fn endpoints(api: Api, worker: &Rc<Worker>) -> Api {
    api.endpoint(create::endpoint())
        .endpoint(list::endpoint())
        .endpoint(edit::endpoint())
        .endpoint(delete::endpoint())
        .endpoint(rotate::endpoint())
        .endpoint(enable::endpoint())
        .endpoint(test::endpoint(worker))
        .endpoint(attempts::endpoint())
}

/// Asks for the webhooks of a conversation.
fn of_conversation(conversation: &str) -> Query<OutgoingWebhook> {
    Query::new()
        .filter(Filter::eq(OutgoingWebhook::CONVERSATION_ID, conversation))
        .limit(MOST as u32)
}

/// The webhook that a request names, for a member who may have to do with it.
async fn named(ctx: &Ctx, request: &Request) -> Result<(Access, Doc<OutgoingWebhook>)> {
    let me = ctx.caller()?.user_id;
    let (conversation, id) = (request.id("conversationId")?, request.id("webhookId")?);
    let access = check_manager(ctx, conversation, &me).await?;
    let webhook = ctx.read(Get::<OutgoingWebhook>::id(id)).await?;
    let webhook = webhook.filter(|webhook| webhook.conversation_id == conversation);
    Ok((access, webhook.or_not_found()?))
}
