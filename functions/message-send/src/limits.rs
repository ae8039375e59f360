//! How much one user may send, and schedule.

use whisper_kit::config::{Config, Number};
use whisper_kit::rate_limit::{Rate, Uses};
use whisper_messages::MENTIONS;
use whisper_schema::main_db::{ConversationKind, Message};
use whisper_schema::system::IncomingWebhook;

use crate::context::Context;

/// Messages, over all conversations; all of them at once, if need be.
const MESSAGES: Rate = Rate::per_minute("send", "message_rate_per_minute", 120);
/// Messages to people who neither know the sender nor have answered.
const TO_STRANGERS: Rate = Rate::per_hour("send_stranger", "stranger_message_rate_per_hour", 60);
/// Messages to lists of recipients.
const BROADCASTS: Rate = Rate::per_hour("broadcast", "broadcast_rate_per_hour", 60);
/// Threads of comments on messages of channels that one user may open.
pub const COMMENTS: Rate = Rate::per_minute("comments", "comments_rate_per_minute", 60);
/// Scheduled messages that one user makes, changes, and cancels.
pub const SCHEDULING: Rate = Rate::per_minute("schedule", "schedule_rate_per_minute", 60);
/// Scheduled messages of one user that may wait; 0 for no limit.
pub const WAITING: Number = Number {
    variable: "scheduled_messages_per_user",
    default: 100,
    most: 1_000_000,
};

/// Messages that one webhook posts.
const WEBHOOK: Rate = Rate::per_minute("webhook", "webhook_rate_per_minute", 30);

/// All rates.
pub const RATES: &[Rate] = &[
    BROADCASTS,
    COMMENTS,
    MESSAGES,
    TO_STRANGERS,
    MENTIONS,
    SCHEDULING,
    WEBHOOK,
];
/// All other numbers.
pub const NUMBERS: &[Number] = &[WAITING];

/// The sender of a message.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// The user.
    pub user_id: &'a str,
    /// Whether their account is anonymous, which may send less.
    pub is_anonymous: bool,
    /// Whether it is a recipient's copy of a broadcast, which counts as one message of its sender's however many get it.
    pub is_copy: bool,
}

/// The limits that a message counts against. Most count against one alone: a send costs no more for the others.
pub fn of(config: &Config, sender: Sender<'_>, message: &Message, context: &Context) -> Uses {
    let of_sender = |rate: Rate| rate.of_user(config, sender.user_id, sender.is_anonymous);
    let mut limits = match sender.is_copy {
        true => Vec::new(),
        false => vec![of_sender(MESSAGES)],
    };
    if context.conversation.kind == ConversationKind::Broadcast {
        limits.push(of_sender(BROADCASTS));
    }
    if context.is_request() {
        limits.push(of_sender(TO_STRANGERS));
    }
    if !message.mentions.is_empty() {
        limits.push(of_sender(MENTIONS).times(message.mentions.len()));
    }
    limits.into()
}

/// The limits that a post of a webhook counts against: the webhook's own, and for those whom it mentions that of the user who made it,
/// however many webhooks they made. An anonymous maker has a tenth of both.
pub fn of_webhook(
    config: &Config,
    webhook: &IncomingWebhook,
    is_anonymous: bool,
    message: &Message,
) -> Uses {
    let mut limits = vec![WEBHOOK.of_user(config, &webhook.id, is_anonymous)];
    if !message.mentions.is_empty() {
        let of_maker = MENTIONS.of_user(config, &webhook.created_by, is_anonymous);
        limits.push(of_maker.times(message.mentions.len()));
    }
    limits.into()
}
