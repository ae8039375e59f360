//! `PATCH /v1/me/bots/{botId}`

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_people::bots::{bot_account, bot_status};
use whisper_people::names;
use whisper_schema::Body;
use whisper_schema::body::forms::{LINE, WEB_URL};
use whisper_schema::body::{Change, Changes};
use whisper_schema::prelude::{AccountStatus, Bot, Column, Profile, Timestamp};
use whisper_store::{Batch, Filter, Patch};

use super::view::BotView;
use super::{Owned, out_of_use, owned, settings};
use crate::limits::BOTS;

/// A change of a bot; a field that is left out stays. `null` takes description and picture away.
#[derive(Clone, Debug, Body)]
#[body(example = r#"{"displayName": "Weather", "canJoinGroups": false}"#)]
pub struct BotChange {
    /// The parts that people see.
    #[field(flatten)]
    pub details: BotDetails,
    /// Whether people may add it to groups; its owner always may.
    pub can_join_groups: Option<bool>,
    /// Whether it may act. While it may not, nobody sees it, and its token is refused; then the same token is good again.
    pub is_enabled: Option<bool>,
}

/// The parts of a bot's profile that its owner changes.
#[derive(Clone, Debug, Default, Body)]
#[body(changes = Profile)]
pub struct BotDetails {
    /// Name shown in conversations and lists.
    #[field(is = LINE)]
    pub display_name: Option<String>,
    /// Its description, for people who look at it.
    pub bio: Change<String>,
    /// Where its picture is served.
    #[field(is = WEB_URL)]
    pub avatar_url: Change<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        super::ONE,
        "updateBot",
        "Changes a bot of the caller's: its name, `bio` and picture, whether people may add it to groups, and whether it may act.",
        edit,
    )
    .reply::<BotView>(200, "The changed bot.")
    .codes(&[Code::RateLimited])
}

async fn edit(ctx: Ctx, request: Request, Json(change): Json<BotChange>) -> Result<Reply> {
    let view = ctx
        .retry(async || attempt(&ctx, &request, change.clone()).await)
        .await?;
    Reply::ok(&view)
}

async fn attempt(ctx: &Ctx, request: &Request, change: BotChange) -> Result<Attempt<BotView>> {
    let Owned { bot, profile } = owned(ctx, request).await?;
    let (as_read, seen) = (Filter::revision(bot.revision), profile.revision);
    let (mut bot, mut profile) = (bot.into_inner(), profile.into_inner());
    let before = (bot.clone(), profile.clone());
    let changed = change.details.apply(&mut profile);
    if let Some(may) = change.can_join_groups {
        profile.privacy_settings = Some(settings(may));
    }
    bot.is_enabled = change.is_enabled.unwrap_or(bot.is_enabled);
    if before == (bot.clone(), profile.clone()) {
        return Ok(Attempt::Done(BotView::new(bot, profile)));
    }
    let patch = Patch::of(changed)
        .set(Profile::PRIVACY_SETTINGS, profile.privacy_settings.clone())
        .set(Profile::UPDATED_AT, Timestamp::AT_COMMIT);
    let marks = Patch::new()
        .set(Bot::IS_ENABLED, bot.is_enabled)
        .set(Bot::UPDATED_AT, Timestamp::AT_COMMIT);
    // The owner is in use: it is their request, and the commit holds on to that.
    let status = bot_status(&bot, AccountStatus::Active);
    let unchanged = Filter::<Profile>::and([
        Filter::eq(Column::id(), bot.id.as_str()),
        Filter::revision(seen),
    ]);
    let batch = Batch::new()
        .expect_none(out_of_use(&bot.owner_id))
        .expect_some(unchanged)
        .update_if(&bot.id, marks, as_read)
        .update(&bot.id, patch)
        .update(&bot.id, bot_account(status));
    let batch = names::show(batch, &bot.id, profile.display_name.as_deref());
    let owner = Some(bot.owner_id.as_str());
    let what = json!({"isEnabled": bot.is_enabled});
    let batch = append(ctx, batch, "bot.changed", &bot.id, owner, &what)?;
    let limit = BOTS.of_caller(ctx).await?;
    let Some(committed) = limit.try_commit(ctx, batch).await? else {
        return Ok(Attempt::Retry);
    };
    bot.updated_at = committed.at;
    Ok(Attempt::Done(BotView::new(bot, profile)))
}
