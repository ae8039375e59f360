//! `POST /v1/conversations/{conversationId}/messages`

use whisper_kit::Attempt;
use whisper_kit::Ctx;
use whisper_kit::Endpoint;
use whisper_kit::Json;
use whisper_kit::Method;
use whisper_kit::Reply;
use whisper_kit::Request;
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::idempotency::Once;
use whisper_kit::ids::derived_id;
use whisper_schema::Timestamp;
use whisper_schema::main_db::Message;

use crate::compose;
use crate::context::Context;
use crate::draft::SendMessage;
use crate::limits;
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
    let is_keyed = draft.id.is_none() && name_by_key(&mut draft, &request, &caller, conversation)?;
    let sending = Sending {
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

/// Gives a message without an id the one that follows from its Idempotency-Key, if there is one. So
/// both ways to make a retry harmless are the same one, and cost nothing.
fn name_by_key(
    draft: &mut SendMessage,
    request: &Request,
    caller: &str,
    conversation: &str,
) -> Result<bool> {
    // Refuses a key that is none.
    Once::of(request, caller, "sendMessage")?;
    let key = request.header("idempotency-key");
    draft.id = key.map(|key| derived_id(&["message", caller, conversation, key]));
    Ok(draft.id.is_some())
}

struct Sending<'a> {
    ctx: &'a Ctx,
    caller: String,
    conversation: &'a str,
    draft: SendMessage,
}

impl Sending<'_> {
    /// To be made again when the documents that were read changed before the commit: another request sent the same at
    /// once, or the sender, the conversation or the story went.
    async fn attempt(&self) -> Result<Attempt<Reply>> {
        let (ctx, draft) = (self.ctx, &self.draft);
        let context = Context::read(ctx, &self.caller, self.conversation, draft).await?;
        if let Some(stored) = &context.stored {
            return self.replay(stored, &context).map(Attempt::Done);
        }
        context.refuse(ctx.now())?;
        context.refuse_groups(draft)?;
        context.check(draft, ctx.now())?;
        let id = draft.id.clone().map_or_else(|| ctx.new_id(), Ok)?;
        let message = compose::message(id, draft, &context);
        let uses = limits::of(ctx, &message, &context).await?;
        let batch = compose::batch(ctx, &message, draft, &context)?;
        Ok(match uses.try_commit(ctx, batch).await? {
            Some(committed) => Attempt::Done(self.sent(message, committed.at)?),
            None => Attempt::Retry,
        })
    }

    /// Answers for a message that was sent now.
    fn sent(&self, message: Message, at: Timestamp) -> Result<Reply> {
        let view = MessageView {
            created_at: at,
            ..MessageView::from(message)
        };
        let path = format!(
            "/v1/conversations/{}/messages/{}",
            self.conversation, view.id
        );
        Ok(Reply::created(&view)?.location(&path))
    }

    /// Answers for a message that has this id already.
    fn replay(&self, stored: &Message, context: &Context) -> Result<Reply> {
        let mut as_sent = stored.clone();
        if context.has_lost_target(&self.draft, self.ctx.now()) {
            as_sent.reply_to_message_id = self.draft.reply_to_message_id.clone();
        }
        if !self
            .draft
            .is_stored_as(&as_sent, self.conversation, &self.caller)
        {
            let detail = "Another message has this id. Use a new one for each message.";
            return Err(Error::new(Code::MessageIdTaken, detail));
        }
        let view = MessageView::from(stored.clone());
        Ok(Reply::ok(&view)?.header("idempotency-replayed", "true"))
    }
}
