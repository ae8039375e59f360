//! `POST /v1/me/bots`

use serde_json::json;
use whisper_kit::auth::issue_bot_token;
use whisper_kit::events::append;
use whisper_kit::ids::new_program_id;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Json, Method, Reply, Request, Result, ResultExt};
use whisper_people::bots::bots_of;
use whisper_people::username::BotUsername;
use whisper_people::{documents, taken};
use whisper_schema::Body;
use whisper_schema::body::forms::{LINE, WEB_URL};
use whisper_schema::prelude::{Account, AccountStatus, Bot, Profile, Timestamp};

use super::view::{BotTokenView, BotView};
use super::{free_place, out_of_use, settings};
use crate::limits::BOTS;

/// A new bot.
#[derive(Clone, Debug, Body)]
#[body(of = Profile)]
#[body(
    example = r#"{"username": "weather_bot", "displayName": "Weather", "bio": "Tells the weather of a place.", "canJoinGroups": true}"#
)]
pub struct NewBot {
    /// Handle that people find it by, 3 to 30 of `a` to `z`, digits, `_` and `.`, ending in `bot`; it stays.
    #[field(apart)]
    pub username: BotUsername,
    /// Name shown in conversations and lists.
    #[field(is = LINE)]
    pub display_name: String,
    /// Its description, for people who look at it.
    pub bio: Option<String>,
    /// Where its picture is served.
    #[field(is = WEB_URL)]
    pub avatar_url: Option<String>,
    /// Whether people may add it to groups; its owner always may.
    #[field(apart, default = true)]
    pub can_join_groups: bool,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        super::ALL,
        "createBot",
        "Makes a bot of the caller's, an account that a program calls with; anonymous accounts own none.",
        create,
    )
    .answers(&["location"])
    .reply::<BotTokenView>(201, "The bot, with the token that is told this once.")
    .codes(&[
        Code::Forbidden,
        Code::UsernameTaken,
        Code::TooManyBots,
        Code::RateLimited,
    ])
}

async fn create(ctx: Ctx, _: Request, Json(new): Json<NewBot>) -> Result<Reply> {
    if !ctx.is_foreign() && ctx.is_anonymous().await? {
        let detail = "Add an e-mail address and a password before you make bots.";
        return Err(whisper_kit::Error::forbidden(detail));
    }
    let made = ctx.retry(async || attempt(&ctx, &new).await).await?;
    let path = format!("{}/{}", super::ALL, made.bot.id);
    Ok(Reply::created(&made)?.location(&path))
}

async fn attempt(ctx: &Ctx, new: &NewBot) -> Result<Attempt<BotTokenView>> {
    let me = ctx.caller()?.user_id;
    let bots = ctx.read(bots_of(&me)).await?;
    let mut bot = Bot {
        id: new_program_id()?,
        owner_id: me.clone(),
        place: free_place(ctx, &bots)?,
        is_enabled: true,
        is_barred: false,
        created_at: Timestamp::AT_COMMIT,
        updated_at: Timestamp::AT_COMMIT,
    };
    let account = Account {
        id: bot.id.clone(),
        status: AccountStatus::Active,
        created_at: Timestamp::AT_COMMIT,
        updated_at: Timestamp::AT_COMMIT,
        ..Account::default()
    };
    let profile = new.profile(&bot.id);
    let batch = documents(ctx, &account, &profile)
        .insert(&bot)
        .expect_none(out_of_use(&me));
    let (batch, token) = issue_bot_token(ctx, batch, &bot.id).await?;
    let batch = append(ctx, batch, "bot.created", &bot.id, Some(&me), &json!({}))?;
    let limit = BOTS.of_caller(ctx).await?;
    let batch = limit.count_in(batch, ctx.now());
    let outcome = ctx.store().await?.commit(batch).await.map_err(taken);
    match Attempt::of(outcome.on_reached(&limit, ctx.now()))? {
        Attempt::Retry => Ok(Attempt::Retry),
        Attempt::Done(committed) => {
            bot.created_at = committed.at;
            bot.updated_at = committed.at;
            let bot = BotView::new(bot, profile);
            Ok(Attempt::Done(BotTokenView { bot, token }))
        }
    }
}

impl NewBot {
    fn profile(&self, id: &str) -> Profile {
        Profile {
            id: id.to_owned(),
            user_id: id.to_owned(),
            username: Some(self.username.as_str().to_owned()),
            display_name: Some(self.display_name.clone()),
            bio: self.bio.clone(),
            avatar_url: self.avatar_url.clone(),
            privacy_settings: Some(settings(self.can_join_groups)),
            created_at: Some(Timestamp::AT_COMMIT),
            updated_at: Some(Timestamp::AT_COMMIT),
            ..Profile::default()
        }
    }
}
