//! `PUT /v1/me/commands` and `PUT /v1/me/bots/{botId}/commands`

use std::collections::BTreeSet;

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Json, Method, OptionExt, Reply, Request, Result};
use whisper_schema::body::forms::LINE;
use whisper_schema::body::{Fields, Form};
use whisper_schema::prelude::{Bot, BotCommands, Column, Timestamp};
use whisper_schema::{Body, Rule};
use whisper_store::{Batch, Filter, Get};

use super::view::{BotCommandsView, commands};
use super::{MINE, OWNED, myself};
use crate::bots;
use crate::limits::BOTS;

/// Most commands of a bot.
const MOST: usize = 100;

/// Name of a command.
const NAME: Form = Form {
    valid: is_name,
    must_be: "1 to 32 of a to z, digits and _",
    pattern: Some("^[a-z0-9_]{1,32}$"),
    format: None,
};

fn is_name(text: &str) -> bool {
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    (1..=32).contains(&text.len()) && text.bytes().all(legal)
}

/// All commands of a bot, in the place of those before.
#[derive(Clone, Debug, Body)]
#[body(check = NewCommands::check)]
#[body(
    example = r#"{"commands": [{"name": "weather", "description": "The weather of a place: /weather Bern"}]}"#
)]
pub struct NewCommands {
    /// Up to 100 commands, in the order to show them; an empty list takes all away.
    #[field(required, count = 0..=MOST)]
    pub commands: Vec<NewCommand>,
}

/// A command.
#[derive(Clone, Debug, Body)]
pub struct NewCommand {
    /// Its name, without the slash: 1 to 32 of `a` to `z`, digits and `_`.
    #[field(is = NAME)]
    pub name: String,
    /// Its effect, in words, on one line: 1 to 256 characters.
    #[field(size = 1..=256, is = LINE, text = Words)]
    pub description: String,
}

impl NewCommands {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        let mut names = BTreeSet::new();
        for (n, command) in self.commands.iter().enumerate() {
            if !names.insert(command.name.as_str()) {
                let field = format!("commands[{n}].name");
                fields.refuse(&field, Rule::Unique, "stands in the list before");
            }
        }
    }
}

/// A bot replaces its own.
pub fn mine() -> Endpoint {
    let summary = "Replaces the commands that the calling bot offers.";
    Endpoint::new(Method::PUT, MINE, "setMyCommands", summary, replace_mine)
        .for_bots()
        .reply::<BotCommandsView>(200, "The commands that it offers now.")
        .codes(&[Code::Forbidden, Code::RateLimited])
}

/// Its owner replaces them.
pub fn owned() -> Endpoint {
    let summary = "Replaces the commands that a bot of the caller's offers.";
    Endpoint::new(Method::PUT, OWNED, "setBotCommands", summary, replace_owned)
        .reply::<BotCommandsView>(200, "The commands that it offers now.")
        .codes(&[Code::RateLimited])
}

async fn replace_mine(ctx: Ctx, _: Request, Json(new): Json<NewCommands>) -> Result<Reply> {
    replace(&ctx, &myself(&ctx)?, &new).await
}

async fn replace_owned(ctx: Ctx, request: Request, Json(new): Json<NewCommands>) -> Result<Reply> {
    let found = bots::owned(&ctx, &request).await?;
    replace(&ctx, &found.bot.id, &new).await
}

async fn replace(ctx: &Ctx, bot: &str, new: &NewCommands) -> Result<Reply> {
    let kept = ctx.retry(async || attempt(ctx, bot, new).await).await?;
    Reply::ok(&BotCommandsView {
        commands: commands(kept),
    })
}

async fn attempt(ctx: &Ctx, bot: &str, new: &NewCommands) -> Result<Attempt<BotCommands>> {
    let bot = ctx.read(Get::<Bot>::id(bot)).await?.or_not_found()?;
    let texts = |of: fn(&NewCommand) -> &String| new.commands.iter().map(of).cloned().collect();
    let kept = BotCommands {
        id: bot.into_inner().id,
        names: texts(|command| &command.name),
        descriptions: texts(|command| &command.description),
        updated_at: Timestamp::AT_COMMIT,
    };
    // The commit fails for a bot that was deleted in the meantime.
    let there = Filter::<Bot>::eq(Column::id(), kept.id.as_str());
    let batch = Batch::new().expect_some(there).upsert(&kept);
    let (kind, by) = ("bot.commands_replaced", ctx.caller()?.user_id);
    let batch = append(ctx, batch, kind, &kept.id, Some(&by), &json!({}))?;
    let limit = BOTS.of_caller(ctx).await?;
    let committed = limit.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(kept)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use whisper_schema::body;

    use super::*;

    fn faults(commands: Value) -> Vec<String> {
        let sent = json!({"commands": commands});
        match body::read::<NewCommands>(sent.as_object().unwrap()) {
            Ok(_) => Vec::new(),
            Err(wrong) => wrong.iter().map(|wrong| wrong.field.clone()).collect(),
        }
    }

    #[test]
    fn commands_have_a_form() {
        let one = |name: &str, about: &str| json!([{"name": name, "description": about}]);
        let long = "x".repeat(256);
        for fine in [one("a", "b"), one(&"z".repeat(32), &long), json!([])] {
            assert_eq!(faults(fine.clone()), [""; 0], "{fine}");
        }
        for name in ["", "A", "a b", "/a", "ä", "a-b", &"z".repeat(33)] {
            assert_eq!(faults(one(name, "b")), ["commands[0].name"], "{name}");
        }
        for about in ["", " ", "a\nb", &"x".repeat(257)] {
            assert_eq!(
                faults(one("a", about)),
                ["commands[0].description"],
                "{about:?}"
            );
        }
        let decomposed = json!({"commands": one("a", "Zu\u{308}rich")});
        let kept = body::read::<NewCommands>(decomposed.as_object().unwrap()).unwrap();
        assert_eq!(kept.commands[0].description, "Z\u{fc}rich");
        let twice = json!([{"name": "a", "description": "b"}, {"name": "a", "description": "c"}]);
        assert_eq!(faults(twice), ["commands[1].name"]);
        let many: Vec<Value> = (0..101)
            .map(|n| json!({"name": format!("c{n}"), "description": "b"}))
            .collect();
        assert_eq!(faults(json!(many)), ["commands"]);
        assert_eq!(faults(Value::Null), ["commands"]);
    }
}
