//! `POST /v1/conversations/{conversationId}/messages`

use whisper_kit::Attempt;
use whisper_kit::Ctx;
use whisper_kit::Endpoint;
use whisper_kit::Json;
use whisper_kit::Method;
use whisper_kit::Reply;
use whisper_kit::Request;
use whisper_kit::error::{Code, Error, Result};
use whisper_schema::Timestamp;
use whisper_schema::main_db::{ConversationKind, Message};

use crate::broadcast;
use crate::context::Context;
use crate::draft::SendMessage;
use crate::keyed::{Keyed, name_by_key};
use crate::limits::Sender;
use crate::sending::Sending;
use whisper_messages::MessageView;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        whisper_messages::MESSAGES,
        "sendMessage",
        "Sends a message to a conversation",
        send,
    )
    .for_bots()
    .headers(&["idempotency-key"])
    .answers(&["location"])
    .reply::<MessageView>(201, "The message was sent.")
    .reply::<MessageView>(
        200,
        "It had been sent before, with the same id and the same body.",
    )
    .codes(&[
        Code::NotFound,
        Code::Forbidden,
        Code::MessageIdTaken,
        Code::IdempotencyKeyReused,
        Code::RateLimited,
    ])
}

/// Reads, decides, commits: one statement and one commit, at any size of the conversation.
async fn send(ctx: Ctx, request: Request, Json(mut draft): Json<SendMessage>) -> Result<Reply> {
    let caller = ctx.caller()?.user_id;
    let conversation = request.id("conversationId")?;
    let keyed = Keyed {
        operation: "sendMessage",
        parts: &["message", &caller, conversation],
    };
    let is_keyed = name_by_key(&mut draft, &request, &caller, &keyed)?;
    let sending = Attempting {
        ctx: &ctx,
        caller,
        conversation,
        draft,
    };
    let outcome = ctx.retry(async || sending.attempt().await).await;
    outcome.map_err(|error| match error.code() {
        Code::MessageIdTaken if is_keyed => {
            let detail = "This Idempotency-Key was used for another message.";
            Error::new(Code::IdempotencyKeyReused, detail)
        }
        _ => error,
    })
}

struct Attempting<'a> {
    ctx: &'a Ctx,
    caller: String,
    conversation: &'a str,
    draft: SendMessage,
}

impl Attempting<'_> {
    /// To be made again when the documents that were read changed before the commit: another request sent the same at
    /// once, or the sender, the conversation or the story went.
    async fn attempt(&self) -> Result<Attempt<Reply>> {
        let (ctx, draft) = (self.ctx, &self.draft);
        let context = Context::read(ctx, &self.caller, self.conversation, draft).await?;
        if let Some(stored) = &context.stored {
            return self.replay(stored, &context).map(Attempt::Done);
        }
        let id = draft.id.clone().map_or_else(|| ctx.new_id(), Ok)?;
        let sender = Sender {
            user_id: &self.caller,
            is_anonymous: ctx.is_anonymous().await?,
            is_copy: false,
        };
        let sending = Sending::decide(ctx, sender, id, draft, &context)?;
        Ok(match sending.try_commit(ctx).await? {
            Some((message, committed)) => {
                if context.conversation.kind == ConversationKind::Broadcast {
                    broadcast::begin(ctx, &message.id);
                }
                Attempt::Done(sent(message, committed.at)?)
            }
            None => Attempt::Retry,
        })
    }

    /// Answers for a message that has this id already.
    fn replay(&self, stored: &Message, context: &Context) -> Result<Reply> {
        if !context.is_replay(&self.draft, stored, self.ctx.now()) {
            let detail = "Another message has this id. Use a new one for each message.";
            return Err(Error::new(Code::MessageIdTaken, detail));
        }
        let view = MessageView::from(stored.clone());
        Ok(Reply::ok(&view)?.header("idempotency-replayed", "true"))
    }
}

/// Answers for a message that was sent now.
///
/// # Errors
/// A fault when it can't be written.
pub fn sent(message: Message, at: Timestamp) -> Result<Reply> {
    let view = MessageView {
        created_at: at,
        ..MessageView::from(message)
    };
    let path = format!(
        "/v1/conversations/{}/messages/{}",
        view.conversation_id, view.id
    );
    Ok(Reply::created(&view)?.location(&path))
}
