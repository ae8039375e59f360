//! `POST /v1/conversations/{conversationId}/messages`

use whisper_kit::Attempt;
use whisper_kit::Ctx;
use whisper_kit::Endpoint;
use whisper_kit::Json;
use whisper_kit::Method;
use whisper_kit::Reply;
use whisper_kit::Request;
use whisper_kit::error::{Code, Error, Result};
use whisper_schema::main_db::{ConversationKind, Message};

use crate::attached::Source;
use crate::broadcast;
use crate::context::Context;
use crate::draft::SendMessage;
use crate::keyed::{Keyed, name_by_key};
use crate::limits::Sender;
use crate::sending::{Sending, Sent};
use whisper_messages::{MessageView, sent_view};

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

/// Reads, decides, commits: one statement and one commit, at any size of the conversation. A copy of a message with files takes one more for the answer.
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
        let context = self.context().await?;
        if let Some(stored) = &context.stored {
            return self.replay(stored, &context).await.map(Attempt::Done);
        }
        let id = draft.id.clone().map_or_else(|| ctx.new_id(), Ok)?;
        let sender = Sender {
            user_id: &self.caller,
            is_anonymous: ctx.is_anonymous().await?,
            is_copy: false,
        };
        let sending = Sending::decide(ctx, sender, id, draft, &context)?;
        Ok(match sending.try_commit(ctx).await? {
            Some(done) => {
                if context.conversation.kind == ConversationKind::Broadcast {
                    broadcast::begin(ctx, &done.message.id);
                }
                Attempt::Done(sent(ctx, &self.caller, done).await?)
            }
            None => Attempt::Retry,
        })
    }

    async fn context(&self) -> Result<Context> {
        let (ctx, me) = (self.ctx, self.caller.as_str());
        Context::read(ctx, me, self.conversation, &self.draft, Source::Request).await
    }

    /// Answers for a message that has this id already.
    async fn replay(&self, stored: &Message, context: &Context) -> Result<Reply> {
        if !context.is_replay(&self.draft, stored, self.ctx.now()) {
            let detail = "Another message has this id. Use a new one for each message.";
            return Err(Error::new(Code::MessageIdTaken, detail));
        }
        let files = context.attached.files.clone();
        let view = sent_view(self.ctx, &self.caller, stored.clone(), files).await?;
        Ok(Reply::ok(&view)?.header("idempotency-replayed", "true"))
    }
}

/// Answers for a message that was sent now.
///
/// # Errors
/// The store's, and a fault when it can't be written.
pub async fn sent(ctx: &Ctx, sender: &str, sent: Sent) -> Result<Reply> {
    let view = MessageView {
        created_at: sent.committed.at,
        ..sent_view(ctx, sender, sent.message, sent.files).await?
    };
    let path = format!(
        "/v1/conversations/{}/messages/{}",
        view.conversation_id, view.id
    );
    Ok(Reply::created(&view)?.location(&path))
}
