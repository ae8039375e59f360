//! Bots: whose they are, whether they may act, the conversations that they belong to, and their end.

use std::collections::BTreeSet;

use serde_json::json;
use whisper_kit::ids::{derived_id, is_program_id};
use whisper_kit::{Attempt, Code, Ctx, Error, Result, events};
use whisper_schema::prelude::{
    Account, AccountStatus, Bot, BotCommands, Column, ConversationBot, Profile, Session, Timestamp,
    UserDeparture,
};
use whisper_store::{Batch, Doc, Filter, Get, Order, Patch, Query};

use crate::names;

/// Most bots of one conversation.
pub const MOST_IN_CONVERSATION: i64 = 20;
/// Most bots that the setting `bots_per_user` lets one user own.
pub const MOST_OF_OWNER: u64 = 50;

/// Asks for the bots that somebody owns, in the order of their places.
pub fn bots_of(owner: &str) -> Query<Bot> {
    Query::new()
        .filter(Filter::eq(Bot::OWNER_ID, owner))
        .order(Order::asc(Bot::PLACE))
        .limit(MOST_OF_OWNER as u32)
}

/// The bots among users, by the form of their ids.
pub fn programs(users: &[String]) -> Vec<&str> {
    let users = users.iter().map(String::as_str);
    users.filter(|user| is_program_id(user)).collect()
}

/// Asks which bots among users somebody owns; nothing where there is no bot among them.
pub fn owned_among(owner: &str, users: &[String]) -> Option<Query<Bot>> {
    let programs = programs(users);
    let some = !programs.is_empty();
    some.then(|| bots_of(owner).filter(Filter::is_in(Column::id(), programs)))
}

/// Asks for the bots that belong to a conversation; a direct one has none of these rows.
pub fn bots_in(conversation: &str) -> Query<ConversationBot> {
    Query::new()
        .filter(Filter::eq(ConversationBot::CONVERSATION_ID, conversation))
        .order(Order::asc(ConversationBot::PLACE))
        .limit(MOST_IN_CONVERSATION as u32)
}

/// Adds to a commit that the bots among users belong to a conversation, which has these already. One of two commits
/// that take the same place fails.
///
/// # Errors
/// `too_many_bots`.
pub fn bots_come(
    batch: Batch,
    conversation: &str,
    there: &[Doc<ConversationBot>],
    users: &[String],
) -> Result<Batch> {
    let taken: BTreeSet<i64> = there.iter().map(|bot| bot.place).collect();
    let mut free = (0..MOST_IN_CONVERSATION).filter(|place| !taken.contains(place));
    programs(users).into_iter().try_fold(batch, |batch, bot| {
        let place = free.next().ok_or_else(too_many)?;
        Ok(batch.upsert(&ConversationBot {
            id: conversation_bot_id(conversation, bot),
            conversation_id: conversation.to_owned(),
            place,
            bot_id: bot.to_owned(),
        }))
    })
}

/// Adds to the commit that ends a membership that it was a bot's; nothing where it wasn't.
pub fn bot_goes(batch: Batch, conversation: &str, user: &str) -> Batch {
    if !is_program_id(user) {
        return batch;
    }
    let this = Column::<ConversationBot>::id();
    let this = Filter::eq(this, conversation_bot_id(conversation, user));
    batch.delete_where(this, 1)
}

fn conversation_bot_id(conversation: &str, bot: &str) -> String {
    derived_id(&["conversation bot", conversation, bot])
}

fn too_many() -> Error {
    let detail = format!(
        "A conversation has at most {MOST_IN_CONVERSATION} bots. Send one away before the next."
    );
    Error::new(Code::TooManyBots, detail)
}

/// Whether a bot's account may be used: its owner lets it act, the operator did not disable it, and its owner's own account is in use.
pub fn bot_status(bot: &Bot, owner: AccountStatus) -> AccountStatus {
    match bot.is_enabled && !bot.is_barred && owner == AccountStatus::Active {
        true => AccountStatus::Active,
        false => AccountStatus::Disabled,
    }
}

/// The change of a bot's account to this standing.
pub fn bot_account(status: AccountStatus) -> Patch<Account> {
    Patch::new()
        .set(Account::STATUS, status)
        .set(Account::UPDATED_AT, Timestamp::AT_COMMIT)
}

/// Adds to the commit that disables or enables an owner that their bots, which were read, follow. It fails where they have others by
/// then, or one of these changed. Tokens of theirs stay: they are good again with the owner.
pub fn bots_follow(batch: Batch, owner: &str, bots: &[Doc<Bot>], status: AccountStatus) -> Batch {
    let others = bots
        .iter()
        .map(|bot| Filter::ne(Bot::PLACE, bot.place))
        .chain([Filter::eq(Bot::OWNER_ID, owner)]);
    let batch = batch.expect_none(Filter::and(others));
    bots.iter().fold(batch, |batch, bot| {
        let as_read = Filter::and([
            Filter::eq(Column::<Bot>::id(), bot.id.as_str()),
            Filter::revision(bot.revision),
        ]);
        batch
            .expect_some(as_read)
            .update(&bot.id, bot_account(bot_status(bot, status)))
    })
}

/// Deletes a bot that somebody owns: its account, profile, token and commands in one commit; then nobody sees it any more, and its user
/// name rests. It leaves its conversations one after the other by the job that has users leave whose account went. It tells false of
/// a bot that isn't there, or is another's.
///
/// # Errors
/// The store's.
pub async fn delete_bot(ctx: &Ctx, owner: &str, id: &str) -> Result<bool> {
    ctx.retry(async || attempt(ctx, owner, id).await).await
}

/// Deletes all bots of somebody whose account goes, each in a commit of its own: doing it again goes on where it broke off.
///
/// # Errors
/// The store's.
pub async fn delete_bots_of(ctx: &Ctx, owner: &str) -> Result<()> {
    for bot in ctx.read(bots_of(owner)).await? {
        delete_bot(ctx, owner, &bot.id).await?;
    }
    Ok(())
}

async fn attempt(ctx: &Ctx, owner: &str, id: &str) -> Result<Attempt<bool>> {
    let (bot, profile) = ctx
        .read((Get::<Bot>::id(id), Get::<Profile>::id(id)))
        .await?;
    let Some(bot) = bot.filter(|bot| bot.owner_id == owner) else {
        return Ok(Attempt::Done(false));
    };
    let batch = Batch::new()
        .delete_if(&bot.id, Filter::<Bot>::revision(bot.revision))
        .delete_where(Filter::<Account>::eq(Column::id(), id), 1)
        .delete_where(Filter::<Profile>::eq(Column::id(), id), 1)
        .delete_where(Filter::<BotCommands>::eq(Column::id(), id), 1)
        .delete_where(Filter::<Session>::eq(Session::USER_ID, id), 1)
        .upsert(&UserDeparture {
            id: bot.id.clone(),
            position: None,
            due_at: Timestamp::AT_COMMIT,
        });
    let batch = names::show(batch, id, None);
    let name = profile.and_then(|profile| profile.into_inner().username);
    let batch = match name {
        Some(name) => names::give_up(batch, id, &name, ctx.now()),
        None => batch,
    };
    let what = json!({"ownerId": owner});
    let batch = events::append(ctx, batch, "bot.deleted", id, Some(owner), &what)?;
    let committed = ctx.try_commit(batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(true)))
}
