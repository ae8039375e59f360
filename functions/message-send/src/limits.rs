//! How much one user may send.

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_kit::rate_limit::{Rate, Uses};
use whisper_messages::MENTIONS;
use whisper_schema::main_db::Message;

use crate::context::Context;

/// Messages, over all conversations; all of them at once, if need be.
const MESSAGES: Rate = Rate::per_minute("send", "message_rate_per_minute", 120);
/// Messages to people who neither know the sender nor have answered.
const TO_STRANGERS: Rate = Rate::per_hour("send_stranger", "stranger_message_rate_per_hour", 60);

/// Messages that one webhook posts.
pub const WEBHOOK: Rate = Rate::per_minute("webhook", "webhook_rate_per_minute", 30);

/// All of them.
pub const RATES: &[Rate] = &[MESSAGES, TO_STRANGERS, MENTIONS, WEBHOOK];

/// The limits that a message counts against. Most count against one alone: a send costs no more for the others.
///
/// # Errors
/// As [`Ctx::read`].
pub async fn of(ctx: &Ctx, message: &Message, context: &Context) -> Result<Uses> {
    let mut limits = vec![MESSAGES.of_caller(ctx).await?];
    if context.is_request() {
        limits.push(TO_STRANGERS.of_caller(ctx).await?);
    }
    if !message.mentions.is_empty() {
        let mentions = MENTIONS.of_caller(ctx).await?;
        limits.push(mentions.times(message.mentions.len()));
    }
    Ok(limits.into())
}
