//! The commands that bots offer, and those that a conversation's members can give.

mod here;
mod list;
mod replace;
mod view;

use whisper_kit::error::{Error, Result};
use whisper_kit::{Api, Ctx};

/// A bot's own commands.
const MINE: &str = "/v1/me/commands";
/// The commands of a bot of the caller's.
const OWNED: &str = "/v1/me/bots/{botId}/commands";

/// The endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(list::mine())
        .endpoint(replace::mine())
        .endpoint(list::owned())
        .endpoint(replace::owned())
        .endpoint(here::endpoint())
}

/// The calling bot.
///
/// # Errors
/// `forbidden` for a person.
fn myself(ctx: &Ctx) -> Result<String> {
    let caller = ctx.caller()?;
    match caller.is_bot() {
        true => Ok(caller.user_id),
        false => {
            let detail = "Only bots have commands; those of a bot of yours are at /v1/me/bots/{botId}/commands.";
            Err(Error::forbidden(detail))
        }
    }
}
