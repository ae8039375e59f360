//! The consumer of `events`: for each webhook that is told of an event a delivery, in the commit that moves the cursor.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Map, Value, json};
use whisper_kit::consumer::{self, Bounds};
use whisper_kit::ids::derived_id;
use whisper_kit::jobs::Tally;
use whisper_kit::{Ctx, Result};
use whisper_people::by_ids;
use whisper_schema::prelude::{
    Event, OutgoingWebhook, OutgoingWebhookStatus, WebhookDelivery, WebhookEvent,
};
use whisper_store::{Batch, Doc, Filter, MAX_LIMIT, Patch, Query};

/// Name of the consumer.
const CONSUMER: &str = "integrations";
/// How many events one commit handles: of so many conversations the webhooks fit one question.
const EVENTS: u32 = 100;
/// How many operations one commit has.
const ROWS: usize = 500;
/// For how long an event is tried to be told, in milliseconds: a day.
const LIFE: i64 = 24 * 3_600_000;

/// Handles events until none is left or the time is over.
///
/// # Errors
/// The store's; events that were handled before stay handled.
pub async fn run(ctx: &Ctx, time: Duration, tally: &Tally) -> Result<()> {
    let bounds = Bounds::new(EVENTS, time).rows(ROWS);
    consumer::run(ctx, CONSUMER, bounds, tally, async |events| {
        effects(ctx, &events).await
    })
    .await
}

/// An event, as webhooks are told of it.
struct News<'a> {
    of: &'a Doc<Event>,
    event: WebhookEvent,
    conversation: String,
    message: Option<String>,
    details: Value,
}

/// The commit for these events.
async fn effects(ctx: &Ctx, events: &[Doc<Event>]) -> Result<Batch> {
    let made = made(events);
    let news: Vec<News<'_>> = events.iter().filter_map(news).collect();
    let here: BTreeSet<&str> = news.iter().map(|new| new.conversation.as_str()).collect();
    let here: Vec<&str> = here.into_iter().collect();
    let webhooks = here.chunks((MAX_LIMIT / 10) as usize).map(|some| {
        Query::<OutgoingWebhook>::new()
            .filter(Filter::is_in(
                OutgoingWebhook::CONVERSATION_ID,
                some.iter().copied(),
            ))
            .filter(Filter::eq(
                OutgoingWebhook::STATUS,
                OutgoingWebhookStatus::Active,
            ))
            .limit(MAX_LIMIT)
    });
    let asked = (
        webhooks.collect::<Vec<_>>(),
        by_ids::<OutgoingWebhook>(made.keys().map(String::as_str)),
    );
    let (webhooks, begun) = ctx.read(asked).await?;
    let begun = begun.into_iter().flatten();
    let batch = begun.fold(Batch::new(), |batch, webhook| {
        let place = made.get(&webhook.id).copied();
        let patch = Patch::new().set(OutgoingWebhook::POSITION, place);
        batch.update(&webhook.id, patch)
    });
    let webhooks: Vec<Doc<OutgoingWebhook>> = webhooks.into_iter().flatten().collect();
    let deliveries = news.iter().flat_map(|new| {
        let told = webhooks.iter().filter(|webhook| new.is_for(webhook, &made));
        told.map(|webhook| new.delivery(webhook))
    });
    Ok(deliveries.fold(batch, |batch, delivery| batch.insert(&delivery)))
}

/// The commit numbers of the events by which webhooks were made, by the webhooks' ids.
fn made(events: &[Doc<Event>]) -> BTreeMap<String, i64> {
    let made = events
        .iter()
        .filter(|event| event.kind == "conversation.webhook_created");
    let named = made.filter_map(|event| {
        let payload = payload(event)?;
        let id = payload.get("webhookId")?.as_str()?.to_owned();
        Some((id, event.seq))
    });
    named.collect()
}

fn payload(event: &Event) -> Option<Map<String, Value>> {
    serde_json::from_str(&event.payload).ok()
}

/// The news of an event; none where webhooks aren't told of its kind.
fn news(of: &Doc<Event>) -> Option<News<'_>> {
    let payload = payload(of)?;
    let event = match of.kind.as_str() {
        "message.sent" => WebhookEvent::MessageCreated,
        "message.edited" => WebhookEvent::MessageEdited,
        "message.deleted" => WebhookEvent::MessageDeleted,
        "reaction.set" => WebhookEvent::ReactionAdded,
        "reaction.removed" => WebhookEvent::ReactionRemoved,
        "conversation.members_added" | "conversation.member_joined" => WebhookEvent::MemberJoined,
        "conversation.member_left" | "conversation.member_removed" => WebhookEvent::MemberLeft,
        // A pin is told by it in the history, and changes no field.
        "conversation.updated" if payload["fields"] != json!([]) => {
            WebhookEvent::ConversationUpdated
        }
        _ => return None,
    };
    let payload = match event {
        WebhookEvent::MemberJoined => joined(payload),
        _ => payload,
    };
    let is_of_conversation = of.kind.starts_with("conversation.");
    let conversation = match is_of_conversation {
        true => of.subject.as_str(),
        false => payload.get("conversationId")?.as_str()?,
    };
    let message = (!is_of_conversation).then_some(of.subject.as_str());
    let mut details = json!({"conversationId": conversation});
    if let Some(details) = details.as_object_mut() {
        let own = message.map(|message| ("messageId", message.into()));
        // A channel that doesn't sign is itself the sender.
        let is_unsigned = payload.get("senderId").and_then(Value::as_str) == Some(conversation);
        let by = of.user_id.as_deref().filter(|_| !is_unsigned);
        let by = by.map(|user| ("byUserId", user.into()));
        let same = ["userId", "userIds", "fields", "reaction"];
        let same = same
            .iter()
            .filter_map(|key| Some((*key, payload.get(*key)?.clone())));
        let all = own.into_iter().chain(by).chain(same);
        details.extend(all.map(|(key, value)| (key.to_owned(), value)));
    }
    Some(News {
        of,
        event,
        conversation: conversation.to_owned(),
        message: message.map(str::to_owned),
        details,
    })
}

/// The payload of somebody's joining on their own, as that of several who were added.
fn joined(mut payload: Map<String, Value>) -> Map<String, Value> {
    if let Some(user) = payload.remove("userId") {
        payload.insert("userIds".to_owned(), json!([user]));
    }
    payload
}

impl News<'_> {
    /// Whether a webhook is told of it: it is one of the conversation, wants such events, and was made before.
    fn is_for(&self, webhook: &OutgoingWebhook, made: &BTreeMap<String, i64>) -> bool {
        let since = webhook.position.or_else(|| made.get(&webhook.id).copied());
        webhook.conversation_id == self.conversation
            && webhook
                .events
                .iter()
                .any(|event| event == self.event.as_str())
            && since.is_some_and(|since| since < self.of.seq)
    }

    fn delivery(&self, webhook: &OutgoingWebhook) -> WebhookDelivery {
        WebhookDelivery {
            id: derived_id(&["webhook delivery", &webhook.id, &self.of.id]),
            webhook_id: webhook.id.clone(),
            conversation_id: self.conversation.clone(),
            event: self.event.as_str().to_owned(),
            message_id: self.message.clone(),
            details: self.details.to_string(),
            happened_at: self.of.created_at,
            attempts: 0,
            due_at: self.of.created_at,
            expires_at: self.of.created_at.plus(LIFE),
        }
    }
}
