//! Bots: accounts of programs, which their owners manage.

mod create;
mod delete;
mod edit;
mod get;
mod list;
mod token;
mod view;

use whisper_kit::config::Number;
use whisper_kit::{Api, Code, Ctx, Error, OptionExt, Request, Result};
use whisper_people::bots::MOST_OF_OWNER;
use whisper_people::privacy::{CONTACT_REQUESTS, Circle, GROUPS};
use whisper_schema::prelude::{Account, AccountStatus, Bot, Column, Profile};
use whisper_store::{Doc, Filter, Get};

const ALL: &str = "/v1/me/bots";
const ONE: &str = "/v1/me/bots/{botId}";

/// How many bots one user may own.
pub const OWNED: Number = Number {
    variable: "bots_per_user",
    default: 20,
    most: MOST_OF_OWNER,
};

/// The endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(create::endpoint())
        .endpoint(list::endpoint())
        .endpoint(get::endpoint())
        .endpoint(edit::endpoint())
        .endpoint(token::endpoint())
        .endpoint(delete::endpoint())
}

/// A bot with its profile.
pub struct Owned {
    /// The bot.
    pub bot: Doc<Bot>,
    /// The profile that people see of it.
    pub profile: Doc<Profile>,
}

/// The bot that a request names, if it is the caller's own.
///
/// # Errors
/// `not_found` for everybody else.
pub async fn owned(ctx: &Ctx, request: &Request) -> Result<Owned> {
    let id = request.id("botId")?;
    let me = ctx.caller()?.user_id;
    let (bot, profile) = ctx
        .read((Get::<Bot>::id(id), Get::<Profile>::id(id)))
        .await?;
    let bot = bot.filter(|bot| bot.owner_id == me).or_not_found()?;
    let profile = profile.or_not_found()?;
    Ok(Owned { bot, profile })
}

/// Holds for an account that is out of use: no commit of somebody whose account was disabled in the meantime gives their bots anything.
fn out_of_use(user: &str) -> Filter<Account> {
    Filter::and([
        Filter::eq(Column::id(), user),
        Filter::ne(Account::STATUS, AccountStatus::Active),
    ])
}

/// The privacy settings of a bot: nobody asks it to be their contact, and whether people may add it to groups is its owner's choice.
fn settings(can_join_groups: bool) -> String {
    let circle = |may| match may {
        true => Circle::Everyone,
        false => Circle::Nobody,
    };
    let groups = circle(can_join_groups);
    serde_json::json!({GROUPS: groups.as_str(), CONTACT_REQUESTS: circle(false).as_str()})
        .to_string()
}

/// The first place that others leave.
///
/// # Errors
/// `too_many_bots`.
fn free_place(ctx: &Ctx, bots: &[Doc<Bot>]) -> Result<i64> {
    let most = ctx.config().get(&OWNED);
    let free = match (bots.len() as u64) < most {
        true => (0..MOST_OF_OWNER as i64).find(|place| bots.iter().all(|bot| bot.place != *place)),
        false => None,
    };
    free.ok_or_else(|| {
        let detail = format!("One user owns at most {most} bots. Delete one first.");
        Error::new(Code::TooManyBots, detail)
    })
}
