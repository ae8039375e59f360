//! From news to what each listener hears of them.
//!
//! A round takes some of the log, in its order. It first keeps up with what the news change of the listeners' own rights, then
//! reads what they are about once for all who see the same ([`crate::sights`]), and tells each listener at most one event for each of the
//! news. Rights are those of the moment of delivery, also when an old part of the log is read again.

use whisper_kit::Ctx;
use whisper_kit::error::Result;

use crate::audience::Audience;
use crate::news::News;
use crate::telling::{Round, Told};
use crate::{messages, personal, places};

/// The events that come of these news, in their order.
///
/// # Errors
/// The store's; then nothing was told, and the same news can be told again.
pub async fn round(ctx: &Ctx, audience: &mut Audience, news: &[News]) -> Result<Vec<Told>> {
    audience.follow(ctx, news).await?;
    let round = Round::of(ctx, audience, news).await?;
    let mut told = Vec::new();
    for new in news {
        tell(&round, new, &mut told).await?;
    }
    Ok(told)
}

async fn tell(round: &Round<'_>, new: &News, told: &mut Vec<Told>) -> Result<()> {
    let subject = new.kind.split('.').next().unwrap_or_default();
    match subject {
        "message" | "reaction" | "poll" => messages::tell(round, new, told).await,
        "conversation" | "my_conversation" | "broadcast" | "pinned_conversations" => {
            places::tell(round, new, told).await
        }
        _ => personal::tell(round, new, told).await,
    }
}
