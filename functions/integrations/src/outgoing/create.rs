//! `POST /v1/conversations/{conversationId}/webhooks/outgoing`

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_messages::may_still_send;
use whisper_schema::Body;
use whisper_schema::body::Distinct;
use whisper_schema::body::forms::WEB_URL;
use whisper_schema::prelude::{
    Column, Conversation, OutgoingWebhook, OutgoingWebhookStatus, Timestamp, WebhookEvent,
};
use whisper_store::{Batch, Filter};

use super::secret::{self, Keeper};
use super::view::OutgoingWebhookSecretView;
use super::{of_conversation, origins};
use crate::access::{check_manager, free_place, refuse_encrypted};
use crate::limits::CHANGES;

/// A new outgoing webhook.
#[derive(Clone, Debug, Body)]
#[body(of = OutgoingWebhook)]
#[body(
    example = r#"{"name": "Archive", "url": "https://hooks.example.com/whisper", "events": ["message.created", "message.edited"]}"#
)]
pub struct NewOutgoingWebhook {
    /// Name for the members who manage it: 1 to 80 characters.
    pub name: String,
    /// Where events are sent: an https address at an origin that the operator allows (`webhook_origin`).
    #[field(size = 1..=1000, is = WEB_URL)]
    pub url: String,
    /// The events that it is told of.
    #[field(apart, required, count = 1..=20)]
    pub events: Distinct<WebhookEvent>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        super::ALL,
        "createOutgoingWebhook",
        "Has a program told of a group's events from now on (Standard Webhooks), for members whom `editDetails` names; up to 10 in a group.",
        create,
    )
    .reply::<OutgoingWebhookSecretView>(201, "The webhook, with the secret that is told this once.")
    .codes(&[
        Code::Forbidden,
        Code::DirectConversation, Code::WrongKind,
        Code::EncryptedConversation,
        Code::TooManyWebhooks,
        Code::RateLimited,
    ])
}

async fn create(
    ctx: Ctx,
    request: Request,
    Json(wanted): Json<NewOutgoingWebhook>,
) -> Result<Reply> {
    let conversation = request.id("conversationId")?;
    origins::check(ctx.config(), &wanted.url)?;
    let (bytes, secret) = secret::new()?;
    let webhook = ctx
        .retry(async || attempt(&ctx, conversation, &wanted, &bytes).await)
        .await?;
    let webhook = webhook.into();
    Reply::created(&OutgoingWebhookSecretView { webhook, secret })
}

async fn attempt(
    ctx: &Ctx,
    conversation: &str,
    wanted: &NewOutgoingWebhook,
    secret: &[u8; 32],
) -> Result<Attempt<OutgoingWebhook>> {
    let me = ctx.caller()?.user_id;
    let access = check_manager(ctx, conversation, &me).await?;
    refuse_encrypted(&access)?;
    let others = ctx.read(of_conversation(conversation)).await?;
    let taken: Vec<i64> = others.iter().map(|other| other.place).collect();
    let id = ctx.new_id()?;
    let events = wanted.events.iter();
    let mut webhook = OutgoingWebhook {
        conversation_id: conversation.to_owned(),
        place: free_place(&taken)?,
        name: wanted.name.clone(),
        url: wanted.url.clone(),
        events: events.map(|event| event.as_str().to_owned()).collect(),
        secret: Keeper::read(ctx).await?.seal(&id, secret)?,
        status: OutgoingWebhookStatus::Active,
        created_by: me.clone(),
        created_at: Timestamp::AT_COMMIT,
        updated_at: Timestamp::AT_COMMIT,
        id,
        ..OutgoingWebhook::default()
    };
    let is_open = Filter::<Conversation>::and([
        Filter::eq(Column::id(), conversation),
        Filter::eq(Conversation::IS_ENCRYPTED, false),
    ]);
    let batch = Batch::new()
        .expect_some(may_still_send(&access.member))
        .expect_some(is_open)
        .insert(&webhook);
    let what = json!({"webhookId": webhook.id, "direction": "outgoing"});
    let kind = "conversation.webhook_created";
    let batch = append(ctx, batch, kind, conversation, Some(&me), &what)?;
    let rate = CHANGES.of_caller(ctx).await?;
    let Some(committed) = rate.try_commit(ctx, batch).await? else {
        return Ok(Attempt::Retry);
    };
    webhook.created_at = committed.at;
    webhook.updated_at = committed.at;
    Ok(Attempt::Done(webhook))
}
