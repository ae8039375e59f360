//! `POST /v1/conversations/delivered`: acknowledges messages that are on a device of the caller's, in many conversations at
//! once. It only ever moves forward.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_people::ids::member_id;
use whisper_schema::Body;
use whisper_schema::Ephemeral;
use whisper_schema::body::forms;
use whisper_schema::prelude::{Message, ReceiptTrail};
use whisper_store::{Batch, Doc, Get};

use crate::access::{Access, Door, admit, door};
use crate::positions::{Step, trail};

/// The most messages of a request.
const MOST: usize = 100;
/// Operations of a commit that one conversation takes: its membership, the times, and the event; on TablesDB a change takes two.
const OPERATIONS: usize = 5;

/// Messages that arrived: of each conversation the newest is enough.
#[derive(Clone, Debug, Body)]
#[body(
    example = r#"{"messages": [{"conversationId": "77662874-80e6-8946-a47b-9fa8c0483cf3", "messageId": "01a22504-f35f-7015-895a-78e7cdcc920c"}]}"#
)]
pub struct DeliveredMessages {
    /// 1 to 100 messages, each with its conversation. Messages that the caller doesn't see, or sees no more, are ignored.
    #[field(required, count = 1..=MOST)]
    pub messages: Vec<DeliveredMessage>,
}

/// A message that arrived.
#[derive(Clone, Debug, Body)]
pub struct DeliveredMessage {
    /// Its conversation.
    #[field(required, is = forms::ID)]
    pub conversation_id: String,
    /// The message.
    #[field(required, is = forms::ID)]
    pub message_id: String,
}

/// The conversations in which something counts as delivered now.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeliveredView {
    /// Conversations in which the caller sees one of the messages.
    pub conversation_ids: Vec<String>,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/delivered",
        "markMessagesDelivered",
        "Says that messages are on a device of the caller's, which fetched them or was told of them: with each all before it in its \
         conversation. Never moves back.",
        mark_delivered,
    )
    .for_bots()
    .reply::<DeliveredView>(
        200,
        "The conversations in which the messages count as delivered, now or already.",
    )
}

/// Answers 200 with the conversations.
async fn mark_delivered(
    ctx: Ctx,
    _: Request,
    Json(body): Json<DeliveredMessages>,
) -> Result<Reply> {
    let mut conversations: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for named in &body.messages {
        let messages = conversations.entry(&named.conversation_id).or_default();
        if !messages.contains(&named.message_id.as_str()) {
            messages.push(&named.message_id);
        }
    }
    let named: Vec<(&str, Vec<&str>)> = conversations.into_iter().collect();
    let conversation_ids = ctx.retry(async || attempt(&ctx, &named).await).await?;
    Reply::ok(&DeliveredView { conversation_ids })
}

/// The questions for one conversation.
type Asked = (Door, (Vec<Get<Message>>, Get<ReceiptTrail>));

fn asked(conversation: &str, messages: &[&str], user: &str) -> Asked {
    let messages = messages.iter().map(|id| Get::id(*id)).collect();
    (
        door(conversation, user),
        (messages, trail(&member_id(conversation, user))),
    )
}

/// One read for all of them, and one commit; on TablesDB as many commits as it takes.
async fn attempt(ctx: &Ctx, named: &[(&str, Vec<&str>)]) -> Result<Attempt<Vec<String>>> {
    let user = ctx.caller()?.user_id;
    let questions = named
        .iter()
        .map(|(id, messages)| asked(id, messages, &user));
    let found = ctx.read(questions.collect::<Vec<_>>()).await?;
    let (mut steps, mut reached) = (Vec::new(), Vec::new());
    for (found, (messages, trail)) in found {
        let Ok(access) = admit(found) else {
            continue;
        };
        let Some(message) = newest(ctx, &access, messages) else {
            continue;
        };
        reached.push(access.conversation.id.clone());
        if Step::receiving(&access.me, &message).is_any() {
            steps.push((access, message, trail));
        }
    }
    let at_once = ctx.store().await?.portion(MOST * OPERATIONS) / OPERATIONS;
    while !steps.is_empty() {
        let some = steps.drain(..steps.len().min(at_once.max(1)));
        let batch = some
            .into_iter()
            .try_fold(Batch::new(), |batch, one| receive(ctx, batch, one, &user))?;
        if ctx.try_commit(batch).await?.is_none() {
            return Ok(Attempt::Retry);
        }
    }
    Ok(Attempt::Done(reached))
}

/// A conversation, the message that arrived, and the times of the caller's receipts there.
type Arrived = (Access, Doc<Message>, Option<Doc<ReceiptTrail>>);

fn receive(ctx: &Ctx, batch: Batch, one: Arrived, user: &str) -> Result<Batch> {
    let (mut access, message, trail) = one;
    let Access { conversation, me } = &mut access;
    let step = Step::receiving(me, &message);
    let batch = step.take(
        batch,
        conversation,
        me,
        &message,
        trail.as_deref(),
        ctx.now(),
    );
    // A stranger must not learn that their request arrived: the event says that it is one, for components that hand it on.
    let what = json!({"messageId": message.id, "isRequest": me.is_request});
    let (kind, id) = ("conversation.delivered", conversation.id.as_str());
    append(ctx, batch, kind, id, Some(user), &what)
}

/// The newest of these messages that is the caller's to see.
fn newest(ctx: &Ctx, access: &Access, messages: Vec<Option<Doc<Message>>>) -> Option<Doc<Message>> {
    let messages = messages.into_iter().flatten();
    messages
        .filter(|message| access.is_in_history(message) && message.lasts(ctx.now()))
        .max_by_key(|message| message.seq)
}
