//! `POST /v1/conversations/{conversationId}/webhooks/incoming`

use serde_json::json;
use whisper_kit::auth::sha256_hex;
use whisper_kit::events::append;
use whisper_kit::ids::new_program_id;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_messages::may_still_send;
use whisper_schema::Body;
use whisper_schema::body::forms::SECURE_URL;
use whisper_schema::prelude::{Column, Conversation, IncomingWebhook, Profile, Timestamp};
use whisper_store::{Batch, Filter};

use super::view::IncomingWebhookAddressView;
use super::{new_secret, of_conversation};
use crate::access::{check_manager, free_place, refuse_encrypted};
use crate::limits::CHANGES;

/// A new incoming webhook.
#[derive(Clone, Debug, Body)]
#[body(of = IncomingWebhook)]
#[body(example = r#"{"name": "Builds", "avatarUrl": "https://ci.example.com/logo.png"}"#)]
pub struct NewIncomingWebhook {
    /// Name of its messages' sender: 1 to 80 characters.
    pub name: String,
    /// Where the picture of its messages' sender is served: an https address.
    #[field(is = SECURE_URL)]
    pub avatar_url: Option<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        super::ALL,
        "createIncomingWebhook",
        "Makes an address at which programs post into a group, for members whom `editDetails` names; up to 10 in a group.",
        create,
    )
    .reply::<IncomingWebhookAddressView>(201, "The webhook, with the address that is told this once.")
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
    Json(wanted): Json<NewIncomingWebhook>,
) -> Result<Reply> {
    let conversation = request.id("conversationId")?;
    let secret = new_secret()?;
    let webhook = ctx
        .retry(async || attempt(&ctx, conversation, &wanted, &secret).await)
        .await?;
    Reply::created(&IncomingWebhookAddressView::new(webhook, &secret))
}

async fn attempt(
    ctx: &Ctx,
    conversation: &str,
    wanted: &NewIncomingWebhook,
    secret: &str,
) -> Result<Attempt<IncomingWebhook>> {
    let me = ctx.caller()?.user_id;
    let access = check_manager(ctx, conversation, &me).await?;
    refuse_encrypted(&access)?;
    let others = ctx.read(of_conversation(conversation)).await?;
    let taken: Vec<i64> = others.iter().map(|other| other.place).collect();
    let mut webhook = IncomingWebhook {
        id: ctx.new_id()?,
        conversation_id: conversation.to_owned(),
        place: free_place(&taken)?,
        user_id: new_program_id()?,
        name: wanted.name.clone(),
        avatar_url: wanted.avatar_url.clone(),
        secret_hash: sha256_hex(secret),
        created_by: me.clone(),
        created_at: Timestamp::AT_COMMIT,
        updated_at: Timestamp::AT_COMMIT,
    };
    // It has no account, so it can't be signed in to, written to or added to a group.
    let sender = Profile {
        id: webhook.user_id.clone(),
        user_id: webhook.user_id.clone(),
        display_name: Some(webhook.name.clone()),
        avatar_url: webhook.avatar_url.clone(),
        created_at: Some(Timestamp::AT_COMMIT),
        updated_at: Some(Timestamp::AT_COMMIT),
        ..Profile::default()
    };
    let is_open = Filter::<Conversation>::and([
        Filter::eq(Column::id(), conversation),
        Filter::eq(Conversation::IS_ENCRYPTED, false),
    ]);
    let batch = Batch::new()
        .expect_some(may_still_send(&access.member))
        .expect_some(is_open)
        .insert(&webhook)
        .insert(&sender);
    let what = json!({"webhookId": webhook.id, "direction": "incoming"});
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
