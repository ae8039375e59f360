//! From news to what each listener hears of them.
//!
//! A round takes some of the log, in its order. It first keeps up with what the news change of the listeners' own rights, then
//! reads what they are about once for all who see the same ([`crate::sights`]), and tells each listener at most one event for each of the
//! news. Rights are those of the moment of delivery, also when an old part of the log is read again.

#[cfg(not(target_family = "wasm"))]
use serde_json::Value;
use whisper_kit::Ctx;
use whisper_kit::error::Result;

use crate::audience::Audience;
#[cfg(not(target_family = "wasm"))]
use crate::log;
use crate::news::News;
use crate::telling::{Round, Told};
#[cfg(not(target_family = "wasm"))]
use crate::viewer::Viewer;
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
    let hidden = round.into_hidden();
    audience.hide(hidden);
    Ok(told)
}

/// Some listeners, as a hub has them. For tests.
#[cfg(not(target_family = "wasm"))]
pub struct Listeners(Audience);

#[cfg(not(target_family = "wasm"))]
impl Listeners {
    /// Reads the facts about these users.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(ctx: &Ctx, users: &[&str]) -> Result<Self> {
        let mut audience = Audience::default();
        for user in users {
            let viewer = Viewer::read(ctx, user).await?;
            audience.add((*user).into(), viewer);
        }
        Ok(Listeners(audience))
    }

    /// The events of a round that takes so many entries of the log behind a place: each with its listener.
    ///
    /// # Errors
    /// The store's.
    pub async fn hear(
        &mut self,
        ctx: &Ctx,
        behind: i64,
        entries: u32,
    ) -> Result<Vec<(String, Value)>> {
        let news = log::behind(ctx, behind, entries).await?;
        let told = round(ctx, &mut self.0, &news).await?.into_iter();
        told.map(|told| Ok((told.to.to_string(), told.frame.value()?)))
            .collect()
    }
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
