//! `/internal/users/{userId}`: the operator looks at an account, disables it and enables it again.

use serde_json::json;
use whisper_kit::auth::revoke_all;
use whisper_kit::{
    Attempt, Auth, Code, Ctx, Endpoint, Method, OptionExt, Reply, Request, Result, events,
};
use whisper_people::bots::{bot_account, bot_status, bots_follow, bots_of};
use whisper_people::username;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Account, AccountStatus, Bot, Column, Profile, Session};
use whisper_store::{Batch, Doc, Filter, Get, Patch, Query};

use crate::views::{AccountView, UserAccountView};

/// Sessions that are counted: more than an account may have.
const MOST_SESSIONS: u64 = 100;

/// Looks at an account.
pub fn show_endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/internal/users/{userId}",
        "getUserAccount",
        "An account, by the user's id or user name",
        show,
    )
    .auth(Auth::Operator)
    .reply::<UserAccountView>(200, "The account.")
    .codes(&[Code::NotFound])
}

/// Disables an account.
pub fn disable_endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/internal/users/{userId}/disable",
        "disableUser",
        "Disables an account: its sessions end at once, and nobody sees the user any more",
        disable,
    )
    .auth(Auth::Operator)
    .reply::<UserAccountView>(200, "The account, disabled now or since before.")
    .codes(&[Code::NotFound])
}

/// Enables an account.
pub fn enable_endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/internal/users/{userId}/enable",
        "enableUser",
        "Enables an account again; the user signs in anew",
        enable,
    )
    .auth(Auth::Operator)
    .reply::<UserAccountView>(200, "The account, enabled now or since before.")
    .codes(&[Code::NotFound])
}

async fn show(ctx: Ctx, request: Request) -> Result<Reply> {
    let user = request.id("userId")?;
    // Only an id can be that of an account; a user name is found by the profile.
    let named = Query::<Profile>::new()
        .filter(Filter::eq(
            Profile::USERNAME,
            username::stored(user).unwrap_or_default(),
        ))
        .first();
    let by_id = Get::<Account>::id(request.id("userId").unwrap_or_default());
    let (account, named) = ctx.read((by_id, named)).await?;
    let account = match (account, named) {
        (Some(account), _) => Some(account),
        (None, Some(profile)) => ctx.read(Get::<Account>::id(profile.id.as_str())).await?,
        (None, None) => None,
    };
    Reply::ok(&view(&ctx, &account.or_not_found()?.value).await?)
}

async fn disable(ctx: Ctx, request: Request) -> Result<Reply> {
    change(&ctx, &request, AccountStatus::Disabled).await
}

async fn enable(ctx: Ctx, request: Request) -> Result<Reply> {
    change(&ctx, &request, AccountStatus::Active).await
}

async fn change(ctx: &Ctx, request: &Request, status: AccountStatus) -> Result<Reply> {
    let id = request.id("userId")?;
    let account = ctx.retry(async || attempt(ctx, id, status).await).await?;
    Reply::ok(&view(ctx, &account).await?)
}

async fn attempt(ctx: &Ctx, id: &str, status: AccountStatus) -> Result<Attempt<Doc<Account>>> {
    let asked = (Get::<Account>::id(id), Get::<Bot>::id(id), bots_of(id));
    let (account, bot, bots) = ctx.read(asked).await?;
    let account = account.or_not_found()?;
    if let Some(bot) = bot {
        return bar(ctx, account, bot, status).await;
    }
    if account.status == status {
        return Ok(Attempt::Done(account));
    }
    let patch = Patch::new()
        .set(Account::STATUS, status)
        .set(Account::UPDATED_AT, Timestamp::AT_COMMIT);
    let as_read = Filter::revision(account.revision);
    let batch = Batch::new().update_if(id, patch, as_read);
    let batch = bots_follow(batch, id, &bots, status);
    let (batch, kind) = match status {
        // None of them comes back with the account.
        AccountStatus::Disabled => (revoke_all(batch, id, None), "account.disabled"),
        AccountStatus::Active => (batch, "account.enabled"),
    };
    commit(ctx, batch, kind, account, status).await
}

/// Disables and enables a bot by itself. Enabled again it is in use where its owner lets it act and is in use themselves.
async fn bar(
    ctx: &Ctx,
    account: Doc<Account>,
    bot: Doc<Bot>,
    wanted: AccountStatus,
) -> Result<Attempt<Doc<Account>>> {
    let is_barred = wanted == AccountStatus::Disabled;
    if bot.is_barred == is_barred {
        return Ok(Attempt::Done(account));
    }
    let owner = Get::<Account>::id(bot.owner_id.as_str());
    let owner = ctx.read(owner).await?.or_not_found()?;
    let (id, as_read) = (account.id.as_str(), Filter::<Bot>::revision(bot.revision));
    let same_owner = Filter::and([
        Filter::eq(Column::<Account>::id(), owner.id.as_str()),
        Filter::revision(owner.revision),
    ]);
    let changed = Patch::new()
        .set(Bot::IS_BARRED, is_barred)
        .set(Bot::UPDATED_AT, Timestamp::AT_COMMIT);
    let barred = Bot {
        is_barred,
        ..bot.value.clone()
    };
    let status = bot_status(&barred, owner.status);
    let batch = Batch::new()
        .expect_some(same_owner)
        .update_if(id, changed, as_read)
        .update(id, bot_account(status));
    let (batch, kind) = match is_barred {
        true => (revoke_all(batch, id, None), "account.disabled"),
        false => (batch, "account.enabled"),
    };
    commit(ctx, batch, kind, account, status).await
}

async fn commit(
    ctx: &Ctx,
    batch: Batch,
    kind: &str,
    mut account: Doc<Account>,
    status: AccountStatus,
) -> Result<Attempt<Doc<Account>>> {
    let id = account.id.as_str();
    let batch = events::append(ctx, batch, kind, id, None, &json!({}))?;
    let Some(committed) = ctx.try_commit(batch).await? else {
        return Ok(Attempt::Retry);
    };
    account.value.status = status;
    account.value.updated_at = committed.at;
    Ok(Attempt::Done(account))
}

async fn view(ctx: &Ctx, account: &Account) -> Result<UserAccountView> {
    let sessions = Query::<Session>::new()
        .filter(Filter::eq(Session::USER_ID, account.id.as_str()))
        .filter(Filter::gt(Session::EXPIRES_AT, ctx.now()));
    let read = (
        Get::<Profile>::id(account.id.as_str()),
        sessions.count(MOST_SESSIONS),
    );
    let (profile, sessions) = ctx.read(read).await?;
    let profile = profile.map(Doc::into_inner).unwrap_or_default();
    Ok(UserAccountView {
        account: AccountView::from(account),
        status: account.status,
        updated_at: account.updated_at,
        username: profile.username,
        display_name: profile.display_name,
        sessions,
    })
}
