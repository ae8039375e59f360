//! Broadcasts: a message to a list reaches each recipient in their direct conversation with its sender, by the code that every send
//! goes through. Recipients have their turns one after the other, each in a commit that sends the copy, counts it and moves on; so each gets it
//! once, whoever is at work and wherever it breaks off.

mod draft;
mod job;
mod turn;

use std::time::{Duration, Instant};

use whisper_kit::Ctx;

pub use job::deliver;

/// How long a sender's own instance goes on after the answer; the job does the rest.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Begins with the recipients of a message after the answer.
pub fn begin(ctx: &Ctx, message: &str) {
    let (own, message) = (ctx.clone(), message.to_owned());
    ctx.after_answer("message-send", "deliverBroadcast", async move {
        let end = Instant::now() + AT_ONCE;
        turn::go_on(&own, &message, end).await.map(|_| ())
    });
}
