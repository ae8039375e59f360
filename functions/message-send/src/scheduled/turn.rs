//! The turn of a scheduled message: it is sent as every message is, and is none any more, in one commit. So of two who send it
//! at the same time one does.

use whisper_kit::Ctx;
use whisper_kit::error::{Code, Error, Result, Rule};
use whisper_schema::system::ScheduledMessage;
use whisper_store::{Batch, Doc};

use super::{book, own};
use crate::attached::Source;
use crate::context::Context;
use crate::draft::SendMessage;
use crate::limits::Sender;
use crate::sending::Sending;

/// Decides whether it may be sent now; everything that a send asks is asked again.
///
/// # Errors
/// As [`Context::read`] and [`Sending::decide`]; `message_id_taken`; `validation_failed` at `message` where the rules for messages
/// refuse it by now.
pub async fn decide(
    ctx: &Ctx,
    scheduled: &Doc<ScheduledMessage>,
    is_anonymous: bool,
) -> Result<Sending> {
    let Some(mut draft) = SendMessage::of_text(&scheduled.message) else {
        let detail = "can't be sent any more: the rules for messages have changed";
        return Err(Error::field("message", Rule::Format, detail));
    };
    draft.id = Some(scheduled.id.clone());
    let sender = Sender {
        user_id: &scheduled.user_id,
        is_anonymous,
        is_copy: false,
    };
    let place = &scheduled.conversation_id;
    let source = Source::Schedule(&scheduled.id);
    let context = Context::read(ctx, sender.user_id, place, &draft, source).await?;
    if context.stored.is_some() {
        let detail = "Another message has this id.";
        return Err(Error::new(Code::MessageIdTaken, detail));
    }
    let sending = Sending::decide(ctx, sender, scheduled.id.clone(), &draft, &context)?;
    sending.and(|batch| over(ctx, batch, scheduled))
}

/// It is scheduled no more, on the condition that it is as it was read.
fn over(ctx: &Ctx, batch: Batch, scheduled: &Doc<ScheduledMessage>) -> Result<Batch> {
    let batch = own::delete(batch, scheduled);
    let batch = book::one_less(batch, scheduled);
    own::tell(ctx, batch, scheduled, "sent")
}
