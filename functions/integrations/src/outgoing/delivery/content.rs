//! The body of a delivery: the event as a member sees it at the moment when it is sent.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use whisper_kit::{Ctx, Result};
use whisper_messages::MessageView;
use whisper_people::by_ids;
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{
    Conversation, Message, OutgoingWebhook, OutgoingWebhookStatus, WebhookDelivery, WebhookEvent,
};
use whisper_store::Doc;

use super::TEST;

/// The documents that deliveries are about, as of one moment.
pub struct Around {
    webhooks: BTreeMap<String, OutgoingWebhook>,
    conversations: BTreeMap<String, Conversation>,
    messages: BTreeMap<String, Message>,
}

impl Around {
    /// Reads them in one statement.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(ctx: &Ctx, deliveries: &[WebhookDelivery]) -> Result<Self> {
        let asked = (
            by_ids::<OutgoingWebhook>(deliveries.iter().map(|d| d.webhook_id.as_str())),
            by_ids::<Conversation>(deliveries.iter().map(|d| d.conversation_id.as_str())),
            by_ids::<Message>(deliveries.iter().filter_map(|d| d.message_id.as_deref())),
        );
        let (webhooks, conversations, messages) = ctx.read(asked).await?;
        let messages = messages.into_iter().flatten();
        // A message that has ended or was deleted is told of no more.
        let messages = messages.filter(|message| message.stands(ctx.now()));
        Ok(Self {
            webhooks: by_id(webhooks.into_iter().flatten()),
            conversations: by_id(conversations.into_iter().flatten()),
            messages: by_id(messages),
        })
    }

    /// The webhook of a delivery.
    pub fn webhook(&self, delivery: &WebhookDelivery) -> Option<&OutgoingWebhook> {
        self.webhooks.get(&delivery.webhook_id)
    }

    /// The body of a delivery; none where it is not to be sent any more: the webhook is gone or switched off, or the conversation
    /// or the message isn't there, or clients encrypt it.
    pub fn body(&self, delivery: &WebhookDelivery) -> Option<String> {
        let webhook = self.webhook(delivery)?;
        let is_test = delivery.event == TEST;
        if webhook.status != OutgoingWebhookStatus::Active && !is_test {
            return None;
        }
        let conversation = self.conversations.get(&delivery.conversation_id);
        conversation.filter(|conversation| !conversation.is_encrypted)?;
        let mut data: Map<String, Value> = serde_json::from_str(&delivery.details).ok()?;
        if let Some(message) = &delivery.message_id
            && delivery.event != WebhookEvent::MessageDeleted.as_str()
        {
            let message = self.messages.get(message)?;
            let is_told_whole = [
                WebhookEvent::MessageCreated.as_str(),
                WebhookEvent::MessageEdited.as_str(),
            ]
            .contains(&delivery.event.as_str());
            if is_told_whole {
                let shown = serde_json::to_value(shown(message)).ok()?;
                data.insert("message".to_owned(), shown);
            }
        }
        let body = json!({
            "type": delivery.event,
            "timestamp": delivery.happened_at,
            "data": data,
        });
        Some(body.to_string())
    }
}

/// A message as any member sees it, without anybody's receipts and reactions. Where a copy comes from is for members of that
/// conversation alone.
fn shown(message: &Message) -> MessageView {
    MessageView {
        forwarded_from_message_id: None,
        forwarded_from_conversation_id: None,
        ..MessageView::from(message.clone())
    }
}

fn by_id<D: whisper_schema::Document>(found: impl Iterator<Item = Doc<D>>) -> BTreeMap<String, D> {
    found
        .map(|doc| (doc.id().to_owned(), doc.into_inner()))
        .collect()
}
